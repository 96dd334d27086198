import TestSupport
import Testing

@testable import Postgres

@Suite struct ConfigurationTests {
    @Test func readsAURL() throws {
        let configuration = try PostgresConfiguration(
            url:
                "postgresql://me:p%40ss%2Fword@db.example:5433/my%20db?application_name=x&connect_timeout=3&sslmode=require"
        )
        #expect(configuration.host == "db.example")
        #expect(configuration.port == 5433)
        #expect(configuration.user == "me")
        #expect(configuration.password == "p@ss/word")
        #expect(configuration.database == "my db")
        #expect(configuration.applicationName == "x")
        #expect(configuration.connectTimeout == .seconds(3))
        #expect(configuration.options == ["sslmode": "require"])
    }

    @Test(arguments: ["/var/run/postgresql", "127.0.0.1", "::1", "db.example"])
    func aURLComesBack(host: String) throws {
        let configuration = PostgresConfiguration(
            host: host, port: 6000, user: "ä user", password: "a:b@c/d?e#f%", database: "db/1",
            applicationName: "n & m",
            connectTimeout: .seconds(7), options: ["sslmode": "disable", "options": "-c a=b"])
        #expect(try PostgresConfiguration(url: configuration.url) == configuration)
    }

    @Test(arguments: [
        "", "http://x/y", "postgresql://h:notaport/d", "postgresql://h:70000/d", "postgresql://h/d?nope=1",
    ])
    func refuses(url: String) {
        // The empty string is a valid, empty list of keywords for libpq.
        guard !url.isEmpty else {
            #expect(throws: Never.self) { try PostgresConfiguration(url: url) }
            return
        }
        let error = #expect(throws: PostgresError.self) { try PostgresConfiguration(url: url) }
        #expect(error?.code == .misuse)
    }

    @Test func neverShowsThePassword() {
        let configuration = PostgresConfiguration(host: "h", user: "u", password: "hunter2", database: "d")
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!"\(configuration) \(String(reflecting: configuration)) \(dumped)".contains("hunter2"))
    }

    @Test func anotherRoleHasAnotherPassword() {
        let configuration = PostgresConfiguration(host: "h", user: "u", password: "p", database: "d")
        #expect(configuration.with(database: "e").password == "p")
        #expect(configuration.with(user: "v").password == nil)
        #expect(configuration.with(user: "v", password: "q").password == "q")
        #expect(configuration.with(password: "q").user == "u")
    }
}

@Suite struct QuotingTests {
    @Test func quotes() {
        #expect(PostgresIdentifier.quote("a\"b") == "\"a\"\"b\"")
        #expect(PostgresIdentifier.quote("s", "t") == "\"s\".\"t\"")
        #expect(PostgresLiteral.quote("it's") == "'it''s'")
        #expect(PostgresLiteral.quote("a\\'b") == " E'a\\\\''b'")
        // A combining accent after the quote forms one Character with it: quoting must look at scalars.
        #expect(Array(PostgresLiteral.quote("'\u{301}").unicodeScalars) == ["'", "'", "'", "\u{301}", "'"])
    }

    @Test func aLiteralComesBackFromTheServer() async throws {
        try await withTestConnection { connection in
            for text in ["", "it's", "\\", "a\\'b\"", "'\u{301}x", "\n\t日本語 🙂"] {
                let result = try await connection.query(PostgresQuery("SELECT \(PostgresLiteral.quote(text))"))
                #expect(try result[0][0].string == text)
            }
        }
    }
}

@Suite struct EncodingTests {
    @Test(arguments: [
        ("select 1", true), ("  \n(SELECT 1)", true), ("INSERT INTO t VALUES (1)", true),
        ("with x as (select 1)", true),
        ("BEGIN", false), ("SELECTED", false), ("", false), ("DEALLOCATE x", false), ("COPY t FROM STDIN", false),
    ])
    func preparable(sql: String, expected: Bool) {
        #expect(EncodedQuery.isPreparable(sql) == expected)
    }

    @Test func refusesZeroBytes() {
        for value in [PostgresValue.text("a\0b"), .utf8([0]), .textArray(["\0"])] {
            let error = #expect(throws: PostgresError.self) { try EncodedQuery(PostgresQuery("SELECT $1", [value])) }
            #expect(error?.code == .invalidParameter)
        }
        #expect(throws: PostgresError.self) { try EncodedQuery(PostgresQuery("SELECT\0")) }
        #expect(throws: Never.self) { try EncodedQuery(PostgresQuery("SELECT $1", [.bytea([0, 1])])) }
    }

