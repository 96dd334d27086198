import Environments
import Postgres

extension RecordStore {
    /// The unclaimed members of each snapshot's pool: `ready`, and what is on its way there.
    func poolMembers() async throws(ControlError) -> [(snapshot: String, state: String, count: Int)] {
        try await storing("count the pools' members") {
            try await pool.query(
                """
                SELECT snapshot_name, CASE WHEN phase = 'ready' THEN 'ready' WHEN phase IN ('failed', 'deleting')
                    THEN 'leaving' ELSE 'making' END AS state, count(*)
                FROM environments WHERE pooled AND phase <> 'deleted' GROUP BY 1, 2 ORDER BY 1, 2
                """
            ).map { (try $0[0].string, try $0[1].string, try $0[2].int) }
        }
    }
}
