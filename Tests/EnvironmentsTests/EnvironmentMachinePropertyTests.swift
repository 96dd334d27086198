import Environments
import Testing

/// Drives the machine through thousands of random lives: faults before, in and after every effect, crashes between an
/// effect and its record, servers that die, requests and deletions at any moment.
@Suite struct EnvironmentMachinePropertyTests {
    private func again(_ seed: UInt64) -> String { Seeds.again(seed, "EnvironmentMachinePropertyTests") }

    @Test(arguments: [0.0, 0.05, 0.3, 0.7])
    func everyLifeSettlesWithoutBreakingARule(faults: Double) throws {
        for seed in Seeds.first(400) {
            var life = try SimulatedLife(seed: seed)
            let settled = life.run(faults: faults, crashes: faults / 2)
            #expect(settled, "\(again(seed))")
            #expect(life.world.violations.isEmpty, "\(again(seed)): \(life.world.violations)")
            #expect(life.record.phase == .ready || life.record.phase == .failed, "\(again(seed))")
            if faults == 0 { #expect(life.record.phase == .ready, "\(again(seed))") }
            if life.record.phase == .ready {
                #expect(life.world.hasSealedCopy(life.record), "\(again(seed))")
                #expect(life.world.server(of: life.record)?.identity == life.record.server, "\(again(seed))")
                #expect(life.phases.contains(.sealing) && life.phases.contains(.probing), "\(again(seed))")
            } else {
                #expect(!life.world.holdsAnything(of: life.record), "\(again(seed)): a failed clone left something")
                #expect(life.record.port == nil && life.record.reason != nil, "\(again(seed))")
            }
        }
    }

    @Test func serversThatDieComeBackOnTheSameData() throws {
        for seed in Seeds.first(300) {
            var life = try SimulatedLife(seed: seed)
            guard life.run(faults: 0.1, crashes: 0.05), life.record.phase == .ready else { continue }
            for _ in 0..<5 {
                life.now = life.now + .seconds(Int.random(in: 1...300, using: &life.generator))
                life.world.killServer(life.record.id)
                life.record.nextAttemptAt = life.now
                let settled = life.run(faults: 0.1, crashes: 0.05)
                #expect(settled, "\(again(seed))")
                #expect(life.record.phase == .ready, "\(again(seed))")
            }
            #expect(life.world.violations.isEmpty, "\(again(seed)): \(life.world.violations)")
            #expect(!life.world.effects.contains { $0.effect == .dropStorage }, "\(again(seed))")
        }
    }

    @Test func deletionAtAnyMomentLeavesNothing() throws {
        for seed in Seeds.first(600) {
            var life = try SimulatedLife(seed: seed)
            let before = Int.random(in: 0...14, using: &life.generator)
            for _ in 0..<before { _ = life.pass(faults: 0.2, crashes: 0.1) }
            if seed % 2 == 1 {
                for _ in 0..<6 {
                    life.randomRequest()
                    for _ in 0..<3 { _ = life.pass(faults: 0.2, crashes: 0.1) }
                }
            }
            let deleted = life.request { $0.deleting($1, reason: "asked for", now: $2) }
            #expect(deleted)
            let firstDeleting = life.phases.count
            let effectsBefore = life.world.effects.count
            // Deletion is never given up, so it ends however bad the odds.
            let settled = life.run(faults: 0.5, crashes: 0.2)
            #expect(settled, "\(again(seed))")
            #expect(life.record.phase == .deleted, "\(again(seed))")
            #expect(life.phases[firstDeleting...].allSatisfy { $0 == .deleting || $0 == .deleted }, "\(again(seed))")
            #expect(!life.world.holdsAnything(of: life.record), "\(again(seed)): something is left")
            #expect(life.record.port == nil && life.record.credential == nil && life.record.rolePassword == nil)
            #expect(life.world.violations.isEmpty, "\(again(seed)): \(life.world.violations)")
            let effects = life.world.effects[effectsBefore...].map(\.effect)
            #expect(effects.allSatisfy { $0 == .stopServer || $0 == .dropStorage }, "\(again(seed))")
            if let drop = effects.firstIndex(of: .dropStorage), let stop = effects.lastIndex(of: .stopServer) {
                #expect(stop < drop, "\(again(seed)): the storage went before the server")
            }
        }
    }

    /// Sleep, waking, resets, expiry and restoring at any moment, also into one another: every rule holds all the
    /// time, and once the requests and the faults end, what exists is what the phase says.
    @Test(arguments: [0.0, 0.1, 0.4])
    func requestsAtAnyMomentEndWhereTheySay(faults: Double) throws {
        for seed in Seeds.first(1000) {
            var life = try SimulatedLife(seed: seed)
            for _ in 0..<Int.random(in: 1...12, using: &life.generator) {
                for _ in 0..<Int.random(in: 0...9, using: &life.generator) {
                    _ = life.pass(faults: faults, crashes: faults / 2)
                }
                life.randomRequest()
            }
            let settled = life.run(faults: 0, crashes: 0)
            #expect(settled, "\(again(seed))")
            #expect(life.world.violations.isEmpty, "\(again(seed)): \(life.world.violations)")
            expectConsistent(life, seed)
        }
    }

    private func expectConsistent(_ life: SimulatedLife, _ seed: UInt64) {
        let (record, world) = (life.record, life.world)
        #expect(record.phase.isSettled, "\(again(seed)): ends in \(record.phase)")
        switch record.phase {
        case .ready:
            #expect(world.server(of: record)?.identity == record.server, "\(again(seed))")
            #expect(world.served(to: record)?.database == record.database, "\(again(seed))")
        case .hibernated:
            #expect(world.server(of: record) == nil, "\(again(seed)): it sleeps and has a process")
            #expect(
                record.server == nil, "\(again(seed)): it sleeps, and who waits for its server's end waits for ever")
            #expect(world.heldPort(of: record) == record.port, "\(again(seed)): nobody would wake it")
        case .expiring, .failed:
            #expect(world.server(of: record) == nil, "\(again(seed)): \(record.phase) and has a process")
            #expect(world.heldPort(of: record) == nil, "\(again(seed)): \(record.phase) and clients hang")
        case .queued, .requested, .cloning, .sealing, .starting, .probing, .resetting, .deleting, .deleted: break
        }
        if record.phase == .ready || record.phase == .hibernated {
            #expect(world.hasSealedCopy(record), "\(again(seed))")
            #expect(world.databases[record.database]?.generation == record.generation, "\(again(seed))")
            #expect(world.databases.count == 1, "\(again(seed)): copies of before a reset are left")
            #expect(record.oldestIncarnation == record.incarnation, "\(again(seed))")
            #expect(record.reason == nil, "\(again(seed)): \(record.phase) because \(record.reason ?? "")")
        }
    }

