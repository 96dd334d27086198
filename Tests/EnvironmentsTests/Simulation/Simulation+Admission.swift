import Environments

/// A clone that a user asks for, on its way through one replica.
struct SimulatedRequest: Hashable {
    enum Stage: Hashable {
        /// About to look for a member of the pool.
        case claiming
        /// About to read the limits, beside others or alone.
        case deciding(isAlone: Bool)
        /// It has read the limits, and is about to record the request.
        case inserting(isQueued: Bool)
    }

    var id: EnvironmentID
    var name: EnvironmentName
    var snapshot: SnapshotID
    var owner: String
    var labels: [String: String]
    var ttl: Duration
    var idleTimeout: Duration
    var waits: Bool
    var stage = Stage.claiming
}

extension Simulation {
    private static let requestsAtOnce = 3

    /// A clone request: the environment of that name, or a new one.
    mutating func request(_ name: EnvironmentName, at place: Int) {
        guard replicas[place].requests.count < Self.requestsAtOnce, let snapshot = generator.pick(snapshots),
            let owner = generator.pick(economy.owners)
        else { return }
        let request = SimulatedRequest(
            id: EnvironmentID(using: &generator), name: name, snapshot: snapshot, owner: owner,
            labels: ["pr": "\(Int.random(in: 1...99, using: &generator))"], ttl: randomTTL(),
            idleTimeout: generator.chance(0.7) ? limits.idleTimeout : .zero, waits: generator.chance(0.7))
        replicas[place].requests.append(request)
    }

