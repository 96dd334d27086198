import Environments

/// Somebody who waits in the queue.
struct Waiter {
    var owner: String
    var queuedAt: Timestamp
    /// Requests of the same owner that came before.
    var ahead: Int
    /// How many of each other owner were let in since, though they came later in turn.
    var overtakenBy: [String: Int] = [:]
}

/// The properties of limits, queue and pools, by name.
extension Simulation {
    // MARK: - Limits

    /// Quotas and ports at every moment, whoever let something in.
    mutating func checkQuotas() {
        var byOwner: [String: Int64] = [:]
        var ports: [String: Set<Int>] = [:]
        var environments: Int64 = 0
        for record in records.live {
            if let port = record.port, !ports[record.host ?? "", default: []].insert(port).inserted {
                world.violated("no-limit-exceeded", "port \(port) is given away twice on \(record.host ?? "")")
            }
            // One that waited for a snapshot that went was never let in; it counts, and holds nothing.
            let isAbandoned = record.phase == .failed && record.host == nil
            guard !record.isPooled, record.phase != .queued, record.phase != .deleting, !isAbandoned else { continue }
            environments += 1
            byOwner[record.owner, default: 0] += 1
        }
        if let maximum = economy.bounds.environments, environments > maximum {
            world.violated("no-limit-exceeded", "\(environments) environments of \(maximum)")
        }
        if let maximum = economy.bounds.perOwner, let most = byOwner.values.max(), most > maximum {
            world.violated("no-limit-exceeded", "an owner has \(most) of \(maximum) environments")
        }
        for (host, ports) in ports where ports.count > economy.ports.count {
            world.violated("no-limit-exceeded", "\(ports.count) ports on \(host)")
        }
    }

    /// What the machine has left is enough for everything promised and for what is decided now.
    ///
    /// - Parameter costs: of what is decided now; what others have decided and not yet recorded is counted here.
    private mutating func checkMachine(_ costs: [AdmissionCost], on place: Int) {
        let promised = records.live.filter { $0.phase.isBeforeStorage && $0.phase != .queued }
        let decided = replicas.flatMap(\.requests).filter { $0.stage == .inserting(isQueued: false) }
        let disk =
            promised.reduce(0) { $0 + (economy.copyBytes[$1.snapshotID] ?? 0) }
            + decided.reduce(0) { $0 + (economy.copyBytes[$1.snapshot] ?? 0) } + costs.reduce(0) { $0 + $1.disk }
        if let free = world.diskFree, disk > free - CapacityBounds.diskReserve {
            world.violated("no-limit-exceeded", "\(disk) bytes are promised, \(free) are free")
        }
        let making = records.live.count {
            switch $0.phase {
            case .requested, .cloning, .sealing, .starting, .probing, .resetting: true
            case .queued, .ready, .hibernated, .expiring, .failed, .deleting, .deleted: false
            }
        }
        let starting = Int64(making + decided.count + costs.count)
        let host = replicas[place].name
        let running = Int64(world.servers.keys.count { $0.host == host })
        if let memory = economy.memory,
            (running + starting) * AdmissionCost.memory > memory - CapacityBounds.memoryReserve
        {
            world.violated("no-limit-exceeded", "\(running) servers run and \(starting) will, in \(memory) bytes")
        }
        if let connections = economy.bounds.connections {
            let awake = Int64(records.live.count { $0.phase == .ready })
            if economy.bounds.ownConnections + (awake + starting) / 2 > connections {
                world.violated("no-limit-exceeded", "connections for \(awake + starting) servers of \(connections)")
            }
        }
    }

    mutating func checkRefusal(_ refusal: ControlError, _ request: SimulatedRequest) {
        if refusal.hint == nil || LimitName(rawValue: refusal.subject) == nil {
            world.violated("refusals-help", "\(request.name) was refused without a limit's name: \(refusal)")
        }
    }

    /// One that does not wait is let in: room for it, and for everybody who could be let in before it.
    mutating func checkDirect(
        _ request: SimulatedRequest, _ cost: AdmissionCost, _ queue: AdmissionQueue, _ capacity: Capacity,
        on place: Int
    ) {
        checkMachine([cost], on: place)
        let before = Set(queue.admission(within: capacity).admitted.map(\.id))
        var after = capacity
        after.take(owner: request.owner, cost: cost)
        let still = Set(queue.admission(within: after).admitted.map(\.id))
        for id in before.subtracting(still) {
            world.violated("whoever-waits-comes-first", "\(request.name) takes the room of \(name(id))")
        }
        for waiter in queue.requests
        where !before.contains(waiter.id) && !isHeldByOwnLimit(waiter, before, queue, capacity) {
            world.violated("whoever-waits-comes-first", "\(request.name) is let past \(name(waiter.id))")
        }
        for id in ledger.waiting.keys.sorted() where !before.contains(id) { overtaken(id, by: request.owner, capacity) }
    }

