import Postgres

/// Runs a unit of work again when PostgreSQL ended it for reasons that have nothing to do with the request: a
/// serialization failure or a deadlock (SQLSTATE 40001, 40P01), which undid all of it.
///
/// - Parameters:
///   - attempts: How often the work is tried in all.
///   - isRead: The work changes nothing, so it may also be run again when the connection was lost, which happens to
///     every idle connection when PostgreSQL restarts.
package nonisolated(nonsending) func retryingTransient<Value: Sendable>(
    attempts: Int = 8, isRead: Bool = false, _ work: () async throws -> Value
) async throws -> Value {
    var attempt = 1
    while true {
        do {
            return try await work()
        } catch let error as PostgresError {
            guard attempt < attempts, error.isRetryable || (isRead && error.code == .connectionLost) else {
                throw error
            }
            // Two that met in a deadlock must not meet again at once: a random pause, growing with each attempt.
            // Its end by cancellation ends the work too.
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...(1 << min(attempt, 6)))))
            attempt += 1
        }
    }
}
