import Environments

/// A record as the request leaves it.
func requestedRecord(at now: Timestamp = Timestamp(unixSeconds: 1_000_000)) throws -> EnvironmentRecord {
    var generator = SeededGenerator(seed: 1)
    var record = EnvironmentRecord(
        id: EnvironmentID(using: &generator), name: try EnvironmentName("pr-42"),
        snapshot: try SnapshotName("prod-snapshot"), snapshotID: SnapshotID(using: &generator), generation: 1,
        createdAt: now, expiresAt: now + .seconds(3600), ttl: .seconds(3600))
    record.port = 20_000
    record.rolePassword = "secret"
    return record
}

/// One environment driven through its life: passes of a worker with faults and crashes, requests between them.
struct SimulatedLife {
    var record: EnvironmentRecord
    var world = SimulatedWorld()
    var now = Timestamp(unixSeconds: 1_000_000)
    var phases: [Phase] = [.requested]
    var generator: SeededGenerator
    let machine = EnvironmentMachine()
    /// The copy that was handed out last, and for which incarnation.
    private var handedOut: (incarnation: Int, serial: Int)?
    private var credential: EnvironmentCredential?

    init(seed: UInt64) throws {
        record = try requestedRecord()
        record.nextAttemptAt = now
        generator = SeededGenerator(seed: seed)
        world.templates = [record.snapshotID: [1, 2, 3]]
    }

    /// One pass of a worker. False when nothing was to be done.
    mutating func pass(faults: Double, crashes: Double) -> Bool {
        guard let due = record.nextAttemptAt else { return false }
        if due > now { now = due }
        now = now + .milliseconds(Int.random(in: 1...200, using: &generator))
        let decision = machine.step(record, observed: world.observe(record), now: now)
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
        check()
        // A crash: what was done stays done, but nobody wrote it down.
        guard !generator.chance(crashes) else { return true }
        commit(transition.record)
        return true
    }

    /// Passes until nothing is to be done. False when that does not happen within `passes`.
    mutating func run(faults: Double, crashes: Double, passes: Int = 2000) -> Bool {
        for _ in 0..<passes where !pass(faults: faults, crashes: crashes) { return true }
        return false
    }

    /// A change by a request or by the lifetime rule; false when it was refused.
    mutating func request(
        _ change: (EnvironmentMachine, EnvironmentRecord, Timestamp) throws -> Transition
    ) -> Bool {
        guard let transition = try? change(machine, record, now) else { return false }
        commit(transition.record)
        return true
    }

    /// Any request that users and the lifetime rule can make, deletion left out.
    mutating func randomRequest() {
        now = now + .milliseconds(Int.random(in: 0...90_000, using: &generator))
        let generation = Int.random(in: 1...3, using: &generator)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: _ = request { try $0.hibernating($1, reason: "idle", now: $2) }
        case 1: _ = request { try $0.waking($1, reason: "a request came", now: $2) }
        case 2: _ = request { try $0.resetting($1, to: generation, now: $2) }
        case 3: _ = request { $0.expiring($1, reason: "its lifetime ended", grace: .seconds(600), now: $2) }
        case 4: _ = request { try $0.restoring($1, ttl: .seconds(3600), now: $2) }
        default:
            world.killServer(record.id)
            if record.phase == .ready { record.nextAttemptAt = now }
        }
    }

    private mutating func commit(_ next: EnvironmentRecord) {
        record = next
        phases.append(record.phase)
        if record.phase == .ready, let copy = world.databases[record.database] {
            if let handedOut, handedOut.incarnation == record.incarnation, handedOut.serial != copy.serial {
                world.violated("nothing-lost", "the copy was replaced without a reset")
            }
            handedOut = (record.incarnation, copy.serial)
            if let credential, credential != record.credential {
                world.violated("same-credential", "the credential changed")
            }
            credential = record.credential
            world.handOut(record)
        }
        check()
    }

    /// What must hold at every moment.
    private mutating func check() {
        if let handedOut, record.phase != .deleting, record.phase != .deleted,
            handedOut.incarnation == record.incarnation,
            world.databases[record.database]?.serial != handedOut.serial
        {
            world.violated("nothing-lost", "a user's data are gone in phase \(record.phase)")
        }
        guard let served = world.served(to: record), served.database != record.database else { return }
        switch record.phase {
        case .resetting, .expiring, .failed, .deleting, .deleted: break
        case .queued, .requested, .cloning, .sealing, .starting, .probing, .ready, .hibernated:
            world.violated("never-wrong-data", "the copy before the reset is served in phase \(record.phase)")
        }
    }
}
