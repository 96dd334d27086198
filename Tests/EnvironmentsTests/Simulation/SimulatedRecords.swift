import Environments

/// The records, in memory, with the rules of the store's statements: who may claim, what a worker's write changes and
/// what a request's, and that neither overwrites the other's.
struct SimulatedRecords {
    struct Row {
        var record: EnvironmentRecord
        var leaseOwner: String?
        var leaseExpiresAt: Timestamp?
        var epoch: Int64 = 0
        var heldUntil: Timestamp?
    }

    struct Claim {
        var record: EnvironmentRecord
        var epoch: Int64
    }

    enum WriteOutcome {
        case written(EnvironmentRecord)
        case changed(EnvironmentRecord)
        case fenced
    }

    static let lease = Duration.seconds(60)
    static let replicaPatience = Duration.seconds(30)
    /// When each replica was last heard of.
    private var seenAt: [String: Timestamp] = [:]
    /// Of live environments; a tombstone is as good as no row here.
    private(set) var rows: [EnvironmentID: Row] = [:] { didSet { changes += 1 } }
    /// Counts writes, so that whoever looks sees whether anything has happened.
    private(set) var changes = 0
    /// In the order of their requests, so that every run goes the same way.
    private(set) var order: [EnvironmentID] = []
    /// The newest generation of each snapshot.
    var newest: [SnapshotID: Int] = [:]
    var pools: [SnapshotID: Pool] = [:]
    /// When a request of each owner was last let in from the queue; of those that are deleted too.
    var servedAt: [String: Timestamp] = [:]
    var lock = SimulatedLock()
    /// Writes of workers that had lost their claim, refused.
    private(set) var fenced = 0
    private(set) var takeovers = 0

    var ordered: [Row] { order.compactMap { rows[$0] } }
    var live: [EnvironmentRecord] { order.compactMap { rows[$0]?.record } }

    subscript(id: EnvironmentID) -> EnvironmentRecord? { rows[id]?.record }

    func named(_ name: EnvironmentName) -> EnvironmentRecord? { live.first { $0.name == name && !$0.isPooled } }

    mutating func insert(_ record: EnvironmentRecord) {
        rows[record.id] = Row(record: record)
        order.append(record.id)
    }

    /// Changes a row without looking at anything.
    mutating func update(_ id: EnvironmentID, _ change: (inout EnvironmentRecord) -> Void) {
        guard var row = rows[id] else { return }
        change(&row.record)
        rows[id] = row
    }

    mutating func hold(_ id: EnvironmentID, until: Timestamp?) { rows[id]?.heldUntil = until }

    /// `claimSQL`.
    mutating func claim(
        by replica: String, _ free: (beforeClone: Int, others: Int), except: Set<EnvironmentID>, now: Timestamp
    ) -> [Claim] {
        let due = order.compactMap { id -> Row? in
            guard !except.contains(id), let row = rows[id], let at = takeableAt(row, replica), at <= now else {
                return nil
            }
            return row
        }.sorted {
            let (left, right) = ($0.record.isPooled ? 1 : 0, $1.record.isPooled ? 1 : 0)
            return (left, $0.record.nextAttemptAt ?? now, $0.record.id)
                < (right, $1.record.nextAttemptAt ?? now, $1.record.id)
        }
        let early = due.filter(\.record.phase.isBeforeStorage).prefix(free.beforeClone)
        let late = due.filter { !$0.record.phase.isBeforeStorage }.prefix(free.others)
        return (early + late).map { row in
            var row = row
            if let host = row.record.host, host != replica {
                row.record.port = nil
                row.record.server = nil
                takeovers += 1
            }
            row.record.host = replica
            row.leaseOwner = replica
            row.leaseExpiresAt = now + Self.lease
            row.epoch += 1
            rows[row.record.id] = row
            return Claim(record: row.record, epoch: row.epoch)
        }
    }

    /// When a replica may claim a row; nil: not as it is.
    func takeableAt(_ row: Row, _ replica: String) -> Timestamp? {
        guard row.record.phase != .deleted, let due = row.record.nextAttemptAt else { return nil }
        let free = row.leaseExpiresAt.map { max($0, due) } ?? due
        guard let host = row.record.host, host != replica else { return free }
        if row.record.readyAt == nil, row.record.server == nil { return free + Self.lease }
        guard row.record.phase == .deleting else { return nil }
        let silentAt = seenAt[host].map { $0 + Self.replicaPatience }
        return (silentAt.map { max($0, free) } ?? free) + Self.lease
    }

