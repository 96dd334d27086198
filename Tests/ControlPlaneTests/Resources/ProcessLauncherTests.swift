import DynamoModel
import Environments
import Postgres
import Testing

@testable import ControlPlane

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The launcher with stand-ins for the server, since it is about processes; what the server does is tested elsewhere.
@Suite struct ProcessLauncherTests {
    /// A program that says that it runs, and waits for a signal; who has read what it says may send one.
    private static let waiting = """
        #!/bin/sh
        trap 'echo bye; exit 0' TERM
        echo "arguments $* descriptors $LISTEN_FDS"
        while :; do sleep 0.05; done
        """

    private struct Setting {
        var launcher: ProcessLauncher
        var request: LaunchRequest
    }

    private func setting(_ script: String = waiting) throws -> Setting {
        let directory = try TemporaryDirectory.make("launch")
        try TestFile.write(Array(script.utf8), to: "\(directory)/extenddb-server", mode: 0o755)
        let listener = Listener()
        let port = listener.port
        listener.close()
        return Setting(
            launcher: try ProcessLauncher(
                executable: "\(directory)/extenddb-server", environment: [:], logger: quiet),
            request: LaunchRequest(
                id: "e", directory: "\(directory)/e", port: port,
                database: PostgresConfiguration(
                    host: "/run", port: 5432, user: "u", password: "p\"w", database: "d"),
                region: "eu-west-1"))
    }

    @Test func startsFindsAndStops() async throws {
        let setting = try setting()
        #expect(setting.launcher.find(id: "e", directory: setting.request.directory) == nil)
        let process = try await setting.launcher.launch(setting.request)
        #expect(setting.launcher.isAlive(process))
        #expect(process.port == setting.request.port)
        #expect(setting.launcher.find(id: "e", directory: setting.request.directory) == process)
        #expect(try await setting.launcher.launch(setting.request) == process)
        let said = await ChildProcess.poll(within: .seconds(5)) {
            (try? setting.launcher.log(directory: setting.request.directory, lines: 5))?.isEmpty == false
        }
        #expect(said)
        #expect(
            try setting.launcher.log(directory: setting.request.directory, lines: 5) == [
                "arguments serve --config \(setting.request.directory)/server.json descriptors 1"
            ])
        #expect(getsid(process.pid) == process.pid)
        try await setting.launcher.stop(process)
        #expect(!setting.launcher.isAlive(process))
        #expect(setting.launcher.find(id: "e", directory: setting.request.directory) == nil)
        #expect(try setting.launcher.log(directory: setting.request.directory, lines: 1) == ["bye"])
        try await setting.launcher.stop(process)
        // The port stays ours until it is given up.
        #expect(setting.launcher.holdsPort(id: "e"))
        setting.launcher.releasePort(id: "e")
        Listener(port: setting.request.port).close()
    }

    @Test func theConfigurationIsPrivateAndComplete() async throws {
        let setting = try setting()
        let process = try await setting.launcher.launch(setting.request)
        let path = "\(setting.request.directory)/server.json"
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        let json = try JSONValue(parsing: try #require(try PosixFile.read(path)))
        #expect(json["port"]?.intValue == setting.request.port)
        #expect(json["bind_address"]?.stringValue == "127.0.0.1")
        #expect(json["database"]?["password"]?.stringValue == "p\"w")
        #expect(json["region"]?.stringValue == "eu-west-1")
        try await setting.launcher.stop(process)
    }

    @Test func aTakenPortIsNamed() async throws {
        var setting = try setting()
        let listener = Listener()
        setting.request.port = listener.port
        let error = await #expect(throws: ControlError.self) { try await setting.launcher.launch(setting.request) }
        #expect(error?.code == .portInUse && error?.subject == "\(listener.port)")
        listener.close()
    }

    @Test func anotherPortReplacesTheServer() async throws {
        var setting = try setting()
        let first = try await setting.launcher.launch(setting.request)
        let listener = Listener()
        setting.request.port = listener.port
        listener.close()
        let second = try await setting.launcher.launch(setting.request)
        #expect(!setting.launcher.isAlive(first) && setting.launcher.isAlive(second))
        try await setting.launcher.stop(second)
    }

    @Test func aServerWithoutPIDFileIsFound() async throws {
        let setting = try setting()
        let process = try await setting.launcher.launch(setting.request)
        // What a launcher that was killed right after the start leaves.
        try PosixFile.remove("\(setting.request.directory)/server.pid")
        #expect(setting.launcher.find(id: "e", directory: setting.request.directory) == process)
        try await setting.launcher.stop(process)
        #expect(setting.launcher.find(id: "e", directory: setting.request.directory) == nil)
    }

    @Test func aDeafServerIsKilled() async throws {
        let setting = try setting("#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 0.05; done\n")
        let process = try await setting.launcher.launch(setting.request)
        let launcher = ProcessLauncher(setting.launcher, terminationBound: .milliseconds(200))
        // The shell must have set its trap.
        try await Task.sleep(for: .milliseconds(200))
        try await launcher.stop(process)
        #expect(!launcher.isAlive(process))
    }

    @Test func aServerThatEndsAtOnceIsNoticed() async throws {
        let setting = try setting("#!/bin/sh\necho 'no such database'\nexit 3\n")
        do {
            let process = try await setting.launcher.launch(setting.request)
            let gone = await ChildProcess.poll(within: .seconds(5)) { !setting.launcher.isAlive(process) }
            #expect(gone)
        } catch {
            #expect(error.code == .failed)
        }
        #expect(try setting.launcher.log(directory: setting.request.directory, lines: 9) == ["no such database"])
        #expect(setting.launcher.find(id: "e", directory: setting.request.directory) == nil)
    }

    @Test func aLongLogIsPutAside() throws {
        let path = try TemporaryDirectory.make("log") + "/server.log"
        try TestFile.write(Array("old\n".utf8), to: path)
        close(try LogFile.open(path, rotationSize: 3))
        #expect(try PosixFile.readText(path) == "")
        #expect(try PosixFile.readText(path + ".1") == "old\n")
        close(try LogFile.open(path, rotationSize: 3))
        #expect(try PosixFile.readText(path + ".1") == "old\n")
    }

    @Test func aMissingExecutableIsNamed() {
        let error = #expect(throws: ControlError.self) {
            try ProcessLauncher(environment: ["ENVCTL_EXTENDDB_SERVER": "/nowhere"], logger: quiet)
        }
        #expect(error?.code == .misconfigured && error?.subject == "/nowhere")
    }
}