    /// The next thing that a request, the queue's keeper or the pools' keeper does.
    mutating func admitSomewhere() {
        let place = Int.random(in: 0..<replicas.count, using: &generator)
        guard isRunning(place) else { return }
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: lookAtQueue(place)
        case 1: lookAtPools(place)
        default:
            let requests = replicas[place].requests
            if let index = requests.indices.randomElement(using: &generator) { advanceRequest(index, on: place) }
        }
    }

    /// Everything of that kind that one replica has to do now.
    mutating func settleAdmission(_ place: Int) {
        while !replicas[place].requests.isEmpty { advanceRequest(0, on: place) }
        // What is under way first, then a whole look at either.
        if replicas[place].admitting != nil { lookAtQueue(place) }
        if replicas[place].keeping != nil { lookAtPools(place) }
        lookAtQueue(place)
        if replicas[place].admitting != nil { lookAtQueue(place) }
        lookAtPools(place)
        if replicas[place].keeping != nil { lookAtPools(place) }
    }

    /// Transactions of a process that died, or lost the records, are as if they had never begun.
    mutating func forgetTransactions(of place: Int) {
        for request in replicas[place].requests { records.lock.release(holder(request, place)) }
        records.lock.release(holder("queue", place))
        records.lock.release(holder("pools", place))
        replicas[place].requests = []
        replicas[place].admitting = nil
        replicas[place].keeping = nil
    }

    func holder(_ what: String, _ place: Int) -> String { "\(replicas[place].name): \(what)" }
    private func holder(_ request: SimulatedRequest, _ place: Int) -> String { holder(request.id.text, place) }

    // MARK: - Limits

    func capacity(_ place: Int) -> Capacity {
        let host = replicas[place].name
        var bounds = economy.bounds
        bounds.diskFree = world.diskFree
        let servers = world.servers.keys.count { $0.host == host }
        bounds.memoryAvailable = economy.memory.map { $0 - Int64(servers) * AdmissionCost.memory }
        return Capacity(records.usage(on: host, economy), within: bounds)
    }

    // MARK: - Requests

    private mutating func advanceRequest(_ index: Int, on place: Int) {
        let request = replicas[place].requests[index]
        guard !isOut else { return endRequest(index, on: place) }
        switch request.stage {
        case .claiming:
            let isQuotaSet = economy.bounds.environments != nil || economy.bounds.perOwner != nil
            guard !isQuotaSet || records.lock.isFree else { return waitForLock(place) }
            guard let record = records.claimMember(request, economy, now: now) else {
                replicas[place].requests[index].stage = .deciding(isAlone: false)
                return
            }
            claimed(record, request)
            endRequest(index, on: place)
        case .deciding(let isAlone): decide(request, index, isAlone: isAlone, on: place)
        case .inserting(let isQueued):
            insert(request, index, isQueued: isQueued, on: place)
        }
    }

    private mutating func decide(_ request: SimulatedRequest, _ index: Int, isAlone: Bool, on place: Int) {
        let holder = holder(request, place)
        guard records.lock.take(holder, isAlone: isAlone) else { return waitForLock(place) }
        guard records.named(request.name) == nil, records.newest[request.snapshot] != nil else {
            return endRequest(index, on: place)
        }
        let (capacity, queue) = (capacity(place), records.queue(economy))
        let cost = economy.cost(of: request.snapshot)
        let isTight = !queue.requests.isEmpty || capacity.isTight(for: cost, inFlight: economy.inFlight)
        guard isAlone || !isTight else {
            records.lock.release(holder)
            replicas[place].requests[index].stage = .deciding(isAlone: true)
            return
        }
        if !isAlone { count("decided side by side") }
        let refusal = queue.refusal(owner: request.owner, cost: cost, within: capacity)
        if let refusal, !request.waits || !capacity.couldEverAdmit(cost) {
            checkRefusal(refusal, request)
            count("refused")
            return endRequest(index, on: place)
        }
        if refusal == nil { checkDirect(request, cost, queue, capacity, on: place) }
        replicas[place].requests[index].stage = .inserting(isQueued: refusal != nil)
    }

    private mutating func insert(_ request: SimulatedRequest, _ index: Int, isQueued: Bool, on place: Int) {
        let host = replicas[place].name
        let port = isQueued ? nil : records.freePort(on: host, economy, using: &generator)
        guard let generation = records.newest[request.snapshot], records.named(request.name) == nil,
            isQueued || port != nil, let text = try? SnapshotName("snapshot-\(request.snapshot)")
        else {
            // Somebody was quicker.
            records.lock.release(holder(request, place))
            replicas[place].requests[index].stage = .deciding(isAlone: false)
            return
        }
        let patience = Duration.seconds(86_400)
        var record = EnvironmentRecord(
            id: request.id, name: request.name, snapshot: text, snapshotID: request.snapshot, generation: generation,
            createdAt: now, expiresAt: now + (isQueued ? patience : request.ttl), ttl: request.ttl)
        record.owner = request.owner
        record.labels = request.labels
        record.idleTimeout = request.idleTimeout
        record.rolePassword = "secret"
        if isQueued {
            record.phase = .queued
        } else {
            record.host = host
            record.port = port
            record.nextAttemptAt = now
        }
        if isQueued { beginWaiting(record) }
        records.insert(record)
        count(isQueued ? "queued" : "requested")
        note("\(request.name) is \(isQueued ? "queued" : "requested") at \(host) by \(request.owner)")
        endRequest(index, on: place)
    }

    private mutating func endRequest(_ index: Int, on place: Int) {
        records.lock.release(holder(replicas[place].requests[index], place))
        replicas[place].requests.remove(at: index)
    }

    /// Whoever waits for the lock gets it when its holder has gone on; when everything comes to rest, that is now.
    private mutating func waitForLock(_ place: Int) {
        guard weather.isSettling else { return }
        for other in replicas.indices where isRunning(other) {
            if replicas[other].admitting != nil { lookAtQueue(other) }
            if replicas[other].keeping != nil { lookAtPools(other) }
            if let index = replicas[other].requests.firstIndex(where: { $0.stage.holdsLock }) {
                advanceRequest(index, on: other)
            }
        }
    }

    // MARK: - The queue

    /// Reads the limits and the queue, or lets in what was decided on.
    mutating func lookAtQueue(_ place: Int) {
        let holder = holder("queue", place)
        guard !isOut else {
            records.lock.release(holder)
            replicas[place].admitting = nil
            return
        }
        guard let admitted = replicas[place].admitting else {
            guard records.live.contains(where: { $0.phase == .queued }), records.lock.take(holder, isAlone: true) else {
                return
            }
            for record in records.abandon() {
                count("abandoned")
                note("\(record.name) waited for a snapshot that is gone")
                ledger.waiting[record.id] = nil
            }
            let (queue, capacity) = (records.queue(economy), capacity(place))
            let admission = queue.admission(within: capacity)
            checkAdmission(admission, queue, capacity, on: place)
            replicas[place].admitting = admission.admitted
            return
        }
        for request in admitted {
            guard
                let record = records.admit(
                    request.id, on: replicas[place].name, economy, now: now, using: &generator)
            else { continue }
            count("admitted")
            note("\(record.name) leaves the queue")
            servedFromQueue(record)
        }
        records.lock.release(holder)
        replicas[place].admitting = nil
    }
}

extension SimulatedRequest.Stage {
    var holdsLock: Bool {
        if case .inserting = self { return true }
        return false
    }
}
