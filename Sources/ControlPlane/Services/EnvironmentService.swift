package import Environments

/// What users do with environments. Every call reads and writes the records; the workers do the rest.
package struct EnvironmentService: Sendable {
    /// Asks for an environment and returns as soon as the request is recorded. Repeating it gives the same one.
    package func clone(_ spec: CloneSpec) async throws(ControlError) -> CloneOutcome { throw notBuilt }
    package func get(_ name: String) async throws(ControlError) -> EnvironmentRecord { throw notBuilt }
    /// Live environments that carry all of `labels`, oldest first.
    package func list(labels: [String: String] = [:]) async throws(ControlError) -> [EnvironmentRecord] {
        throw notBuilt
    }
    /// `conflict` until it is ready.
    package func credentials(_ name: String) async throws(ControlError) -> EnvironmentCredentials { throw notBuilt }
    /// Returns when the environment is ready, failed or deleted; `timeout` when it is not so in time.
    package func wait(_ name: String, timeout: Duration) async throws(ControlError) -> EnvironmentRecord {
        throw notBuilt
    }
    /// Moves the deadline to `ttl` from now.
    package func extend(_ name: String, ttl: Duration) async throws(ControlError) -> EnvironmentRecord {
        throw notBuilt
    }
    /// Starts the deletion; with `wait` returns when nothing of it is left.
    package func delete(_ name: String, wait: Duration? = nil) async throws(ControlError) -> EnvironmentRecord {
        throw notBuilt
    }
    /// The last lines of the server's log.
    package func logs(_ name: String, lines: Int) async throws(ControlError) -> String { throw notBuilt }
    package func events(_ name: String) async throws(ControlError) -> [EventRecord] { throw notBuilt }
    /// The URL of an environment's endpoint; nil while it has no port.
    package func endpoint(of record: EnvironmentRecord) -> String? { record.port.map { "http://127.0.0.1:\($0)" } }
}

private let notBuilt = ControlError(.unavailable, "not built yet")
