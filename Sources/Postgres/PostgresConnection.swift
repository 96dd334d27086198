/// One session with PostgreSQL.
package actor PostgresConnection {
    package nonisolated let configuration: PostgresConfiguration
    init(configuration: PostgresConfiguration) { self.configuration = configuration }

    package static func connect(
        _ configuration: PostgresConfiguration, on loop: PostgresLoop = .shared
    ) async throws(PostgresError) -> PostgresConnection { fatalError() }

    @discardableResult
    package nonisolated(nonsending) func query(_ query: PostgresQuery) async throws(PostgresError) -> PostgresResult {
        fatalError()
    }

    @discardableResult
    package nonisolated(nonsending) func query(
        _ sql: String, _ parameters: PostgresValue...
    ) async throws(PostgresError) -> PostgresResult { fatalError() }

    /// One round trip, all or nothing unless the connection is in a transaction already.
    @discardableResult
    package nonisolated(nonsending) func pipeline(
        _ queries: [PostgresQuery]
    ) async throws(PostgresError) -> [PostgresResult] { fatalError() }

    /// Several statements separated by semicolons, without parameters.
    @discardableResult
    package nonisolated(nonsending) func execute(script: String) async throws(PostgresError) -> [PostgresResult] {
        fatalError()
    }

    package nonisolated(nonsending) func transaction<T: Sendable>(
        isolation: PostgresIsolation? = nil, _ body: (PostgresConnection) async throws -> T
    ) async throws -> T { fatalError() }

    /// `COPY … FROM STDIN`; returns the number of rows. Throws what the writer throws, after aborting the copy.
    @discardableResult
    package nonisolated(nonsending) func copyIn(
        _ sql: String, _ write: (PostgresCopyWriter) async throws -> Void
    ) async throws -> Int { fatalError() }

    /// Every notification that arrives from now on; issue LISTEN yourself.
    package nonisolated func notifications() -> AsyncStream<PostgresNotification> { fatalError() }

    package nonisolated func close() async { fatalError() }
}

package enum PostgresIsolation: String, Sendable, CaseIterable {
    case readCommitted = "READ COMMITTED"
    case repeatableRead = "REPEATABLE READ"
    case serializable = "SERIALIZABLE"
}

package struct PostgresNotification: Sendable, Hashable {
    package let channel: String
    package let payload: String
    package let processID: Int
}

package struct PostgresCopyWriter: Sendable {
    let connection: PostgresConnection
    /// Returns when the bytes are on their way (back-pressure of the server).
    package nonisolated(nonsending) func write(_ bytes: [UInt8]) async throws(PostgresError) { fatalError() }
}
