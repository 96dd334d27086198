package import Environments
package import Logging

/// The control plane's own PostgreSQL server: found on the machine, made once, started or adopted.
package struct PrivatePostgres: Sendable {
    /// - Parameters:
    ///   - stateDirectory: the control plane's state directory (absolute).
    ///   - environment: the process environment (`ENVCTL_POSTGRES_BIN`, `PATH`).
    package init(stateDirectory: String, environment: [String: String], logger: Logger) {
        preconditionFailure("not built yet")
    }

    /// Makes the data directory when absent, starts or adopts the server, and bootstraps roles and privileges.
    package func start() async throws(ControlError) -> PrivatePostgresServer { preconditionFailure("not built yet") }

    /// The running server; nil when it does not run. Starts nothing.
    package func find() async throws(ControlError) -> PrivatePostgresServer? { preconditionFailure("not built yet") }

    /// Fast shutdown; returns when the server is gone. Nothing to do when it does not run.
    package func stop() async throws(ControlError) { preconditionFailure("not built yet") }

    /// Makes `database` with the right owner and closed to PUBLIC, unless it exists (the control plane's records).
    package func ensureDatabase(_ database: String, on server: PrivatePostgresServer) async throws(ControlError) {
        preconditionFailure("not built yet")
    }
}
