package import DynamoModel
package import Postgres

/// What a failure of the database becomes on the wire. SQL and values never reach a client; the whole error goes to
/// the log with the request's identifier.
package enum PostgresErrors {
    /// Whether the same work may succeed if it is run again at once.
    package static func isTransient(_ error: PostgresError, isRead: Bool) -> Bool {
        switch error.sqlState {
        case "40001", "40P01": true
        case nil: isRead && isConnectionLoss(error)
        default: false
        }
    }

    /// Runs `work` and turns what PostgreSQL says into an error for the client.
    package static func wire<Value: Sendable>(
        _ work: () async throws(PostgresError) -> Value
    ) async throws(WireError) -> Value {
        do throws(PostgresError) {
            return try await work()
        } catch {
            throw wireError(error)
        }
    }
}
