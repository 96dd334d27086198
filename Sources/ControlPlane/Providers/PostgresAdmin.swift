import Environments
import Postgres

/// Sessions of the administrating role, one a call, and the translation of PostgreSQL's errors.
struct PostgresAdmin: Sendable {
    let configuration: PostgresConfiguration

    /// Runs `body` on a session and closes it.
    /// - Parameters:
    ///   - database: nil: the configured one.
    ///   - purpose: completes "cannot …" in the message of an error.
    @discardableResult
    func session<T: Sendable>(
        database: String? = nil, _ purpose: String, _ body: (PostgresConnection) async throws -> T
    ) async throws(ControlError) -> T {
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
