import ExtendDBServer
import Logging
import Postgres
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite struct ServerConfigurationTests {
    private static let minimal =
        #"{"port": 20001, "region": "eu-west-1", "database": {"host": "/run/pg", "user": "u", "database": "d"}}"#

    private func parse(_ json: String) throws -> ServerConfiguration {
        try ServerConfiguration(parsing: Array(json.utf8))
    }

    @Test func `what is not said has its default`() throws {
        let configuration = try parse(Self.minimal)
        #expect(configuration.bindAddress == "127.0.0.1")
        #expect(configuration.port == 20_001)
        #expect(configuration.region == "eu-west-1")
        #expect(configuration.database.host == "/run/pg")
        #expect(configuration.database.port == 5432)
        #expect(configuration.database.password == nil)
        #expect(configuration.dataDatabase == nil)
        #expect(configuration.maximumConnections == 8)
        #expect(configuration.connectionIdle == .seconds(30))
        #expect(configuration.logLevel == .info)
        #expect(configuration.http.clientIdle == .seconds(60))
        #expect(configuration.activityFile == nil)
    }

    @Test func `every key is read`() throws {
        let configuration = try parse(
            """
            {"bind_address": "0.0.0.0", "port": 0, "region": "us-east-1", "max_connections": 3,
             "connection_idle_seconds": 5, "client_idle_seconds": 7, "log_level": "debug",
             "activity_file": "/run/activity", "bucket_directory": "/var/buckets", "throttling": true,
             "database": {"host": "db", "port": 6543, "user": "u", "password": "secret", "database": "d",
                          "data_database": "e"}}
            """)
        #expect(configuration.bindAddress == "0.0.0.0")
        #expect(configuration.port == 0)
        #expect(configuration.maximumConnections == 3)
        #expect(configuration.connectionIdle == .seconds(5))
        #expect(configuration.http.clientIdle == .seconds(7))
        #expect(configuration.activityFile == "/run/activity")
        #expect(configuration.bucketDirectory == "/var/buckets")
        #expect(configuration.throttles)
        #expect(configuration.logLevel == .debug)
        #expect(configuration.database.port == 6543)
        #expect(configuration.dataDatabase == "e")
        #expect(configuration.database.password == "secret")
    }

    @Test(arguments: [
        ("", "not valid JSON"),
        ("[]", "is not a JSON object"),
        ("{}", "'database' is missing"),
        (#"{"database": 1}"#, "'database' is not a JSON object"),
        (#"{"database": {"host": "h", "user": "u", "database": "d"}, "region": "r"}"#, "'port' is missing"),
        (#"{"port": 1, "region": "r", "database": {"user": "u", "database": "d"}}"#, "'database.host' is missing"),
        (#"{"port": 70000, "database": {}}"#, "'port' must be a whole number from 0 to 65535"),
        (#"{"port": "1", "database": {}}"#, "'port' must be a whole number"),
        (#"{"port": 1.5, "database": {}}"#, "'port' must be a whole number"),
        (#"{"port": 1, "region": "", "database": {}}"#, "'region' must be a string that is not empty"),
        (#"{"port": 1, "port": 2, "database": {}}"#, "'port' stands twice"),
        (
            #"{"port":1,"region":"r","log_level":"loud","database":{"host":"h","user":"u","database":"d"}}"#,
            "'log_level' is not a log level: 'loud'"
        ),
        (
            #"{"port":1,"region":"r","prot":2,"database":{"host":"h","user":"u","database":"d"}}"#,
            "unknown key 'prot'"
        ),
        (
            #"{"port":1,"region":"r","database":{"host":"h","user":"u","database":"d","pasword":"secret"}}"#,
            "unknown key 'database.pasword'"
        ),
    ])
    func `an error names the key`(json: String, message: String) throws {
        let error = try #require(throws: ConfigurationError.self) { try parse(json) }
        #expect(error.message.contains(message), "\(error.message)")
        #expect(!error.hint.isEmpty)
        #expect(!error.message.contains("secret"))
    }

    // MARK: The file

    private func withFile<Value>(mode: mode_t, _ body: (String) throws -> Value) throws -> Value {
        let path = "/tmp/server-configuration-\(UInt64.random(in: .min ... .max)).json"
        let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY, 0o600)
        try #require(descriptor >= 0)
        defer { unlink(path) }
        let bytes = Array(Self.minimal.utf8)
        #expect(write(descriptor, bytes, bytes.count) == bytes.count)
        #expect(fchmod(descriptor, mode) == 0)
        close(descriptor)
        return try body(path)
    }

    @Test func `a private file is read`() throws {
        let configuration = try withFile(mode: 0o600) { try ServerConfiguration(contentsOf: $0) }
        #expect(configuration.port == 20_001)
    }

    @Test(arguments: [0o644, 0o602, 0o604, 0o666])
    func `a file that others can read or write is refused`(mode: mode_t) throws {
        try withFile(mode: mode) { path in
            let error = try #require(throws: ConfigurationError.self) {
                try ServerConfiguration(contentsOf: path)
            }
            #expect(error.message.contains("open to other users"))
            #expect(error.hint == "run: chmod 600 \(path)")
        }
    }

    @Test(arguments: ["/nonexistent/server.json", "/tmp"])
    func `what is no file is refused`(path: String) throws {
        let error = try #require(throws: ConfigurationError.self) { try ServerConfiguration(contentsOf: path) }
        #expect(error.message.contains(path))
    }

    // MARK: The socket

    @Test(arguments: [
        ([:], ListeningSocket.bind),
        (["LISTEN_FDS": "1", "LISTEN_PID": "42"], .inherited(descriptor: 3)),
        (["LISTEN_FDS": "1", "LISTEN_PID": "43"], .bind),
        (["LISTEN_FDS": "1"], .bind),
    ])
    func `an inherited socket is taken if it is meant for this process`(
        environment: [String: String], socket: ListeningSocket
    ) throws {
        #expect(try ListeningSocket.fromEnvironment(processID: 42) { environment[$0] } == socket)
    }

    @Test(arguments: ["0", "2", "x"])
    func `exactly one socket can be inherited`(count: String) throws {
        let environment = ["LISTEN_FDS": count, "LISTEN_PID": "42"]
        #expect(throws: ConfigurationError.self) {
            try ListeningSocket.fromEnvironment(processID: 42) { environment[$0] }
        }
    }
}
