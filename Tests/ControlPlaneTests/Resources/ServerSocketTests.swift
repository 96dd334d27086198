import CPlatform
import Environments
import HTTPClient
import Postgres
import Testing

@testable import ControlPlane

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

private let serverEnvironment: [String: String] =
    getenv("ENVCTL_EXTENDDB_SERVER").map { ["ENVCTL_EXTENDDB_SERVER": String(cString: $0)] } ?? [:]

/// Another one stands for a control plane that was started again: it knows nothing but the files.
private func makeLauncher() -> ProcessLauncher? { try? ProcessLauncher(environment: serverEnvironment, logger: quiet) }

/// The real `extenddb-server` behind a socket that outlives it. `/health` needs no database.
@Suite(.enabled(if: makeLauncher() != nil), .serialized) struct ServerSocketTests {
    private func request(_ port: Int) throws -> LaunchRequest {
        LaunchRequest(
            id: "e", directory: try TemporaryDirectory.make("socket"), port: port,
            database: PostgresConfiguration(host: "/nowhere", port: 5432, user: "u", password: "p", database: "d"),
            region: "eu-west-1")
    }

    private func freePort() throws -> Int {
        for _ in 0..<100 {
            let port = UInt16.random(in: 29_000..<32_000)
            let listener = cs_listen_tcp("127.0.0.1", port, 1)
            guard listener >= 0 else { continue }
            close(listener)
            return Int(port)
        }
        throw ControlError(.capacity, "no port between 29000 and 32000 is free")
    }

    /// The status of one request on a connection of its own.
    private static func ask(_ port: Int) async throws -> Int {
        let response = try await HTTPClient().send(
            HTTPRequest(
                method: "GET", url: "http://127.0.0.1:\(port)/health", headers: [], body: [], timeout: .seconds(30)))
        return response.status
    }

    @Test(.timeLimit(.minutes(2))) func whoConnectsWhileTheServerIsDeadIsAnsweredByTheNext() async throws {
        let launcher = try #require(makeLauncher())
        let launch = try request(try freePort())
        var process = try await launcher.launch(launch)
        #expect(try await Self.ask(launch.port) == 200)
        for _ in 0..<3 {
            kill(process.pid, SIGKILL)
            let killed = process
            #expect(await ChildProcess.poll(within: .seconds(5)) { !launcher.isAlive(killed) })
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<50 { group.addTask { try await Self.ask(launch.port) } }
                // Several connections wait already when the next server starts; the others come in its midst.
                process = try await launcher.launch(launch)
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == Array(repeating: 200, count: 50))
        }
        try await launcher.stop(process)
        launcher.releasePort(id: launch.id)
        #expect(!RawSocket(port: launch.port).isConnected)
    }

    @Test(.timeLimit(.minutes(1))) func theSocketOfAnAdoptedServerIsTakenOver() async throws {
        let launch = try request(try freePort())
        var process = try #require(try await makeLauncher()?.launch(launch))
        // The launcher above is gone, and with it its copy of the socket.
        let launcher = try #require(makeLauncher())
        let port = PortRequest(id: launch.id, directory: launch.directory, address: launch.address, port: launch.port)
        #expect(!launcher.holdsPort(id: launch.id))
        try launcher.holdPort(port)
        try #require(launcher.holdsPort(id: launch.id), "this process may not trace another of its user")
        kill(process.pid, SIGKILL)
        let killed = process
        #expect(await ChildProcess.poll(within: .seconds(5)) { !launcher.isAlive(killed) })
        async let early = Self.ask(launch.port)
        launcher.watchPort(id: launch.id)
        var knocks = launcher.knocks.makeAsyncIterator()
        #expect(await knocks.next() == launch.id)
        process = try await launcher.launch(launch)
        #expect(try await early == 200)
        try await launcher.stop(process)
        launcher.releasePort(id: launch.id)
    }

    @Test(.timeLimit(.minutes(1))) func requestsFlowWhileServersAreStoppedAndStarted() async throws {
        let launcher = try #require(makeLauncher())
        let launch = try request(try freePort())
        var process = try await launcher.launch(launch)
        let client = HTTPClient()
        let answered = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var count = 0
                    do {
                        while true {
                            let response = try await client.send(
                                HTTPRequest(
                                    method: "GET", url: "http://127.0.0.1:\(launch.port)/health", headers: [],
                                    body: [], timeout: .seconds(30)))
                            #expect(response.status == 200)
                            count += 1
                        }
                    } catch let error as HTTPClientError where error.code == .cancelled {
                        return count
                    }
                }
            }
            for _ in 0..<15 {
                try await launcher.stop(process)
                process = try await launcher.launch(launch)
                #expect(try await Self.ask(launch.port) == 200)
            }
            group.cancelAll()
            return try await group.reduce(0, +)
        }
        #expect(answered > 0)
        try await launcher.stop(process)
        launcher.releasePort(id: launch.id)
    }

    @Test func theTimeOfTheLastRequestIsTheActivityFiles() async throws {
        let launcher = try #require(makeLauncher())
        let directory = try TemporaryDirectory.make("activity")
        #expect(launcher.sinceLastRequest(directory: directory) == nil)
        try TestFile.write([], to: "\(directory)/activity")
        let fresh = try #require(launcher.sinceLastRequest(directory: directory))
        #expect(fresh < .seconds(30))
        var old = timespec()
        clock_gettime(CLOCK_REALTIME, &old)
        old.tv_sec -= 1000
        var times = [old, old]
        #expect(utimensat(AT_FDCWD, "\(directory)/activity", &times, 0) == 0)
        let aged = try #require(launcher.sinceLastRequest(directory: directory))
        #expect(aged >= .seconds(1000) && aged < .seconds(1100))
    }
}
