import Environments
import SimulatedRDS
import TestSupport
import Testing

@testable import ControlPlane

/// What only the fault server can do to the provider.
@Suite(.serialized) struct AuroraFaultTests {
    /// Four looks a minute are two lists each, and beside them stand the client's repetitions and changes.
    static let busiestMinute = 40

    /// Whatever goes wrong and passes: one clone, its own password, production untouched, nothing left, and AWS is not
    /// hammered.
    @Test(arguments: [0.0, 0.05, 0.2, 0.5])
    func everyLifeEndsWhereItShould(rate: Double) async throws {
        let first = SeededGenerator(label: "everyLifeEndsWhereItShould").seed
        for seed in (0..<(rate == 0 ? 1 : 5)).map({ first &+ $0 }) {
            try await AuroraScene.with(.faultServer, seed: seed, { $0.faults = .init(all: rate) }) { scene in
                let record = try await scene.environment("one")
                let faults = try #require(scene.faults)
                let made = try await scene.make(record)
                #expect(made.isDone, "seed \(seed): \(made)")
                let row = try #require(try await scene.harness.store.auroraClone(record.id, 1))
                #expect(faults.with { $0.password(of: row.cluster) } == row.masterPassword, "seed \(seed)")
                #expect(faults.with { $0.remains } == [row.cluster, row.cluster + "-i1"], "seed \(seed)")
                // A reset, and the end of both.
                var second = record
                second.incarnation = 2
                #expect(try await scene.make(second).isDone, "seed \(seed)")
                let dropped = try await scene.drop(second)
                #expect(dropped.isDone, "seed \(seed): \(dropped)")
                #expect(faults.with { $0.remains } == [], "seed \(seed)")
                #expect(faults.with { $0.fullCopies } == [], "seed \(seed)")
                let busiest = faults.with { $0.busiestMinute }
                #expect(busiest <= Self.busiestMinute, "seed \(seed): \(busiest) calls in a minute")
                let calls = faults.with { $0.calls.values.reduce(0, +) }
                print("rate \(rate), seed \(seed): \(calls) calls, \(busiest) in the busiest minute")
                faults.with { $0.faults = .init() }
            }
        }
    }

    /// Given up at any moment, whatever goes wrong: nothing is left.
    @Test func aDeletionAtAnyMomentLeavesNothing() async throws {
        let first = SeededGenerator(label: "aDeletionAtAnyMomentLeavesNothing").seed
        for (index, steps) in [0, 1, 2, 5, 12, 20, 30, 45].enumerated() {
            let seed = first &+ UInt64(index)
            try await AuroraScene.with(.faultServer, seed: seed, { $0.faults = .init(all: 0.2) }) { scene in
                let record = try await scene.environment("one")
                try await scene.make(record, steps: steps)
                let dropped = try await scene.drop(record)
                #expect(dropped.isDone, "seed \(seed): \(dropped)")
                #expect(scene.faults?.with { $0.remains } == [], "seed \(seed)")
                scene.faults?.with { $0.faults = .init() }
            }
        }
    }

    @Test func aHundredClustersMoreAreAllSeen() async throws {
        try await AuroraScene.with(
            .faultServer, { region in for number in 0..<120 { region.occupy("other-\(number)") } }
        ) { scene in
            scene.faults?.with { $0.clusterQuota = 200 }
            let record = try await scene.environment("one")
            #expect(try await scene.make(record).isDone)
            #expect(try await scene.drop(record).isDone)
            // Two pages a look.
            let calls = scene.faults?.with { $0.calls } ?? [:]
            #expect(calls["DescribeDBClusters", default: 0] >= 2 * calls["DescribeDBInstances", default: 0] - 10)
        }
    }

    @Test func aQuotaIsWaitedOut() async throws {
        try await AuroraScene.with(.faultServer, { $0.clusterQuota = 1 }) { scene in
            let record = try await scene.environment("one")
            let waiting = try await scene.make(record, steps: 20)
            #expect(!waiting.isDone && waiting.shown.count == 1, "\(waiting)")
            #expect(waiting.shown.first?.contains("a quota of the AWS account is used up") == true)
            scene.faults?.with { $0.clusterQuota = 2 }
            #expect(try await scene.make(record).isDone)
            #expect(try await scene.drop(record).isDone)
        }
    }

    @Test func theSixteenthCloneIsRefusedByName() async throws {
        try await AuroraScene.with(.faultServer) { scene in
            for number in 1...15 {
                let record = try await scene.environment("e\(number)")
                #expect(try await scene.make(record, steps: 1).shown.count == 1)
            }
            let refused = await #expect(throws: ControlError.self) { try await scene.environment("e16") }
            #expect(refused?.code == .quota && refused?.subject == "aurora-clones")
            #expect(scene.faults?.with { $0.fullCopies } == [])
        }
    }

    /// Clones of others count as well: fewer of ours are admitted, and the last word is spoken under the lock.
    @Test func clonesOfOthersCount() async throws {
        try await AuroraScene.with(.faultServer, { $0.addClonesOfOthers(14) }) { scene in
            let first = try await scene.environment("first")
            #expect(try await scene.make(first, steps: 1).error == nil)
            let second = try await scene.environment("second")
            let refused = try await scene.make(second)
            #expect(refused.error?.code == .quota && refused.error?.subject == "aurora-clones")
            #expect(scene.faults?.with { $0.fullCopies } == [])
            #expect(try await scene.drop(second).isDone)
        }
    }
}

extension SimulatedRegion {
    /// Clones of production that another installation made.
    mutating func addClonesOfOthers(_ count: Int) {
        for number in 1...count {
            let mark = AuroraMark(
                installation: InstallationID("another"), environment: EnvironmentID("e\(number)"), incarnation: 1)
            let tags = mark.tags(source: "production", owner: "", name: "x", expiresAt: "")
            do {
                try restore("other-\(number)", from: "production", tags: tags)
            } catch {
                Issue.record(error)
            }
        }
    }
}
