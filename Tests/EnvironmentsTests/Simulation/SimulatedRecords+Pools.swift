import Environments

/// The statements on warm pools.
extension SimulatedRecords {
    /// What a snapshot's row says of its pool.
    struct Pool {
        var size = 0
        var failures = 0
        var failedAt: Timestamp?
        var reason: String?
        /// When the newest generation became ready.
        var generationReadyAt: Timestamp?
    }

    /// `forgiveSQL`.
    mutating func forgive() {
        for (snapshot, pool) in pools {
            guard let failedAt = pool.failedAt else { continue }
            let isNewer = newest[snapshot] != nil && pool.generationReadyAt.map { $0 > failedAt } ?? false
            let isReady = live.contains {
                $0.snapshotID == snapshot && $0.generation == newest[snapshot]
                    && $0.readyAt.map { $0 > failedAt } ?? false
            }
            if isNewer || isReady { clearFailures(snapshot) }
        }
    }

    mutating func setPoolSize(_ snapshot: SnapshotID, _ size: Int) {
        pools[snapshot, default: Pool()].size = size
        clearFailures(snapshot)
    }

    private mutating func clearFailures(_ snapshot: SnapshotID) {
        pools[snapshot]?.failures = 0
        pools[snapshot]?.failedAt = nil
        pools[snapshot]?.reason = nil
    }

    func members(seenFrom replica: String? = nil) -> [PoolMember] {
        live.filter(\.isPooled).map {
            PoolMember(
                id: $0.id, snapshot: $0.snapshotID, generation: $0.generation, phase: $0.phase, reason: $0.reason,
                createdAt: $0.createdAt, isElsewhere: $0.host.map { $0 != replica } ?? false)
        }
    }

    func poolStates(_ economy: SimulatedEconomy) -> [PoolState] {
        pools.keys.sorted().compactMap { snapshot in
            guard let pool = pools[snapshot] else { return nil }
            var state = PoolState(
                snapshot: snapshot, generation: newest[snapshot], target: pool.size,
                diskBytes: economy.cost(of: snapshot).disk)
            state.failures = pool.failures
            state.failedAt = pool.failedAt
            state.reason = pool.reason
            return state
        }
    }

    /// `noteFailures`.
    mutating func noteFailures(_ plan: PoolPlan, now: Timestamp) {
        let failed = Dictionary(grouping: plan.discard.filter { $0.cause == .failed }, by: \.member.snapshot)
        for (snapshot, discards) in failed {
            pools[snapshot]?.failures += 1
            pools[snapshot]?.failedAt = now
            pools[snapshot]?.reason = discards.compactMap(\.member.reason).first ?? "no reason was recorded"
        }
    }

    /// `refillSQL`: as many as there are ports for, and none if the generation has gone meanwhile.
    mutating func refill(
        _ refill: PoolPlan.Refill, on replica: String, templates: [SnapshotID: Set<Int>], _ economy: SimulatedEconomy,
        now: Timestamp, using generator: inout SeededGenerator
    ) -> [EnvironmentRecord] {
        guard templates[refill.snapshot]?.contains(refill.generation) == true, newest[refill.snapshot] != nil else {
            return []
        }
        var made: [EnvironmentRecord] = []
        for _ in 0..<refill.count {
            let id = EnvironmentID(using: &generator)
            guard let port = freePort(on: replica, economy, using: &generator),
                let name = try? EnvironmentName("pool-\(id)"),
                let snapshot = try? SnapshotName("snapshot-\(refill.snapshot)")
            else { break }
            var record = EnvironmentRecord(
                id: id, name: name, snapshot: snapshot, snapshotID: refill.snapshot, generation: refill.generation,
                createdAt: now, expiresAt: now + .seconds(3_155_760_000), ttl: .zero)
            record.isPooled = true
            record.host = replica
            record.port = port
            record.rolePassword = "secret"
            record.nextAttemptAt = now
            insert(record)
            made.append(record)
        }
        return made
    }

    /// `discardSQL`.
    mutating func discard(_ id: EnvironmentID, reason: String, now: Timestamp) {
        guard let record = self[id], record.isPooled, record.phase != .deleting else { return }
        update(id) {
            $0.phase = .deleting
            $0.reason = reason
            $0.attempts = 0
            $0.nextAttemptAt = now
        }
    }
}
