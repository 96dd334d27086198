import CPlatform
import Cryptography
import Environments
import Logging
import Postgres

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension PrivatePostgres {
    /// The state directory's parts, with what an unprivileged server needs when we are root: it passes through the
    /// state directory and `run`, and owns its socket directory, data and logs.
    func prepareDirectories(_ account: PostgresAccount?) throws(ControlError) {
        let passable: UInt32 = account == nil ? 0o700 : 0o711
        for directory in [paths.state, paths.run, "\(paths.state)/logs"] {
            try PosixFile.makeDirectory(directory, mode: passable)
        }
        try PosixFile.makeDirectory(paths.logs, mode: 0o700, owner: account?.owner)
        try checkSocketDirectory(account)
        try PosixFile.makeDirectory(paths.socketDirectory, mode: 0o700, owner: account?.owner)
        try account?.checkReach(paths.data)
    }

    /// A socket directory in `/tmp` could have been put there by somebody else, as a trap.
    private func checkSocketDirectory(_ account: PostgresAccount?) throws(ControlError) {
        var status = stat()
        guard lstat(paths.socketDirectory, &status) == 0 else { return }
        let owners = [geteuid(), account?.owner.uid ?? geteuid()]
        guard status.st_mode & S_IFMT == S_IFDIR, owners.contains(status.st_uid) else {
            throw ControlError(
                .misconfigured, subject: paths.socketDirectory,
                "\(paths.socketDirectory) is not a directory of the PostgreSQL server's user", hint: "remove it")
        }
    }

    /// Makes the data directory unless it is there, and returns the programs of its version.
    ///
    /// `initdb` works in a directory of another name, which gets its real one at the end: so a data directory is
    /// complete or does not exist, whenever this is killed.
    func initialise(_ account: PostgresAccount?) async throws(ControlError) -> PostgresBinaries {
        let candidates = try PostgresBinaries.candidates(environment: environment)
        if let version = try PosixFile.readText(paths.versionFile) {
            return try await matching(version, candidates, account)
        }
        let binaries = candidates[0]
        if PosixFile.exists(paths.unfinishedData) {
            logger.notice("removing a data directory that an earlier start left unfinished")
            try PosixFile.remove(paths.unfinishedData)
        }
        logger.info("making the private PostgreSQL's data directory", metadata: ["path": "\(paths.data)"])
        let password = SecureRandom.text(40, from: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        let passwordFile = "\(paths.socketDirectory)/initdb.password"
        // As for roles: the server stores what looks like a verifier as it is.
        let verifier = ScramVerifier.make(password: password, salt: SecureRandom.bytes(16))
        try PosixFile.write(verifier + "\n", to: passwordFile, owner: account?.owner)
        try PosixFile.makeDirectory(paths.unfinishedData, mode: 0o700, owner: account?.owner)
        let log = try LogFile.open(paths.startLog, owner: account?.owner)
        defer { close(log) }
        var arguments = [
            "-D", paths.unfinishedData, "-U", Self.superuser, "--pwfile", passwordFile, "--auth", "scram-sha-256",
            "--encoding", "UTF8", "--locale", "C",
        ]
        if let major = try await majorVersion(binaries), major >= 18 { arguments.append("--no-data-checksums") }
        let exit = try await ChildProcess.run(
            .init(
                path: binaries.initdb, arguments: arguments, environment: Self.serverEnvironment,
                directory: paths.socketDirectory, output: log, owner: account?.owner),
            within: .seconds(120))
        try PosixFile.remove(passwordFile)
        guard exit == .code(0) else {
            throw ControlError(
                .failed, subject: paths.data, "initdb failed (\(exit)): \(try startLogTail())",
                hint: "see \(paths.startLog)")
        }
        try PosixFile.write(password + "\n", to: paths.password)
        guard rename(paths.unfinishedData, paths.data) == 0 else {
            throw PosixFile.failure("rename", paths.unfinishedData)
        }
        return binaries
    }

    /// The programs of the version that made the data.
    private func matching(
        _ version: String, _ candidates: [PostgresBinaries], _ account: PostgresAccount?
    ) async throws(ControlError) -> PostgresBinaries {
        guard let wanted = Int(version.filter(\.isNumber)) else {
            throw ControlError(
                .misconfigured, subject: paths.versionFile, "\(paths.versionFile) names no PostgreSQL version")
        }
        var seen: [String] = []
        for candidate in candidates {
            guard let major = try await majorVersion(candidate) else { continue }
            if major == wanted { return candidate }
            seen.append("\(major) in \(candidate.directory)")
        }
        throw ControlError(
            .misconfigured, subject: paths.data,
            "the data in \(paths.data) need PostgreSQL \(wanted), but only these were found: "
                + seen.joined(separator: ", "),
            hint: "install PostgreSQL \(wanted), set ENVCTL_POSTGRES_BIN, or set ENVCTL_HOME to another directory")
    }

    private func majorVersion(_ binaries: PostgresBinaries) async throws(ControlError) -> Int? {
        let output = "\(paths.run)/postgres.version"
        let descriptor = open(output, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw PosixFile.failure("write", output) }
        defer {
            close(descriptor)
            unlink(output)
        }
        _ = try await ChildProcess.run(
            .init(
                path: binaries.postgres, arguments: ["--version"], environment: Self.serverEnvironment,
                output: descriptor), within: .seconds(20))
        return try PosixFile.readText(output).flatMap(PostgresBinaries.majorVersion(in:))
    }

    static let serverEnvironment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"]

    // MARK: - Launching

    /// Starts the server and waits until it accepts connections.
    func launch(_ binaries: PostgresBinaries, _ account: PostgresAccount?) async throws(ControlError)
        -> PrivatePostgresServer
    {
        guard let password = try password() else {
            throw ControlError(
                .misconfigured, subject: paths.password, "the password of the private PostgreSQL is missing",
                hint: "restore \(paths.password), which belongs to the data in \(paths.data)")
        }
        let port = try choosePort()
        try writeSettings(port, account)
        spreadDatabases()
        let end = ContinuousClock.now + Self.startBound
        while true {
            try removeStaleLocks()
            let log = try LogFile.open(paths.startLog, owner: account?.owner)
            let logStart = PosixFile.size(paths.startLog) ?? 0
            let collectedBefore = try collectedSizes()
            defer { close(log) }
            let pid = try ChildProcess.spawn(
                .init(
                    path: binaries.postgres, arguments: ["-D", paths.data], environment: Self.serverEnvironment,
                    directory: paths.data, output: log, owner: account?.owner, newSession: true))
            if let identity = ProcessIdentity(pid: pid) {
                try PosixFile.write(identity.text, to: paths.process)
                let postmaster = PostmasterFile(
                    pid: pid, port: port.number, socketDirectory: paths.socketDirectory)
                if let server = try await connect(
                    to: postmaster, password: password, adopted: false, stillRuns: { $0.isAlive })
                {
                    logger.info(
                        "started the private PostgreSQL", metadata: ["pid": "\(pid)", "port": "\(port.number)"])
                    return server
                }
            }
            let said = try startLog(after: logStart) + collected(since: collectedBefore)
            guard Self.passes(said), ContinuousClock.now < end else {
                throw ControlError(
                    .failed, subject: paths.data, "the private PostgreSQL ended at start: \(Self.reason(said))",
                    hint: "see \(paths.startLog) and \(paths.logs)")
            }
            do { try await Task.sleep(for: .milliseconds(100)) } catch {
                throw ControlError(.cancelled, "starting the private PostgreSQL was cancelled")
            }
        }
    }

    /// Makes room between the databases' directories where the file system wants it. Only speed depends on it
    /// (`docs/decisions/0036-fewer-files-and-room-between-them.md`).
    private func spreadDatabases() {
        let result = cs_spread_directories("\(paths.data)/base")
        guard result < 0 else { return }
        logger.info(
            "the databases' directories cannot be spread over the disk; copies may be slower after many deletions",
            metadata: ["path": "\(paths.data)/base", "reason": "\(String(cString: strerror(-result)))"])
    }

    private struct Port {
        var number: Int
        var isFree: Bool
    }

    /// The recorded port, or a random free one, which is then recorded: the Unix socket's name holds it, and running
    /// servers know that name, so it does not change while another process happens to hold the TCP port.
    private func choosePort() throws(ControlError) -> Port {
        if let text = try PosixFile.readText(paths.port),
            let number = UInt16(text.filter { !$0.isWhitespace })
        {
            let probe = cs_listen_tcp("127.0.0.1", number, 1)
            if probe >= 0 { close(probe) }
            if probe < 0 {
                logger.warning("another process holds the private PostgreSQL's port", metadata: ["port": "\(number)"])
            }
            return Port(number: Int(number), isFree: probe >= 0)
        }
        let probe = cs_listen_tcp("127.0.0.1", 0, 1)
        guard probe >= 0 else { throw PosixFile.failure("find a free port on", "127.0.0.1", -probe) }
        defer { close(probe) }
        let number = Int(cs_socket_port(probe))
        try PosixFile.write("\(number)\n", to: paths.port)
        return Port(number: number, isFree: true)
    }

    /// The major version of the server that made the data.
    private func dataVersion() throws(ControlError) -> Int? {
        try PosixFile.readText(paths.versionFile).flatMap { Int($0.filter(\.isNumber)) }
    }

    private func writeSettings(_ port: Port, _ account: PostgresAccount?) throws(ControlError) {
        let pages = sysconf(Int32(_SC_PHYS_PAGES))
        let pageSize = sysconf(Int32(_SC_PAGESIZE))
        let settings = PostgresSettings(
            port: port.number, socketDirectory: paths.socketDirectory,
            memoryBytes: pages > 0 && pageSize > 0 ? pages * pageSize : nil, listensOnLoopback: port.isFree,
            supportsSyncFS: try dataVersion().map { $0 >= 14 } ?? false)
        try PosixFile.write(
            settings.configuration, to: "\(paths.data)/postgresql.conf", owner: account?.owner)
        try PosixFile.write(
            PostgresSettings.hostBasedAuthentication, to: "\(paths.data)/pg_hba.conf", owner: account?.owner)
    }

    /// Removes `postmaster.pid` and the lock of the Unix socket when no server of ours runs: PostgreSQL itself refuses
    /// to start as long as any process has the pid that they name, be it one that nobody has collected yet or, after a
    /// restart of the machine, a stranger. The socket's directory is this installation's alone.
    private func removeStaleLocks() throws(ControlError) {
        guard try runningPostmaster() == nil else { return }
        var stale = [paths.postmasterPID]
        for name in try PosixFile.list(paths.socketDirectory) where name.hasPrefix(".s.PGSQL.") {
            stale.append("\(paths.socketDirectory)/\(name)")
        }
        for path in stale where PosixFile.exists(path) { try PosixFile.remove(path) }
    }

    /// Whether what a server said before it ended passes by itself: the backends of a killed one hold its shared
    /// memory for a moment.
    static func passes(_ said: String) -> Bool {
        said.contains("shared memory block") || said.contains("lock file") && said.contains("already exists")
    }

    /// The lines that say why a server ended; the last ones when none stands out.
    static func reason(_ said: String) -> String {
        let lines = said.split(separator: "\n").map(String.init)
        let telling = lines.filter { line in ["FATAL:", "PANIC:", "HINT:"].contains { line.contains($0) } }
        let shown = (telling.isEmpty ? lines : telling).suffix(3)
        return shown.isEmpty ? "it said nothing" : shown.joined(separator: " | ")
    }

    private func startLog(after offset: Int) throws(ControlError) -> String {
        let text = try PosixFile.read(paths.startLog) ?? []
        return String(decoding: text.dropFirst(offset), as: UTF8.self)
    }

    /// The files that the server's own logging writes, with their sizes.
    private func collectedSizes() throws(ControlError) -> [String: Int] {
        var sizes: [String: Int] = [:]
        guard PosixFile.isDirectory(paths.logs) else { return sizes }
        for name in try PosixFile.list(paths.logs) {
            let path = "\(paths.logs)/\(name)"
            if path != paths.startLog { sizes[path] = PosixFile.size(path) }
        }
        return sizes
    }

    /// What the server's own logging wrote since.
    private func collected(since sizes: [String: Int]) throws(ControlError) -> String {
        var text = ""
        for path in try collectedSizes().keys.sorted() {
            let bytes = try PosixFile.read(path) ?? []
            let start = sizes[path] ?? 0
            // A week later the file of this weekday begins anew.
            text += String(decoding: bytes.dropFirst(start <= bytes.count ? start : 0), as: UTF8.self)
        }
        return text
    }

    private func startLogTail() throws(ControlError) -> String {
        try PosixFile.tail(paths.startLog, lines: 3).joined(separator: " | ")
    }

    // MARK: - Bootstrapping

    /// Roles and privileges that everything else relies on; repeated at every start.
    func bootstrap(_ server: PrivatePostgresServer) async throws(ControlError) {
        try await PostgresAdmin(configuration: server.admin).session("set up the private PostgreSQL") { connection in
            // The superuser owns the databases of a private server; on another one the owner is made.
            for role in [TemplateProvider.dataRole, Self.superuser] {
                let found = try await connection.query("SELECT FROM pg_roles WHERE rolname = $1", .text(role))
                guard found.isEmpty else { continue }
                let name = PostgresIdentifier.quote(role)
                try await connection.query(PostgresQuery("CREATE ROLE \(name) NOLOGIN", prepared: false))
            }
            // A new database has the default privileges, whatever its template's are; these two exist already.
            try await connection.pipeline([
                PostgresQuery("REVOKE ALL ON DATABASE postgres FROM PUBLIC", prepared: false),
                PostgresQuery("REVOKE ALL ON DATABASE template1 FROM PUBLIC", prepared: false),
            ])
        }
    }
}
