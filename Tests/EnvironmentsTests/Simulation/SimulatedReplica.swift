import Environments

/// One process of the control plane on one machine.
struct SimulatedReplica {
    /// A worker between two of its steps.
    struct Worker {
        enum Stage {
            case deciding
            /// It has looked at its claim, and is about to act.
            case acting(Effect)
            /// It has acted, and is about to record.
            case recording(EnvironmentRecord, launched: ServerIdentity?)
        }

        var claim: SimulatedRecords.Claim
        /// From when its lease counts, by its own clock.
        var claimedAt: Timestamp
        var stage = Stage.deciding
    }

    /// A comparison of what exists with the records, between two of its readings.
    enum Reconciling {
        case started(before: [EnvironmentRecord])
        case listed(before: [EnvironmentRecord], found: Set<FoundResource>)
        case planned(ReconcilePlan, next: Int)
    }

    let name: String
    var isAlive = true
    /// Stopped (as by SIGSTOP): it does nothing until then, and then goes on where it was.
    var pausedUntil: Timestamp?
    var workers: [EnvironmentID: Worker] = [:]
    var renewals: [EnvironmentID: Timestamp] = [:]
    var reconciling: Reconciling?
    var seen: Set<ReconcilePlan.Sighting> = []
    var slots: WorkSlots
    /// Requests of users that this process is at.
    var requests: [SimulatedRequest] = []
    /// Between the look of the pool keeper, or of the queue's, and what it writes.
    var keeping: PoolPlan?
    var admitting: [QueuedRequest]?

    init(name: String, slots: WorkSlots) {
        self.name = name
        self.slots = slots
    }
}

extension Simulation {
    mutating func dispatch(_ place: Int) {
        guard isRunning(place), !isOut else { return }
        let replica = replicas[place]
        let claims = records.claim(by: replica.name, replica.slots.free, except: Set(replica.workers.keys), now: now)
        checkUsersComeFirst(claims, on: replica.name)
        for claim in claims {
            replicas[place].workers[claim.record.id] = .init(claim: claim, claimedAt: now)
            replicas[place].slots.begin(claim.record.id, claim.record.phase)
            note("\(replica.name) claims \(claim.record.name) in \(claim.record.phase), epoch \(claim.epoch)")
        }
    }

    mutating func renew(_ place: Int) {
        guard isRunning(place), !isOut else { return }
        records.beacon(of: replicas[place].name, now: now)
        let running = Set(replicas[place].workers.keys)
        let mine = records.renew(running, by: replicas[place].name, now: now)
        replicas[place].renewals = Dictionary(uniqueKeysWithValues: mine.map { ($0, now) })
    }

    /// A look of the health watch: a ready environment of this machine without its server becomes due.
    mutating func watchHealth(_ place: Int) {
        guard isRunning(place), !isOut else { return }
        for id in records.order {
            guard let record = records[id], record.phase == .ready, record.host == replicas[place].name else {
                continue
            }
            if world.server(of: record)?.identity != record.server { records.wake(record.id, now: now) }
        }
    }

    /// The next stage of one worker.
    mutating func advance(_ id: EnvironmentID, on place: Int) {
        guard isRunning(place), let worker = replicas[place].workers[id] else { return }
        let host = replicas[place].name
        let record = worker.claim.record
        switch worker.stage {
        case .deciding: decide(worker, on: place)
        case .acting(let effect):
            let transition: Transition
            world.reservedPorts = records.reservedPorts(on: host)
            if effect == .clone { checkSlots(place) }
            switch world.perform(
                effect, for: record, on: host, claim: worker.claim.epoch, faults: isOut ? 1 : weather.faults,
                using: &generator)
            {
            case .success(let result):
                transition = machine.succeeded(effect, result, record, took: .milliseconds(5), now: now)
                note("\(host) did \(effect) for \(record.name)")
            case .failure(let error):
                transition = machine.failed(effect, error, record, now: now, using: &generator)
                note("\(host) failed to \(effect) for \(record.name): \(error.message)")
            }
            let launched = effect == .launch ? transition.record.server : nil
            replicas[place].workers[id]?.stage = .recording(transition.record, launched: launched)
        case .recording(let next, let launched): write(next, launched: launched, worker, on: place)
        }
    }

