import Environments
import Postgres

extension RecordStore {
    /// Every generation of which a database may exist: those that are being made, ready, or being dropped.
    func generations() async throws(ControlError) -> Set<RecordedGeneration> {
        try await storing("read the generations") {
            let rows = try await pool.query(
                "SELECT snapshot_id, number FROM generations WHERE state IN ('importing', 'ready', 'deleting')")
            var generations: Set<RecordedGeneration> = []
            for row in rows {
                generations.insert(
                    RecordedGeneration(snapshot: SnapshotID(try row[0].string), number: try row[1].int))
            }
            return generations
        }
    }

    /// Makes a live environment due now that has no time set to be looked at.
    func wake(_ id: EnvironmentID) async throws(ControlError) {
        try await storing("wake an environment") {
            try await pool.query(
                """
                UPDATE environments SET next_attempt_at = clock_timestamp()
                WHERE id = $1 AND phase <> 'deleted' AND next_attempt_at IS NULL
                """, .text(id.text))
        }
    }
}
