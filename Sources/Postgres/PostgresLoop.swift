/// The event loop that connections live on.
package final class PostgresLoop: Sendable {
    /// One for the process, started at first use.
    package static let shared = PostgresLoop()
}
