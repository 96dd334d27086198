import ControlPlane
import Environments
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Warm pools with the real binary.
@Suite(.serialized) struct PoolTests {
    private struct Pool: Decodable {
        var size: Int
        var ready: Int
    }

    private struct Clone: Decodable {
        struct Environment: Decodable {
            var phase: String
            var created: Bool
            var claimed_at: String?
            var id: String
        }
        var environment: Environment
    }

    private func decode<T: Decodable>(_ type: T.Type, _ text: String) throws -> T {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    @Test(.timeLimit(.minutes(3)))
    func clonesAreClaimedFromThePoolAndAllOfItGoesWithTheSnapshot() async throws {
        try await Installation.withSnapshot(ports: 24_600...24_649) { it in
            let full = try await it.expect(
                "snapshot", "pool", "prod-snapshot", "--size", "2", "--wait", "--output", "json")
            let pool = try decode(Pool.self, full)
            #expect(pool.size == 2 && pool.ready == 2)
            #expect(try await it.environments().isEmpty)
            let output = try await it.expect("clone", "prod-snapshot", "pr-1", "--output", "json")
            let clone = try decode(Clone.self, output)
            #expect(clone.environment.phase == "ready" && clone.environment.created)
            #expect(clone.environment.claimed_at != nil)
            let asked = try await it.run("exec", "pr-1", "--", "sh", "-c", KillTests.scan)
            #expect(asked.exitCode == 0 && asked.output.contains("\"Count\":3"), "\(asked.output)")
            try await it.expect("snapshot", "pool", "prod-snapshot", "--wait")
            #expect(try await it.expect("status").contains("2 of 2 ready"))
            #expect(try await it.expect("snapshot", "show", "prod-snapshot").contains("2 of 2 ready"))
            #expect(try await it.environments() == ["pr-1": "ready"])

            // What is left after the snapshot is the environment that was claimed.
            try await it.expect("snapshot", "delete", "prod-snapshot")
            let isGone = try await it.eventually { it.servers().count == 1 }
            #expect(isGone)
            try await it.expect("delete", "pr-1")
            // That deletion was waited for; the members' databases are dropped some time after their servers ended.
            let isDropped = try await it.eventually {
                let storage = try await it.storage()
                return storage.databases.isEmpty && storage.roles.isEmpty
            }
            let storage = try await it.storage()
            #expect(isDropped, "\(storage)")
        }
    }

    /// Killed when refills or a claim are recorded and nobody was told: the next control plane finds the pool full and the
    /// claimed environment under its name.
    @Test(.timeLimit(.minutes(3)))
    func killedInARefillOrAClaimLosesNothing() async throws {
        try await Installation.withSnapshot(ports: 24_650...24_699) { it in
            try await it.stopServer()
            _ = try await it.startServer(failpoint: .poolRefillRecorded)
            let set = try await it.run("snapshot", "pool", "prod-snapshot", "--size", "2", "--wait", "--timeout", "20s")
            #expect(set.exitCode != 0)
            _ = try await it.startServer()
            try await it.expect("snapshot", "pool", "prod-snapshot", "--wait")
            #expect(try await it.storage().databases.count == 2)
            try await it.stopServer()

            _ = try await it.startServer(failpoint: .poolClaimRecorded)
            let clone = try await it.run("clone", "prod-snapshot", "pr-1", "--timeout", "20s")
            #expect(clone.exitCode != 0)
            _ = try await it.startServer()
            let again = try decode(
                Clone.self, try await it.expect("clone", "prod-snapshot", "pr-1", "--output", "json"))
            #expect(!again.environment.created && again.environment.claimed_at != nil)
            try await it.expect("snapshot", "pool", "prod-snapshot", "--wait")
            #expect(try await it.storage().databases.count == 3)
            #expect(it.servers().count == 3)
            try await it.stopServer()
            _ = try await it.startServer()
            #expect(it.servers().count == 3)
        }
    }
}
