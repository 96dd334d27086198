/// An environment of a warm pool that nobody has claimed.
package struct PoolMember: Hashable, Sendable, Identifiable {
    package var id: EnvironmentID
    package var snapshot: SnapshotID
    /// The generation that it is a copy of.
    package var generation: Int
    package var phase: Phase
    /// Why it failed, or what it last tried in vain.
    package var reason: String?
    package var createdAt: Timestamp
    /// Whether it runs on another machine than the one that plans.
    package var isElsewhere: Bool

    package init(
        id: EnvironmentID, snapshot: SnapshotID, generation: Int, phase: Phase, reason: String? = nil,
        createdAt: Timestamp, isElsewhere: Bool = false
    ) {
        self.id = id
        self.snapshot = snapshot
        self.generation = generation
        self.phase = phase
        self.reason = reason
        self.createdAt = createdAt
        self.isElsewhere = isElsewhere
    }
}

/// What is wanted of one snapshot's pool, and how refilling it went so far.
package struct PoolState: Hashable, Sendable {
    package var snapshot: SnapshotID
    /// The newest generation that can be cloned; `nil` while there is none, and then there is no pool either.
    package var generation: Int?
    /// How many members are kept ready.
    package var target: Int
    /// Failed refills since the last that went well.
    package var failures: Int = 0
    package var failedAt: Timestamp?
    /// What the last failed refill said.
    package var reason: String?
    /// The worst case of what a member's copy writes, in bytes.
    package var diskBytes: Int64
    /// The cluster that members are clones of; nil: they are copied from a template.
    package var aurora: AuroraSource?

    package init(snapshot: SnapshotID, generation: Int?, target: Int, diskBytes: Int64 = 0) {
        self.snapshot = snapshot
        self.generation = generation
        self.target = target
        self.diskBytes = diskBytes
    }

    /// Before this instant a pool whose refill failed is left alone; `nil`: it may be refilled now.
    package var retryAt: Timestamp? {
        guard failures > 0, let failedAt else { return nil }
        return failedAt + PoolPlan.backoff(failures: failures)
    }
}

/// What all pools together may take.
package struct PoolRoom: Hashable, Sendable {
    /// How many more environments there may be, by the tightest limit; below zero: so many members have to go.
    package var environments: Int
    /// What that limit is called, for people.
    package var limit: String
    /// Whether it is a limit of the machine that plans: a member elsewhere that goes frees nothing of it.
    package var isOfMachine = false
    /// Bytes that copies of members may write; `nil`: not known.
    package var disk: Int64?
    /// How many members may be on their way to `ready` at once.
    package var making: Int
    /// Users' requests that wait for a copy.
    package var waiting: Int
    /// What clones at AWS there are, with their limits.
    package var aurora = AuroraRoom()

    package init(
        environments: Int, limit: String = LimitName.ports.rawValue, disk: Int64? = nil, making: Int, waiting: Int
    ) {
        self.environments = environments
        self.limit = limit
        self.disk = disk
        self.making = making
        self.waiting = waiting
    }
}

