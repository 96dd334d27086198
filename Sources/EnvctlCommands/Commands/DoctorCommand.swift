package import ArgumentParser
package import ControlPlane
package import ControlPlaneAPI
import Environments

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// `envctl doctor`.
package struct DoctorCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check this machine and the control plane, and say what to do.",
        discussion: "Works with the control plane down. Exits 1 when something is wrong.")

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func run() async throws {
        let context = try CommandContext(options)
        var checks: [CheckResource]
        do throws(ControlError) {
            // A running control plane checks its own machine, which need not be this one.
            checks = try await context.client().doctor()
        } catch {
            checks = MachineChecks(configuration: context.configuration).run()
            checks.append(
                CheckResource(name: "control-plane", ok: false, detail: error.message, hint: error.hint))
        }
        try context.emit(ListResource(items: checks), text: text(checks, terminal: context.terminal))
        if checks.contains(where: { !$0.ok }) { throw ArgumentParser.ExitCode(1) }
    }

    private func text(_ checks: [CheckResource], terminal: Terminal) -> String {
        checks.map { check in
            let mark = check.ok ? terminal.styled("ok     ", .green) : terminal.styled("problem", .red)
            let hint = check.ok ? nil : check.hint
            return "\(mark)  \(check.name): \(check.detail)" + (hint.map { "\n         hint: \($0)" } ?? "")
        }.joined(separator: "\n")
    }
}

/// What can be said about the machine without a control plane.
package struct MachineChecks: Sendable {
    package let configuration: ControlPlaneConfiguration

    package init(configuration: ControlPlaneConfiguration) {
        self.configuration = configuration
    }

    package func run() -> [CheckResource] {
        [postgres, server, stateDirectory, diskSpace]
    }

    private var postgres: CheckResource {
        if configuration.databaseURL != nil {
            return CheckResource(name: "postgres", ok: true, detail: "yours (ENVCTL_DATABASE_URL)")
        }
        return check("postgres-programs") { () throws(ControlError) in
            try PrivatePostgres.programDirectory(environment: configuration.processEnvironment)
        }
    }

    private var server: CheckResource {
        check("server-program") { () throws(ControlError) in
            if let named = configuration.serverExecutable { return named }
            return try ProcessLauncher.findExecutable(environment: configuration.processEnvironment)
        }
    }

    private var stateDirectory: CheckResource {
        let path = configuration.stateDirectory
        if access(path, W_OK | X_OK) == 0 { return CheckResource(name: "state-directory", ok: true, detail: path) }
        guard errno == ENOENT else {
            return CheckResource(
                name: "state-directory", ok: false, detail: "\(path): \(String(cString: strerror(errno)))",
                hint: "run envctl as its owner, or set ENVCTL_HOME")
        }
        return CheckResource(name: "state-directory", ok: true, detail: "\(path) (envctl up makes it)")
    }

    private var diskSpace: CheckResource {
        var path = configuration.stateDirectory
        var status = statvfs()
        while statvfs(path, &status) != 0 {
            guard errno == ENOENT, let slash = path.lastIndex(of: "/") else {
                return CheckResource(
                    name: "disk", ok: false, detail: "\(path): \(String(cString: strerror(errno)))")
            }
            path = slash == path.startIndex ? "/" : String(path[..<slash])
        }
        let free = Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
        // A private PostgreSQL with nothing in it takes some 60 MB; below 1 GiB the first real snapshot fails.
        return CheckResource(
            name: "disk", ok: free >= 1 << 30, detail: "\(Quantities.bytes(free)) free at \(path)",
            hint: "free some space, or set ENVCTL_HOME to another disk")
    }

    private func check(_ name: String, _ find: () throws(ControlError) -> String) -> CheckResource {
        do throws(ControlError) {
            return CheckResource(name: name, ok: true, detail: try find())
        } catch {
            return CheckResource(name: name, ok: false, detail: error.message, hint: error.hint)
        }
    }
}
