import Environments
import Postgres

extension RecordStore {
    /// The lock that orders decisions on limits: taken shared while every limit has ample room, else alone. The number
    /// is arbitrary; it only has to be the same in every replica.
    static let admissionLock = "SELECT pg_advisory_xact_lock(7227003145)"
    static let sharedAdmissionLock = "SELECT pg_advisory_xact_lock_shared(7227003145)"

    /// Every limit and the queue as they are, for showing them.
    func admission(_ settings: AdmissionSettings) async throws(ControlError) -> AdmissionView {
        try await storing("read the limits") {
            try await pool.withConnection { try await readAdmission(settings, owner: "", on: $0) }
        }
    }

    /// - Parameter owner: who asks; whether somebody of that name was served from the queue is read too.
    func readAdmission(
        _ settings: AdmissionSettings, owner: String, on connection: PostgresConnection
    ) async throws -> AdmissionView {
        let results = try await connection.pipeline([
            PostgresQuery(
                Self.countsSQL,
                [.int(settings.ports.lowerBound), .int(settings.ports.upperBound), .text(replica)]),
            PostgresQuery(
                """
                SELECT owner, count(*) FROM environments
                WHERE NOT pooled AND phase NOT IN ('queued', 'deleting', 'deleted') GROUP BY owner
                """),
            PostgresQuery(
                """
                SELECT coalesce(g.database_bytes, 0), count(*)
                FROM environments e
                JOIN generations g ON g.snapshot_id = e.snapshot_id AND g.number = e.generation
                WHERE e.phase IN ('requested', 'cloning', 'resetting') GROUP BY 1
                """),
            PostgresQuery(
                """
                SELECT count(*) FILTER (WHERE usename LIKE 'envctl\\_r\\_%'),
                    count(*) FILTER (WHERE usename NOT LIKE 'envctl\\_r\\_%')
                FROM pg_stat_activity WHERE backend_type = 'client backend'
                """),
            PostgresQuery(
                """
                SELECT e.id, e.owner, \(EnvironmentRow.time("e.created_at")), coalesce(g.database_bytes, 0)
                FROM environments e
                LEFT JOIN generations g ON g.snapshot_id = e.snapshot_id AND g.number = e.generation
                WHERE e.phase = 'queued'
                """),
            PostgresQuery(
                """
                SELECT owner, \(EnvironmentRow.time("max(admitted_at)")) FROM environments
                WHERE admitted_at IS NOT NULL
                    AND (owner = $1 OR owner IN (SELECT owner FROM environments WHERE phase = 'queued'))
                GROUP BY owner
                """, [.text(owner)]),
        ])
        guard let counts = results[0].first, let backends = results[3].first else {
            throw ControlError(.failed, "the records count nothing")
        }
        let sharesBlocks = try counts[6].bool
        var promised: Int64 = 0
        for row in results[2] {
            promised +=
                AdmissionSettings.copyBytes(of: try row[0].int64, sharesBlocks: sharesBlocks) * (try row[1].int64)
        }
        var usage = try Self.usage(counts: counts, backends: backends)
        usage.promisedDisk = promised
        for row in results[1] { usage.byOwner[try row[0].string] = try row[1].int64 }
        let capacity = Capacity(usage, within: settings.bounds(serverConnections: try counts[5].int64))
        var queue = AdmissionQueue(requests: [])
        for row in results[4] {
            let bytes = AdmissionSettings.copyBytes(of: try row[3].int64, sharesBlocks: sharesBlocks)
            queue.requests.append(
                QueuedRequest(
                    id: EnvironmentID(try row[0].string), owner: try row[1].string,
                    queuedAt: Timestamp(microseconds: try row[2].int64), cost: AdmissionCost(disk: bytes)))
        }
        for row in results[5] { queue.servedAt[try row[0].string] = try EnvironmentRow.timestamp(row[1]) }
        return AdmissionView(
            capacity: capacity, queue: queue, sharesBlocks: sharesBlocks, cloning: try counts[4].int,
            now: Timestamp(microseconds: try counts[7].int64))
    }

    private static func usage(counts: PostgresRow, backends: PostgresRow) throws -> CapacityUsage {
        var usage = CapacityUsage()
        usage.environments = try counts[0].int64
        usage.ports = try counts[1].int64
        usage.making = try counts[2].int64
        usage.awake = try counts[3].int64
        usage.environmentBackends = try backends[0].int64
        usage.otherBackends = try backends[1].int64
        return usage
    }

    private static let countsSQL = """
        SELECT count(*) FILTER (WHERE NOT pooled AND phase NOT IN ('queued', 'deleting')),
            count(*) FILTER (WHERE port BETWEEN $1 AND $2 AND coalesce(host, '') IN ('', $3)),
            count(*) FILTER (
                WHERE phase IN ('requested', 'cloning', 'sealing', 'starting', 'probing', 'resetting')),
            count(*) FILTER (WHERE phase = 'ready'), count(*) FILTER (WHERE phase = 'cloning'),
            current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
                - coalesce(current_setting('reserved_connections', true)::int, 0),
            \(ServerFacts.sharesBlocks),
            \(EnvironmentRow.time("clock_timestamp()"))
        FROM environments WHERE phase <> 'deleted'
        """
}