/// What to do so that each warm pool holds its members, as a value that can be printed.
///
/// Held by construction and property-tested: a pool is never filled above its target, nor all pools above the room, which for clones at AWS
/// includes their number and their budget; a member of an older generation is never kept; nothing is made while users' requests wait for a copy, or before the
/// wait after a failed refill is over; when the room shrinks, members go until it suffices.
package struct PoolPlan: Hashable, Sendable {
    /// Members to make.
    package struct Refill: Hashable, Sendable {
        package var snapshot: SnapshotID
        package var generation: Int
        package var count: Int

        package init(snapshot: SnapshotID, generation: Int, count: Int) {
            self.snapshot = snapshot
            self.generation = generation
            self.count = count
        }
    }

    /// A member to take down.
    package struct Discard: Hashable, Sendable {
        package enum Cause: String, Hashable, Sendable {
            /// It could not be made.
            case failed
            /// The snapshot has a newer generation, or none any more: users expect the newest.
            case superseded
            /// The pool was made smaller.
            case surplus
            /// Users need the room.
            case room
        }

        package var member: PoolMember
        package var cause: Cause
    }

    /// Why a pool stays below its target for now.
    package enum Hold: Hashable, Sendable {
        /// Users' requests come first.
        case users(waiting: Int)
        /// No room is left below that limit.
        case room(limit: String)
        /// One more clone at AWS is refused, with the reason that a user would be told.
        case refused(ControlError)
        /// The last refill failed.
        case failure(retryAt: Timestamp)
        /// As many members as may be made at once are being made.
        case making
    }

    package var make: [Refill] = []
    package var discard: [Discard] = []
    package var held: [SnapshotID: Hold] = [:]
    /// When a pool may be refilled that has to wait after a failure; `nil`: none has to.
    package var nextLook: Timestamp?

    package init() {}

    /// - Parameters:
    ///   - pools: one for each live snapshot.
    ///   - members: every member that is not yet deleted; one whose snapshot has no pool is discarded.
    package init(pools: [PoolState], members: [PoolMember], room: PoolRoom, now: Timestamp) {
        var pools = pools.sorted { $0.snapshot < $1.snapshot }.map { Pool(state: $0) }
        let places = Dictionary(uniqueKeysWithValues: pools.indices.map { (pools[$0].state.snapshot, $0) })
        // Members that give room back when they go.
        func counts(_ member: PoolMember) -> Bool { !(room.isOfMachine && member.isElsewhere) }
        var leaving = 0
        for member in members.sorted(by: Self.isMoreUseful) {
            if member.phase == .deleting || member.phase == .deleted {
                if counts(member) { leaving += 1 }
            } else if member.phase == .failed || member.phase == .expiring {
                discard.append(Discard(member: member, cause: .failed))
            } else if let place = places[member.snapshot], pools[place].state.generation == member.generation {
                pools[place].usable.append(member)
            } else {
                discard.append(Discard(member: member, cause: .superseded))
            }
        }
        for place in pools.indices {
            while pools[place].usable.count > max(0, pools[place].state.target) {
                discard.append(Discard(member: pools[place].usable.removeLast(), cause: .surplus))
            }
        }
        // What leaves frees its place only when it is gone; until then it is counted as room for what has to go, so
        // that no more goes than has to, but not as room for what is made.
        leaving += discard.count { counts($0.member) }
        while room.environments + leaving < 0,
            let fullest = pools.indices.filter({ pools[$0].usable.contains(where: counts) })
                .max(by: { (pools[$0].usable.count, $0) < (pools[$1].usable.count, $1) }),
            let last = pools[fullest].usable.lastIndex(where: counts)
        {
            discard.append(Discard(member: pools[fullest].usable.remove(at: last), cause: .room))
            leaving += 1
        }
        refill(&pools, room, now)
    }

    private struct Pool {
        var state: PoolState
        /// The most useful first.
        var usable: [PoolMember] = []
        var made = 0

        var missing: Int { max(0, state.target - usable.count - made) }
        var isMaking: Bool { usable.contains { $0.phase != .ready } }
    }

    private mutating func refill(_ pools: inout [Pool], _ room: PoolRoom, _ now: Timestamp) {
        var places = room.environments
        var disk = room.disk ?? .max
        var aurora = room.aurora
        var slots = room.making - pools.reduce(0) { $0 + $1.usable.count { $0.phase != .ready } }
        // One at a time to the emptiest pool, so that none waits until another is full.
        while let emptiest = pools.indices.filter({ isOpen(pools[$0]) })
            .min(by: { (pools[$0].usable.count + pools[$0].made, $0) < (pools[$1].usable.count + pools[$1].made, $1) })
        {
            let state = pools[emptiest].state
            if room.waiting > 0 {
                held[state.snapshot] = .users(waiting: room.waiting)
            } else if let retryAt = state.retryAt, retryAt > now {
                held[state.snapshot] = .failure(retryAt: retryAt)
                nextLook = nextLook.map { min($0, retryAt) } ?? retryAt
            } else if state.failures > 0, pools[emptiest].made > 0 || pools[emptiest].isMaking {
                // One attempt shows whether the others would go well.
                held[state.snapshot] = .making
            } else if places <= 0 {
                held[state.snapshot] = .room(limit: room.limit)
            } else if state.diskBytes > disk {
                held[state.snapshot] = .room(limit: LimitName.disk.rawValue)
            } else if let refusal = state.aurora.flatMap({ aurora.refusal($0) }) {
                held[state.snapshot] = .refused(refusal)
            } else if slots <= 0 {
                held[state.snapshot] = .making
            } else {
                if let source = state.aurora { aurora.add(source) }
                pools[emptiest].made += 1
                places -= 1
                slots -= 1
                disk -= state.diskBytes
            }
        }
        make = pools.compactMap { pool in
            guard pool.made > 0, let generation = pool.state.generation else { return nil }
            return Refill(snapshot: pool.state.snapshot, generation: generation, count: pool.made)
        }
    }

    private func isOpen(_ pool: Pool) -> Bool {
        pool.state.generation != nil && pool.missing > 0 && held[pool.state.snapshot] == nil
    }

    /// The nearer to `ready`, then the older.
    private static func isMoreUseful(_ a: PoolMember, _ b: PoolMember) -> Bool {
        let (left, right) = (progress(a.phase), progress(b.phase))
        return left != right ? left > right : (a.createdAt, a.id) < (b.createdAt, b.id)
    }

    private static func progress(_ phase: Phase) -> Int {
        switch phase {
        case .ready, .hibernated: 5
        case .probing: 4
        case .starting: 3
        case .sealing: 2
        case .cloning, .resetting: 1
        case .queued, .requested, .expiring, .failed, .deleting, .deleted: 0
        }
    }

    /// How long a pool is left alone after so many failed refills in a row: twice as long each time, up to five
    /// minutes. A refill has had the tries of any environment before it counts as failed.
    package static func backoff(failures: Int) -> Duration {
        .seconds(min(300, 1 << min(max(failures - 1, 0), 9)))
    }
}

extension PoolPlan.Hold {
    /// What holds the pool, in one word: the limit's name where it is one.
    package var cause: String {
        switch self {
        case .users: "users"
        case .room(let limit): limit
        case .refused(let error): error.subject
        case .failure: "failure"
        case .making: "making"
        }
    }
}

extension PoolPlan.Hold: CustomStringConvertible {
    package var description: String {
        switch self {
        case .users(let waiting): "waits for \(waiting) request\(waiting == 1 ? "" : "s") of users"
        case .room(let limit): "the limit on \(limit) leaves no room"
        case .refused(let error): error.message
        case .failure(let retryAt): "the last refill failed; the next is tried at \(retryAt)"
        case .making: "is being refilled"
        }
    }
}
