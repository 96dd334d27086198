import Environments
import Postgres

/// An environment on which a new verdict of the lifetime rule is due.
struct DueEnvironment: Sendable {
    var id: EnvironmentID
    var inputs: LifetimeRule.Inputs
    /// When the verdict fell due: names the state of the inputs that were read, since any change moves it.
    var dueAt: Timestamp
    /// The database's clock when the inputs were read.
    var now: Timestamp
}

/// What is to be noted of an environment after a verdict on it.
struct NotedVerdict: Sendable {
    var id: EnvironmentID
    /// As read; what has another one by now is left alone.
    var dueAt: Timestamp
    /// When to look again; nil: when an input changes.
    var next: Timestamp?
    /// The last request that its server told of.
    var lastRequestAt: Timestamp?
}

extension RecordStore {
    /// How long ago a replica may have been heard of and still be left to judge what runs on its machine.
    static let replicaPatience = "interval '30 seconds'"

    /// Environments that this replica is to judge now, the longest due first, and how long until the next one after
    /// those.
    ///
    /// Each is judged by the replica on whose machine its server runs, which alone can tell how long it has been idle;
    /// when that one is not heard of, by any other, which leaves idleness out.
    func due(limit: Int) async throws(ControlError) -> (due: [DueEnvironment], next: Duration?) {
        try await storing("read the deadlines") {
            let results = try await pool.pipeline([
                PostgresQuery(Self.dueSQL, [.text(replica), .int(limit)]),
                PostgresQuery(
                    """
                    SELECT (extract(epoch from min(e.verdict_at) - clock_timestamp()) * 1000000)::bigint
                    FROM environments e WHERE \(Self.judgedHere) AND e.verdict_at > clock_timestamp()
                    """, [.text(replica)]),
            ])
            return (
                try results[0].compactMap(VerdictRow.decode),
                try results[1].first?[0].orNil.map { .microseconds(try $0.int64) }
            )
        }
    }

    private static let judgedHere = """
        e.phase NOT IN ('deleting', 'deleted') AND (e.host IS NULL OR e.host = $1 OR NOT EXISTS (
            SELECT 1 FROM replicas r
            WHERE r.name = e.host AND r.seen_at > clock_timestamp() - \(replicaPatience)))
        """

    private static let dueSQL = """
        SELECT \(VerdictRow.columns) FROM environments e
        WHERE \(judgedHere) AND e.verdict_at <= clock_timestamp() ORDER BY e.verdict_at LIMIT $2
        """

    /// The inputs of the rule that stand outside the record, by id.
    private static let outsideSQL = """
        SELECT e.id, \(VerdictRow.heldUntil), \(VerdictRow.isSuperseded) FROM environments e
        WHERE e.id = ANY($1::text[])
        """

    /// Carries verdicts out in one transaction. Every row is locked and judged anew by what stands in it then: an
    /// extension, a protection or a hold that came between wins.
    ///
    /// - Returns: the records that were changed.
    func carryOut(
        _ ids: [EnvironmentID], limits: LifetimeLimits, machine: EnvironmentMachine,
        activeAt: [EnvironmentID: Timestamp]
    ) async throws(ControlError) -> [EnvironmentRecord] {
        try await storing("carry verdicts out") {
            try await pool.transaction { connection in
                let names = PostgresValue.textArray(ids.map(\.text))
                // In one order, so that two replicas never wait for each other.
                let rows = try await connection.query(
                    Self.lockSQL + " WHERE e.id = ANY($1::text[]) ORDER BY e.id FOR UPDATE", names)
                // A statement of its own: it sees what was committed while the locks were waited for.
                var outside: [String: (held: Timestamp?, isSuperseded: Bool)] = [:]
                for row in try await connection.query(Self.outsideSQL, names) {
                    outside[try row[0].string] = (try EnvironmentRow.timestamp(row[1]), try row[2].bool)
                }
                var changes: [PostgresQuery] = []
                for row in rows {
                    // One that cannot be read is left alone.
                    guard var current = try? EnvironmentRow.decode(row, secrets: secrets) else { continue }
                    let id = current.record.id
                    current.record.lastRequestAt = [current.record.lastRequestAt, activeAt[id]].compactMap(\.self).max()
                    var inputs = LifetimeRule.Inputs(
                        current.record, heldUntil: outside[id.text]?.held,
                        isSuperseded: outside[id.text]?.isSuperseded ?? false)
                    inputs.canTellIdle = activeAt[id] != nil
                    let verdict = LifetimeRule.verdict(inputs, limits: limits, now: current.now)
                    let transition = try machine.carryingOut(
                        verdict, on: current.record, limits: limits, now: current.now)
                    guard transition.record != current.record else { continue }
                    changes.append(changeQuery(transition, from: current.record, .reaper))
                }
                return try await connection.pipeline(changes).compactMap { result in
                    try result.first.map { try EnvironmentRow.decode($0, secrets: secrets).record }
                }
            }
        }
    }

    /// Notes when to look again.
    func note(_ verdicts: [NotedVerdict]) async throws(ControlError) {
        try await storing("note the deadlines") {
            try await pool.query(
                """
                UPDATE environments e SET verdict_at = \(Self.instant("d.next")),
                    last_request_at = greatest(e.last_request_at, \(Self.instant("d.active")))
                FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) AS d (id, due, next, active)
                WHERE e.id = d.id AND e.verdict_at = \(Self.instant("d.due"))
                """, .textArray(verdicts.map(\.id.text)),
                .textArray(verdicts.map { String($0.dueAt.microseconds) }),
                .textArray(verdicts.map { $0.next.map { String($0.microseconds) } }),
                .textArray(verdicts.map { $0.lastRequestAt.map { String($0.microseconds) } }))
        }
    }

    /// Makes every environment due for a new verdict, since what is configured may be another than when the last ones
    /// were given.
    func reconsiderAll() async throws(ControlError) {
        try await storing("reconsider the deadlines") {
            try await pool.query(
                """
                UPDATE environments SET verdict_at = clock_timestamp()
                WHERE phase NOT IN ('deleting', 'deleted') AND (verdict_at IS NULL OR verdict_at > clock_timestamp())
                """)
        }
    }
}
