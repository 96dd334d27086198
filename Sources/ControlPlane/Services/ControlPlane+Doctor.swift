import Environments

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension ControlPlane {
    /// Looks at everything that the control plane needs; also works while it does not run.
    package func doctor() async -> [DoctorCheck] {
        var checks = [
            Self.check("state-directory") { () throws(ControlError) in try stateDirectory() },
            Self.check("postgres-programs") { () throws(ControlError) in try postgresPrograms() },
            Self.check("server-program") { () throws(ControlError) in try serverProgram() },
            Self.check("secrets") { () throws(ControlError) in try secretFiles() },
            Self.check("disk") { () throws(ControlError) in try disk() },
        ]
        let status = await status()
        checks.append(
            DoctorCheck(
                name: "control-plane", ok: status.isReady,
                detail: status.isReady ? "takes requests, process \(status.pid)" : status.reason ?? "does not run",
                hint: status.isReady ? nil : "start it: envctl up"))
        guard status.isReady else { return checks }
        if let database = status.database {
            checks.append(
                DoctorCheck(
                    name: "postgres", ok: true,
                    detail: "\(database.kind) PostgreSQL \(database.version) at \(database.address) answers"))
        }
        let free = status.portsTotal - status.portsInUse
        checks.append(
            DoctorCheck(
                name: "ports", ok: free > 0,
                detail: "\(free) of \(status.portsTotal) ports are free",
                hint: free > 0 ? nil : "delete environments, or start with a larger ENVCTL_PORTS"))
        let failed = status.environments[.failed] ?? 0
        checks.append(
            DoctorCheck(
                name: "environments", ok: failed == 0,
                detail: failed == 0 ? "none has failed" : "\(failed) failed",
                hint: failed == 0 ? nil : "`envctl list` shows which; `envctl events NAME` shows why"))
        return checks
    }

    private static func check(_ name: String, _ body: () throws(ControlError) -> String) -> DoctorCheck {
        do {
            return DoctorCheck(name: name, ok: true, detail: try body())
        } catch {
            return DoctorCheck(name: name, ok: false, detail: error.message, hint: error.hint)
        }
    }

    private func stateDirectory() throws(ControlError) -> String {
        let path = configuration.stateDirectory
        guard PosixFile.isDirectory(path, followingLinks: true) else { return "\(path) will be made" }
        guard access(path, W_OK | X_OK) == 0 else {
            throw ControlError(
                .misconfigured, subject: path, "\(path) is not writable for this user",
                hint: "run envctl as its owner, or set ENVCTL_HOME to another directory")
        }
        return "\(path) is writable"
    }

    private func postgresPrograms() throws(ControlError) -> String {
        guard configuration.databaseURL == nil else { return "not needed: ENVCTL_DATABASE_URL names a server" }
        let found = try PostgresBinaries.candidates(environment: configuration.processEnvironment)
        return "found in " + found.map(\.directory).joined(separator: ", ")
    }

    private func serverProgram() throws(ControlError) -> String {
        if let path = configuration.serverExecutable { return path }
        return try ProcessLauncher.findExecutable(environment: configuration.processEnvironment)
    }

    private func secretFiles() throws(ControlError) -> String {
        for path in [configuration.secretKeyPath, configuration.tokenPath] {
            var status = stat()
            guard stat(path, &status) == 0 else { continue }
            guard status.st_mode & 0o077 == 0 else {
                throw ControlError(
                    .misconfigured, subject: path, "\(path) can be read by other users", hint: "chmod 600 \(path)")
            }
        }
        return "the key and the token are readable for their owner only"
    }

    private func disk() throws(ControlError) -> String {
        var path = configuration.stateDirectory
        while !PosixFile.isDirectory(path, followingLinks: true), let parent = PosixFile.parent(of: path) {
            path = parent
        }
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw PosixFile.failure("look at the disk of", path) }
        let free = Int(status.f_bavail) * Int(status.f_frsize)
        let megabytes = free / 1_048_576
        guard megabytes >= 512 else {
            throw ControlError(
                .capacity, subject: path, "\(megabytes) MiB are free at \(path)",
                hint: "a clone is a full copy unless the file system shares blocks; free some space")
        }
        return "\(megabytes) MiB are free at \(path)"
    }
}
