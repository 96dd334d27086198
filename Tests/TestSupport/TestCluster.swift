import CPlatform
import Postgres
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// initdb and postmaster of the test server, in a directory that goes with the process.
enum TestCluster {
    /// Blocks until the server answers.
    static func start() throws -> TestPostgres {
        removeLeftovers()
        let binaries = try PostgresBinaries.find()
        let owner = try Owner.current()
        let root = "\(base)/\(prefix)\(processID())-\(UInt32.random(in: 0...UInt32.max))"
        try makeDirectory(root, owner: owner)
        removeAtExit(root)
        let data = "\(root)/data"
        try run(
            binaries.path("initdb"),
            [
                "-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions", "-A",
                "scram-sha-256", "--pwfile=\(passwordFile(in: root, owner: owner))",
            ], owner: owner, log: "\(root)/initdb.log")
        try write(accessRules, to: "\(data)/pg_hba.conf", owner: owner)
        let port = try freePort()
        let pid = try spawn(
            binaries.path("postgres"),
            [
                "-D", data, "-k", root, "-p", "\(port)", "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c",
                "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=400", "-c",
                "shared_buffers=128MB", "-c", "autovacuum=off", "-c", "max_wal_size=4GB", "-c", "log_statement=none",
            ], owner: owner, log: "\(root)/server.log", deathSignal: SIGQUIT)
        stopAtExit(pid)
        let configuration = PostgresConfiguration(
            host: root, port: port, user: "postgres", password: password, database: "postgres",
            applicationName: "envctl-tests", connectTimeout: .seconds(60))
        try waitUntilReady(configuration, pid: pid, log: "\(root)/server.log")
        var tcp = configuration
        tcp.host = "127.0.0.1"
        return TestPostgres(configuration: configuration, tcpConfiguration: tcp, dataDirectory: data)
    }

    static let password = "test-superuser"
    static let prefix = "envctl-pg-"

    /// Short, because the path of a Unix socket has 107 bytes at most.
    static var base: String {
        let given = environment("TMPDIR").map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 } ?? "/tmp"
        return given.utf8.count <= 40 ? given : "/tmp"
    }

    /// The superuser enters without the cost of scram; every other role shows its password.
    private static let accessRules = """
        local all postgres trust
        host all postgres 127.0.0.1/32 trust
        local all all scram-sha-256
        host all all 127.0.0.1/32 scram-sha-256

        """

    private static func passwordFile(in root: String, owner: Owner) throws -> String {
        let path = "\(root)/password"
        try write(password + "\n", to: path, owner: owner)
        return path
    }

    private static func freePort() throws -> Int {
        let descriptor = cs_listen_tcp("127.0.0.1", 0, 1)
        guard descriptor >= 0 else { throw TestSupportError("no free loopback port: errno \(-descriptor)") }
        defer { close(descriptor) }
        return Int(cs_socket_port(descriptor))
    }

    /// There is no event to wait for: the server is asked, at most every 10 ms, for at most a minute.
    private static func waitUntilReady(_ configuration: PostgresConfiguration, pid: pid_t, log: String) throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while !PostgresProbe.accepts(configuration) {
            var exit = cs_exit()
            guard cs_process_wait(pid, 0, &exit) == 0 else {
                throw TestSupportError("the test server ended at once:\n\(text(of: log))")
            }
            guard ContinuousClock.now < deadline else {
                throw TestSupportError("the test server does not answer:\n\(text(of: log))")
            }
            usleep(10_000)
        }
    }

    // MARK: Processes

    private static func run(_ path: String, _ arguments: [String], owner: Owner, log: String) throws {
        let pid = try spawn(path, arguments, owner: owner, log: log, deathSignal: SIGKILL)
        var exit = cs_exit()
        guard cs_process_wait(pid, 1, &exit) == 1, exit.exit_code == 0 else {
            throw TestSupportError("\(path) failed:\n\(text(of: log))")
        }
    }

    private static func spawn(
        _ path: String, _ arguments: [String], owner: Owner, log: String, deathSignal: CInt
    ) throws -> pid_t {
        let output = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard output >= 0 else { throw TestSupportError("\(log) cannot be written: errno \(errno)") }
        defer { close(output) }
        let pid = withCStringArray([path] + arguments) { arguments in
            withCStringArray(["PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"]) { variables in
                // The caller's directory may be closed to the server's user.
                "/".withCString { root in
                    guard let program = arguments[0] else { return -EINVAL }
                    var options = cs_spawn_defaults(program, arguments, variables)
                    options.directory = root
                    options.standard_output = output
                    options.standard_error = output
                    options.new_session = 1
                    options.parent_death_signal = deathSignal
                    if let user = owner.other {
                        options.change_user = 1
                        options.uid = user.uid
                        options.gid = user.gid
                    }
                    return cs_spawn(&options)
                }
            }
        }
        guard pid > 0 else { throw TestSupportError("\(path) cannot be started: errno \(-pid)") }
        return pid
    }

    // MARK: Files

    private static func makeDirectory(_ path: String, owner: Owner) throws {
        guard mkdir(path, 0o755) == 0 else { throw TestSupportError("\(path) cannot be made: errno \(errno)") }
        try owner.take(path)
    }

    private static func write(_ text: String, to path: String, owner: Owner) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
        try owner.take(path)
    }

    private static func text(of path: String) -> String {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? "(no \(path))"
    }
}

/// Who the server runs as: PostgreSQL refuses to run as root.
struct Owner {
    /// Nil: we are an ordinary user ourselves.
    let other: (uid: uid_t, gid: gid_t)?

    static func current() throws -> Owner {
        guard geteuid() == 0 else { return Owner(other: nil) }
        var uid: uid_t = 0
        var gid: gid_t = 0
        for name in ["postgres", "nobody"] where cs_user_ids(name, &uid, &gid) == 0 {
            return Owner(other: (uid, gid))
        }
        throw TestSupportError("running as root, and there is neither a user postgres nor nobody")
    }

    func take(_ path: String) throws {
        guard let other else { return }
        guard chown(path, other.uid, other.gid) == 0 else {
            throw TestSupportError("\(path) cannot be given to the server's user: errno \(errno)")
        }
    }
}

func processID() -> Int { Int(getpid()) }

func pauseThread() { pause() }

func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
}

func withCStringArray<T>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> T
) -> T {
    var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("the array has its closing nil") }
        return body(base)
    }
}
