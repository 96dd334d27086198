import Environments
import Postgres

/// What bounds the pools, from the configuration.
struct PoolSettings: Sendable {
    /// The size of a pool that nobody set.
    var defaultSize: Int
    /// How many members may be made at once.
    var making: Int
    var admission: AdmissionSettings

    /// What refills leave to users of each limit, in environments, so that pools never take the last ones.
    var reserve: Int { max(1, min(4, admission.ports.count / 4)) }
}

/// What the pools look like in one look at the records.
struct PoolView: Sendable {
    var pools: [PoolState] = []
    var names: [SnapshotID: SnapshotName] = [:]
    /// The sizes that somebody set; the other pools have the default.
    var sizes: [SnapshotID: Int] = [:]
    var members: [PoolMember] = []
    var room: PoolRoom
    var now: Timestamp

    var plan: PoolPlan { PoolPlan(pools: pools, members: members, room: room, now: now) }
}

/// A member that is to be made.
struct PoolRefill: Sendable {
    var id: EnvironmentID
    @Secret var rolePassword: String
}

extension RecordStore {
    /// Looks at the pools and does what their plan says, in one transaction and one replica at a time, so that no two
    /// looks fill the same gap.
    ///
    /// - Parameter newMember: the identity and the password of a member to make.
    /// - Returns: what was seen and planned.
    func keepPools(
        _ settings: PoolSettings, newMember: @Sendable () -> PoolRefill
    ) async throws(ControlError) -> (view: PoolView, plan: PoolPlan) {
        try await storing("keep the warm pools") {
            try await pool.transaction { connection in
                try await connection.query(PostgresQuery(Self.admissionLock))
                try await connection.query(PostgresQuery(Self.forgiveSQL))
                let view = try await readPools(settings, on: connection)
                let plan = view.plan
                // Snapshots are locked before members, as a deletion of a snapshot does.
                try await noteFailures(plan, on: connection)
                for refill in plan.make {
                    let members = (0..<refill.count).map { _ in newMember() }
                    let passwords = try members.map {
                        try secrets.seal($0.rolePassword, purpose: EnvironmentRow.rolePurpose($0.id))
                    }
                    try await connection.query(
                        PostgresQuery(
                            Self.refillSQL,
                            [
                                .text(refill.snapshot.text), .int(refill.generation),
                                .textArray(members.map(\.id.text)),
                                .byteaArray(passwords), .int(settings.admission.ports.lowerBound),
                                .int(settings.admission.ports.upperBound), .text(replica),
                            ]))
                }
                try await discard(plan, on: connection)
                return (view, plan)
            }
        }
    }

    /// The pools as they are, for showing them.
    func pools(_ settings: PoolSettings) async throws(ControlError) -> PoolView {
        try await storing("read the warm pools") {
            try await pool.withConnection { try await readPools(settings, on: $0) }
        }
    }

    private func readPools(_ settings: PoolSettings, on connection: PostgresConnection) async throws -> PoolView {
        let admission = try await readAdmission(settings.admission, owner: "", on: connection)
        let results = try await connection.pipeline([
            PostgresQuery(Self.poolsSQL, [.int(settings.defaultSize)]),
            PostgresQuery(
                """
                SELECT id, snapshot_id, generation, phase, reason, \(EnvironmentRow.time("created_at")),
                    coalesce(host, $1) <> $1
                FROM environments WHERE pooled AND phase <> 'deleted'
                """, [.text(replica)]),
            PostgresQuery(
                "SELECT count(*) FROM environments WHERE NOT pooled AND phase IN ('requested', 'cloning', 'resetting')"),
        ])
        let members = try results[1].compactMap { row -> PoolMember? in
            guard let phase = Phase(rawValue: try row[3].string) else { return nil }
            return PoolMember(
                id: EnvironmentID(try row[0].string), snapshot: SnapshotID(try row[1].string),
                generation: try row[2].int, phase: phase, reason: try row[4].orNil?.string,
                createdAt: Timestamp(microseconds: try row[5].int64), isElsewhere: try row[6].bool)
        }
        var view = PoolView(
            members: members,
            room: PoolRoom(
                admission.capacity, queue: admission.queue, members: members.count { $0.phase.isWanted },
                reserve: settings.reserve, making: settings.making, waiting: try results[2].first?[0].int ?? 0),
            now: admission.now)
        view.room.aurora = try await auroraRoom(settings.admission, countsQueue: true, on: connection)
        for row in results[0] {
            let id = SnapshotID(try row[0].string)
            let cost = admission.cost(databaseBytes: try row[8].orNil?.int64 ?? 0)
            var state = PoolState(
                snapshot: id, generation: try row[2].orNil?.int, target: try row[3].int, diskBytes: cost.disk)
            state.failures = try row[5].int
            state.failedAt = try EnvironmentRow.timestamp(row[6])
            state.reason = try row[7].orNil?.string
            state.aurora = try row[9].orNil.map { try AuroraSource(json: try $0.bytes) }
            view.pools.append(state)
            view.names[id] = try SnapshotName(try row[1].string)
            if let size = try row[4].orNil?.int { view.sizes[id] = size }
        }
        return view
    }

