import Environments
import Logging
import Postgres

/// Looks at everything that a control plane needs, whether one runs or not: the only implementation, for the command
/// and for the API.
package struct Doctor: Sendable {
    let configuration: ControlPlaneConfiguration
    /// Ports that our environments have, where the records say so; nil: taken from what runs.
    var reservedPorts: Set<Int>?
    /// Whether a control plane runs, and so its files are not left over.
    var isRunning: Bool

    package init(_ configuration: ControlPlaneConfiguration) {
        self.init(configuration, reservedPorts: nil, isRunning: false)
    }

    init(_ configuration: ControlPlaneConfiguration, reservedPorts: Set<Int>?, isRunning: Bool) {
        self.configuration = configuration
        self.reservedPorts = reservedPorts
        self.isRunning = isRunning
    }

    /// In the order in which one would repair.
    package func run() async -> [DoctorCheck] {
        var checks = [stateDirectory, leftovers, secrets, keys, disk]
        let programs = await postgresPrograms()
        checks.append(programs.check)
        checks.append(sharedBlocks(postgres: programs.version))
        checks += [serverProgram, ports]
        checks += await database()
        return checks
    }

    static func check(_ name: String, _ body: () throws(ControlError) -> DoctorCheck) -> DoctorCheck {
        do {
            return try body()
        } catch {
            return DoctorCheck(name, error)
        }
    }

    private var serverProgram: DoctorCheck {
        Self.check("server-program") { () throws(ControlError) in
            if let path = configuration.serverExecutable {
                guard PosixFile.isExecutable(path) else {
                    return DoctorCheck(
                        "server-program", .problem, "\(path) cannot be executed",
                        hint: "set ENVCTL_EXTENDDB_SERVER to the path of extenddb-server")
                }
                return DoctorCheck("server-program", .ok, path)
            }
            return DoctorCheck(
                "server-program", .ok,
                try ProcessLauncher.findExecutable(environment: configuration.processEnvironment))
        }
    }
}
