import Environments

extension Simulation {
    /// A sweep of one replica's reaper.
    mutating func reap(_ replica: String) {
        guard !isOut else { return }
        for row in records.ordered {
            let record = row.record
            var inputs = LifetimeRule.Inputs(
                record, heldUntil: row.heldUntil,
                isSuperseded: record.isPooled && records.newest[record.snapshotID] != record.generation)
            inputs.canTellIdle = record.host == nil || record.host == replica
            let verdict = LifetimeRule.verdict(inputs, limits: limits, now: now)
            guard verdict.action != .keep,
                let transition = try? machine.carryingOut(verdict, on: record, limits: limits, now: now),
                transition.record != record
            else { continue }
            if verdict.action == .expire || verdict.action == .delete { checkEnd(row, verdict) }
            records.change(transition.record)
            count("\(verdict.action)".prefix { $0.isLetter }.description + " by the rule")
            note("the rule: \(record.name) \(verdict.action)")
        }
    }

    /// The rule again, in other words: nothing goes before its time.
    private mutating func checkEnd(_ row: SimulatedRecords.Row, _ verdict: LifetimeRule.Verdict) {
        let record = row.record
        guard !record.isPooled else { return }
        let oldest = record.livesSince + limits.maximumAge
        if let protection = record.protection, protection.holds(at: now) {
            world.violated("protected-is-kept", "\(record.name) goes in spite of its protection")
        }
        if record.phase != .expiring, now < min(record.expiresAt, oldest) {
            world.violated("nothing-lost", "\(record.name) goes before its deadline")
        }
        if record.phase != .expiring, let held = row.heldUntil, now < min(held, oldest) {
            world.violated("nothing-lost", "\(record.name) goes while it is held")
        }
        if record.phase == .expiring, let end = record.graceEndsAt, now < end {
            world.violated("nothing-lost", "\(record.name) goes before its grace ends")
        }
        if record.readyAt != nil, record.phase != .expiring, verdict.action == .delete {
            world.violated("nothing-lost", "\(record.name) goes without a grace")
        }
    }

    // MARK: - Reconciling

    /// The next reading, or the next step of the plan, of one replica's comparison.
    mutating func reconcileStep(_ place: Int) {
        guard isRunning(place), !isOut else { return }
        let replica = replicas[place]
        switch replica.reconciling {
        case nil: replicas[place].reconciling = .started(before: records.live)
        case .started(let before): replicas[place].reconciling = .listed(before: before, found: listing(replica.name))
        case .listed(let before, let found):
            let plan = ReconcilePlan(
                ReconcilePlan.Inputs(
                    found: found, before: before, after: records.live,
                    generations: Set(
                        world.templates.flatMap { id, numbers in
                            numbers.map { RecordedGeneration(snapshot: id, number: $0) }
                        }), replica: replica.name), seen: replica.seen)
            replicas[place].seen = plan.sightings
            replicas[place].reconciling = plan.steps.isEmpty ? nil : .planned(plan, next: 0)
        case .planned(let plan, let next):
            carryOut(plan.steps[next], on: replica.name)
            replicas[place].reconciling = next + 1 < plan.steps.count ? .planned(plan, next: next + 1) : nil
        }
    }

    private func listing(_ host: String) -> Set<FoundResource> {
        // Their marks say whose they are; here the names do.
        func owner(_ name: String) -> FoundResource.Owner {
            .environment(EnvironmentID(name.split(separator: "_").dropFirst(2).first.map(String.init) ?? ""))
        }
        var found: Set<FoundResource> = []
        for name in world.databases.keys {
            found.insert(FoundResource(kind: .database, name: name, owner: owner(name)))
        }
        for role in world.roles { found.insert(FoundResource(kind: .role, name: role, owner: owner(role))) }
        for place in world.directories where place.host == host {
            found.insert(FoundResource(kind: .directory, name: place.id.text, owner: .environment(place.id)))
        }
        return found
    }

