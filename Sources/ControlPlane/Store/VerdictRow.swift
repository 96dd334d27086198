import Environments
import Postgres

/// How the inputs of the lifetime rule are read: without secrets, and so that damage in one row harms no other.
enum VerdictRow {
    /// When the last of what holds an environment lets go.
    static let heldUntil =
        "(SELECT max(\(EnvironmentRow.time("h.expires_at"))) FROM holders h WHERE h.environment_id = e.id)"

    /// Whether a member of a pool is not of the newest generation of a snapshot that exists.
    static let isSuperseded = """
        e.pooled AND e.generation IS DISTINCT FROM (
            SELECT max(g.number) FROM generations g JOIN snapshots s ON s.id = g.snapshot_id
            WHERE g.snapshot_id = e.snapshot_id AND g.state = 'ready' AND s.deleted_at IS NULL)
        """

    /// The columns in the order of `decode`, for a row named `e`, with the replica that asks as `$1`.
    static let columns = """
        e.id, e.phase, e.ready_at IS NOT NULL, e.pooled, \(isSuperseded),
        \(EnvironmentRow.time("coalesce(e.claimed_at, e.created_at)")), \(EnvironmentRow.time("e.expires_at")),
        e.ttl_us, e.idle_us, \(EnvironmentRow.time("greatest(e.last_request_at, e.ready_since)")),
        coalesce(e.host = $1, true), e.protected_by, e.protected_reason, \(EnvironmentRow.time("e.protected_until")),
        \(heldUntil), \(EnvironmentRow.time("e.warned_for")), \(EnvironmentRow.time("e.grace_ends_at")),
        \(EnvironmentRow.time("e.verdict_at")), \(EnvironmentRow.time("clock_timestamp()"))
        """

    /// How many they are.
    static let count = 19

    /// Nil for a row of a phase that this program does not know: a newer one judges it.
    static func decode(_ row: PostgresRow) throws -> DueEnvironment? {
        guard let phase = Phase(rawValue: try row[1].string) else { return nil }
        var inputs = LifetimeRule.Inputs(
            phase: phase, livesSince: Timestamp(microseconds: try row[5].int64),
            expiresAt: Timestamp(microseconds: try row[6].int64), ttl: .microseconds(try row[7].int64))
        inputs.wasReady = try row[2].bool
        inputs.isPooled = try row[3].bool
        inputs.isSuperseded = try row[4].bool
        inputs.idleTimeout = .microseconds(try row[8].int64)
        inputs.activeAt = try EnvironmentRow.timestamp(row[9])
        inputs.canTellIdle = try row[10].bool
        inputs.protected = protected(by: row[11], reason: row[12], until: row[13])
        inputs.heldUntil = try EnvironmentRow.timestamp(row[14])
        inputs.warnedFor = try EnvironmentRow.timestamp(row[15])
        inputs.graceEndsAt = try EnvironmentRow.timestamp(row[16])
        return DueEnvironment(
            id: EnvironmentID(try row[0].string), inputs: inputs, dueAt: Timestamp(microseconds: try row[17].int64),
            now: Timestamp(microseconds: try row[18].int64))
    }

    /// Whatever stands there and is not a whole protection counts as one that cannot be read.
    static func protected(
        by owner: PostgresCell, reason: PostgresCell, until: PostgresCell
    ) -> LifetimeRule.Protected {
        if owner.isNull { return reason.isNull && until.isNull ? .no : .unreadable }
        do {
            return .yes(
                Protection(
                    owner: try owner.string, reason: try reason.orNil?.string ?? "",
                    until: try EnvironmentRow.timestamp(until)))
        } catch {
            return .unreadable
        }
    }
}
