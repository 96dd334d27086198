import Environments

/// The lock that orders decisions on limits: many who share it, or one alone. Who dies or cannot reach the records lets
/// go of it.
struct SimulatedLock {
    private(set) var alone: String?
    private(set) var shared: Set<String> = []

    mutating func take(_ holder: String, isAlone: Bool) -> Bool {
        guard alone == nil, !isAlone || shared.isEmpty else { return false }
        if isAlone { alone = holder } else { shared.insert(holder) }
        return true
    }

    var isFree: Bool { alone == nil && shared.isEmpty }

    mutating func release(_ holder: String) {
        if alone == holder { alone = nil }
        shared.remove(holder)
    }
}

/// The statements on limits, the queue and claims from pools, each one transaction's worth.
extension SimulatedRecords {
    private static func isCounted(_ record: EnvironmentRecord) -> Bool {
        !record.isPooled && record.phase != .queued && record.phase != .deleting && record.phase != .deleted
    }

    /// `countsSQL` and its companions.
    func usage(on replica: String, _ economy: SimulatedEconomy) -> CapacityUsage {
        var usage = CapacityUsage()
        for record in live {
            if Self.isCounted(record) {
                usage.environments += 1
                usage.byOwner[record.owner, default: 0] += 1
            }
            if record.port != nil, record.host == nil || record.host == replica { usage.ports += 1 }
            switch record.phase {
            case .requested, .cloning, .resetting:
                usage.making += 1
                usage.promisedDisk += economy.cost(of: record.snapshotID).disk
            case .sealing, .starting, .probing: usage.making += 1
            case .ready: usage.awake += 1
            case .queued, .hibernated, .expiring, .failed, .deleting, .deleted: break
            }
        }
        usage.otherBackends = 2
        return usage
    }

    func queue(_ economy: SimulatedEconomy) -> AdmissionQueue {
        let waiting = live.filter { $0.phase == .queued }.map {
            QueuedRequest(
                id: $0.id, owner: $0.owner, queuedAt: $0.createdAt, cost: economy.cost(of: $0.snapshotID))
        }
        return AdmissionQueue(requests: waiting, servedAt: servedAt)
    }

    func reservedPorts(on host: String) -> Set<Int> {
        Set(live.filter { $0.host == nil || $0.host == host }.compactMap(\.port))
    }

    func freePort(
        on host: String, _ economy: SimulatedEconomy, using generator: inout SeededGenerator
    ) -> Int? {
        let reserved = reservedPorts(on: host)
        return generator.pick(economy.ports.filter { !reserved.contains($0) })
    }

    /// `abandonSQL`.
    mutating func abandon() -> [EnvironmentRecord] {
        let abandoned = live.filter { $0.phase == .queued && newest[$0.snapshotID] == nil }
        for record in abandoned {
            update(record.id) {
                $0.phase = .failed
                $0.reason = "its snapshot was deleted while it waited for room"
            }
        }
        return abandoned
    }

    /// `admitSQL`.
    mutating func admit(
        _ id: EnvironmentID, on replica: String, _ economy: SimulatedEconomy, now: Timestamp,
        using generator: inout SeededGenerator
    ) -> EnvironmentRecord? {
        guard let record = self[id], record.phase == .queued, let generation = newest[record.snapshotID],
            let port = freePort(on: replica, economy, using: &generator)
        else { return nil }
        // As the clock does between two statements.
        let at = max(now, (servedAt.values.max() ?? now) + .microseconds(1))
        servedAt[record.owner] = at
        update(id) {
            $0.phase = .requested
            $0.reason = nil
            $0.host = replica
            $0.port = port
            $0.generation = generation
            $0.nextAttemptAt = now
            $0.expiresAt = now + $0.ttl
        }
        return self[id]
    }

    /// `claimMemberSQL`.
    mutating func claimMember(
        _ request: SimulatedRequest, _ economy: SimulatedEconomy, now: Timestamp
    ) -> EnvironmentRecord? {
        let isQuotaSet = economy.bounds.environments != nil || economy.bounds.perOwner != nil
        guard let generation = newest[request.snapshot], named(request.name) == nil,
            !isQuotaSet || !live.contains(where: { $0.phase == .queued })
        else { return nil }
        let counted = live.filter(Self.isCounted)
        if let maximum = economy.bounds.environments, counted.count >= maximum { return nil }
        if let maximum = economy.bounds.perOwner, counted.count(where: { $0.owner == request.owner }) >= maximum {
            return nil
        }
        let members = live.filter {
            $0.isPooled && $0.phase == .ready && $0.nextAttemptAt == nil && $0.snapshotID == request.snapshot
                && $0.generation == generation
        }
        guard let member = members.min(by: { ($0.readyAt ?? now, $0.id) < ($1.readyAt ?? now, $1.id) }) else {
            return nil
        }
        update(member.id) {
            $0.isPooled = false
            $0.name = request.name
            $0.owner = request.owner
            $0.labels = request.labels
            $0.ttl = request.ttl
            $0.idleTimeout = request.idleTimeout
            $0.claimedAt = now
            $0.lastRequestAt = now
            $0.expiresAt = now + request.ttl
        }
        return self[member.id]
    }
}
