import Environments
import Logging
import Testing

@testable import ControlPlane

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A whole control plane in this process: its own private PostgreSQL, and the real `extenddb-server` where the build
/// has put one next to the tests.
@Suite(.serialized) struct ControlPlaneRunTests {
    private static let environment: [String: String] = {
        var environment = testEnvironment
        if let path = getenv("ENVCTL_EXTENDDB_SERVER") { environment["ENVCTL_EXTENDDB_SERVER"] = String(cString: path) }
        return environment
    }()

    private static let hasServer = (try? ProcessLauncher.findExecutable(environment: environment)) != nil

    /// The sample export of this repository.
    private static let sample: String = {
        // The sources may be reached through a link.
        let file = realpath(#filePath, nil)
        defer { free(file) }
        var directory = file.map { String(cString: $0) } ?? #filePath
        for _ in 0..<4 { directory = PosixFile.parent(of: directory) ?? "/" }
        return "\(directory)/Templates/samples/shop"
    }()

    private static let patience = Duration.seconds(60)

    /// Runs control planes one after another on one state directory, and stops its PostgreSQL at the end.
    private func withState(_ body: (ControlPlaneConfiguration) async throws -> Void) async throws {
        let directory = try TemporaryDirectory.make("plane")
        var configuration = ControlPlaneConfiguration(
            stateDirectory: directory, processEnvironment: Self.environment)
        configuration.ports = 32_100...32_120
        configuration.poolSize = 0
        configuration.tunables.healthInterval = .milliseconds(100)
        let result: Result<Void, any Error>
        do {
            try await body(configuration)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try await PrivatePostgres(
            stateDirectory: directory, environment: Self.environment, logger: quiet
        ).stop()
        try result.get()
    }

    /// One life of a control plane; it ends by cancellation, which it must take like a death.
    private func withControlPlane(
        _ configuration: ControlPlaneConfiguration, _ body: @Sendable (ControlPlane) async throws -> Void
    ) async throws {
        let plane = ControlPlane(configuration: configuration, logger: quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await plane.run()
                } catch is CancellationError {
                    return
                }
            }
            try await plane.waitUntilReady()
            let result: Result<Void, any Error>
            do {
                try await body(plane)
                result = .success(())
            } catch {
                result = .failure(error)
            }
            group.cancelAll()
            while let ended = await group.nextResult() {
                if case .failure(let error) = ended, (error as? ControlError)?.code != .cancelled { throw error }
            }
            try result.get()
        }
    }

    @Test(.enabled(if: hasServer)) func importsClonesServesAdoptsAndCleansUp() async throws {
        try await withState { configuration in
            try await withControlPlane(configuration) { plane in
                _ = try await plane.snapshots.importExport(name: "prod-snapshot", directory: Self.sample)
                let snapshot = try await plane.snapshots.wait("prod-snapshot", timeout: Self.patience)
                try #require(snapshot.state == .ready, "\(snapshot.reason ?? "")")
                #expect(snapshot.progress.itemsDone > 1000)
                for name in ["pr-1", "pr-2"] {
                    _ = try await plane.environments.clone(CloneSpec(snapshot: "prod-snapshot", name: name))
                    let ready = try await plane.environments.wait(name, timeout: Self.patience)
                    try #require(ready.phase == .ready, "\(ready.reason ?? "")")
                    print("phases of \(name):", ready.timings)
                }
                // A server that dies comes back with the same endpoint.
                let before = try await plane.environments.get("pr-1")
                kill(try #require(before.server).pid, SIGKILL)
                let hub = try plane.box.runtime().hub
                let restarted: EnvironmentRecord = try await awaiting(
                    "no restart", subject: "pr-1", changes: hub.changes(of: before.id.text), timeout: Self.patience
                ) { () async throws(ControlError) in
                    let now = try await plane.environments.get("pr-1")
                    return now.phase == .ready && now.server != before.server ? now : nil
                }
                #expect(restarted.port == before.port)
                let status = await plane.status()
                #expect(status.isReady && status.environments == [.ready: 2] && status.snapshots == 1)
                let failed = await plane.doctor().filter { !$0.ok }
                #expect(failed.isEmpty, "\(failed)")
            }
            try await withControlPlane(configuration) { plane in
                let adopted = try await plane.environments.get("pr-2")
                #expect(adopted.phase == .ready)
                #expect(try ProcessIdentity(pid: #require(adopted.server).pid) != nil)
                for name in ["pr-1", "pr-2"] {
                    let gone = try await plane.environments.delete(name, wait: Self.patience)
                    #expect(gone.phase == .deleted)
                }
                #expect(ProcessIdentity(pid: try #require(adopted.server).pid) == nil)
                #expect(try PosixFile.list(configuration.environmentsDirectory).isEmpty)
                #expect(try await plane.snapshots.delete("prod-snapshot").state == .deleted)
                let provider = try plane.box.runtime().effectors.provider
                #expect(try await provider.list().isEmpty)
            }
        }
    }

    @Test(.enabled(if: hasServer)) func oneAtATimeWorksOnAStateDirectory() async throws {
        try await withState { configuration in
            try await withControlPlane(configuration) { _ in
                let second = ControlPlane(configuration: configuration, logger: quiet)
                let error = await #expect(throws: ControlError.self) { try await second.run() }
                #expect(error?.code == .conflict)
                #expect(error?.hint?.contains("envctl down") == true)
                await #expect(throws: ControlError.self) { try await second.waitUntilReady() }
            }
        }
    }

    @Test func withoutAServerProgramNothingIsMade() async throws {
        let directory = try TemporaryDirectory.make("bare")
        var configuration = ControlPlaneConfiguration(
            stateDirectory: directory, processEnvironment: ["ENVCTL_EXTENDDB_SERVER": "/no/such/program"])
        configuration.ports = 32_130...32_131
        let plane = ControlPlane(configuration: configuration, logger: quiet)
        let error = await #expect(throws: ControlError.self) { try await plane.run() }
        #expect(error?.code == .misconfigured)
        #expect(!PosixFile.exists(directory + "/postgres"))
        let status = await plane.status()
        #expect(!status.isReady)
        #expect(status.reason == error?.message)
        let checks = await plane.doctor()
        #expect(checks.contains { $0.name == "server-program" && !$0.ok && $0.hint != nil })
        #expect(await code { _ = try await plane.environments.list() } == .misconfigured)
    }

    private func code(_ body: () async throws -> Void) async -> ControlError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? ControlError)?.code
        }
    }
}
