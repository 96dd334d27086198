package import Postgres
import Synchronization

/// One real PostgreSQL for the test process: started at the first use, gone with the process.
///
/// `ENVCTL_TEST_POSTGRES_URL` (a superuser) makes it use a server that runs already.
package final class TestPostgres: Sendable {
    /// The superuser, in database `postgres`, over the Unix socket. Other roles need their password (scram).
    package let configuration: PostgresConfiguration
    /// The same over loopback TCP.
    package let tcpConfiguration: PostgresConfiguration
    /// The data directory; nil when the server is not ours.
    package let dataDirectory: String?

    private let admin: PostgresPool

    init(
        configuration: PostgresConfiguration, tcpConfiguration: PostgresConfiguration, dataDirectory: String?
    ) {
        self.configuration = configuration
        self.tcpConfiguration = tcpConfiguration
        self.dataDirectory = dataDirectory
        admin = PostgresPool(
            configuration: configuration,
            limits: .init(maximum: 4, idleTimeout: .seconds(2), acquireTimeout: .seconds(120)))
    }

    /// The server of this process; all callers share one.
    package static func shared() async throws -> TestPostgres {
        try await starter.value()
    }

    private static let starter = Starter()

    /// A database for one test, dropped afterwards whatever happens. Its name is not used again.
    @discardableResult
    package static func withDatabase<T: Sendable>(
        template: String = "template1", options: String = "", _ body: (PostgresConfiguration) async throws -> T
    ) async throws -> T {
        let server = try await shared()
        let name = "test_\(processID())_\(counter.wrappingAdd(1, ordering: .relaxed).newValue)"
        try await server.admin.withConnection { connection in
            _ = try await connection.query(
                PostgresQuery(
                    "CREATE DATABASE \(PostgresIdentifier.quote(name)) "
                        + "TEMPLATE \(PostgresIdentifier.quote(template)) \(options)"))
        }
        do {
            let value = try await body(server.configuration.with(database: name))
            try await server.drop(name)
            return value
        } catch {
            try await server.drop(name)
            throw error
        }
    }

    private static let counter = Atomic<Int>(0)

    /// In a task of its own, so that the cancellation of a test does not leave its database behind.
    private func drop(_ name: String) async throws {
        let admin = admin
        try await withoutCancellation {
            try await admin.withConnection { connection in
                _ = try await connection.query(
                    PostgresQuery("DROP DATABASE IF EXISTS \(PostgresIdentifier.quote(name)) WITH (FORCE)"))
            }
        }
    }

    /// How many sessions other than the caller's are in a database: what a test left open.
    package static func sessions(in database: String) async throws -> Int {
        let server = try await shared()
        return try await server.admin.withConnection { connection in
            let result = try await connection.query(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'",
                .text(database))
            return try result[0][0].int
        }
    }
}

/// `TestPostgres.withDatabase` with a pool on it.
@discardableResult
package func withTestPool<T: Sendable>(
    limits: PostgresPool.Limits = .init(), _ body: (PostgresPool) async throws -> T
) async throws -> T {
    try await TestPostgres.withDatabase { configuration in
        try await withPostgresPool(configuration, limits: limits, body)
    }
}

/// `TestPostgres.withDatabase` with a connection to it.
@discardableResult
package func withTestConnection<T: Sendable>(
    _ body: (PostgresConnection) async throws -> T
) async throws -> T {
    try await TestPostgres.withDatabase { configuration in
        let connection = try await PostgresConnection.connect(configuration)
        do {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }
}

/// Runs `body` to its end even when the calling task is cancelled.
private func withoutCancellation(_ body: @escaping @Sendable () async throws -> Void) async throws {
    // The one place for an unstructured task: a detached task is what does not inherit cancellation; it is awaited.
    try await Task.detached(operation: body).value
}
