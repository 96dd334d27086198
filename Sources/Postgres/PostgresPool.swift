/// Connections to one database, opened when needed and closed when idle.
package final class PostgresPool: Sendable {
    package struct Limits: Sendable, Hashable {
        package var maximum: Int
        package var idleTimeout: Duration
        package var acquireTimeout: Duration
        package var maximumWaiters: Int
        package var sharedConnections: Int
        package init(
            maximum: Int = 10, idleTimeout: Duration = .seconds(30), acquireTimeout: Duration = .seconds(10),
            maximumWaiters: Int = 10_000, sharedConnections: Int = 2
        ) {
            self.maximum = maximum
            self.idleTimeout = idleTimeout
            self.acquireTimeout = acquireTimeout
            self.maximumWaiters = maximumWaiters
            self.sharedConnections = sharedConnections
        }
    }

    package let configuration: PostgresConfiguration
    package let limits: Limits

    package init(configuration: PostgresConfiguration, limits: Limits = Limits(), loop: PostgresLoop = .shared) {
        self.configuration = configuration
        self.limits = limits
    }

    /// Returns when the task is cancelled or `shutdown` was called; closes every connection before it returns.
    package func run() async { fatalError() }

    /// A connection for the caller alone.
    package nonisolated(nonsending) func withConnection<T: Sendable>(
        _ body: (PostgresConnection) async throws -> T
    ) async throws -> T { fatalError() }

    package nonisolated(nonsending) func transaction<T: Sendable>(
        isolation: PostgresIsolation? = nil, _ body: (PostgresConnection) async throws -> T
    ) async throws -> T { fatalError() }

    /// Shares few pipelined connections with the other callers. For statements that cannot wait for a lock.
    @discardableResult
    package nonisolated(nonsending) func query(_ query: PostgresQuery) async throws(PostgresError) -> PostgresResult {
        fatalError()
    }

    @discardableResult
    package nonisolated(nonsending) func query(
        _ sql: String, _ parameters: PostgresValue...
    ) async throws(PostgresError) -> PostgresResult { fatalError() }

    @discardableResult
    package nonisolated(nonsending) func pipeline(
        _ queries: [PostgresQuery]
    ) async throws(PostgresError) -> [PostgresResult] { fatalError() }

    /// Open connections at this moment.
    package var openConnections: Int { fatalError() }

    /// Refuses new work, waits for what is out, closes all.
    package func shutdown() async { fatalError() }
}

/// A pool for the duration of `body`.
package nonisolated(nonsending) func withPostgresPool<T: Sendable>(
    _ configuration: PostgresConfiguration, limits: PostgresPool.Limits = .init(),
    _ body: (PostgresPool) async throws -> T
) async throws -> T { fatalError() }
