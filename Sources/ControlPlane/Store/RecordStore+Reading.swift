import Environments
import Postgres

extension RecordStore {
    /// The live environment of that name.
    func find(name: EnvironmentName) async throws(ControlError) -> EnvironmentRecord? {
        try await read(
            "SELECT \(EnvironmentRow.columns) FROM environments e WHERE e.name = $1 AND e.phase <> 'deleted' AND NOT e.pooled",
            [.text(name.text)]
        ).first?.record
    }

    /// The environment with that id, tombstones included.
    func find(id: EnvironmentID) async throws(ControlError) -> EnvironmentRecord? {
        try await read("SELECT \(EnvironmentRow.columns) FROM environments e WHERE e.id = $1", [.text(id.text)])
            .first?.record
    }

    /// The newest environment that ever had that name.
    func findNewest(name: EnvironmentName) async throws(ControlError) -> EnvironmentRecord? {
        try await read(
            """
            SELECT \(EnvironmentRow.columns) FROM environments e WHERE e.name = $1 AND NOT e.pooled
            ORDER BY (e.phase <> 'deleted') DESC, e.created_at DESC LIMIT 1
            """, [.text(name.text)]
        ).first?.record
    }

    /// Live environments that carry all of `labels`, oldest first.
    /// - Parameter pooled: with the members of warm pools, which users do not see.
    func list(labels: [String: String] = [:], pooled: Bool = true) async throws(ControlError) -> [EnvironmentRecord] {
        try await read(
            """
            SELECT \(EnvironmentRow.columns) FROM environments e
            WHERE e.phase <> 'deleted' AND e.labels @> $1::jsonb AND ($2 OR NOT e.pooled)
            ORDER BY coalesce(e.claimed_at, e.created_at), e.name
            """, [.utf8(LabelText.encode(labels)), .bool(pooled)]
        ).map(\.record)
    }

    /// The number of live environments of users in each phase.
    func countByPhase() async throws(ControlError) -> [Phase: Int] {
        try await storing("count the environments") {
            let rows = try await pool.query(
                "SELECT phase, count(*) FROM environments WHERE phase <> 'deleted' AND NOT pooled GROUP BY phase")
            var counts: [Phase: Int] = [:]
            for row in rows {
                guard let phase = Phase(rawValue: try row[0].string) else { continue }
                counts[phase] = try row[1].int
            }
            return counts
        }
    }

    func read(_ sql: String, _ parameters: [PostgresValue]) async throws(ControlError) -> [ClaimedEnvironment] {
        try await storing("read the records") {
            try await pool.query(PostgresQuery(sql, parameters)).map { try EnvironmentRow.decode($0, secrets: secrets) }
        }
    }
}

extension RecordStore {
    /// The database's clock.
    func now() async throws(ControlError) -> Timestamp {
        try await storing("read the database's clock") {
            let rows = try await pool.query("SELECT \(EnvironmentRow.time("clock_timestamp()"))")
            return Timestamp(microseconds: try rows.first?[0].int64 ?? 0)
        }
    }

    /// How many ports of the range are reserved.
    func portsInUse(_ ports: ClosedRange<Int>) async throws(ControlError) -> Int {
        try await storing("count the ports") {
            let rows = try await pool.query(
                """
                SELECT count(*) FROM environments
                WHERE port BETWEEN $1 AND $2 AND coalesce(host, '') IN ('', $3)
                """, .int(ports.lowerBound), .int(ports.upperBound), .text(replica))
            return try rows.first?[0].int ?? 0
        }
    }
}
