import Postgres
import Testing

@testable import ExtendDBServer

@Suite struct ConnectionKeywordTests {
    private func parse(_ database: String) throws -> ServerConfiguration {
        try ServerConfiguration(
            parsing: Array(
                """
                {"port": 8000, "region": "eu-west-1",
                 "database": {"host": "db.example.org", "user": "u", "database": "d"\(database)}}
                """.utf8))
    }

    @Test func encryptionAndTunnelsReachTheDriver() throws {
        let configuration = try parse(
            """
            , "sslmode": "verify-full", "sslrootcert": "/etc/rds.pem", "hostaddr": "127.0.0.1", \
            "connect_timeout_seconds": 45
            """)
        #expect(
            configuration.database.options
                == ["sslmode": "verify-full", "sslrootcert": "/etc/rds.pem", "hostaddr": "127.0.0.1"])
        #expect(configuration.database.connectTimeout == .seconds(45))
    }

    @Test func withoutThemTheDriverDecides() throws {
        let configuration = try parse("")
        #expect(configuration.database.options.isEmpty && configuration.database.connectTimeout == .seconds(10))
        #expect(throws: ConfigurationError.self) { try parse(#", "connect_timeout_seconds": 0"#) }
        #expect(throws: ConfigurationError.self) { try parse(#", "sslmode": 1"#) }
    }
}