    private mutating func decide(_ worker: SimulatedReplica.Worker, on place: Int) {
        let host = replicas[place].name
        let record = worker.claim.record
        let decision = machine.step(record, observed: world.observe(record, on: host), now: now)
        var next: EnvironmentRecord
        switch decision {
        case .rest:
            if !isOut { records.release(record, by: host, epoch: worker.claim.epoch, now: now) }
            end(record.id, on: place)
            return
        case .perform(let effect):
            let since = max(worker.claimedAt, replicas[place].renewals[record.id] ?? worker.claimedAt)
            guard now < since + SimulatedRecords.lease else {
                count("claim ran out")
                end(record.id, on: place)
                return
            }
            replicas[place].workers[record.id]?.stage = .acting(effect)
            return
        case .enter(let phase): next = machine.entering(phase, record, now: now).record
        case .adopt(let server): next = machine.adopting(server, record, now: now).record
        case .serverLost: next = machine.losingServer(record, now: now, using: &generator).record
        }
        replicas[place].workers[record.id]?.stage = .recording(next, launched: nil)
    }

    private mutating func write(
        _ next: EnvironmentRecord, launched: ServerIdentity?, _ worker: SimulatedReplica.Worker, on place: Int
    ) {
        // It insists until the records can be reached.
        guard !isOut else { return }
        let replica = replicas[place].name
        let keep = next.nextAttemptAt.map { $0 <= now } ?? false
        let before = records[next.id]
        switch records.write(next, from: worker.claim.record, by: replica, epoch: worker.claim.epoch, keepClaim: keep) {
        case .written(let record):
            note("\(replica) records \(record.name): \(record.phase)")
            recorded(record, before: before)
            if keep { continueWorker(record, worker, on: place) } else { end(record.id, on: place) }
        case .changed(let record): continueWorker(record, worker, on: place)
        case .fenced:
            note("\(replica) is fenced from \(next.name)")
            end(next.id, on: place)
            if let launched { undoLaunch(launched, next.id, on: replica) }
        }
    }

    private mutating func continueWorker(
        _ record: EnvironmentRecord, _ worker: SimulatedReplica.Worker, on place: Int
    ) {
        replicas[place].workers[record.id]?.claim.record = record
        replicas[place].workers[record.id]?.stage = .deciding
        replicas[place].slots.update(record.id, record.phase)
    }

    private mutating func end(_ id: EnvironmentID, on place: Int) {
        replicas[place].workers[id] = nil
        replicas[place].slots.end(id)
    }

    private mutating func undoLaunch(_ server: ServerIdentity, _ id: EnvironmentID, on host: String) {
        count("launch undone")
        let at = SimulatedWorld.Place(id: id, host: host)
        guard world.servers[at]?.identity == server else { return }
        world.servers[at] = nil
        world.heldPorts[at] = nil
    }

    // MARK: - Deaths

    mutating func kill(_ place: Int) {
        count("replica killed")
        let name = replicas[place].name
        note("\(name) is killed")
        forgetTransactions(of: place)
        replicas[place] = SimulatedReplica(name: name, slots: economy.slots)
        replicas[place].isAlive = false
        // The sockets go with the process; servers keep theirs.
        world.releasePorts(on: name)
    }

    /// As `recover`: claims of the process before are freed, ports held, dead servers noticed.
    mutating func restart(_ place: Int) {
        replicas[place].pausedUntil = nil
        guard !replicas[place].isAlive, !isOut else { return }
        let name = replicas[place].name
        note("\(name) starts")
        replicas[place].isAlive = true
        records.releaseAll(of: name)
        for record in records.live where record.host == nil || record.host == name {
            let at = SimulatedWorld.Place(id: record.id, host: name)
            switch record.phase {
            case .ready:
                if let port = record.port, world.servers[at] != nil { world.heldPorts[at] = port }
            case .hibernated: records.wake(record.id, now: now)
            case .queued, .requested, .cloning, .sealing, .starting, .probing, .resetting, .expiring, .failed,
                .deleting, .deleted:
                break
            }
        }
    }
}
