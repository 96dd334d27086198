import Environments
import SimulatedRDS
import Testing

/// Takes clones through thousands of lives in a simulated region: refusals, lost answers, stale and doubled lists,
/// shortages, unknown statuses, hour-long deletions and crashes at every call.
@Suite struct AuroraPlanPropertyTests {
    private func again(_ seed: UInt64) -> String { Seeds.again(seed, "AuroraPlanPropertyTests") }

    @Test(arguments: [0.0, 0.05, 0.2, 0.5])
    func everyLifeEndsWhereItShouldAndTouchesNothingElse(rate: Double) {
        for seed in Seeds.first(300) {
            var life = AuroraLife(seed: seed)
            life.world.faults = SimulatedRegion.Faults(all: rate)
            life.crashes = rate
            #expect(life.create() == .connected, "\(again(seed)): \(life.steps.suffix(3))")
            #expect(life.world.password(of: life.clone.identifier) == "the clone's own", "\(again(seed))")
            if rate == 0 {
                #expect(life.steps.filter { $0 == .restore }.count == 1, "\(again(seed))")
                #expect(life.steps.filter { $0 == .setPassword }.count == 1, "\(again(seed))")
            }
            #expect(life.delete() == .gone, "\(again(seed)): \(life.steps.suffix(3))")
            #expect(life.world.remains.isEmpty, "\(again(seed)): \(life.world.remains)")
            #expect(life.world.violations.isEmpty, "\(again(seed)): \(life.world.violations)")
            #expect(life.world.status(of: life.source) == .available, "\(again(seed))")
        }
    }

    @Test func deletionAtAnyMomentLeavesNothing() {
        for seed in Seeds.first(300) {
            var life = AuroraLife(seed: seed)
            life.world.faults = SimulatedRegion.Faults(all: 0.2)
            // The life of a clone whose maker died at any moment of the first twenty minutes.
            var early = life
            early.world.faults = SimulatedRegion.Faults()
            _ = early.create()
            let moments = Int.random(in: 0..<max(1, early.steps.count), using: &life.generator)
            life.stopsAfter(moments)
            #expect(life.delete() == .gone, "\(again(seed)): \(life.steps.suffix(3))")
            #expect(life.world.remains.isEmpty, "\(again(seed)): \(life.world.remains)")
            #expect(life.world.violations.isEmpty, "\(again(seed)): \(life.world.violations)")
        }
    }

    @Test func whatSomebodyStoppedOrProtectedIsStillDeletedAndOnlyThat() {
        for seed in Seeds.first(50) {
            var life = AuroraLife(seed: seed)
            #expect(life.create() == .connected)
            life.world.stop(life.clone.identifier)
            life.world.protect(life.clone.identifier)
            #expect(life.delete() == .gone, "\(again(seed)): \(life.steps.suffix(3))")
            #expect(life.steps.contains(.start) && life.steps.contains(.liftProtection))
            #expect(life.world.violations.isEmpty && life.world.status(of: life.source) == .available)
        }
    }

    @Test func aFailedVolumeIsRefusedAndTakenDown() {
        var life = AuroraLife(seed: 7)
        life.world.faults.cloningFailed = 1
        guard case .refused(let error) = life.create() else {
            Issue.record("a failed volume was used")
            return
        }
        #expect(error.code == .misconfigured && error.message.contains("cloning-failed"))
        #expect(life.delete() == .gone)
        #expect(life.world.remains.isEmpty)
    }
}

extension AuroraLife {
    /// Takes so many steps towards a clone and then no more, as a process that was killed.
    mutating func stopsAfter(_ count: Int) {
        var short = self
        short.limit = count
        _ = short.create()
        world = short.world
        clone = short.clone
    }
}
