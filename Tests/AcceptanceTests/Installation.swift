import ControlPlane
import Environments
import Logging
import Postgres
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The built product on a state directory of its own: real `envctl`, real `extenddb-server`, real PostgreSQL. Everything
/// is ended and removed when the body returns, whether or not it throws.
struct Installation: Sendable {
    let home: String
    let ports: ClosedRange<Int>
    /// Variables beyond those that every installation here has.
    var settings: [String: String] = [:]

    struct Result: Sendable {
        var exitCode: Int32
        /// Standard output and standard error together.
        var output: String
    }

    /// - Parameters:
    ///   - ports: of endpoints; tests that run side by side take ranges that do not overlap, of 22,000 to 22,999 and
    ///     24,000 to 24,999, which nothing outside this target uses.
    ///   - home: nil: a directory of its own below `/tmp`.
    static func with<T>(
        ports: ClosedRange<Int>, home: String? = nil, settings: [String: String] = [:],
        _ body: (Installation) async throws -> T
    ) async throws -> T {
        let home = home ?? "/tmp/envctl-accept-\(UUID().uuidString.prefix(8).lowercased())"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        // PostgreSQL runs as an unprivileged user when the tests run as root, and must be able to pass through.
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: home)
        let installation = Installation(home: home, ports: ports, settings: settings)
        let result: Swift.Result<T, any Error>
        do {
            result = .success(try await body(installation))
        } catch {
            result = .failure(error)
        }
        let down = try await installation.run("down")
        #expect(down.exitCode == 0, "envctl down: \(down.output)")
        #expect(installation.processes() == [], "processes are left behind")
        try? FileManager.default.removeItem(atPath: home)
        return try result.get()
    }

    /// An installation whose control plane runs and holds the sample shop as `prod-snapshot`.
    static func withSnapshot<T>(
        ports: ClosedRange<Int>, settings: [String: String] = [:], _ body: (Installation) async throws -> T
    ) async throws -> T {
        try await with(ports: ports, settings: settings) { installation in
            try await installation.expect("up")
            try await installation.expect("snapshot", "import", "prod-snapshot", "--from-export", sampleShop)
            return try await body(installation)
        }
    }

    static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        .joined(separator: "/")
    static let sampleShop = root + "/Templates/samples/shop"
    /// Where the binaries are: `ENVCTL_TEST_BIN`, else this checkout's debug build.
    static let binaries = getenv("ENVCTL_TEST_BIN").map { String(cString: $0) } ?? root + "/.build/debug"

    var environment: [String: String] {
        [
            "PATH": getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin", "HOME": home, "ENVCTL_HOME": home,
            "ENVCTL_LISTEN": "127.0.0.1:0", "ENVCTL_PORTS": "\(ports.lowerBound)-\(ports.upperBound)",
            "ENVCTL_POOL_SIZE": "0", "ENVCTL_GRACE": "0s",
        ].merging(settings) { $1 }
    }

    /// Runs `envctl` to its end.
    @discardableResult
    func run(
        _ arguments: String..., environment extra: [String: String] = [:], within bound: Duration = .seconds(180)
    ) async throws -> Result {
        try await run(arguments, environment: extra, within: bound)
    }

    /// Runs `envctl` and requires that it succeeds.
    @discardableResult
    func expect(_ arguments: String...) async throws -> String {
        let result = try await run(arguments)
        try #require(
            result.exitCode == 0,
            "envctl \(arguments.joined(separator: " ")): exit \(result.exitCode): \(result.output)")
        return result.output
    }

    func run(arguments: [String], environment extra: [String: String] = [:]) async throws -> Result {
        try await run(arguments, environment: extra)
    }

    private func run(
        _ arguments: [String], environment extra: [String: String] = [:], within bound: Duration = .seconds(180)
    ) async throws -> Result {
        let file = home + "/output-\(UUID().uuidString)"
        let descriptor = open(file, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        try #require(descriptor >= 0)
        defer {
            close(descriptor)
            unlink(file)
        }
        let exit = try await ChildProcess.run(
            options(arguments, environment: extra, output: descriptor), within: bound)
        let output = String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
        guard case .code(let code) = exit else { return Result(exitCode: -1, output: output) }
        return Result(exitCode: code, output: output)
    }

    private func options(
        _ arguments: [String], environment extra: [String: String], output: Int32
    ) -> ChildProcess.Options {
        var options = ChildProcess.Options(program: Self.binaries + "/envctl")
        options.arguments = arguments
        options.environment = environment.merging(extra) { $1 }
        options.output = output
        return options
    }

    // MARK: - The control plane as a process

    /// Starts `envctl server` and returns once it answers, or is gone.
    ///
    /// - Parameter stops: whether the failpoint stops the process instead of killing it.
    func startServer(failpoint: Failpoint? = nil, stops: Bool = false) async throws -> Int32 {
        let log = open(home + "/server.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        try #require(log >= 0)
        defer { close(log) }
        let extra = failpoint.map { ["ENVCTL_FAILPOINT": $0.rawValue + (stops ? ":stop" : "")] } ?? [:]
        let pid = try ChildProcess.spawn(options(["server"], environment: extra, output: log))
        let end = ContinuousClock.now + .seconds(120)
        while ContinuousClock.now < end {
            if try await run(["status"]).exitCode == 0 { return pid }
            if ChildProcess.reap(pid) != nil { return pid }
        }
        throw ControlError(.timeout, "the control plane does not answer")
    }

    /// Starts `envctl server` to be killed at a failpoint by what is recorded already, and returns when it is.
    func die(at failpoint: Failpoint) async throws {
        let log = open(home + "/server.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        try #require(log >= 0)
        defer { close(log) }
        let extra = ["ENVCTL_FAILPOINT": failpoint.rawValue]
        try await KillTests.requireKilled(
            try ChildProcess.spawn(options(["server"], environment: extra, output: log)), at: failpoint)
    }

    /// Ends the control plane alone, as a service manager does.
    func stopServer() async throws {
        let info = try #require(FileManager.default.contents(atPath: home + "/run/server.json"))
        struct Info: Decodable { var pid: Int32 }
        let pid = try JSONDecoder().decode(Info.self, from: info).pid
        let process = try #require(ProcessIdentity(pid: pid))
        process.signal(SIGTERM)
        #expect(await process.isGone(within: .seconds(60)))
    }

    /// The server of the private PostgreSQL.
    func postgres() async throws -> PrivatePostgresServer {
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let postgres = PrivatePostgres(stateDirectory: home, environment: environment, logger: logger)
        return try #require(try await postgres.find())
    }

    // MARK: - What exists

    /// Command lines of running processes that name this installation's directory.
    func processes() -> [String] {
        let own = getpid()
        guard let entries = try? FileManager.default.contentsOfDirectory(atPath: "/proc") else { return [] }
        return entries.compactMap { entry -> String? in
            guard let pid = Int32(entry), pid != own,
                let data = FileManager.default.contents(atPath: "/proc/\(entry)/cmdline")
            else { return nil }
            let line = data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
            return line.contains(home) ? line : nil
        }
    }

    /// The control plane, the servers and the postmaster; not PostgreSQL's children, which end with it.
    func processIDs() throws -> [Int32] {
        struct Info: Decodable { var pid: Int32 }
        let info = try #require(FileManager.default.contents(atPath: home + "/run/server.json"))
        let postmaster = try #require(FileManager.default.contents(atPath: home + "/postgres/postmaster.pid"))
        let servers = try FileManager.default.contentsOfDirectory(atPath: home + "/environments").compactMap { id in
            FileManager.default.contents(atPath: home + "/environments/\(id)/server.pid")
        }
        let first = [postmaster] + servers
        return [try JSONDecoder().decode(Info.self, from: info).pid]
            + first.compactMap { Int32(String(decoding: $0.prefix { $0 != 10 && $0 != 32 }, as: UTF8.self)) }
    }

    /// The process of the control plane.
    func controlPlane() throws -> Int32 {
        struct Info: Decodable { var pid: Int32 }
        let info = try #require(FileManager.default.contents(atPath: home + "/run/server.json"))
        return try JSONDecoder().decode(Info.self, from: info).pid
    }

    /// Whether it becomes so within a minute, which no test that passes uses up: a busy machine may take its time.
    func eventually(
        within bound: Duration = .seconds(60), _ isSo: () async throws -> Bool
    ) async throws -> Bool {
        let end = ContinuousClock.now + bound
        while ContinuousClock.now < end {
            if try await isSo() { return true }
            // A condition that never suspends would keep one of few threads from everything else.
            try await Task.sleep(for: .milliseconds(20))
        }
        return false
    }

    /// How many sessions there are in databases whose name begins so.
    func connections(to prefix: String) async throws -> Int {
        let connection = try await PostgresConnection.connect(try await postgres().admin)
        let rows = try await connection.query(
            "SELECT count(*) FROM pg_stat_activity WHERE starts_with(datname, $1)", .text(prefix))
        let count = try rows.first?[0].int ?? 0
        await connection.close()
        return count
    }

    /// The servers of environments that run.
    func servers() -> [String] { processes().filter { $0.contains("extenddb-server") } }

    /// Runs a statement as the administrator of the private PostgreSQL.
    func administer(_ sql: String) async throws {
        let connection = try await PostgresConnection.connect(postgres().admin)
        do {
            try await connection.query(PostgresQuery(sql, prepared: false))
        } catch {
            await connection.close()
            throw error
        }
        await connection.close()
    }

    /// Runs a statement on the records. Returns the first column of its rows, which is text.
    @discardableResult
    func records(_ sql: String) async throws -> [String] {
        let connection = try await PostgresConnection.connect(postgres().admin.with(database: "envctl"))
        do {
            let rows = try await connection.query(PostgresQuery(sql, prepared: false)).map { try $0[0].string }
            await connection.close()
            return rows
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Names of databases and roles of environments.
    func storage() async throws -> (databases: [String], roles: [String]) {
        let server = try await postgres()
        let connection = try await PostgresConnection.connect(server.admin)
        let databases = try await connection.query(
            "SELECT datname FROM pg_database WHERE datname LIKE 'envctl\\_e\\_%' ORDER BY 1")
        let roles = try await connection.query(
            "SELECT rolname FROM pg_roles WHERE rolname LIKE 'envctl\\_r\\_%' ORDER BY 1")
        let names = (try databases.map { try $0[0].string }, try roles.map { try $0[0].string })
        await connection.close()
        return names
    }

    /// The process of an environment's server; 0 while it has none.
    func pid(of name: String) async throws -> Int32 {
        struct Shown: Decodable { var pid: Int32? }
        let output = try await expect("show", name, "--output", "json")
        return try JSONDecoder().decode(Shown.self, from: Data(output.utf8)).pid ?? 0
    }

    /// Live environments by name with their phase.
    func environments() async throws -> [String: String] {
        struct List: Decodable {
            struct Entry: Decodable { var name: String; var phase: String }
            var items: [Entry]
        }
        let output = try await expect("list", "--output", "json")
        let list = try JSONDecoder().decode(List.self, from: Data(output.utf8))
        return Dictionary(uniqueKeysWithValues: list.items.map { ($0.name, $0.phase) })
    }
}
