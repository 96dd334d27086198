import Environments
import Postgres
import Synchronization
import Testing

@testable import ControlPlane

/// One suite for everything that starts servers: what `Launcher` promises, held against the one of processes and
/// against the one in memory that the tests of the life cycle trust.
@Suite struct LauncherContract {
    enum Kind: CaseIterable { case processes, inMemory }

    private static let server = """
        #!/bin/sh
        echo "started"
        trap 'exit 0' TERM
        while :; do sleep 0.05; done
        """

    private struct Setting {
        var launcher: any Launcher
        var request: LaunchRequest
        /// Takes a port as another program would, until it is called again.
        var occupy: (Int) -> Void
        var vacate: () -> Void

        var port: PortRequest {
            PortRequest(
                id: request.id, directory: request.directory, address: request.address, port: request.port)
        }
    }

    private func with(_ kind: Kind, _ body: (Setting) async throws -> Void) async throws {
        let directory = try TemporaryDirectory.make("contract")
        let listener = Listener()
        let port = listener.port
        listener.close()
        let request = LaunchRequest(
            id: "e", directory: "\(directory)/e", port: port,
            database: PostgresConfiguration(host: "/run", port: 5432, user: "u", password: "p", database: "d"),
            region: "eu-west-1")
        switch kind {
        case .inMemory:
            let world = FakeWorld()
            world.state.withLock { _ = $0.sealed.insert("d") }
            try await body(
                Setting(
                    launcher: world, request: request,
                    occupy: { port in world.state.withLock { _ = $0.busyPorts.insert(port) } },
                    vacate: { world.state.withLock { $0.busyPorts = [] } }))
            #expect(world.snapshot.violations.isEmpty)
        case .processes:
            try TestFile.write(Array(Self.server.utf8), to: "\(directory)/extenddb-server", mode: 0o755)
            let launcher = try ProcessLauncher(
                executable: "\(directory)/extenddb-server", environment: [:], logger: quiet)
            var holder: Listener?
            try await body(
                Setting(
                    launcher: launcher, request: request, occupy: { holder = Listener(port: $0) },
                    vacate: {
                        holder?.close()
                        holder = nil
                    }))
            launcher.releasePort(id: request.id)
        }
    }

    @Test(arguments: Kind.allCases)
    func aServerIsFoundUntilItIsStopped(kind: Kind) async throws {
        try await with(kind) { setting in
            let (launcher, request) = (setting.launcher, setting.request)
            #expect(launcher.find(id: request.id, directory: request.directory) == nil)
            let process = try await launcher.launch(request)
            #expect(process.port == request.port && launcher.isAlive(process))
            #expect(launcher.find(id: request.id, directory: request.directory) == process)
            try await launcher.stop(process)
            #expect(!launcher.isAlive(process))
            #expect(launcher.find(id: request.id, directory: request.directory) == nil)
            // What is gone is stopped.
            try await launcher.stop(process)
        }
    }

    @Test(arguments: Kind.allCases)
    func aSecondLaunchGivesTheServerThatRuns(kind: Kind) async throws {
        try await with(kind) { setting in
            let process = try await setting.launcher.launch(setting.request)
            #expect(try await setting.launcher.launch(setting.request) == process)
            try await setting.launcher.stop(process)
            let next = try await setting.launcher.launch(setting.request)
            #expect(next != process && setting.launcher.isAlive(next) && !setting.launcher.isAlive(process))
            try await setting.launcher.stop(next)
        }
    }

    @Test(arguments: Kind.allCases)
    func anotherProcessOfThatNumberIsNotTheServer(kind: Kind) async throws {
        try await with(kind) { setting in
            let process = try await setting.launcher.launch(setting.request)
            var later = process
            later.startTime += 1
            #expect(!setting.launcher.isAlive(later))
            try await setting.launcher.stop(process)
        }
    }

    @Test(arguments: Kind.allCases)
    func aTakenPortIsNamed(kind: Kind) async throws {
        try await with(kind) { setting in
            setting.occupy(setting.request.port)
            #expect(!setting.launcher.isFree(port: setting.request.port, address: setting.request.address))
            let launching = await #expect(throws: ControlError.self) {
                try await setting.launcher.launch(setting.request)
            }
            #expect(launching?.code == .portInUse && launching?.subject == "\(setting.request.port)")
            let holding = #expect(throws: ControlError.self) { try setting.launcher.holdPort(setting.port) }
            #expect(holding?.code == .portInUse)
            #expect(!setting.launcher.holdsPort(id: setting.request.id))
            setting.vacate()
            #expect(setting.launcher.isFree(port: setting.request.port, address: setting.request.address))
            let process = try await setting.launcher.launch(setting.request)
            try await setting.launcher.stop(process)
        }
    }

    @Test(arguments: Kind.allCases)
    func thePortStaysOursUntilItIsGivenUp(kind: Kind) async throws {
        try await with(kind) { setting in
            let (launcher, id) = (setting.launcher, setting.request.id)
            for _ in 0..<2 { try launcher.holdPort(setting.port) }
            #expect(launcher.holdsPort(id: id))
            let process = try await launcher.launch(setting.request)
            #expect(launcher.holdsPort(id: id))
            try await launcher.stop(process)
            #expect(launcher.holdsPort(id: id))
            #expect(!launcher.isFree(port: setting.request.port, address: setting.request.address))
            var other = setting.port
            other.id = "f"
            let refused = #expect(throws: ControlError.self) { try launcher.holdPort(other) }
            #expect(refused?.code == .portInUse)
            for _ in 0..<2 { launcher.releasePort(id: id) }
            #expect(!launcher.holdsPort(id: id))
            #expect(launcher.isFree(port: setting.request.port, address: setting.request.address))
        }
    }
}
