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
    ///   - except: those that this process is at work on, whatever their leases say.
    ///
    /// An environment belongs to the replica that it was asked of, and later to the one on whose machine its server
    /// runs. Others take it only before anything runs, when nobody has for the time of a lease; it then gets a port of
    /// its new machine. And they take what is to be deleted from a machine that is not heard of: whatever runs there
    /// loses the data when they go, and nothing else is left to lose.
    func claim(
        beforeClone: Int, others: Int, lease: Duration, except: [EnvironmentID] = []
    ) async throws(ControlError) -> ClaimBatch {
        try await storing("claim work") {
            let results = try await pool.pipeline([
                PostgresQuery(
                    Self.claimSQL,
                    [
                        .int(beforeClone), .int(others), .text(replica), .int(lease.microseconds),
                        .textArray(except.map(\.text)),
                    ]),
                PostgresQuery(Self.nextDueSQL, [.text(replica), .int(lease.microseconds)]),
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
            WHERE phase IN ('requested', 'cloning', 'resetting') AND next_attempt_at <= clock_timestamp()
                AND \(takeableAt("$3", "$4")) <= clock_timestamp() AND id <> ALL ($5::text[])
            ORDER BY pooled, next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED
        ), late AS (
            SELECT id FROM environments
            WHERE phase NOT IN ('requested', 'cloning', 'resetting') AND next_attempt_at <= clock_timestamp()
                AND \(takeableAt("$3", "$4")) <= clock_timestamp() AND id <> ALL ($5::text[])
            ORDER BY pooled, next_attempt_at LIMIT $2 FOR UPDATE SKIP LOCKED
        )
        UPDATE environments e
        SET lease_owner = $3, lease_epoch = lease_epoch + 1, host = $3,
            port = CASE WHEN coalesce(host, $3) = $3 THEN port END,
            server_pid = CASE WHEN coalesce(host, $3) = $3 THEN server_pid END,
            server_start_time = CASE WHEN coalesce(host, $3) = $3 THEN server_start_time END,
            lease_expires_at = clock_timestamp() + $4::bigint * interval '1 microsecond'
        WHERE e.id IN (SELECT id FROM early UNION ALL SELECT id FROM late)
        RETURNING \(EnvironmentRow.columns)
        """

    private static let nextDueSQL = """
        SELECT (extract(epoch from min(\(takeableAt("$1", "$2"))) - clock_timestamp()) * 1000000)::bigint
        FROM environments
        WHERE next_attempt_at IS NOT NULL AND (lease_owner IS NULL OR lease_owner <> $1)
        """

    /// When a replica may claim a record; NULL: never.
    private static func takeableAt(_ replica: String, _ lease: String) -> String {
        """
        CASE WHEN coalesce(host, \(replica)) = \(replica)
            THEN greatest(next_attempt_at, lease_expires_at)
            WHEN ready_at IS NULL AND server_pid IS NULL
            THEN greatest(next_attempt_at, lease_expires_at) + \(lease)::bigint * interval '1 microsecond'
            WHEN phase = 'deleting'
            THEN greatest(next_attempt_at, lease_expires_at,
                    (SELECT seen_at FROM replicas WHERE replicas.name = host) + \(replicaPatience))
                + \(lease)::bigint * interval '1 microsecond' END
        """
    }

    /// Says that this replica is alive.
    func beacon() async throws(ControlError) {
        try await storing("say that this replica is alive") {
            try await pool.query(
                """
                INSERT INTO replicas (name, hostname, version) VALUES ($1, $2, $3)
                ON CONFLICT (name) DO UPDATE SET hostname = $2, version = $3, seen_at = clock_timestamp()
                """, .text(replica), .text(HostName.current), .text(ControlPlane.version))
        }
    }

    /// Keeps the claims of this replica on some environments alive. Returns those there are: others took the rest over.
    func renewLeases(_ lease: Duration, of ids: [EnvironmentID]) async throws(ControlError) -> [EnvironmentID] {
        try await storing("renew the leases") {
            try await pool.query(
                """
                UPDATE environments SET lease_expires_at = clock_timestamp() + $2::bigint * interval '1 microsecond'
                WHERE lease_owner = $1 AND id = ANY ($3::text[]) RETURNING id
                """, .text(replica), .int(lease.microseconds), .textArray(ids.map(\.text))
            ).map { EnvironmentID(try $0[0].string) }
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
