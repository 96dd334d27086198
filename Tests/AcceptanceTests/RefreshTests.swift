import ControlPlane
import Environments
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A snapshot's next generation, with the real binary and real exports.
@Suite(.serialized) struct RefreshTests {
    private struct Snapshot: Decodable {
        var state: String
        var generation: Int
        var current_generation: Int?
        var database: String
    }

    private func snapshot(_ it: Installation) async throws -> Snapshot {
        let output = try await it.expect("snapshot", "show", "prod-snapshot", "--output", "json")
        return try JSONDecoder().decode(Snapshot.self, from: Data(output.utf8))
    }

    @Test(.timeLimit(.minutes(10)))
    func theNextGenerationIsClonedAndTheOneBeforeStaysForWhoCameFromIt() async throws {
        try await Installation.withSnapshot(ports: 22_900...22_949) { it in
            let before = try await snapshot(it)
            #expect(before.generation == 1 && before.current_generation == 1)
            try await it.expect("clone", "prod-snapshot", "old")
            // Without a folder the one of the last import is read again.
            let said = try await it.expect("snapshot", "refresh", "prod-snapshot")
            #expect(said.contains("prod-snapshot has generation 2"))
            let after = try await snapshot(it)
            #expect(after.state == "ready" && after.generation == 2 && after.current_generation == 2)
            #expect(after.database != before.database)

            try await it.expect("clone", "prod-snapshot", "new")
            for name in ["old", "new"] {
                let asked = try await it.run("exec", name, "--", "sh", "-c", KillTests.scan)
                #expect(asked.exitCode == 0 && asked.output.contains("\"Count\":3"), "\(name): \(asked.output)")
            }
            #expect(try await it.expect("show", "old").contains("generation 1"))
            #expect(try await it.expect("show", "new").contains("generation 2"))
            try await it.expect("reset", "old", "--latest")
            #expect(try await it.expect("show", "old").contains("generation 2"))
            let asked = try await it.run("exec", "old", "--", "sh", "-c", KillTests.scan)
            #expect(asked.exitCode == 0 && asked.output.contains("\"Count\":3"), "\(asked.output)")
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func aFolderThatIsNoExportCostsNothing() async throws {
        try await Installation.withSnapshot(ports: 22_950...22_999) { it in
            let folder = "\(it.home)/empty"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let refused = try await it.run("snapshot", "refresh", "prod-snapshot", "--from-export", folder)
            #expect(refused.exitCode == 1, "\(refused.output)")
            #expect(refused.output.contains("generation 1 goes on being cloned"), "\(refused.output)")
            let now = try await snapshot(it)
            #expect(now.state == "failed" && now.generation == 2 && now.current_generation == 1)
            #expect(try await it.expect("snapshot", "list").contains("failed, generation 1 is cloned"))
            try await it.expect("clone", "prod-snapshot", "goes-on")
            let unknown = try await it.run("snapshot", "refresh", "unknown")
            #expect(unknown.exitCode == 3, "\(unknown.output)")
            // A name that is taken says how to go on.
            let taken = try await it.run("snapshot", "import", "prod-snapshot", "--from-export", folder)
            #expect(taken.exitCode != 0)
        }
    }
}
