import Environments
import Postgres

extension RecordStore {
    /// What is known about the newest environment of that name beside its record and its holders; nil when there never
    /// was one. `record` is what the caller read.
    func outside(
        _ record: EnvironmentRecord
    ) async throws(ControlError) -> (due: DueEnvironment, silentHost: (name: String, since: Timestamp?)?)? {
        try await storing("read what is known of the environment") {
            let rows = try await pool.query(
                """
                SELECT \(VerdictRow.columns),
                    e.host IS NOT NULL AND e.host <> $1 AND NOT coalesce(
                        r.seen_at > clock_timestamp() - \(Self.replicaPatience), false),
                    coalesce(nullif(r.hostname, ''), e.host), \(EnvironmentRow.time("r.seen_at"))
                FROM environments e LEFT JOIN replicas r ON r.name = e.host WHERE e.id = $2
                """, .text(replica), .text(record.id.text))
            guard let row = rows.first, let due = try VerdictRow.decode(row) else { return nil }
            let start = VerdictRow.count
            let silent = try row[start].bool
            return (due, silent ? (try row[start + 1].string, try EnvironmentRow.timestamp(row[start + 2])) : nil)
        }
    }
}
