package import Environments
package import Logging
import Postgres

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The control plane's own PostgreSQL server: found on the machine, made once, started or adopted.
///
/// The server is no child that dies with the control plane: it leads a session of its own, and a restarted control
/// plane adopts it. One control plane at a time may call `start` and `stop` (it holds the state directory's lock).
package struct PrivatePostgres: Sendable {
    let paths: PostgresPaths
    let environment: [String: String]
    let logger: Logger

    /// A server that recovers after a crash may replay gigabytes of its log first.
    static let startBound = Duration.seconds(180)
    static let fastStopBound = Duration.seconds(30)
    static let immediateStopBound = Duration.seconds(10)
    /// The superuser of the server.
    static let superuser = "envctl"

    /// - Parameters:
    ///   - stateDirectory: the control plane's state directory (absolute).
    ///   - environment: the process environment (`ENVCTL_POSTGRES_BIN`, `PATH`).
    package init(stateDirectory: String, environment: [String: String], logger: Logger) {
        paths = PostgresPaths(state: stateDirectory)
        self.environment = environment
        self.logger = logger
    }

    /// Makes the data directory when absent, starts or adopts the server, and bootstraps roles and privileges.
    package func start() async throws(ControlError) -> PrivatePostgresServer {
        var server = try await find()
        if server == nil {
            let account = try PostgresAccount.forCurrentUser()
            try prepareDirectories(account)
            let binaries = try await initialise(account)
            server = try await launch(binaries, account)
        }
        guard let server else { preconditionFailure("launch returns a server or throws") }
        try await bootstrap(server)
        return server
    }

    /// The running server; nil when it does not run. Starts nothing; waits for one that is starting or recovering.
    package func find() async throws(ControlError) -> PrivatePostgresServer? {
        guard let postmaster = try runningPostmaster(), let password = try password() else { return nil }
        return try await connect(
            to: postmaster, password: password, adopted: true, stillRuns: { $0.isAlive })
    }

    /// Fast shutdown: sessions are ended, a checkpoint is written. Returns when the server is gone.
    package func stop() async throws(ControlError) {
        guard let postmaster = try runningPostmaster(), let identity = ProcessIdentity(pid: postmaster.pid) else {
            return
        }
        identity.signal(SIGINT)
        if await identity.isGone(within: Self.fastStopBound) { return }
        logger.warning("the private PostgreSQL did not stop in time and is stopped at once")
        identity.signal(SIGQUIT)
        guard await identity.isGone(within: Self.immediateStopBound) else {
            throw ControlError(
                .timeout, subject: "\(postmaster.pid)", "PostgreSQL, process \(postmaster.pid), does not stop",
                hint: "see \(paths.logs)")
        }
    }

    /// Makes `database` with the right owner and closed to PUBLIC, unless it exists (the control plane's records).
    package func ensureDatabase(_ database: String, on server: PrivatePostgresServer) async throws(ControlError) {
        try await PostgresAdmin(configuration: server.admin).session("make database \(database)") { connection in
            let name = PostgresIdentifier.quote(database)
            let found = try await connection.query("SELECT FROM pg_database WHERE datname = $1", .text(database))
            if found.isEmpty {
                try await connection.query(
                    PostgresQuery("CREATE DATABASE \(name) TEMPLATE template0", prepared: false))
            }
            try await connection.query(
                PostgresQuery("REVOKE ALL ON DATABASE \(name) FROM PUBLIC", prepared: false))
        }
    }

    // MARK: - Finding

    /// What `postmaster.pid` names, if that process runs and is the server of our data directory.
    func runningPostmaster() throws(ControlError) -> PostmasterFile? {
        guard let text = try PosixFile.readText(paths.postmasterPID), var file = PostmasterFile(text: text) else {
            return nil
        }
        // One that has just been started (by a control plane that was killed then) fills the line in later.
        if file.socketDirectory.isEmpty { file.socketDirectory = paths.socketDirectory }
        ChildProcess.reap(file.pid)
        guard let identity = ProcessIdentity(pid: file.pid) else { return nil }
        if let recorded = try recordedProcess(), recorded.pid == file.pid, recorded != identity { return nil }
        // After a reboot the pid may belong to anybody.
        if let name = try PosixFile.readText("/proc/\(file.pid)/comm"), !name.hasPrefix("postgres") { return nil }
        return file
    }

    func recordedProcess() throws(ControlError) -> ProcessIdentity? {
        try PosixFile.readText(paths.process).flatMap(ProcessIdentity.init(text:))
    }

    func password() throws(ControlError) -> String? {
        guard let text = try PosixFile.readText(paths.password) else { return nil }
        return text.split(whereSeparator: \.isWhitespace).first.map(String.init)
    }

    /// Connects as soon as the server accepts, and checks that it serves our data directory; nil when its process
    /// ends before.
    func connect(
        to postmaster: PostmasterFile, password: String, adopted: Bool,
        stillRuns: (ProcessIdentity) -> Bool
    ) async throws(ControlError) -> PrivatePostgresServer? {
        guard let identity = ProcessIdentity(pid: postmaster.pid) else { return nil }
        let admin = PostgresConfiguration(
            host: postmaster.socketDirectory, port: postmaster.port, user: Self.superuser, password: password,
            database: "postgres", applicationName: "envctl")
        let end = ContinuousClock.now + Self.startBound
        var pause = Duration.milliseconds(5)
        while true {
            guard stillRuns(identity) else { return nil }
            do {
                let connection = try await PostgresConnection.connect(admin)
                let answer = try await connection.query(
                    "SELECT current_setting('server_version_num')::int, current_setting('data_directory')")
                await connection.close()
                guard let row = answer.first, try sameDirectory(row[1].string, paths.data) else {
                    throw ControlError(
                        .conflict, subject: postmaster.socketDirectory,
                        "another PostgreSQL server answers at \(postmaster.socketDirectory)",
                        hint: "stop it, or set ENVCTL_HOME to another directory")
                }
                return PrivatePostgresServer(
                    admin: admin, port: postmaster.port, pid: postmaster.pid, version: try row[0].int,
                    adopted: adopted)
            } catch let error as ControlError {
                throw error
            } catch let error as PostgresError {
                guard error.isConnectionError, !isRefusedLogin(error), ContinuousClock.now + pause < end else {
                    throw cannotConnect(error)
                }
            } catch {
                throw PostgresAdmin.controlError(error, "reach the private PostgreSQL")
            }
            do { try await Task.sleep(for: pause) } catch {
                throw ControlError(.cancelled, "waiting for the private PostgreSQL was cancelled")
            }
            pause = min(pause * 2, .milliseconds(100))
        }
    }

    private func isRefusedLogin(_ error: PostgresError) -> Bool {
        error.sqlState?.hasPrefix("28") == true || error.message.contains("authentication failed")
    }

    private func cannotConnect(_ error: PostgresError) -> ControlError {
        if isRefusedLogin(error) {
            return ControlError(
                .misconfigured, subject: paths.password,
                "the private PostgreSQL refuses the password in \(paths.password)",
                hint: "restore that file; it belongs to the data in \(paths.data)")
        }
        return ControlError(
            .timeout, subject: paths.data,
            "the private PostgreSQL did not accept connections within \(Self.startBound): \(error.description)",
            hint: "see \(paths.logs)")
    }

    private func sameDirectory(_ one: String, _ other: String) -> Bool {
        var first = stat()
        var second = stat()
        return stat(one, &first) == 0 && stat(other, &second) == 0 && first.st_dev == second.st_dev
            && first.st_ino == second.st_ino
    }
}

extension PrivatePostgres {
    /// Where the server programs are that a private PostgreSQL would run.
    ///
    /// - Throws: `ControlError` that says how to install them when there are none.
    package static func programDirectory(environment: [String: String]) throws(ControlError) -> String {
        guard let best = try PostgresBinaries.candidates(environment: environment).first else {
            throw ControlError(.misconfigured, subject: "postgres", "no PostgreSQL server programs were found")
        }
        return best.directory
    }
}
