import Environments
import Postgres

/// What one look for work found.
struct ClaimBatch: Sendable {
    var claimed: [ClaimedEnvironment] = []
    /// How long until the next record is due that nobody holds; nil when none waits.
    var nextDue: Duration?
}

extension RecordStore {
    /// Claims records that are due and that no living worker holds; members of warm pools after what users wait for.
    ///
    /// - Parameters:
    ///   - beforeClone: how many at most that still need a copy made.
    ///   - others: how many at most of the rest.
    func claim(beforeClone: Int, others: Int, lease: Duration) async throws(ControlError) -> ClaimBatch {
        try await storing("claim work") {
            let results = try await pool.pipeline([
                PostgresQuery(
                    Self.claimSQL,
                    [.int(beforeClone), .int(others), .text(replica), .int(lease.microseconds)]),
                PostgresQuery(Self.nextDueSQL, [.text(replica)]),
            ])
            var batch = ClaimBatch()
            for row in results[0] { batch.claimed.append(try EnvironmentRow.decode(row, secrets: secrets)) }
            if let microseconds = try results[1].first?[0].orNil?.int64 { batch.nextDue = .microseconds(microseconds) }
            return batch
        }
    }

    private static let claimSQL = """
        WITH early AS (
            SELECT id FROM environments
            WHERE phase IN ('requested', 'cloning') AND next_attempt_at <= clock_timestamp()
                AND (lease_expires_at IS NULL OR lease_expires_at <= clock_timestamp())
            ORDER BY pooled, next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED
        ), late AS (
            SELECT id FROM environments
            WHERE phase NOT IN ('requested', 'cloning') AND next_attempt_at <= clock_timestamp()
                AND (lease_expires_at IS NULL OR lease_expires_at <= clock_timestamp())
            ORDER BY pooled, next_attempt_at LIMIT $2 FOR UPDATE SKIP LOCKED
        )
        UPDATE environments e
        SET lease_owner = $3, lease_epoch = lease_epoch + 1,
            lease_expires_at = clock_timestamp() + $4::bigint * interval '1 microsecond'
        WHERE e.id IN (SELECT id FROM early UNION ALL SELECT id FROM late)
        RETURNING \(EnvironmentRow.columns)
        """

    private static let nextDueSQL = """
        SELECT (extract(epoch from min(greatest(next_attempt_at, coalesce(lease_expires_at, next_attempt_at))
            ) - clock_timestamp()) * 1000000)::bigint
        FROM environments
        WHERE next_attempt_at IS NOT NULL AND (lease_owner IS NULL OR lease_owner <> $1)
        """

    /// Keeps the claims of this replica alive.
    func renewLeases(_ lease: Duration) async throws(ControlError) {
        try await storing("renew the leases") {
            try await pool.query(
                """
                UPDATE environments SET lease_expires_at = clock_timestamp() + $2::bigint * interval '1 microsecond'
                WHERE lease_owner = $1
                """, .text(replica), .int(lease.microseconds))
        }
    }

    /// Frees what earlier processes of this replica held. To be called before this process claims anything: holding
    /// the lock on the state directory, it knows that they are dead.
    func releaseOwnLeases() async throws(ControlError) {
        try await storing("release the leases of the process before") {
            try await pool.query(
                "UPDATE environments SET lease_owner = NULL, lease_expires_at = NULL WHERE lease_owner = $1",
                .text(replica))
        }
    }

    /// Makes the given environments due now, if they have that phase.
    func wake(_ ids: [EnvironmentID], phase: Phase) async throws(ControlError) {
        try await storing("wake environments") {
            try await pool.query(
                """
                UPDATE environments SET next_attempt_at = clock_timestamp()
                WHERE id = ANY($1::text[]) AND phase = $2 AND next_attempt_at IS NULL
                """, .textArray(ids.map(\.text)), .text(phase.rawValue))
        }
    }
}
