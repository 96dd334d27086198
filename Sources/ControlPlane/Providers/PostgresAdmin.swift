import Environments
import Postgres

/// Sessions of the administrating role, and the translation of PostgreSQL's errors.
struct PostgresAdmin: Sendable {
    let configuration: PostgresConfiguration
    /// Sessions that are kept for a while; nil: one a call.
    private let pool: PostgresPool?

    init(configuration: PostgresConfiguration) {
        self.configuration = configuration
        pool = nil
    }

    /// - Parameter pool: to the database that sessions have when none is named.
    init(pool: PostgresPool) {
        configuration = pool.configuration
        self.pool = pool
    }

    /// Runs `body` on a session for the caller alone; one to another database than the configured one is closed after it.
    /// - Parameters:
    ///   - database: nil: the configured one.
    ///   - purpose: completes "cannot …" in the message of an error.
    @discardableResult
    func session<T: Sendable>(
        database: String? = nil, _ purpose: String, _ body: (PostgresConnection) async throws -> T
    ) async throws(ControlError) -> T {
        if let pool, database == nil {
            do {
                return try await pool.withConnection(body)
            } catch {
                throw Self.controlError(error, purpose)
            }
        }
        let connection: PostgresConnection
        do {
            connection = try await PostgresConnection.connect(configuration.with(database: database))
        } catch {
            throw Self.controlError(error, purpose)
        }
        do {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw Self.controlError(error, purpose)
        }
    }

    /// The error as people and programs should see it, without values.
    static func controlError(_ error: any Error, _ purpose: String) -> ControlError {
        if let error = error as? ControlError { return error }
        if error is CancellationError { return ControlError(.cancelled, "cancelled: \(purpose)") }
        guard let error = error as? PostgresError else {
            return ControlError(.failed, "cannot \(purpose): \(error)")
        }
        if error.sqlState == SQLState.diskFull {
            return ControlError(
                .capacity, "cannot \(purpose): the disk of the PostgreSQL server is full", hint: "free some disk space")
        }
        if error.sqlState == SQLState.tooManyConnections {
            return ControlError(
                .capacity, "cannot \(purpose): the PostgreSQL server has no connection left",
                hint: "delete environments that nobody needs, or raise max_connections")
        }
        if error.code == .cancelled { return ControlError(.cancelled, "cancelled: \(purpose)") }
        if error.isConnectionError {
            return ControlError(.unavailable, "cannot \(purpose): \(error.description)")
        }
        return ControlError(.failed, "cannot \(purpose): \(error.description)")
    }
}