    /// Whether one who is not let in has as many environments as an owner may have, when all those are let in.
    private func isHeldByOwnLimit(
        _ waiter: QueuedRequest, _ admitted: Set<EnvironmentID>, _ queue: AdmissionQueue, _ capacity: Capacity
    ) -> Bool {
        guard let own = capacity.limit(of: waiter.owner) else { return false }
        return own.used + Int64(queue.requests.count { $0.owner == waiter.owner && admitted.contains($0.id) })
            >= own.maximum
    }

    // MARK: - The queue

    mutating func beginWaiting(_ record: EnvironmentRecord) {
        let ahead = records.live.count { $0.phase == .queued && $0.owner == record.owner }
        ledger.waiting[record.id] = Waiter(owner: record.owner, queuedAt: record.createdAt, ahead: ahead)
    }

    mutating func checkAdmission(
        _ admission: AdmissionQueue.Admission, _ queue: AdmissionQueue, _ capacity: Capacity, on place: Int
    ) {
        if !admission.admitted.isEmpty { checkMachine(admission.admitted.map(\.cost), on: place) }
        let positions = queue.requests.compactMap { queue.position(of: $0.id) }
        if positions.sorted() != Array(1...max(1, queue.requests.count)).filter({ $0 <= queue.requests.count }) {
            world.violated("everybody-has-a-place", "\(positions) of \(queue.requests.count)")
        }
        let admitted = Set(admission.admitted.map(\.id))
        let order = queue.order
        if let first = order.firstIndex(where: {
            !admitted.contains($0.id) && !isHeldByOwnLimit($0, admitted, queue, capacity)
        }) {
            for later in order[first...] where admitted.contains(later.id) {
                world.violated("whoever-waits-comes-first", "\(name(later.id)) is let past \(name(order[first].id))")
            }
        }
        checkTurns(admitted, queue, capacity)
        for request in admission.admitted {
            for id in ledger.waiting.keys.sorted() where !admitted.contains(id) {
                overtaken(id, by: request.owner, capacity)
            }
        }
    }

    /// An owner of whom nobody is let in was served after all of whom somebody is, or has as many as an owner may have.
    private mutating func checkTurns(
        _ admitted: Set<EnvironmentID>, _ queue: AdmissionQueue, _ capacity: Capacity
    ) {
        let served = Set(queue.requests.filter { admitted.contains($0.id) }.map(\.owner))
        let never = Timestamp(microseconds: .min)
        guard let latest = served.map({ queue.servedAt[$0] ?? never }).max() else { return }
        for request in queue.requests where !served.contains(request.owner) {
            guard queue.servedAt[request.owner] ?? never < latest,
                !isHeldByOwnLimit(request, admitted, queue, capacity)
            else { continue }
            world.violated("owners-take-turns", "\(request.owner) waits since an earlier turn than another has now")
        }
    }

    /// Somebody is let in while that one goes on waiting for what all share.
    private mutating func overtaken(_ id: EnvironmentID, by owner: String, _ capacity: Capacity) {
        guard let waiter = ledger.waiting[id], waiter.owner != owner, records[id]?.phase == .queued else { return }
        if let own = capacity.limit(of: waiter.owner), own.free == 0 { return }
        ledger.waiting[id]?.overtakenBy[owner, default: 0] += 1
        // Owners take turns: one of theirs for each of his, the waiting one's own among them.
        if waiter.overtakenBy[owner] ?? 0 > waiter.ahead + 1 {
            world.violated("nobody-starves", "\(name(id)) of \(waiter.owner) is overtaken by \(owner) again and again")
        }
    }

    mutating func servedFromQueue(_ record: EnvironmentRecord) {
        guard let served = ledger.waiting.removeValue(forKey: record.id) else { return }
        for (id, other) in ledger.waiting where other.owner == served.owner && other.queuedAt < served.queuedAt {
            guard let waiting = records[id], waiting.phase == .queued, records.newest[waiting.snapshotID] != nil else {
                continue
            }
            world.violated("in-the-order-of-asking", "\(record.name) overtakes \(waiting.name) of the same owner")
        }
    }

    private func name(_ id: EnvironmentID) -> String { records[id]?.name.text ?? id.text }

    // MARK: - Workers

    /// Copies that one process makes at once.
    mutating func checkSlots(_ place: Int) {
        let copying = replicas[place].workers.values.count {
            if case .acting(.clone) = $0.stage { return true }
            return false
        }
        if copying > economy.slots.maximumClones {
            world.violated("no-limit-exceeded", "\(copying) copies are made at once on \(replicas[place].name)")
        }
    }

    /// No member is begun while a user's environment that could be waits.
    mutating func checkUsersComeFirst(_ claims: [SimulatedRecords.Claim], on host: String) {
        guard claims.contains(where: { $0.record.isPooled && $0.record.phase.isBeforeStorage }) else { return }
        for row in records.ordered where !row.record.isPooled && row.record.phase.isBeforeStorage {
            guard row.leaseOwner == nil, let at = records.takeableAt(row, host), at <= now else { continue }
            world.violated("users-before-refills", "\(row.record.name) waits while a member is begun")
        }
    }

