import Environments
import Postgres

/// What one look for imports and drops found.
struct GenerationBatch: Sendable {
    var claimed: [ClaimedGeneration] = []
    /// Whether something is due that nobody works on: there was no room for it, or its row was locked.
    var isBehind = false
}

extension RecordStore {
    /// Claims generations that are to be imported or dropped.
    /// - Parameter brokenOff: only imports that a dead process began.
    func claimGenerations(
        limit: Int, lease: Duration, brokenOff: Bool = false
    ) async throws(ControlError) -> GenerationBatch {
        try await storing("claim imports") {
            let results = try await pool.pipeline([
                PostgresQuery(
                    Self.claimGenerationsSQL,
                    [.int(limit), .text(replica), .int(lease.microseconds), .bool(brokenOff)]),
                PostgresQuery(
                    """
                    SELECT EXISTS (SELECT FROM generations WHERE next_attempt_at <= clock_timestamp()
                        AND (lease_expires_at IS NULL OR lease_expires_at <= clock_timestamp()))
                    """),
            ])
            return GenerationBatch(
                claimed: try results[0].map(SnapshotRow.decode), isBehind: try results[1].first?[0].bool ?? false)
        }
    }

    private static let claimGenerationsSQL = """
        WITH due AS (
            SELECT snapshot_id, number FROM generations
            WHERE next_attempt_at <= clock_timestamp()
                AND (lease_expires_at IS NULL OR lease_expires_at <= clock_timestamp())
                AND (NOT $4 OR state = 'importing' AND lease_epoch > 0)
            ORDER BY next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED
        ), g AS (
            UPDATE generations t
            SET lease_owner = $2, lease_epoch = lease_epoch + 1,
                lease_expires_at = clock_timestamp() + $3::bigint * interval '1 microsecond'
            FROM due WHERE t.snapshot_id = due.snapshot_id AND t.number = due.number
            RETURNING t.*
        )
        SELECT \(SnapshotRow.columns) FROM g JOIN snapshots s ON s.id = g.snapshot_id
        """

    func renewGenerationLeases(_ lease: Duration) async throws(ControlError) {
        try await storing("renew the leases") {
            try await pool.query(
                """
                UPDATE generations SET lease_expires_at = clock_timestamp() + $2::bigint * interval '1 microsecond'
                WHERE lease_owner = $1
                """, .text(replica), .int(lease.microseconds))
        }
    }

    func releaseOwnGenerationLeases() async throws(ControlError) {
        try await storing("release the leases of the process before") {
            try await pool.query(
                "UPDATE generations SET lease_owner = NULL, lease_expires_at = NULL WHERE lease_owner = $1",
                .text(replica))
        }
    }

    func recordProgress(_ claimed: ClaimedGeneration, _ progress: SnapshotProgress) async throws(ControlError) {
        try await storing("record the progress") {
            try await pool.query(
                """
                UPDATE generations SET items_done = $4, items_total = $5, bytes_done = $6, bytes_total = $7,
                    items_per_second = $8
                WHERE snapshot_id = $1 AND number = $2 AND lease_epoch = $3 AND state = 'importing'
                """, .text(claimed.record.id.text), .int(claimed.record.generation), .int(claimed.epoch),
                .int(progress.itemsDone), .int(progress.itemsTotal), .int(progress.bytesDone),
                .int(progress.bytesTotal), .double(progress.itemsPerSecond))
        }
    }

