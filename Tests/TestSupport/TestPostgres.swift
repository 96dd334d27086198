package import Postgres

/// One real PostgreSQL for the test process.
package final class TestPostgres: Sendable {
    /// The superuser, in database `postgres`, over the Unix socket.
    package let configuration: PostgresConfiguration
    /// The same over loopback TCP.
    package let tcpConfiguration: PostgresConfiguration

    init(configuration: PostgresConfiguration, tcpConfiguration: PostgresConfiguration) {
        self.configuration = configuration
        self.tcpConfiguration = tcpConfiguration
    }

    /// Starts the server at the first call.
    package static func shared() async throws -> TestPostgres { fatalError() }

    /// A database for one test, dropped afterwards whatever happens.
    package static func withDatabase<T: Sendable>(
        template: String = "template1", _ body: (PostgresConfiguration) async throws -> T
    ) async throws -> T { fatalError() }
}

/// `TestPostgres.withDatabase` with a pool on it.
package func withTestPool<T: Sendable>(
    limits: PostgresPool.Limits = .init(), _ body: (PostgresPool) async throws -> T
) async throws -> T {
    try await TestPostgres.withDatabase { configuration in
        try await withPostgresPool(configuration, limits: limits, body)
    }
}