    /// Without faults a reset and a nap change neither the endpoint nor the credential.
    @Test func theEndpointAndTheCredentialStay() throws {
        for seed in Seeds.first(200) {
            var life = try SimulatedLife(seed: seed)
            _ = life.run(faults: 0, crashes: 0)
            let (port, credential) = (life.record.port, life.record.credential)
            for _ in 0..<6 {
                life.randomRequest()
                _ = life.run(faults: 0, crashes: 0)
                #expect(life.record.port == port && life.record.credential == credential, "\(again(seed))")
            }
        }
    }

    @Test func whatIsRefusedChangesNothingAndSaysWhatToDo() throws {
        let machine = EnvironmentMachine()
        let now = Timestamp(unixSeconds: 1_000_000)
        for phase in Phase.allCases {
            var record = try requestedRecord(at: now)
            record.phase = phase
            let attempts: [() throws -> Transition] = [
                { try machine.hibernating(record, reason: "idle", now: now) },
                { try machine.waking(record, reason: "a request came", now: now) },
                { try machine.resetting(record, to: 1, now: now) },
                { try machine.restoring(record, ttl: .seconds(60), now: now) },
            ]
            for attempt in attempts {
                do {
                    _ = try attempt()
                } catch {
                    let error = try #require(error as? ControlError)
                    #expect(error.code == .conflict && error.hint != nil && error.subject == "pr-42")
                    #expect(error.message.contains(phase.rawValue), "\(error.message)")
                }
            }
        }
    }

    @Test func whatIsProtectedIsNeitherResetNorDeleted() throws {
        let machine = EnvironmentMachine()
        let now = Timestamp(unixSeconds: 1_000_000)
        var record = try requestedRecord(at: now)
        record.phase = .ready
        record.readyAt = now
        record.credential = EnvironmentCredential(accessKeyID: "AK", secretAccessKey: "s")
        record.protection = Protection(owner: "ann", reason: "demo", until: now + .seconds(60))
        #expect(throws: ControlError.self) { try machine.resetting(record, to: 1, now: now) }
        #expect(throws: ControlError.self) { try machine.deletingOnRequest(record, reason: "asked", now: now) }
        let later = now + .seconds(60)
        #expect(try machine.resetting(record, to: 1, now: later).record.phase == .resetting)
        #expect(try machine.deletingOnRequest(record, reason: "asked", now: later).record.phase == .deleting)
    }

    @Test func aServerThatNeverStaysUpEndsInFailedAndKeepsTheData() throws {
        var life = try SimulatedLife(seed: 7)
        let settled = life.run(faults: 0, crashes: 0)
        #expect(settled)
        var deaths = 0
        while life.record.phase == .ready, deaths < 100 {
            deaths += 1
            life.now = life.now + .seconds(2)
            life.world.killServer(life.record.id)
            life.record.nextAttemptAt = life.now
            _ = life.run(faults: 0, crashes: 0)
        }
        #expect(deaths == life.machine.retry.maximumRestarts)
        #expect(life.record.phase == .failed)
        #expect(life.world.hasSealedCopy(life.record))
        #expect(life.world.heldPorts.isEmpty, "clients of a failed environment must be refused, not hang")
    }

    /// A deletion that is tried for ever must not fill the history.
    @Test func aSeriesOfFailuresIsToldInFewLines() throws {
        var life = try SimulatedLife(seed: 9)
        _ = life.run(faults: 0, crashes: 0)
        _ = life.request { $0.deleting($1, reason: "asked for", now: $2) }
        let error = ControlError(.unavailable, "no answer")
        var lines = 0
        for _ in 0..<1000 {
            let transition = life.machine.failed(
                .dropStorage, error, life.record, now: life.now, using: &life.generator)
            life.record = transition.record
            lines += transition.events.count
        }
        #expect(life.record.attempts == 1000)
        #expect((5...15).contains(lines), "\(lines) lines for a thousand failures")
    }
}
