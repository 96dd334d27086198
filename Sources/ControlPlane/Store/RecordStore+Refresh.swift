import Environments
import Postgres

/// A further generation of a snapshot, and the end of those that nobody needs any more.
extension RecordStore {
    /// Begins the import of a snapshot's next generation; the one before goes on being cloned until this one is ready.
    ///
    /// - Parameter source: the export's directory; nil: the one of the last import.
    /// - Throws: `notFound`, or `conflict` for one that is being imported or deleted, or stands for a live cluster.
    func requestRefresh(
        _ name: SnapshotName, source: String?, by actor: Actor = .local
    ) async throws(ControlError) -> SnapshotRecord {
        try await storing("refresh the snapshot") {
            try await pool.transaction { connection in
                let owner = try await connection.query(
                    "SELECT id FROM snapshots WHERE name = $1 AND deleted_at IS NULL FOR UPDATE", .text(name.text))
                guard let owner = try owner.first?[0].string,
                    let newest = try await connection.query(Self.newest(where: "s.id = $1"), .text(owner)).first
                else { throw SnapshotService.unknown(name) }
                let existing = try SnapshotRow.decode(newest).record
                guard existing.aurora == nil else {
                    throw ControlError(
                        .conflict, subject: name.text, "snapshot '\(name)' stands for a live cluster",
                        hint: "it needs no refresh: each clone of it has the cluster's data of that moment")
                }
                guard existing.state == .ready || existing.state == .failed else { throw Self.nameTaken(existing) }
                return try await beginImport(
                    owner, name, existing.generation + 1, source ?? existing.source, by: actor, on: connection)
            }
        }
    }

    /// Has generations dropped that a newer one took the place of, at least `grace` ago, and that no environment came
    /// from: one that did needs its generation for a reset.
    ///
    /// - Parameter grace: longer than a request takes that chose the generation while it was the newest.
    /// - Returns: whether there were any.
    @discardableResult
    func retireGenerations(after grace: Duration) async throws(ControlError) -> Bool {
        try await storing("retire generations") {
            let superseded = """
                g.state = 'ready' AND EXISTS (
                    SELECT FROM generations newer WHERE newer.snapshot_id = g.snapshot_id AND newer.number > g.number
                        AND newer.state = 'ready'
                        AND newer.ready_at <= clock_timestamp() - $1::bigint * interval '1 microsecond')
                AND NOT EXISTS (
                    SELECT FROM environments e WHERE e.snapshot_id = g.snapshot_id AND e.generation = g.number
                        AND e.phase <> 'deleted')
                """
            let unused = try await pool.query(
                PostgresQuery("SELECT FROM generations g WHERE \(superseded) LIMIT 1", [.int(grace.microseconds)]))
            guard !unused.isEmpty else { return false }
            return try await pool.transaction { connection in
                // A request that copies from one holds its row; the second look sees what that request recorded.
                try await connection.query(
                    PostgresQuery(
                        "SELECT FROM generations g WHERE \(superseded) FOR UPDATE", [.int(grace.microseconds)]))
                return try await connection.query(
                    PostgresQuery(
                        """
                        WITH retired AS (
                            UPDATE generations g SET state = 'deleting', attempts = 0, next_attempt_at = clock_timestamp()
                            WHERE \(superseded) RETURNING g.snapshot_id, g.number
                        ), intended AS (
                            INSERT INTO intents (subject_kind, subject_id, effect, target)
                            SELECT 'snapshot', snapshot_id, 'delete', jsonb_build_object('generation', number)
                            FROM retired
                        ), noted AS (
                            INSERT INTO events (subject_kind, subject_id, subject_name, kind, message, actor)
                            SELECT 'snapshot', s.id, s.name, 'retiring', 'dropping generation ' || r.number
                                || ': a newer one took its place, and no environment came from it', 'refresh'
                            FROM retired r JOIN snapshots s ON s.id = r.snapshot_id
                        )
                        SELECT FROM retired
                        """, [.int(grace.microseconds)])
                ).isEmpty == false
            }
        }
    }
}
