import CPlatform
package import Environments
package import Logging

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Runs `extenddb-server` as a process of this machine.
///
/// The launcher binds the endpoint's socket and hands it over, so that a client that connects early waits instead of
/// being refused, and nobody can take the port in between. The server leads a session of its own: it survives the
/// control plane, and the next one finds it by the pid file in the environment's directory.
package struct ProcessLauncher: Launcher {
    /// The server's executable (absolute).
    package let executable: String
    private let logger: Logger
    let ports = PortKeeper()

    /// How long a server may take to finish what it is answering, and how long a killed one to vanish.
    private let terminationBound: Duration
    static let killBound = Duration.seconds(10)

    /// - Parameter executable: nil: `ENVCTL_EXTENDDB_SERVER`, else `extenddb-server` next to the running executable.
    package init(executable: String? = nil, environment: [String: String], logger: Logger) throws(ControlError) {
        if let executable {
            self.executable = executable
        } else {
            self.executable = try Self.findExecutable(environment: environment)
        }
        self.logger = logger
        terminationBound = .seconds(10)
    }

    /// The same launcher with another patience.
    init(_ other: ProcessLauncher, terminationBound: Duration) {
        executable = other.executable
        logger = other.logger
        self.terminationBound = terminationBound
    }

    package static func findExecutable(environment: [String: String]) throws(ControlError) -> String {
        if let named = environment["ENVCTL_EXTENDDB_SERVER"], !named.isEmpty {
            guard PosixFile.isExecutable(named) else {
                throw ControlError(
                    .misconfigured, subject: named, "ENVCTL_EXTENDDB_SERVER=\(named) is not a program",
                    hint: "name the extenddb-server executable, or unset the variable")
            }
            return named
        }
        guard let own = ownExecutable(), let directory = PosixFile.parent(of: own) else {
            throw ControlError(.misconfigured, "the path of the running executable is unknown")
        }
        let path = "\(directory)/extenddb-server"
        guard PosixFile.isExecutable(path) else {
            throw ControlError(
                .misconfigured, subject: path, "extenddb-server is not next to envctl in \(directory)",
                hint: "build it (swift build -c release), or set ENVCTL_EXTENDDB_SERVER to its path")
        }
        return path
    }

    /// The file of the running program; nil when the system does not tell.
    package static func ownExecutable() -> String? {
        #if canImport(Darwin)
            var size = UInt32(PATH_MAX)
            var buffer = [CChar](repeating: 0, count: Int(size) + 1)
            guard _NSGetExecutablePath(&buffer, &size) == 0 else { return nil }
            guard let resolved = realpath(buffer, nil) else { return nil }
            defer { free(resolved) }
            return String(cString: resolved)
        #else
            guard let resolved = realpath("/proc/self/exe", nil) else { return nil }
            defer { free(resolved) }
            return String(cString: resolved)
        #endif
    }

    package func launch(_ request: LaunchRequest) async throws(ControlError) -> ServerProcess {
        if let running = find(id: request.id, directory: request.directory) {
            if running.port == request.port {
                try ports.hold(
                    id: request.id, address: request.address, port: request.port, server: running.identity)
                return running
            }
            try await stop(running)
        }
        try PosixFile.makeDirectory(request.directory, mode: 0o700)
        let files = Files(directory: request.directory)
        try PosixFile.write(ServerConfigurationFile(request: request).text, to: files.configuration)
        try ports.hold(id: request.id, address: request.address, port: request.port)
        guard let socket = ports.handOver(id: request.id) else {
            throw ControlError(.unavailable, "the port of \(request.id) was released while its server was starting")
        }
        let log = try LogFile.open(files.log)
        defer { close(log) }
        // The server inherits the lock with its standard output and holds it as long as it lives: so a server whose
        // launcher died before it could write the pid file is noticed by `find`.
        _ = cs_lock_file(log)
        let pid = try ChildProcess.spawn(
            .init(
                path: executable, arguments: ["serve", "--config", files.configuration],
                environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"], directory: request.directory,
                output: log, listeningSocket: socket, newSession: true))
        guard let identity = ProcessIdentity(pid: pid) else {
            throw ended(pid, files)
        }
        do {
            try PosixFile.write("\(identity.pid) \(identity.startTime) \(request.port)\n", to: files.process)
        } catch {
            // Without the file the next control plane would not find the process.
            identity.signal(SIGKILL)
            _ = await identity.isGone(within: Self.killBound)
            throw error
        }
        logger.debug(
            "started a server", metadata: ["environment": "\(request.id)", "pid": "\(pid)", "port": "\(request.port)"])
        return ServerProcess(pid: identity.pid, startTime: identity.startTime, port: request.port)
    }

    package func isFree(port: Int, address: String) -> Bool {
        guard let port = UInt16(exactly: port) else { return false }
        let socket = cs_listen_tcp(address, port, 1)
        guard socket >= 0 else { return false }
        close(socket)
        return true
    }

    package func isAlive(_ process: ServerProcess) -> Bool { process.identity.isAlive }

    package func stop(_ process: ServerProcess) async throws(ControlError) {
        let identity = process.identity
        if identity.isAlive {
            identity.signal(SIGTERM)
            if await !identity.isGone(within: terminationBound) {
                logger.warning("a server did not end on SIGTERM", metadata: ["pid": "\(process.pid)"])
                identity.signal(SIGKILL)
                guard await identity.isGone(within: Self.killBound) else {
                    throw ControlError(
                        .failed, subject: "\(process.pid)", "server process \(process.pid) cannot be ended",
                        hint: "it is stuck in the kernel, or belongs to another user")
                }
            }
        }
        // Where its socket could not be taken over while it ran.
        try ports.rebind(port: process.port)
    }

    package func find(id: String, directory: String) -> ServerProcess? {
        let files = Files(directory: directory)
        let parts = (try? PosixFile.readText(files.process))?.split(whereSeparator: \.isWhitespace) ?? []
        if parts.count == 3, let pid = Int32(parts[0]), let startTime = Int64(parts[1]), let port = Int(parts[2]) {
            let process = ServerProcess(pid: pid, startTime: startTime, port: port)
            if isAlive(process) { return process }
        }
        guard LogFile.isLocked(files.log), let port = ServerConfigurationFile.port(at: files.configuration) else {
            return nil
        }
        return ProcessTable.process(withArgument: files.configuration).map {
            ServerProcess(pid: $0.pid, startTime: $0.startTime, port: port)
        }
    }

    package func holdPort(_ request: PortRequest) throws(ControlError) {
        if ports.isHeld(id: request.id) {
            // On this port, or on one that is to be given up: no server needs to be looked for.
            return try ports.hold(id: request.id, address: request.address, port: request.port)
        }
        let server = find(id: request.id, directory: request.directory)
        try ports.hold(
            id: request.id, address: request.address, port: request.port,
            server: server?.port == request.port ? server?.identity : nil)
    }

    package func holdsPort(id: String) -> Bool { ports.isHeld(id: id) }

    package func releasePort(id: String) { ports.release(id: id) }

    package func watchPort(id: String) {
        do {
            try ports.watch(id: id)
        } catch {
            logger.error(
                "a sleeping environment cannot be woken by its clients",
                metadata: ["environment": "\(id)", "error": "\(error)"])
        }
    }

    package var knocks: AsyncStream<String> { ports.knocks }

    package func sinceLastRequest(directory: String) -> Duration? {
        PosixFile.age("\(directory)/\(ServerConfigurationFile.activityFile)")
    }

    package func log(directory: String, lines: Int) throws(ControlError) -> [String] {
        let path = Files(directory: directory).log
        let current = try PosixFile.tail(path, lines: lines)
        guard current.count < lines else { return current }
        return try PosixFile.tail("\(path).1", lines: lines - current.count) + current
    }

    private func ended(_ pid: Int32, _ files: Files) -> ControlError {
        let exit = ChildProcess.reap(pid)
        let tail = (try? PosixFile.tail(files.log, lines: 3).joined(separator: " | ")) ?? ""
        return ControlError(
            .failed, subject: executable,
            "\(executable) ended at once (\(exit?.description ?? "unknown reason"))\(tail.isEmpty ? "" : ": \(tail)")",
            hint: "see \(files.log)")
    }

    /// The files of an environment's directory.
    private struct Files {
        var directory: String
        var configuration: String { "\(directory)/server.json" }
        var log: String { "\(directory)/server.log" }
        var process: String { "\(directory)/server.pid" }
    }
}

extension ServerProcess {
    fileprivate var identity: ProcessIdentity { ProcessIdentity(pid: pid, startTime: startTime) }
}
