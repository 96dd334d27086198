import Environments

/// Somebody who waits until a pool is full, or cannot be filled.
struct PoolWaiter {
    var snapshot: SnapshotID
}

extension Simulation {
    func poolRoom(_ place: Int) -> PoolRoom {
        PoolRoom(
            capacity(place), queue: records.queue(economy),
            members: records.members().count { $0.phase.isWanted }, reserve: economy.reserve, making: economy.making,
            waiting: records.live.count { !$0.isPooled && $0.phase != .queued && $0.phase.isBeforeStorage })
    }

    func poolPlan(_ place: Int) -> PoolPlan {
        PoolPlan(
            pools: records.poolStates(economy), members: records.members(seenFrom: replicas[place].name),
            room: poolRoom(place), now: now)
    }

    /// Reads the pools, or carries out what was decided on.
    mutating func lookAtPools(_ place: Int) {
        let holder = holder("pools", place)
        guard !isOut else {
            records.lock.release(holder)
            replicas[place].keeping = nil
            return
        }
        guard let plan = replicas[place].keeping else {
            guard records.lock.take(holder, isAlone: true) else { return }
            records.forgive()
            let plan = poolPlan(place)
            checkPlan(plan, on: place)
            replicas[place].keeping = plan
            return
        }
        records.noteFailures(plan, now: now)
        for refill in plan.make {
            let made = records.refill(
                refill, on: replicas[place].name, templates: world.templates, economy, now: now, using: &generator)
            counts["refilled", default: 0] += made.count
            for member in made { note("\(member.name) is made for the pool of \(refill.snapshot)") }
        }
        for discard in plan.discard {
            count("discarded: \(discard.cause)")
            note("pool-\(discard.member.id) is given up: \(discard.cause)")
            records.discard(discard.member.id, reason: "\(discard.cause)", now: now)
        }
        records.lock.release(holder)
        replicas[place].keeping = nil
        wakePoolWaiters(plan)
    }

    /// As `PoolService.wait` on the news of a look.
    private mutating func wakePoolWaiters(_ plan: PoolPlan) {
        let failed = Set(plan.discard.filter { $0.cause == .failed }.map(\.member.snapshot))
        var sleeping: [PoolWaiter] = []
        for waiter in poolWaiters {
            guard let pool = records.pools[waiter.snapshot] else { continue }
            if let reason = pool.reason {
                if reason.isEmpty { world.violated("failed-refill-is-told", "a refill failed without a cause") }
                count("pool waiter told the cause")
                continue
            }
            if failed.contains(waiter.snapshot) {
                world.violated("failed-refill-is-told", "a waiter for \(waiter.snapshot) sleeps on")
            }
            let ready = records.members().count {
                $0.snapshot == waiter.snapshot && $0.generation == records.newest[waiter.snapshot] && $0.phase == .ready
            }
            if ready >= pool.size { count("pool waiter served") } else { sleeping.append(waiter) }
        }
        poolWaiters = sleeping
    }

    /// When a pool may be refilled that has to wait after a failure.
    var nextRefill: Timestamp? {
        records.poolStates(economy).compactMap { $0.generation != nil && $0.target > 0 ? $0.retryAt : nil }
            .filter { $0 > now }.min()
    }

    /// Somebody refreshes a snapshot, deletes it, or changes or awaits its pool.
    mutating func changeSnapshot(_ snapshot: SnapshotID) {
        switch Int.random(in: 0..<6, using: &generator) {
        case 0 where economy.deletesSnapshots, 1 where economy.deletesSnapshots: deleteSnapshot(snapshot)
        case 2: records.setPoolSize(snapshot, generator.pick(economy.poolSizes) ?? 0)
        case 3: poolWaiters.append(PoolWaiter(snapshot: snapshot))
        default:
            let generation = (ledger.generations[snapshot] ?? 1) + 1
            ledger.generations[snapshot] = generation
            records.newest[snapshot] = generation
            records.pools[snapshot]?.generationReadyAt = now
            world.templates[snapshot, default: []].insert(generation)
            note("snapshot \(snapshot) has generation \(generation)")
        }
    }

    /// `requestDelete`, and what follows it. The next generation stands for another snapshot of that name.
    private mutating func deleteSnapshot(_ snapshot: SnapshotID) {
        let isBusy = records.live.contains {
            $0.snapshotID == snapshot && !$0.isPooled && $0.phase != .queued && $0.phase.isBeforeStorage
        }
        guard !isBusy, records.newest[snapshot] != nil else { return }
        count("snapshot deleted")
        note("snapshot \(snapshot) is deleted")
        for member in records.members() where member.snapshot == snapshot {
            records.discard(member.id, reason: "the snapshot is deleted", now: now)
        }
        records.newest[snapshot] = nil
        world.templates[snapshot] = []
    }
}
