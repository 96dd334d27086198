import Environments
import Postgres

/// A deadline that has come.
struct DueEnvironment: Sendable {
    var id: EnvironmentID
    var inputs: LifetimeRule.Inputs
    var now: Timestamp
}

extension RecordStore {
    /// Moves the deadline of a live environment to `ttl` from now; nil when there is no live one of that name, or it is
    /// on its way out.
    func extend(
        _ name: EnvironmentName, ttl: Duration, by actor: Actor
    ) async throws(ControlError) -> EnvironmentRecord? {
        try await storing("extend \(name)") {
            try await pool.withConnection { connection in
                let rows = try await connection.query(
                    """
                    WITH e AS (
                        UPDATE environments SET ttl_us = $2::bigint,
                            expires_at = clock_timestamp() + $2::bigint * interval '1 microsecond'
                        WHERE name = $1 AND phase NOT IN ('deleting', 'deleted') RETURNING *
                    ), noted AS (
                        INSERT INTO events (subject_kind, subject_id, subject_name, kind, message, actor, source)
                        SELECT 'environment', e.id, e.name, 'extended', 'lives ' || $3 || ' from now', $4, $5 FROM e
                    )
                    SELECT \(EnvironmentRow.columns) FROM e
                    """, .text(name.text), .int(ttl.microseconds), .text(DurationText.format(ttl)),
                    .text(actor.name), .text(actor.source))
                return try rows.first.map { try EnvironmentRow.decode($0, secrets: secrets).record }
            }
        }
    }

    /// Starts the deletion of a live environment; one that is being deleted stays as it is. Nil when there is none.
    func delete(
        _ name: EnvironmentName, reason: String, by actor: Actor
    ) async throws(ControlError) -> EnvironmentRecord? {
        try await storing("delete \(name)") {
            try await pool.withConnection { connection in
                let rows = try await connection.query(
                    Self.deleteSQL(where: "t.name = d.subject AND t.phase NOT IN ('deleting', 'deleted')"),
                    .textArray([name.text]), .textArray([reason]), .text(actor.name), .text(actor.source))
                if let row = rows.first { return try EnvironmentRow.decode(row, secrets: secrets).record }
                let current = try await connection.query(
                    "SELECT \(EnvironmentRow.columns) FROM environments e WHERE e.name = $1 AND e.phase <> 'deleted'",
                    .text(name.text))
                return try current.first.map { try EnvironmentRow.decode($0, secrets: secrets).record }
            }
        }
    }

    /// Starts the deletion of those whose deadline is still past: an extension that came between wins.
    /// - Returns: how many are on their way out now.
    func reap(_ condemned: [(id: EnvironmentID, reason: String)]) async throws(ControlError) -> Int {
        try await storing("reap environments") {
            try await pool.withConnection { connection in
                try await connection.query(
                    Self.deleteSQL(
                        where:
                            "t.id = d.subject AND t.phase NOT IN ('deleting', 'deleted') AND t.expires_at <= clock_timestamp()"
                    ), .textArray(condemned.map(\.id.text)), .textArray(condemned.map(\.reason)),
                    .text(Actor.reaper.name), .text(Actor.reaper.source)
                ).count
            }
        }
    }

    private static func deleteSQL(where condition: String) -> String {
        """
        WITH e AS (
            UPDATE environments t
            SET phase = 'deleting', reason = d.reason, attempts = 0, next_attempt_at = clock_timestamp()
            FROM unnest($1::text[], $2::text[]) AS d (subject, reason)
            WHERE \(condition) RETURNING t.*
        ), finished AS (
            UPDATE intents SET finished_at = clock_timestamp()
            WHERE finished_at IS NULL AND subject_id IN (SELECT id FROM e)
        ), intended AS (
            INSERT INTO intents (subject_kind, subject_id, effect, target)
            SELECT 'environment', e.id, 'delete', jsonb_build_object('port', e.port) FROM e
        ), noted AS (
            INSERT INTO events (subject_kind, subject_id, subject_name, kind, message, actor, source)
            SELECT 'environment', e.id, e.name, 'deleting', e.reason, $3, $4 FROM e
        )
        SELECT \(EnvironmentRow.columns) FROM e
        """
    }

    /// Environments whose deadline has come, the longest overdue first, and how long until the next one after those.
    func due(limit: Int) async throws(ControlError) -> (due: [DueEnvironment], next: Duration?) {
        try await storing("read the deadlines") {
            let results = try await pool.pipeline([
                PostgresQuery(
                    """
                    SELECT id, phase, \(EnvironmentRow.time("expires_at")), \(EnvironmentRow.time("clock_timestamp()"))
                    FROM environments
                    WHERE phase NOT IN ('deleting', 'deleted') AND expires_at <= clock_timestamp()
                    ORDER BY expires_at LIMIT $1
                    """, [.int(limit)]),
                PostgresQuery(
                    """
                    SELECT (extract(epoch from min(expires_at) - clock_timestamp()) * 1000000)::bigint
                    FROM environments
                    WHERE phase NOT IN ('deleting', 'deleted') AND expires_at > clock_timestamp()
                    """),
            ])
            var due: [DueEnvironment] = []
            for row in results[0] {
                guard let phase = Phase(rawValue: try row[1].string) else { continue }
                due.append(
                    DueEnvironment(
                        id: EnvironmentID(try row[0].string),
                        inputs: LifetimeRule.Inputs(
                            phase: phase, expiresAt: Timestamp(microseconds: try row[2].int64)),
                        now: Timestamp(microseconds: try row[3].int64)))
            }
            return (due, try results[1].first?[0].orNil.map { .microseconds(try $0.int64) })
        }
    }
}