    // MARK: - Pools

    /// A member was handed out.
    mutating func claimed(_ record: EnvironmentRecord, _ request: SimulatedRequest) {
        count("claimed")
        note("\(request.name) is claimed from the pool of \(request.snapshot)")
        if ledger.claims.updateValue(request, forKey: record.id) != nil {
            world.violated("claimed-once", "\(record.id) is claimed again by \(request.name)")
        }
        if record.generation != records.newest[request.snapshot] || record.snapshotID != request.snapshot {
            world.violated("only-the-newest", "\(request.name) gets generation \(record.generation)")
        }
        if record.phase != .ready || world.databases[record.database]?.credential == nil {
            world.violated("ready-means-ready", "\(request.name) gets a member in \(record.phase)")
        }
        checkQuotas()
    }

    /// Who claimed a member keeps it, as it was asked for.
    mutating func checkClaims() {
        for (id, request) in ledger.claims {
            guard let record = records[id] else { continue }
            if record.isPooled || record.name != request.name || record.owner != request.owner
                || record.labels != request.labels || record.idleTimeout != request.idleTimeout
            {
                world.violated("the-claimers-own", "\(request.name) is not what was asked for: \(record)")
            }
        }
    }

    /// What a look at the pools decides on.
    mutating func checkPlan(_ plan: PoolPlan, on place: Int) {
        let made = plan.make.flatMap { refill in
            Array(repeating: economy.cost(of: refill.snapshot), count: refill.count)
        }
        guard !made.isEmpty else { return }
        checkMachine(made, on: place)
        let queue = records.queue(economy)
        if let stopped = queue.admission(within: capacity(place)).stoppedBy, !stopped.name.isQuota {
            world.violated("refills-give-way", "\(made.count) members while somebody waits for \(stopped.name)")
        }
        if records.live.contains(where: { !$0.isPooled && [.requested, .cloning, .resetting].contains($0.phase) }) {
            world.violated("refills-give-way", "\(made.count) members while a user waits for a copy")
        }
        for refill in plan.make {
            let kept = records.members().filter {
                $0.snapshot == refill.snapshot && $0.generation == refill.generation && $0.phase.isWanted
            }
            let discarded = Set(plan.discard.map(\.member.id))
            if kept.count(where: { !discarded.contains($0.id) }) + refill.count > records.pools[refill.snapshot]?.size
                ?? 0
            {
                world.violated("never-above-its-size", "\(refill.count) more for \(refill.snapshot)")
            }
        }
        if Int64(records.reservedPorts(on: replicas[place].name).count + made.count + economy.reserve)
            > economy.bounds.ports
        {
            world.violated("refills-give-way", "\(made.count) members take ports that are left to users")
        }
    }

    // MARK: - At rest

    mutating func checkAdmissionAtRest() {
        let places = replicas.indices
        for request in records.queue(economy).requests {
            let queue = records.queue(economy)
            // Somewhere there must be something to wait for; each machine has its own.
            if places.contains(where: { queue.admission(within: capacity($0)).admitted.contains(request) }) {
                world.violated("liveness", "\(name(request.id)) waits, and there is room")
            }
        }
        let plans = places.map { poolPlan($0) }
        for plan in plans where !plan.make.isEmpty || !plan.discard.isEmpty {
            world.violated("liveness", "a pool is left as it should not be: \(plan)")
        }
        for (snapshot, pool) in records.pools {
            guard let generation = records.newest[snapshot] else { continue }
            let members = records.members().filter { $0.snapshot == snapshot }
            if members.contains(where: { $0.generation != generation }) {
                world.violated("only-the-newest", "an old member of \(snapshot) is left")
            }
            let ready = members.count { $0.phase == .ready }
            guard ready < pool.size else { continue }
            let isHeld = plans.allSatisfy { plan in
                guard case .room? = plan.held[snapshot] else { return false }
                return true
            }
            if !isHeld { world.violated("liveness", "the pool of \(snapshot) has \(ready) of \(pool.size)") }
            count("a pool without room at rest")
        }
        let stopped = places.compactMap { records.queue(economy).admission(within: capacity($0)).stoppedBy }
        if stopped.count == places.count, stopped.allSatisfy({ !$0.name.isQuota }), !records.members().isEmpty {
            world.violated("refills-give-way", "members are kept while users wait for \(stopped[0].name)")
        }
        if !records.lock.isFree { world.violated("liveness", "somebody holds the lock for ever") }
        for waiter in poolWaiters where records.newest[waiter.snapshot] != nil {
            let isHeld = plans.contains { $0.held[waiter.snapshot] != nil }
            if !isHeld { world.violated("liveness", "somebody waits for the pool of \(waiter.snapshot) for ever") }
        }
    }
}
