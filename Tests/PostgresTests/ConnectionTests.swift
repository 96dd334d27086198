import TestSupport
import Testing

@testable import Postgres

@Suite struct ConnectionTests {
    @Test func everyTypeOfParameterComesBack() async throws {
        try await withTestConnection { connection in
            let row = try await connection.query(
                """
                SELECT $1::text, $2::jsonb->>'a', $3::bytea, $4::int8, $5::bool, $6::float8, $7::text[], $8::text[],
                       $9::bytea[], $10::text, $11::int4
                """,
                .text("ünï 日本 🙂 '\"\\"), .utf8(Array(#"{"a":"b"}"#.utf8)), .bytea([0, 1, 255, 92]), .int(Int64.min),
                true, .double(-0.1), .textArray(["a", nil, "", "NULL", "x,\"y\\{}"]),
                .utf8Array([Array("é".utf8), nil]),
                .byteaArray([[0, 255], nil, []]), .null, 42)[0]
            #expect(try row[0].string == "ünï 日本 🙂 '\"\\")
            #expect(try row[1].string == "b")
            #expect(try row[2].bytea == [0, 1, 255, 92])
            #expect(try row[3].int64 == Int64.min)
            #expect(try row[4].bool)
            #expect(try row[5].double == -0.1)
            #expect(try row[6].textArray == ["a", nil, "", "NULL", "x,\"y\\{}"])
            #expect(try row[7].textArray == ["é", nil])
            #expect(try row[8].textArray == ["\\x00ff", nil, "\\x"])
            #expect(row[9].isNull && row[9].orNil == nil)
            #expect(try row[10].int == 42)
            #expect(row[0].withUTF8 { $0.count } == "ünï 日本 🙂 '\"\\".utf8.count)
        }
    }

    @Test func aCellSaysWhatItIsNot() async throws {
        try await withTestConnection { connection in
            let result = try await connection.query(
                "SELECT NULL::int AS nothing, 'x' AS letter, 9223372036854775808 AS big")
            #expect(result.columns == ["nothing", "letter", "big"])
            let row = result[0]
            for (error, name) in [
                (#expect(throws: PostgresError.self) { try row["nothing"].int }, "nothing"),
                (#expect(throws: PostgresError.self) { try row["letter"].int }, "letter"),
                (#expect(throws: PostgresError.self) { try row["letter"].bool }, "letter"),
                (#expect(throws: PostgresError.self) { try row["letter"].bytea }, "letter"),
                (#expect(throws: PostgresError.self) { try row["big"].int64 }, "big"),
                (#expect(throws: PostgresError.self) { try row["missing"].string }, "no column"),
            ] {
                #expect(error?.code == .decoding)
                #expect(error?.message.contains(name) == true)
            }
        }
    }

    @Test func resultsOutliveTheirConnection() async throws {
        let result = try await withTestConnection { connection in
            try await connection.query("SELECT n::text FROM generate_series(1, 1000) n")
        }
        #expect(result.count == 1000 && result.affectedRows == 1000)
        #expect(try result.map { try $0[0].int } == Array(1...1000))
    }

    @Test func anErrorTellsAll() async throws {
        try await withTestConnection { connection in
            try await connection.execute(script: "CREATE TABLE t (id int CONSTRAINT t_key PRIMARY KEY, n int NOT NULL)")
            try await connection.query("INSERT INTO t VALUES ($1, $2)", 1, 1)
            let duplicate = await postgresError {
                try await connection.query("INSERT INTO t VALUES ($1, $2)", 1, 1)
            }
            #expect(duplicate?.code == .server(sqlState: SQLState.uniqueViolation))
            #expect(duplicate?.constraint == "t_key" && duplicate?.table == "t" && duplicate?.detail != nil)
            #expect(duplicate.map { "\($0)".contains("(1)") } == false)
            let missing = await postgresError {
                try await connection.query("INSERT INTO t VALUES (2)")
            }
            #expect(missing?.sqlState == SQLState.notNullViolation && missing?.column == "n")
            let syntax = await postgresError { try await connection.query("SELEC 1") }
            #expect(syntax?.sqlState == SQLState.syntaxError && syntax?.position == 1)
            #expect(try await connection.query("SELECT count(*) FROM t")[0][0].int == 1)
        }
    }

    @Test func aPipelineIsAllOrNothing() async throws {
        try await withTestConnection { connection in
            try await connection.execute(script: "CREATE TABLE t (id int PRIMARY KEY)")
            let results = try await connection.pipeline([
                PostgresQuery("INSERT INTO t VALUES ($1)", [1]), PostgresQuery("INSERT INTO t VALUES ($1)", [2]),
                "SELECT count(*) FROM t",
            ])
            #expect(results.map(\.affectedRows) == [1, 1, 1])
            #expect(try results[2][0][0].int == 2)
            let error = await postgresError {
                try await connection.pipeline([
                    PostgresQuery("INSERT INTO t VALUES ($1)", [3]), PostgresQuery("INSERT INTO t VALUES ($1)", [1]),
                    PostgresQuery("INSERT INTO t VALUES ($1)", [4]),
                ])
            }
            #expect(error?.sqlState == SQLState.uniqueViolation && error?.statementIndex == 1)
            #expect(try await connection.query("SELECT count(*) FROM t")[0][0].int == 2)
            #expect(try await connection.pipeline([]).isEmpty)
        }
    }

    @Test func aFailureOfTheImpliedCommitIsReported() async throws {
        try await withTestConnection { connection in
            try await connection.execute(
                script: "CREATE TABLE t (id int UNIQUE DEFERRABLE INITIALLY DEFERRED); INSERT INTO t VALUES (1)")
            let error = await postgresError {
                try await connection.pipeline(["INSERT INTO t VALUES (1)", "SELECT 1"])
            }
            #expect(error?.sqlState == SQLState.uniqueViolation)
            #expect(try await connection.query("SELECT count(*) FROM t")[0][0].int == 1)
        }
    }

    @Test func manyTasksShareOneConnection() async throws {
        try await withTestConnection { connection in
            let sum = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        if number.isMultiple(of: 10) {
                            await postgresError { try await connection.query("SELECT 1/0") }
                        }
                        return try await connection.query("SELECT $1::int, repeat('x', 5000)", .int(number))[0][0].int
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(sum == 199 * 200 / 2)
            #expect(connection.status.value == .clean)
        }
    }

    @Test func largeValuesPassInBothDirections() async throws {
        try await withTestConnection { connection in
            let text = String(repeating: "0123456789", count: 500_000)
            let results = try await connection.pipeline(
                (0..<4).map { _ in PostgresQuery("SELECT $1::text", [.text(text)]) })
            for result in results { #expect(try result[0][0].string == text) }
        }
    }

    @Test func scriptsRunInOneTransaction() async throws {
        try await withTestConnection { connection in
            let results = try await connection.execute(
                script: "CREATE TABLE t (id int); INSERT INTO t VALUES (1), (2); SELECT count(*) FROM t")
            #expect(results.map(\.commandTag) == ["CREATE TABLE", "INSERT 0 2", "SELECT 1"])
            await postgresError {
                try await connection.execute(script: "INSERT INTO t VALUES (3); SELECT 1/0")
            }
            #expect(try await connection.query("SELECT count(*) FROM t")[0][0].int == 2)
            let copy = await postgresError {
                try await connection.execute(script: "COPY t FROM STDIN")
            }
            #expect(copy?.code == .misuse)
            #expect(try await connection.query("SELECT count(*) FROM t")[0][0].int == 2)
        }
    }

    @Test func copyInAQueryClosesTheConnection() async throws {
        try await withTestConnection { connection in
            let error = await postgresError {
                try await connection.query("COPY pg_class TO STDOUT")
            }
            #expect(error?.code == .misuse)
            #expect(connection.status.value == .closed)
        }
    }

    @Test func statementsSurviveDDL() async throws {
        try await TestPostgres.withDatabase { configuration in
            try await withPostgresPool(configuration) { other in
                let connection = try await PostgresConnection.connect(configuration)
                try await other.query("CREATE TABLE t (a int)")
                try await other.query("INSERT INTO t VALUES (1)")
                #expect(try await connection.query("SELECT * FROM t").columns == ["a"])
                try await other.query("ALTER TABLE t ADD b int DEFAULT 2")
                let results = try await connection.pipeline([
                    "INSERT INTO t VALUES (3)", "SELECT * FROM t ORDER BY a",
                ])
                #expect(results[1].columns == ["a", "b"])
                #expect(results[1].count == 2, "the failed attempt left nothing")
                try await other.query("ALTER TABLE t DROP b")
                let error = await postgresError {
                    try await connection.transaction { connection in
                        try await connection.query("SELECT * FROM t ORDER BY a")
                    }
                }
                #expect(error?.sqlState == SQLState.featureNotSupported)
                #expect(connection.status.value == .clean)
                #expect(try await connection.query("SELECT * FROM t ORDER BY a").columns == ["a"])
                await connection.close()
            }
        }
    }

    @Test func preparedStatementsAreBounded() async throws {
        try await withTestConnection { connection in
            for number in 0..<(PostgresConnection.preparedStatements + 40) {
                #expect(try await connection.query(PostgresQuery("SELECT \(number)"))[0][0].int == number)
            }
            let count = try await connection.query(
                PostgresQuery("SELECT count(*) FROM pg_prepared_statements", prepared: false))[0][0].int
            #expect(count == PostgresConnection.preparedStatements)
        }
    }

    @Test func refusedConnectionsSayWhy() async throws {
        let server = try await TestPostgres.shared()
        let database = await postgresError {
            try await PostgresConnection.connect(server.configuration.with(database: "absent"))
        }
        #expect(database?.code == .connectionFailed && database?.sqlState == SQLState.invalidDatabase)
        let password = await postgresError {
            try await PostgresConnection.connect(server.tcpConfiguration.with(user: "nobody_at_all", password: "x"))
        }
        #expect(password?.sqlState == SQLState.invalidPassword)
        var nowhere = server.configuration
        nowhere.host = "/nonexistent"
        let socket = await postgresError { try await PostgresConnection.connect(nowhere) }
        #expect(socket?.code == .connectionFailed)
    }

    @Test func connectsByName() async throws {
        var configuration = try await TestPostgres.shared().tcpConfiguration
        configuration.host = "localhost"
        let connection = try await PostgresConnection.connect(configuration)
        #expect(try await connection.query("SELECT 1")[0][0].int == 1)
        await connection.close()
    }

    @Test func aServerThatSaysNothingTimesOut() async throws {
        try await withSilentServer { port in
            let configuration = PostgresConfiguration(
                host: "127.0.0.1", port: port, user: "u", database: "d", connectTimeout: .milliseconds(50))
            let error = await postgresError {
                try await PostgresConnection.connect(configuration)
            }
            #expect(error?.code == .timeout)
        }
    }

    @Test func notificationsArrive() async throws {
        try await TestPostgres.withDatabase { configuration in
            let listener = try await PostgresConnection.connect(configuration)
            let speaker = try await PostgresConnection.connect(configuration)
            let stream = try await listener.listen(to: "news Channel")
            for number in 1...3 {
                try await speaker.query("SELECT pg_notify('news Channel', $1)", .text("\(number)"))
            }
            var iterator = stream.makeAsyncIterator()
            for number in 1...3 {
                let notification = await iterator.next()
                #expect(notification?.channel == "news Channel" && notification?.payload == "\(number)")
            }
            await listener.close()
            #expect(await iterator.next() == nil)
            await speaker.close()
        }
    }
}
