import AWSClient
import Environments
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The limits of clones at AWS with the real binary: pools, users and what they are told.
extension AuroraTests {
    private struct Pool: Decodable {
        var ready: Int
        var making: Int
        var held: String?
        var failures: Int
    }

    private func pool(_ scene: AuroraScene) async throws -> Pool {
        let output = try await scene.it.expect("snapshot", "pool", "prod", "--output", "json")
        return try JSONDecoder().decode(Pool.self, from: Data(output.utf8))
    }

    /// The budget lets two clones in.
    @Test(.timeLimit(.minutes(2)))
    func aPoolKeepsToTheBudgetAndSaysSo() async throws {
        try await AuroraScene.with(ports: 22_770...22_789, poll: "0s", budget: 0.6) { scene in
            try await scene.envctl("snapshot", "pool", "prod", "--size", "3")
            let isFull = try await scene.it.eventually {
                let pool = try await pool(scene)
                return pool.ready == 2 && pool.making == 0
            }
            #expect(isFull)
            let held = try await pool(scene)
            #expect(held.held?.contains("the budget is 0.600 USD") == true && held.failures == 0, "\(held)")
            #expect(try await scene.envctl("capacity").contains("aurora-budget"))
            let metrics = try await ObservabilityTests.ask(scene.it, "/metrics")
            let line = #"envctl_pool_held{snapshot="prod",by="aurora-budget"} 1"#
            #expect(metrics.contains(line), "\(metrics.prefix(4000))")
            #expect(try await scene.remains().count == 6)
            // A member is paid for already; what comes after it is refused by name.
            for name in ["one", "two"] {
                #expect(try await scene.envctl("clone", "prod", name).contains("from the warm pool"))
            }
            let refused = try await scene.attempt(["clone", "prod", "three"])
            #expect(refused.exitCode == 5 && refused.output.contains("'aurora-budget'"), "\(refused)")
            try await scene.envctl("snapshot", "pool", "prod", "--size", "0")
            try await scene.envctl("delete", "one", "two")
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func fifteenClonesAreAllThereAre() async throws {
        try await AuroraScene.with(ports: 22_790...22_829, poll: "0s") { scene in
            try await scene.envctl("clone", "prod", "mine")
            for size in [7, 14] {
                try await scene.envctl("snapshot", "pool", "prod", "--size", "\(size)")
                // Seven members take longer than one command should be waited for.
                let isFull = try await scene.it.eventually(within: .seconds(240)) {
                    try await pool(scene).ready == size
                }
                try #require(isFull, "\(size) members are not ready")
            }
            try await scene.envctl("snapshot", "pool", "prod", "--size", "16")
            let held = try await pool(scene)
            #expect(held.ready == 14, "\(held)")
            #expect(held.held?.contains("15 of 15") == true && held.failures == 0 && held.making == 0, "\(held)")
            try await scene.envctl("clone", "prod", "claimed")
            #expect(try await scene.rds.allDBClusters().count == 16)
            // A reset has two clones for a while: refused before the one that there is is touched.
            let reset = try await scene.attempt(["reset", "mine"])
            #expect(reset.exitCode == 5 && reset.output.contains("'aurora-clones'"), "\(reset)")
            #expect(try await scene.it.environments() == ["mine": "ready", "claimed": "ready"])
            try await scene.envctl("snapshot", "pool", "prod", "--size", "0")
            let isEmpty = try await scene.it.eventually(within: .seconds(240)) {
                try await scene.remains().count == 6
            }
            #expect(isEmpty)
            try await scene.envctl("delete", "mine", "claimed")
            let restores = try scene.calls.all().count { $0.action == "RestoreDBClusterToPointInTime" }
            #expect(restores == 15)
        }
    }
}