    /// Ends an import well. False when the claim is lost or a cancellation came first.
    func recordImported(
        _ claimed: ClaimedGeneration, _ imported: ImportedGeneration
    ) async throws(ControlError) -> Bool {
        let tables = imported.tables.map {
            SnapshotTable(name: $0.name, items: Int64($0.items), bytes: Int64($0.bytes))
        }
        return try await storing("record the import") {
            try await pool.withConnection { connection in
                try await connection.query(
                    """
                    WITH done AS (
                        UPDATE generations SET state = 'ready', reason = NULL, account_id = $4, region = $5,
                            probe_target = $6, tables = $7::jsonb, database_bytes = $8, items_done = $9,
                            items_total = $9, bytes_done = bytes_total, ready_at = clock_timestamp(),
                            next_attempt_at = NULL, lease_owner = NULL, lease_expires_at = NULL
                        WHERE snapshot_id = $1 AND number = $2 AND lease_epoch = $3 AND state = 'importing'
                            AND NOT cancel_requested
                        RETURNING snapshot_id, number
                    ), finished AS (
                        UPDATE intents SET finished_at = clock_timestamp()
                        WHERE finished_at IS NULL AND subject_id IN (SELECT snapshot_id FROM done)
                            AND (target ->> 'generation')::int = $2
                    ), noted AS (
                        INSERT INTO events (subject_kind, subject_id, subject_name, kind, message)
                        SELECT 'snapshot', snapshot_id, $10, 'ready',
                            'generation ' || number || ' holds ' || $9::bigint || ' items' FROM done
                    )
                    SELECT 1 FROM done
                    """, .text(claimed.record.id.text), .int(claimed.record.generation), .int(claimed.epoch),
                    .text(imported.accountID), .text(imported.region), .optional(imported.probeTarget?.json),
                    .utf8(SnapshotRow.encode(tables)), .int(imported.databaseBytes), .int(imported.items),
                    .text(claimed.record.name.text)
                ).isEmpty == false
            }
        }
    }

    /// Ends an import badly, or a deletion well.
    func recordEnd(
        _ claimed: ClaimedGeneration, state: SnapshotRecord.State, reason: String?
    ) async throws(ControlError) {
        try await storing("record the end of a generation") {
            try await pool.transaction { connection in
                let ended = try await connection.query(
                    """
                    UPDATE generations SET state = $4, reason = $5, next_attempt_at = NULL, lease_owner = NULL,
                        lease_expires_at = NULL
                    WHERE snapshot_id = $1 AND number = $2 AND lease_epoch = $3
                    """, .text(claimed.record.id.text), .int(claimed.record.generation), .int(claimed.epoch),
                    .text(state.rawValue), .optional(reason))
                guard ended.affectedRows == 1 else { return }
                try await connection.query(
                    """
                    UPDATE intents SET finished_at = clock_timestamp()
                    WHERE finished_at IS NULL AND subject_id = $1 AND (target ->> 'generation')::int = $2
                    """, .text(claimed.record.id.text), .int(claimed.record.generation))
                try await connection.query(
                    """
                    INSERT INTO events (subject_kind, subject_id, subject_name, kind, message)
                    SELECT 'snapshot', $1, $4, CASE WHEN $2 = 'deleted' AND EXISTS (
                        SELECT FROM generations WHERE snapshot_id = $1 AND state NOT IN ('deleting', 'deleted'))
                        THEN 'retired' ELSE $2 END, $3
                    """, .text(claimed.record.id.text), .text(state.rawValue),
                    .text("generation \(claimed.record.generation): " + (reason ?? "nothing of it is left")),
                    .text(claimed.record.name.text))
                try await connection.query(
                    """
                    UPDATE snapshots SET deleted_at = clock_timestamp()
                    WHERE id = $1 AND deleted_at IS NULL AND NOT EXISTS (
                        SELECT 1 FROM generations WHERE snapshot_id = $1 AND state <> 'deleted')
                    """, .text(claimed.record.id.text))
            }
        }
    }

    /// Puts a claimed generation off after a failed try.
    func recordRetry(
        _ claimed: ClaimedGeneration, reason: String, after delay: Duration
    ) async throws(ControlError) {
        try await storing("record a retry") {
            try await pool.query(
                """
                UPDATE generations SET attempts = attempts + 1, reason = $4, lease_owner = NULL,
                    lease_expires_at = NULL,
                    next_attempt_at = clock_timestamp() + $5::bigint * interval '1 microsecond'
                WHERE snapshot_id = $1 AND number = $2 AND lease_epoch = $3
                """, .text(claimed.record.id.text), .int(claimed.record.generation), .int(claimed.epoch),
                .text(reason), .int(delay.microseconds))
        }
    }
}
