import Environments
import Testing

/// Drives the machine through thousands of random lives: faults before and after every effect, crashes between an
/// effect and its record, servers that die, deletions at any moment.
@Suite struct EnvironmentMachinePropertyTests {
    private struct Life {
        var record: EnvironmentRecord
        var world = SimulatedWorld()
        var now = Timestamp(unixSeconds: 1_000_000)
        var phases: [Phase] = [.requested]
        var generator: SeededGenerator
        let machine = EnvironmentMachine()

        init(seed: UInt64) throws {
            record = try requestedRecord()
            generator = SeededGenerator(seed: seed)
        }

        /// One pass of a worker. False when nothing was to be done.
        mutating func pass(faults: Double, crashes: Double) -> Bool {
            if let due = record.nextAttemptAt, due > now { now = due }
            now = now + .milliseconds(Int.random(in: 1...200, using: &generator))
            let decision = machine.step(
                record, observed: Observation(server: world.server, holdsPort: world.holdsPort), now: now)
            let transition: Transition
            switch decision {
            case .rest:
                record.nextAttemptAt = nil
                return false
            case .enter(let phase): transition = machine.entering(phase, record, now: now)
            case .adopt(let server): transition = machine.adopting(server, record, now: now)
            case .serverLost: transition = machine.losingServer(record, now: now, using: &generator)
            case .perform(let effect):
                switch world.perform(effect, for: record, faults: faults, using: &generator) {
                case .success(let result):
                    transition = machine.succeeded(effect, result, record, took: .milliseconds(5), now: now)
                case .failure(let error):
                    transition = machine.failed(effect, error, record, now: now, using: &generator)
                }
            }
            // A crash: what was done stays done, but nobody wrote it down.
            guard !chance(crashes, &generator) else { return true }
            record = transition.record
            phases.append(record.phase)
            return true
        }

        mutating func run(faults: Double, crashes: Double, passes: Int = 2000) -> Bool {
            for _ in 0..<passes where !pass(faults: faults, crashes: crashes) { return true }
            return false
        }
    }

    @Test(arguments: [0.0, 0.05, 0.3, 0.7])
    func everyLifeSettlesWithoutBreakingARule(faults: Double) throws {
        for seed in UInt64(0)..<400 {
            var life = try Life(seed: seed)
            let settled = life.run(faults: faults, crashes: faults / 2)
            #expect(settled, "seed \(seed)")
            #expect(life.world.violations.isEmpty, "seed \(seed): \(life.world.violations)")
            #expect(life.record.phase == .ready || life.record.phase == .failed, "seed \(seed)")
            if faults == 0 { #expect(life.record.phase == .ready, "seed \(seed)") }
            if life.record.phase == .ready {
                #expect(life.world.isSealed && life.world.server == life.record.server, "seed \(seed)")
                #expect(life.phases.contains(.sealing) && life.phases.contains(.probing), "seed \(seed)")
            } else {
                #expect(
                    !life.world.hasDatabase && life.world.server == nil, "seed \(seed): a failed clone left something")
                #expect(life.record.port == nil && life.record.reason != nil, "seed \(seed)")
            }
        }
    }

    @Test func serversThatDieComeBackOnTheSameData() throws {
        for seed in UInt64(0)..<300 {
            var life = try Life(seed: seed)
            guard life.run(faults: 0.1, crashes: 0.05), life.record.phase == .ready else { continue }
            for _ in 0..<5 {
                life.now = life.now + .seconds(Int.random(in: 1...300, using: &life.generator))
                life.world.server = nil
                life.record.nextAttemptAt = life.now
                let settled = life.run(faults: 0.1, crashes: 0.05)
                #expect(settled, "seed \(seed)")
                #expect(life.record.phase == .ready, "seed \(seed)")
                #expect(life.world.hasDatabase, "seed \(seed): the data are gone")
            }
            #expect(life.world.violations.isEmpty, "seed \(seed): \(life.world.violations)")
            #expect(life.world.effects.filter { $0 == .dropStorage }.isEmpty, "seed \(seed)")
        }
    }

    @Test func deletionAtAnyMomentLeavesNothing() throws {
        for seed in UInt64(0)..<600 {
            var life = try Life(seed: seed)
            let before = Int.random(in: 0...14, using: &life.generator)
            for _ in 0..<before { _ = life.pass(faults: 0.2, crashes: 0.1) }
            life.record = life.machine.deleting(life.record, reason: "asked for", now: life.now).record
            let firstDeleting = life.phases.count
            let effectsBefore = life.world.effects.count
            // Deletion is never given up, so it ends however bad the odds.
            let settled = life.run(faults: 0.5, crashes: 0.2)
            #expect(settled, "seed \(seed)")
            #expect(life.record.phase == .deleted, "seed \(seed)")
            #expect(life.phases[firstDeleting...].allSatisfy { $0 == .deleting || $0 == .deleted }, "seed \(seed)")
            #expect(!life.world.hasDatabase && life.world.server == nil, "seed \(seed): something is left")
            #expect(life.record.port == nil && life.record.credential == nil && life.record.rolePassword == nil)
            #expect(life.world.violations.isEmpty, "seed \(seed): \(life.world.violations)")
            let effects = life.world.effects[effectsBefore...]
            #expect(effects.allSatisfy { $0 == .stopServer || $0 == .dropStorage }, "seed \(seed)")
            if let drop = effects.firstIndex(of: .dropStorage), let stop = effects.lastIndex(of: .stopServer) {
                #expect(stop < drop, "seed \(seed): the storage went before the server")
            }
        }
    }

    @Test func aServerThatNeverStaysUpEndsInFailedAndKeepsTheData() throws {
        var life = try Life(seed: 7)
        let settled = life.run(faults: 0, crashes: 0)
        #expect(settled)
        var deaths = 0
        while life.record.phase == .ready, deaths < 100 {
            deaths += 1
            life.now = life.now + .seconds(2)
            life.world.server = nil
            life.record.nextAttemptAt = life.now
            _ = life.run(faults: 0, crashes: 0)
        }
        #expect(deaths == life.machine.retry.maximumRestarts)
        #expect(life.record.phase == .failed)
        #expect(life.world.hasDatabase)
    }
}
