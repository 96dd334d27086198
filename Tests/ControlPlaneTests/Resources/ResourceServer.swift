import Environments
import Logging
import Postgres
import Testing

@testable import ControlPlane

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Tests that share one private PostgreSQL, one after another: they look at all databases and roles of the server.
@Suite(.serialized)
struct ResourceTests {}

/// A private PostgreSQL of the test process, made and started by the code under test, gone when the process ends.
actor ResourceServer {
    static let shared = ResourceServer()

    private var running: PrivatePostgresServer?

    func server() async throws -> PrivatePostgresServer {
        if let running { return running }
        let state = try TemporaryDirectory.make("server")
        let postgres = PrivatePostgres(
            stateDirectory: state, environment: testEnvironment, logger: Logger(label: "test"))
        let server = try await postgres.start()
        try await postgres.ensureDatabase("envctl", on: server)
        endAtExit(server.pid, state)
        running = server
        return server
    }

    static func admin(_ database: String = "postgres") async throws -> PostgresConfiguration {
        try await shared.server().admin.with(database: database)
    }
}

let testEnvironment: [String: String] = {
    var environment: [String: String] = [:]
    for name in ["PATH", "ENVCTL_POSTGRES_BIN"] {
        if let value = getenv(name) { environment[name] = String(cString: value) }
    }
    return environment
}()

let quiet: Logger = {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
}()

/// Directories below one of the process, which are removed at its end.
enum TemporaryDirectory {
    private static let root: String = {
        let root = "/tmp/envctl-tests-\(getpid())"
        sweep()
        mkdir(root, 0o755)
        atexit { try? PosixFile.remove("/tmp/envctl-tests-\(getpid())") }
        return root
    }()

    static func make(_ name: String) throws -> String {
        let path = "\(root)/\(name)-\(UInt32.random(in: 0...UInt32.max))"
        try PosixFile.makeDirectory(path, mode: 0o755)
        return path
    }

    /// What a killed test process left: its server and its directory.
    private static func sweep() {
        for name in (try? PosixFile.list("/tmp")) ?? [] where name.hasPrefix("envctl-tests-") {
            guard let pid = Int32(name.dropFirst("envctl-tests-".count)), kill(pid, 0) != 0 else { continue }
            for state in (try? PosixFile.list("/tmp/\(name)")) ?? [] {
                let paths = PostgresPaths(state: "/tmp/\(name)/\(state)")
                if let text = try? PosixFile.readText(paths.process),
                    let process = ProcessIdentity(text: text)
                {
                    process.signal(SIGKILL)
                }
            }
            try? PosixFile.remove("/tmp/\(name)")
        }
    }
}

nonisolated(unsafe) private var pidToEnd: Int32 = 0

private func endAtExit(_ pid: Int32, _ state: String) {
    pidToEnd = pid
    atexit {
        kill(pidToEnd, SIGQUIT)
        // Its files go next.
        for _ in 0..<500 where kill(pidToEnd, 0) == 0 {
            var status: Int32 = 0
            waitpid(pidToEnd, &status, WNOHANG)
            usleep(10_000)
        }
    }
}

/// A unique id of the form that records use.
func uniqueID() -> String {
    String(UInt64.random(in: 0...UInt64.max), radix: 16) + String(UInt32.random(in: 0...UInt32.max), radix: 16)
}
