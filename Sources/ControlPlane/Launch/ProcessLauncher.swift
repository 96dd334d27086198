package import Environments
package import Logging

/// Runs `extenddb-server` as a process of this machine that outlives the control plane.
package struct ProcessLauncher: Launcher {
    /// - Parameter executable: nil: `ENVCTL_EXTENDDB_SERVER`, else `extenddb-server` next to the running executable.
    package init(executable: String? = nil, environment: [String: String], logger: Logger) throws(ControlError) {
        preconditionFailure("not built yet")
    }

    package func launch(_ request: LaunchRequest) async throws(ControlError) -> ServerProcess {
        preconditionFailure("not built yet")
    }

    package func isAlive(_ process: ServerProcess) -> Bool { preconditionFailure("not built yet") }

    package func stop(_ process: ServerProcess) async throws(ControlError) { preconditionFailure("not built yet") }

    package func find(id: String, directory: String) -> ServerProcess? { preconditionFailure("not built yet") }

    package func log(directory: String, lines: Int) throws(ControlError) -> [String] {
        preconditionFailure("not built yet")
    }
}