    @Test func arraysOfRandomTextComeBack() throws {
        var random = SeededGenerator()
        let alphabet = Array("ab\"\\,{} NULLé🙂'\n")
        for _ in 0..<500 {
            let elements: [String?] = (0..<Int.random(in: 0...5, using: &random)).map { _ in
                guard Int.random(in: 0..<5, using: &random) > 0 else { return nil }
                return String(
                    (0..<Int.random(in: 0...6, using: &random)).map { _ in
                        alphabet.randomElement(using: &random) ?? "x"
                    })
            }
            var bytes: [UInt8] = []
            ArrayLiteral.append(elements.map { $0?.utf8 }, to: &bytes)
            #expect(bytes.withUnsafeBytes { ArrayLiteral.parse($0) } == elements)
        }
    }

    @Test(arguments: ["", "{", "}", "{a", "{{a},{b}}", "{a,}", "{,a}", "{\"a}", "{\"a\"b}", "{\"\\", "[0:1]={a,b}"])
    func refusesWhatIsNoSimpleArray(text: String) {
        #expect(Array(text.utf8).withUnsafeBytes { ArrayLiteral.parse($0) } == nil)
    }
}

@Suite struct StatementCacheTests {
    private final class Owner {}

    @Test func preparesOnce() {
        var cache = StatementCache(capacity: 2)
        let (one, two) = (Owner(), Owner())
        #expect(cache.use("a", by: ObjectIdentifier(one)) == .prepare(name: "s1"))
        #expect(cache.use("a", by: ObjectIdentifier(one)) == .execute(name: "s1"))
        #expect(cache.use("a", by: ObjectIdentifier(two)) == .direct)
        cache.prepared("a", name: "s1", succeeded: true)
        #expect(cache.use("a", by: ObjectIdentifier(two)) == .execute(name: "s1"))
        withExtendedLifetime((one, two)) {}
    }

    @Test func aFailedPrepareIsForgotten() {
        var cache = StatementCache(capacity: 2)
        let owner = Owner()
        #expect(cache.use("a", by: ObjectIdentifier(owner)) == .prepare(name: "s1"))
        cache.prepared("a", name: "s1", succeeded: false)
        #expect(cache.use("a", by: ObjectIdentifier(owner)) == .prepare(name: "s2"))
        // A late answer about the first name means nothing to the second.
        cache.prepared("a", name: "s1", succeeded: true)
        #expect(cache.forget("a") == "s2")
        #expect(cache.count == 0)
    }

    @Test func evictsTheLeastRecentlyUsed() {
        var cache = StatementCache(capacity: 2)
        let owner = ObjectIdentifier(self.owner)
        for sql in ["a", "b", "c"] { _ = cache.use(sql, by: owner) }
        #expect(cache.evict() == [], "unconfirmed statements stay")
        for (sql, name) in [("a", "s1"), ("b", "s2"), ("c", "s3")] {
            cache.prepared(sql, name: name, succeeded: true)
        }
        _ = cache.use("a", by: owner)
        #expect(cache.evict() == ["s2"])
        #expect(cache.use("a", by: owner) == .execute(name: "s1"))
        #expect(cache.use("c", by: owner) == .execute(name: "s3"))
    }

    private let owner = Owner()
}

@Suite struct QueueTests {
    @Test func behavesLikeAnArray() {
        var random = SeededGenerator()
        var queue = Queue<Int>()
        var model: [Int] = []
        for step in 0..<20_000 {
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<48:
                queue.append(step)
                model.append(step)
            case 48..<95: #expect(queue.removeFirst() == (model.isEmpty ? nil : model.removeFirst()))
            case 95..<98:
                queue.prepend(step)
                model.insert(step, at: 0)
            case 98:
                let divisor = Int.random(in: 2..<9, using: &random)
                queue.removeAll { $0.isMultiple(of: divisor) }
                model.removeAll { $0.isMultiple(of: divisor) }
            default:
                #expect(queue.contains { $0 == model.last } == !model.isEmpty)
            }
            #expect(queue.count == model.count && queue.first == model.first && queue.isEmpty == model.isEmpty)
        }
        #expect(queue.drain() == model)
        #expect(queue.isEmpty)
    }
}

@Suite struct ErrorTests {
    @Test func redactsDataErrors() {
        var error = PostgresError(
            .server(sqlState: "22P02"), "invalid input syntax for type integer: \"4111 1111\"")
        error.detail = "secret detail"
        error.context = "COPY t, line 1, column a: \"secret\""
        error.table = "t"
        #expect("\(error)" == "server error 22P02: invalid input syntax for type integer: \"…\", table t")
        #expect(String(reflecting: error).contains("4111 1111"))
        #expect(String(reflecting: error).contains("secret detail"))
    }

    @Test func readsTheStateOutOfAFailedAttempt() {
        let error = PostgresError(
            connecting: """
                connection to server on socket "/tmp/.s.PGSQL.5432" failed: FATAL:  3D000: database "x" does not exist
                LOCATION:  InitPostgres, postinit.c:885

                """)
        #expect(error.sqlState == SQLState.invalidDatabase)
        #expect(
            error.message
                == #"connection to server on socket "/tmp/.s.PGSQL.5432" failed: FATAL:  database "x" does not exist"#)
        #expect(PostgresError(connecting: "").message == "no connection")
    }
}