    private mutating func carryOut(_ step: ReconcilePlan.Step, on host: String) {
        count("reconcile \(step.action)")
        note("\(host) reconciles: \(step)")
        switch step.subject {
        case .resource(let resource): remove(resource, on: host)
        case .environment(let id, _):
            guard let record = records[id] else { return }
            switch step.action {
            case .wake: records.wake(id, now: now)
            case .remake: if record.phase.isWanted { world.roles.insert(record.role) }
            case .fail, .delete, .remove: giveUp(record, step)
            }
        }
    }

    /// Looked up again, as the reconciler does.
    private mutating func remove(_ resource: FoundResource, on host: String) {
        guard case .environment(let id) = resource.owner else { return }
        let owner = records[id]
        let keeper = owner.flatMap { $0.hasStorage ? $0 : nil }
        switch resource.kind {
        case .database:
            if keeper?.databases.contains(resource.name) != true { world.drop([resource.name], seenFrom: host) }
        case .role:
            if keeper == nil { world.roles.remove(resource.name) }
        case .cluster: break
        case .directory:
            guard owner.map({ $0.host.map { $0 != host } ?? false }) ?? true else { return }
            let place = SimulatedWorld.Place(id: id, host: host)
            world.servers[place] = nil
            world.heldPorts[place] = nil
            world.directories.remove(place)
        }
    }

    private mutating func giveUp(_ record: EnvironmentRecord, _ step: ReconcilePlan.Step) {
        guard world.databases[record.database] == nil else { return }
        if !ledger.vandalised.contains(record.id) {
            world.violated("nothing-lost", "\(record.name) is given up, and nobody dropped its data")
        }
        let transition =
            step.action == .delete
            ? try? machine.deletingOnRequest(record, reason: step.reason, now: now)
            : machine.losingData(record, reason: step.reason, now: now)
        if let transition { records.change(transition.record) }
    }

    // MARK: - Disturbances

    mutating func disturb() {
        if let until = outageUntil, until <= now { outageUntil = nil }
        for place in replicas.indices {
            let name = replicas[place].name
            if let until = replicas[place].pausedUntil, until <= now {
                note("\(name) goes on")
                replicas[place].pausedUntil = nil
            }
            if !replicas[place].isAlive, generator.chance(0.5) { restart(place) }
        }
        let place = Int.random(in: 0..<replicas.count, using: &generator)
        let name = replicas[place].name
        switch Int.random(in: 0..<8, using: &generator) {
        case 0 where weather.kills && replicas[place].isAlive: kill(place)
        case 1 where weather.pauses && isRunning(place):
            count("replica paused")
            replicas[place].pausedUntil = now + .seconds(Int.random(in: 1...200, using: &generator))
            note("\(name) is stopped")
        case 2 where weather.outages:
            count("outage")
            outageUntil = now + .seconds(Int.random(in: 1...30, using: &generator))
            note("the records are out of reach")
        case 3 where weather.kills, 4 where weather.kills:
            guard let at = generator.pick(world.servers.keys.sorted { ($0.id, $0.host) < ($1.id, $1.host) }) else {
                return
            }
            count("server killed")
            note("the server of \(at.id) dies")
            world.servers[at] = nil
        case 5 where weather.kills:
            world.foreignPorts = generator.chance(0.5) ? [] : [Int.random(in: 20_000..<20_016, using: &generator)]
        case 6 where weather.vandals: vandalise()
        default: break
        }
    }

    private mutating func vandalise() {
        let whole = records.live.filter { world.databases[$0.database] != nil && $0.readyAt != nil }
        guard let record = generator.pick(whole), world.server(of: record) == nil else { return }
        count("database dropped by a stranger")
        note("a stranger drops \(record.database)")
        ledger.vandalised.insert(record.id)
        world.drop([record.database], seenFrom: "elsewhere")
    }
}