    private static let poolsSQL = """
        SELECT s.id, s.name, g.number, coalesce(s.pool_size, $1::int), s.pool_size, s.pool_failures,
            \(EnvironmentRow.time("s.pool_failed_at")), s.pool_reason, g.database_bytes, s.aurora
        FROM snapshots s LEFT JOIN LATERAL (
            SELECT number, database_bytes FROM generations WHERE snapshot_id = s.id AND state = 'ready' ORDER BY number DESC LIMIT 1
        ) g ON true
        WHERE s.deleted_at IS NULL ORDER BY s.name
        """

    /// A clone that became ready, or a new generation, since the last failed refill: the next may go well.
    private static let forgiveSQL = """
        WITH s AS (
            UPDATE snapshots t SET pool_failures = 0, pool_failed_at = NULL, pool_reason = NULL
            WHERE t.pool_failed_at IS NOT NULL AND (
                EXISTS (SELECT 1 FROM environments
                    WHERE snapshot_id = t.id AND ready_at > t.pool_failed_at AND generation = (
                        SELECT max(number) FROM generations WHERE snapshot_id = t.id AND state = 'ready'))
                OR EXISTS (SELECT 1 FROM generations
                    WHERE snapshot_id = t.id AND state = 'ready' AND ready_at > t.pool_failed_at))
            RETURNING t.*
        )
        SELECT pg_notify('\(channel)', 'snapshot ' || s.id) FROM s
        """

    private func discard(_ plan: PoolPlan, on connection: PostgresConnection) async throws {
        for (cause, discards) in Dictionary(grouping: plan.discard, by: \.cause) {
            try await connection.query(
                PostgresQuery(
                    Self.discardSQL(where: "t.id = ANY($1::text[])"),
                    [.textArray(discards.map(\.member.id.text)), .text(cause.sentence)]))
        }
    }

    /// Counts one failure of a pool however many of its members failed together.
    private func noteFailures(_ plan: PoolPlan, on connection: PostgresConnection) async throws {
        let failed = Dictionary(grouping: plan.discard.filter { $0.cause == .failed }, by: \.member.snapshot)
        for (snapshot, discards) in failed.sorted(by: { $0.key < $1.key }) {
            let reason = discards.compactMap(\.member.reason).first ?? "no reason was recorded"
            try await connection.query(
                """
                WITH s AS (
                    UPDATE snapshots SET pool_failures = pool_failures + 1, pool_failed_at = clock_timestamp(),
                        pool_reason = $2
                    WHERE id = $1 RETURNING id, name
                ), noted AS (
                    INSERT INTO events (subject_kind, subject_id, subject_name, kind, message, actor)
                    SELECT 'snapshot', id, name, 'pool-refill-failed', $2, 'pool' FROM s
                )
                SELECT pg_notify('\(Self.channel)', 'snapshot ' || id) FROM s
                """, .text(snapshot.text), .text(reason))
        }
    }

