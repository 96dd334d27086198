import Environments
import Postgres

extension RecordStore {
    /// Opens a hold on a live environment that is in service or on its way there; nil when there is none of that name.
    ///
    /// The environment's row is locked: either the reaper sees the hold, or the hold sees what the reaper did.
    func hold(
        _ name: EnvironmentName, id: String, purpose: String, ttl: Duration, by actor: Actor
    ) async throws(ControlError) -> Holder? {
        try await storing("hold \(name)") {
            try await pool.transaction { connection in
                let found = try await connection.query(
                    """
                    SELECT id FROM environments
                    WHERE name = $1 AND phase NOT IN ('expiring', 'failed', 'deleting', 'deleted')
                    FOR NO KEY UPDATE
                    """, .text(name.text))
                guard let environment = try found.first?[0].string else { return nil }
                // What lapsed has nothing to say any more.
                try await connection.query(
                    "DELETE FROM holders WHERE environment_id = $1 AND expires_at <= clock_timestamp()",
                    .text(environment))
                let rows = try await connection.query(
                    PostgresQuery(
                        """
                        WITH h AS (
                            INSERT INTO holders (id, environment_id, purpose, owner, expires_at)
                            VALUES ($1, $2, $3, $4, clock_timestamp() + $5::bigint * interval '1 microsecond')
                            RETURNING *
                        ), noted AS (
                            INSERT INTO events (subject_kind, subject_id, subject_name, kind, message, actor, source)
                            SELECT 'environment', h.environment_id, $6, 'held',
                                CASE WHEN h.purpose = '' THEN 'in use' ELSE 'in use: ' || h.purpose END, h.owner, $7
                            FROM h
                        )
                        SELECT \(Self.holderColumns) FROM h
                        """,
                        [
                            .text(id), .text(environment), .text(purpose), .text(actor.name), .int(ttl.microseconds),
                            .text(name.text), .text(actor.source),
                        ]))
                return try rows.first.map(Self.holder)
            }
        }
    }

    /// Makes a hold last `ttl` from now, even if it has lapsed; nil when the live environment of that name has none of
    /// that id.
    func renewHold(_ name: EnvironmentName, id: String, ttl: Duration) async throws(ControlError) -> Holder? {
        try await storing("renew the hold on \(name)") {
            try await pool.query(
                """
                UPDATE holders h SET expires_at = clock_timestamp() + $3::bigint * interval '1 microsecond'
                FROM environments e
                WHERE h.id = $1 AND e.id = h.environment_id AND e.name = $2 AND e.phase NOT IN ('deleting', 'deleted')
                RETURNING \(Self.holderColumns)
                """, .text(id), .text(name.text), .int(ttl.microseconds)
            ).first.map(Self.holder)
        }
    }

    /// Ends a hold on the live environment of that name; none of that id is fine.
    func releaseHold(_ name: EnvironmentName, id: String) async throws(ControlError) {
        try await storing("release a hold") {
            try await pool.query(
                """
                DELETE FROM holders h USING environments e
                WHERE h.id = $1 AND e.id = h.environment_id AND e.name = $2 AND e.phase <> 'deleted'
                """, .text(id), .text(name.text))
        }
    }

    /// What holds an environment now, the oldest first.
    func holders(of id: EnvironmentID) async throws(ControlError) -> [Holder] {
        try await storing("read what holds the environment") {
            try await pool.query(
                """
                SELECT \(Self.holderColumns) FROM holders h
                WHERE h.environment_id = $1 AND h.expires_at > clock_timestamp() ORDER BY h.created_at, h.id
                """, .text(id.text)
            ).map(Self.holder)
        }
    }

    /// Forgets the holds that lapsed; nobody renews one after so long.
    func dropLapsedHolds() async throws(ControlError) {
        try await storing("forget lapsed holds") {
            try await pool.query("DELETE FROM holders WHERE expires_at < clock_timestamp() - interval '1 hour'")
        }
    }

    private static let holderColumns = """
        h.id, h.purpose, h.owner, \(EnvironmentRow.time("h.created_at")), \(EnvironmentRow.time("h.expires_at"))
        """

    private static func holder(_ row: PostgresRow) throws -> Holder {
        Holder(
            id: try row[0].string, purpose: try row[1].string, owner: try row[2].string,
            createdAt: Timestamp(microseconds: try row[3].int64), expiresAt: Timestamp(microseconds: try row[4].int64))
    }
}