    mutating func beacon(of replica: String, now: Timestamp) { seenAt[replica] = now }

    mutating func renew(_ running: Set<EnvironmentID>, by replica: String, now: Timestamp) -> [EnvironmentID] {
        let mine = ordered.filter { $0.leaseOwner == replica && running.contains($0.record.id) }.map(\.record.id)
        for id in mine { rows[id]?.leaseExpiresAt = now + Self.lease }
        return mine
    }

    mutating func releaseAll(of replica: String) {
        for row in ordered where row.leaseOwner == replica { release(row.record.id) }
    }

    private mutating func release(_ id: EnvironmentID) {
        rows[id]?.leaseOwner = nil
        rows[id]?.leaseExpiresAt = nil
    }

    /// `writeSQL`: what workers change, if the claim holds and nobody changed the phase.
    mutating func write(
        _ next: EnvironmentRecord, from previous: EnvironmentRecord, by replica: String, epoch: Int64, keepClaim: Bool
    ) -> WriteOutcome {
        guard var row = rows[next.id], row.leaseOwner == replica, row.epoch == epoch else {
            fenced += 1
            return .fenced
        }
        let isPortTaken =
            next.port != nil
            && rows.values.contains {
                $0.record.id != next.id && $0.record.port == next.port && $0.record.host == row.record.host
            }
        guard row.record.phase == previous.phase, !isPortTaken else { return .changed(row.record) }
        row.record.phase = next.phase
        row.record.reason = next.reason
        row.record.attempts = next.attempts
        row.record.nextAttemptAt = next.nextAttemptAt
        row.record.readyAt = next.readyAt
        row.record.readySince = next.readySince
        row.record.deletedAt = next.deletedAt
        row.record.port = next.port
        row.record.accountID = next.accountID
        row.record.credential = next.credential
        row.record.rolePassword = next.rolePassword
        row.record.hasStorage = next.hasStorage
        row.record.server = next.server
        row.record.timings = next.timings
        row.record.oldestIncarnation = next.oldestIncarnation
        rows[next.id] = row
        if !keepClaim { release(next.id) }
        if next.phase == .deleted {
            rows[next.id] = nil
            order.removeAll { $0 == next.id }
        }
        return .written(row.record)
    }

    /// Gives a claim up without a step.
    mutating func release(_ record: EnvironmentRecord, by replica: String, epoch: Int64, now: Timestamp) {
        guard let row = rows[record.id], row.leaseOwner == replica, row.epoch == epoch else { return }
        release(record.id)
        if row.record.nextAttemptAt == record.nextAttemptAt, record.nextAttemptAt.map({ $0 <= now }) ?? false {
            rows[record.id]?.record.nextAttemptAt = nil
        }
    }

    /// `changeSQL`: what requests and the lifetime rule change.
    mutating func change(_ next: EnvironmentRecord) {
        guard var row = rows[next.id] else { return }
        row.record.phase = next.phase
        row.record.reason = next.reason
        row.record.attempts = next.attempts
        row.record.nextAttemptAt = next.nextAttemptAt
        row.record.generation = next.generation
        row.record.incarnation = next.incarnation
        row.record.expiresAt = next.expiresAt
        row.record.ttl = next.ttl
        row.record.idleTimeout = next.idleTimeout
        row.record.lastRequestAt = next.lastRequestAt
        row.record.hibernatedAt = next.hibernatedAt
        row.record.graceEndsAt = next.graceEndsAt
        row.record.protection = next.protection
        row.record.readySince = next.readySince
        row.record.warnedFor = next.warnedFor
        rows[next.id] = row
    }

    /// Makes a resting record due.
    mutating func wake(_ id: EnvironmentID, now: Timestamp) {
        guard let row = rows[id], row.record.phase != .deleted, row.record.nextAttemptAt == nil else { return }
        rows[id]?.record.nextAttemptAt = now
    }
}