    /// Starts the deletion of members of pools; `$2` says why. One that is claimed at the same moment is not touched:
    /// the row's lock decides who was first, and then it is a member or it is not.
    static func discardSQL(where condition: String) -> String {
        """
        WITH e AS (
            UPDATE environments t
            SET phase = 'deleting', reason = $2, attempts = 0, next_attempt_at = clock_timestamp()
            WHERE t.pooled AND t.phase NOT IN ('deleting', 'deleted') AND \(condition)
            RETURNING t.*
        ), finished AS (
            UPDATE intents SET finished_at = clock_timestamp()
            WHERE finished_at IS NULL AND subject_id IN (SELECT id FROM e)
        ), intended AS (
            INSERT INTO intents (subject_kind, subject_id, effect, target)
            SELECT 'environment', e.id, 'delete', jsonb_build_object('port', e.port) FROM e
        )
        INSERT INTO events (subject_kind, subject_id, subject_name, kind, message, actor)
        SELECT 'environment', e.id, e.name, 'deleting', e.reason, 'pool' FROM e
        """
    }

    /// Members have a made-up name, no owner and no deadline that matters. As for a user's request, the generation is
    /// locked against a deletion that begins at the same time.
    private static let refillSQL = """
        WITH source AS (
            SELECT s.id, s.name, g.number, g.region, g.account_id, s.storage
            FROM snapshots s JOIN generations g ON g.snapshot_id = s.id
            WHERE s.id = $1 AND g.number = $2 AND s.deleted_at IS NULL AND g.state = 'ready' FOR SHARE OF s, g
        ), wanted AS (
            SELECT id, password, row_number() OVER () AS place
            FROM unnest($3::text[], $4::bytea[]) AS m (id, password)
        ), free AS (
            SELECT port, row_number() OVER () AS place FROM (
                SELECT p AS port FROM generate_series($5::int, $6::int) AS p
                WHERE NOT EXISTS (SELECT 1 FROM environments WHERE port = p AND coalesce(host, '') IN ('', $7))
                ORDER BY random() LIMIT cardinality($3::text[])) AS drawn
        ), instant AS (
            SELECT clock_timestamp() AS at
        ), e AS (
            INSERT INTO environments (id, name, snapshot_id, snapshot_name, generation, phase, next_attempt_at,
                created_at, expires_at, ttl_us, port, region, account_id, role_password, pooled, host, storage)
            SELECT wanted.id, 'pool-' || wanted.id, source.id, source.name, source.number, 'requested', instant.at,
                instant.at, instant.at + interval '100 years', 0, free.port, source.region, source.account_id,
                wanted.password, true, $7, source.storage
            FROM source, instant, wanted JOIN free USING (place)
            RETURNING *
        )
        INSERT INTO events (subject_kind, subject_id, subject_name, kind, message, actor)
        SELECT 'environment', e.id, e.name, 'requested',
            'for the warm pool of ' || e.snapshot_name || ' generation ' || e.generation, 'pool'
        FROM e
        """

    /// Sets the size of a snapshot's pool; nil: as configured. A pool whose refill failed is tried again at once.
    /// False when there is no such snapshot.
    func setPoolSize(
        _ snapshot: SnapshotName, _ size: Int?, by actor: Actor
    ) async throws(ControlError) -> Bool {
        try await storing("set the size of the warm pool") {
            try await pool.withConnection { connection in
                try await connection.query(
                    """
                    WITH s AS (
                        UPDATE snapshots SET pool_size = $2, pool_failures = 0, pool_failed_at = NULL,
                            pool_reason = NULL
                        WHERE name = $1 AND deleted_at IS NULL RETURNING id, name
                    ), noted AS (
                        INSERT INTO events (subject_kind, subject_id, subject_name, kind, message, actor, source)
                        SELECT 'snapshot', id, name, 'pool-size',
                            'the warm pool holds ' || coalesce($2::int::text, 'as many as configured'), $3, $4 FROM s
                    )
                    SELECT pg_notify('\(Self.channel)', 'snapshot ' || id) FROM s
                    """, .text(snapshot.text), .optional(size), .text(actor.name), .text(actor.source)
                ).isEmpty == false
            }
        }
    }
}

extension PoolPlan.Discard.Cause {
    var sentence: String {
        switch self {
        case .failed: "a refill of the pool that failed"
        case .superseded: "the snapshot has a newer generation, or none any more"
        case .surplus: "the pool was made smaller"
        case .room: "users need the room"
        }
    }
}