extension RecordStore {
    /// Lets requests in from the queue, in its order, as far as there is room; those whose snapshot is gone fail.
    /// Replicas take turns by the lock.
    ///
    /// - Returns: what was let in, and how many still wait.
    func admitQueued(
        _ settings: AdmissionSettings
    ) async throws(ControlError) -> (admitted: [EnvironmentID], failed: [EnvironmentID], waiting: Int) {
        try await storing("admit requests from the queue") {
            let queued = try await pool.query("SELECT count(*) FROM environments WHERE phase = 'queued'")
            guard try queued.first?[0].int ?? 0 > 0 else { return ([], [], 0) }
            return try await pool.transaction { connection in
                try await connection.query(PostgresQuery(Self.admissionLock))
                let failed = try await connection.query(PostgresQuery(Self.abandonSQL))
                    .map { EnvironmentID(try $0[0].string) }
                var view = try await readAdmission(settings, owner: "", on: connection)
                let waiting = view.queue.requests.count
                try await holdBack(&view.queue, settings, on: connection)
                var admitted: [EnvironmentID] = []
                for request in view.queue.admission(within: view.capacity).admitted {
                    let rows = try await connection.query(
                        PostgresQuery(
                            Self.admitSQL,
                            [
                                .text(request.id.text), .int(settings.ports.lowerBound),
                                .int(settings.ports.upperBound), .text(replica),
                            ]))
                    if !rows.isEmpty { admitted.append(request.id) }
                }
                return (admitted, failed, waiting - admitted.count)
            }
        }
    }

    /// Takes those out of the queue, for this look, whose clone at AWS would be one too many or above the budget: they
    /// wait on and hold nobody up.
    private func holdBack(
        _ queue: inout AdmissionQueue, _ settings: AdmissionSettings, on connection: PostgresConnection
    ) async throws {
        let rows = try await connection.query(
            """
            SELECT e.id, s.aurora FROM environments e JOIN snapshots s ON s.id = e.snapshot_id
            WHERE e.phase = 'queued' AND s.aurora IS NOT NULL
            """)
        guard !rows.isEmpty else { return }
        var sources: [EnvironmentID: AuroraSource] = [:]
        for row in rows { sources[EnvironmentID(try row[0].string)] = try AuroraSource(json: try row[1].bytes) }
        var room = try await auroraRoom(settings, on: connection)
        var held: Set<EnvironmentID> = []
        for request in queue.order {
            guard let source = sources[request.id] else { continue }
            if room.refusal(source) == nil { room.add(source) } else { held.insert(request.id) }
        }
        queue.requests.removeAll { held.contains($0.id) }
    }

    private static let abandonSQL = """
        WITH e AS (
            UPDATE environments t SET phase = 'failed', reason = 'its snapshot was deleted while it waited for room'
            WHERE t.phase = 'queued' AND NOT EXISTS (
                SELECT 1 FROM snapshots s JOIN generations g ON g.snapshot_id = s.id
                WHERE s.id = t.snapshot_id AND s.deleted_at IS NULL AND g.state = 'ready')
            RETURNING t.*
        ), noted AS (
            INSERT INTO events (subject_kind, subject_id, subject_name, kind, message, actor)
            SELECT 'environment', e.id, e.name, 'failed', e.reason, 'admission' FROM e
        )
        SELECT id FROM e
        """

    /// The lifetime begins here, and the data are those that are newest now.
    private static let admitSQL = """
        WITH source AS (
            SELECT g.number, g.region, g.account_id
            FROM environments e JOIN snapshots s ON s.id = e.snapshot_id JOIN generations g ON g.snapshot_id = s.id
            WHERE e.id = $1 AND s.deleted_at IS NULL AND g.state = 'ready'
            ORDER BY g.number DESC LIMIT 1 FOR SHARE OF s, g
        ), free AS (
            SELECT p AS port FROM generate_series($2::int, $3::int) AS p
            WHERE NOT EXISTS (SELECT 1 FROM environments WHERE port = p AND coalesce(host, '') IN ('', $4))
            ORDER BY random() LIMIT 1
        ), e AS (
            UPDATE environments t
            SET phase = 'requested', reason = NULL, host = $4, port = free.port, generation = source.number,
                region = source.region, account_id = source.account_id, next_attempt_at = clock_timestamp(),
                admitted_at = clock_timestamp(),
                expires_at = clock_timestamp() + t.ttl_us * interval '1 microsecond'
            FROM source, free WHERE t.id = $1 AND t.phase = 'queued'
            RETURNING t.*
        ), noted AS (
            INSERT INTO events (subject_kind, subject_id, subject_name, kind, message, actor)
            SELECT 'environment', e.id, e.name, 'admitted',
                'left the queue after ' || round(extract(epoch from e.admitted_at - e.created_at)) || ' s', 'admission'
            FROM e
        )
        SELECT id FROM e
        """

    /// When what takes room is gone, if nobody extends anything: all environments, or one owner's. What was ready keeps its
    /// room until its grace is over.
    func deadlines(owner: String?, grace: Duration) async throws(ControlError) -> [Timestamp] {
        try await storing("read the deadlines") {
            try await pool.query(
                """
                SELECT \(EnvironmentRow.time("ends_at")) FROM (
                    SELECT coalesce(grace_ends_at, CASE WHEN ready_at IS NULL THEN expires_at
                        ELSE expires_at + $2::bigint * interval '1 microsecond' END) AS ends_at
                    FROM environments
                    WHERE NOT pooled AND phase NOT IN ('queued', 'deleting', 'deleted')
                        AND ($1::text IS NULL OR owner = $1) AND protected_by IS NULL) AS taken
                ORDER BY ends_at LIMIT 1000
                """, .optional(owner), .int(grace.microseconds)
            ).map { Timestamp(microseconds: try $0[0].int64) }
        }
    }
}
