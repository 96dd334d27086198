import Environments

extension Simulation {
    /// Any request that a user can make, of anything.
    mutating func userActs() {
        guard !isOut, let place = replicas.indices.filter(isRunning).randomElement(using: &generator),
            let name = try? EnvironmentName("env-\(Int.random(in: 1...economy.names, using: &generator))")
        else { return }
        let now = now
        switch Int.random(in: 0..<24, using: &generator) {
        case 0..<7: request(name, at: place)
        case 7..<9: ask(name, "delete") { try $0.deletingOnRequest($1, reason: "deleted on request", now: now) }
        case 9..<11: ask(name, "hibernate") { try $0.hibernating($1, reason: "on request", now: now) }
        case 11..<13: ask(name, "wake") { try $0.waking($1, reason: "on request", now: now) }
        case 13..<16:
            let (newest, templates) = (records.newest, world.templates)
            let latest = generator.chance(0.5)
            ask(name, "reset") {
                let generation = latest ? newest[$1.snapshotID] : $1.generation
                guard let generation, templates[$1.snapshotID]?.contains(generation) == true else {
                    throw ControlError(.conflict, "the snapshot is gone", hint: "clone another snapshot")
                }
                return try $0.resetting($1, to: generation, now: now)
            }
        case 16..<18:
            let (ttl, limits) = (randomTTL(), limits)
            ask(name, "extend") { try $0.extending($1, ttl: ttl, limits: limits, now: now) }
        case 18..<20:
            let limits = limits
            ask(name, "restore") { try $0.restoring($1, ttl: nil, limits: limits, now: now) }
        case 20:
            let protection = Protection(
                owner: "ann", reason: "demo",
                until: generator.chance(0.5) ? now + .seconds(Int.random(in: 1...900, using: &generator)) : nil)
            ask(name, "protect") { try $0.protecting($1, protection) }
        case 21: ask(name, "unprotect") { $0.unprotecting($1) }
        case 22:
            guard let record = records.named(name) else { return }
            let until = now + .seconds(Int.random(in: 1...300, using: &generator))
            records.hold(record.id, until: generator.chance(0.7) ? until : nil)
        default:
            guard let snapshot = generator.pick(snapshots), generator.chance(weather.isTight ? 1 : 0.3) else { return }
            changeSnapshot(snapshot)
        }
    }

    mutating func randomTTL() -> Duration { .seconds(Int.random(in: 10...1200, using: &generator)) }

    private mutating func ask(
        _ name: EnvironmentName, _ verb: String,
        _ change: (EnvironmentMachine, EnvironmentRecord) throws -> Transition
    ) {
        guard let record = records.named(name) else { return }
        do {
            let transition = try change(machine, record)
            guard transition.record != record else { return }
            if let protection = record.protection, protection.holds(at: now), ["delete", "reset"].contains(verb) {
                world.violated("protected-is-kept", "\(name): \(verb) in spite of its protection")
            }
            records.change(transition.record)
            count(verb)
            note("\(name): \(verb) → \(transition.record.phase)")
        } catch {
            guard let error = error as? ControlError, error.hint != nil else {
                world.violated("refusals-help", "\(name): \(verb) was refused without a hint: \(error)")
                return
            }
        }
    }

    /// A client sends a request to an endpoint that it was given.
    mutating func clientAsks() {
        guard
            let record = generator.pick(records.live.filter { $0.readyAt != nil && $0.phase.isWanted && !$0.isPooled })
        else {
            return
        }
        guard let served = world.served(to: record) else {
            knock(record)
            return
        }
        count("answered")
        guard let incarnation = incarnation(of: served.database, record) else {
            world.violated("never-wrong-data", "\(record.name) answers from \(served.database)")
            return
        }
        if incarnation < ledger.answered[record.id] ?? 0 {
            world.violated("never-wrong-data", "\(record.name) answers with data of before its reset")
        }
        if record.phase != .resetting, incarnation != record.incarnation {
            world.violated("never-wrong-data", "\(record.name) answers from copy \(incarnation) in \(record.phase)")
        }
        ledger.answered[record.id] = max(incarnation, ledger.answered[record.id] ?? 0)
        if generator.chance(0.3), !isOut {
            var next = record
            next.lastRequestAt = now
            records.change(next)
        }
    }

    private func incarnation(of database: String, _ record: EnvironmentRecord) -> Int? {
        (1...record.incarnation).first { ResourceNames.cloneDatabase(record.id, incarnation: $0) == database }
    }

    /// A connection to a port that is held for a sleeping environment wakes it.
    private mutating func knock(_ record: EnvironmentRecord) {
        guard record.phase == .hibernated, world.heldPort(of: record) != nil, !isOut,
            replicas.indices.contains(where: { replicas[$0].name == record.host && isRunning($0) }),
            let transition = try? machine.waking(record, reason: "a client connected", now: now)
        else { return }
        records.change(transition.record)
        count("woken by a client")
        note("\(record.name) is woken by a client")
    }
}
