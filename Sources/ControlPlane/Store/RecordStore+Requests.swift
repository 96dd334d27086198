import Environments
import Postgres

/// A request that has been checked: what is to be written.
struct EnvironmentRequest: Sendable {
    var id: EnvironmentID
    var name: EnvironmentName
    var snapshot: SnapshotName
    var ttl: Duration
    /// Zero: it is never put to sleep.
    var idleTimeout: Duration
    var labels: [String: String]
    var owner: String
    @Secret var rolePassword: String
    var whenFull = WhenFull.refuse
    var actor: Actor

    /// Of the passwords of roles: without characters that mean something in a connection string.
    static let passwordAlphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
}

/// What came of writing it.
enum RequestOutcome: Sendable {
    case created(EnvironmentRecord)
    /// The name belongs to this live environment.
    case nameTaken(EnvironmentRecord)
    case noSuchSnapshot
    /// A limit leaves no room, and the caller does not wait; nothing is recorded.
    case refused(ControlError)
}

extension RecordStore {
    /// Records a request: the limits are read, the snapshot's newest generation is looked up, a port is reserved and the
    /// name is claimed in one transaction. A live environment of the same name wins, whoever came first. A request for
    /// which there is no room is refused, or recorded as waiting in the queue, as its caller chose.
    ///
    /// Requests decide side by side while every limit has room for all that can be in flight, else one after another,
    /// so that however many come at once exceed none.
    ///
    /// The snapshot's rows are locked against a deletion that begins at the same time: either that one sees this
    /// request and is refused, or this one waits for it and finds nothing to clone.
    func request(
        _ request: EnvironmentRequest, within settings: AdmissionSettings
    ) async throws(ControlError) -> RequestOutcome {
        let secret = try secrets.seal(request.rolePassword, purpose: EnvironmentRow.rolePurpose(request.id))
        var isAlone = false
        // Two requests can draw the same port; the index lets one of them through and the other draws again. The
        // bound only stops a defect from spinning: each round one of the contenders gets through.
        for _ in 0..<1000 {
            do {
                switch try await attempt(request, secret, settings, isAlone: isAlone) {
                case .outcome(let outcome): return outcome
                case .again: continue
                case .tight: isAlone = true
                }
            } catch let error as PostgresError {
                let isPortTaken =
                    error.sqlState == SQLState.uniqueViolation && error.constraint == "environments_port"
                // A deletion of the snapshot that began meanwhile: nothing is written, and now one of them comes first.
                guard isPortTaken || error.sqlState == SQLState.deadlockDetected else {
                    throw ControlError(purpose: "record the request", error)
                }
            } catch let error as ControlError {
                throw error
            } catch {
                throw ControlError(.failed, "could not record the request: \(error)")
            }
        }
        throw ControlError(.unavailable, "no port could be reserved", hint: "try again")
    }

    private enum Attempt {
        case outcome(RequestOutcome)
        /// Somebody was quicker.
        case again
        /// To be decided alone.
        case tight
    }

    private func attempt(
        _ request: EnvironmentRequest, _ secret: [UInt8], _ settings: AdmissionSettings, isAlone: Bool
    ) async throws -> Attempt {
        try await pool.transaction { connection in
            let found = try await connection.pipeline([
                PostgresQuery(isAlone ? Self.admissionLock : Self.sharedAdmissionLock),
                PostgresQuery(
                    """
                    SELECT \(EnvironmentRow.columns) FROM environments e
                    WHERE e.name = $1 AND e.phase <> 'deleted' AND NOT e.pooled
                    """, [.text(request.name.text)]),
                PostgresQuery(
                    """
                    SELECT coalesce(g.database_bytes, 0), s.aurora FROM snapshots s JOIN generations g ON g.snapshot_id = s.id
                    WHERE s.name = $1 AND s.deleted_at IS NULL AND g.state = 'ready' ORDER BY g.number DESC LIMIT 1
                    """, [.text(request.snapshot.text)]),
            ])
            if let row = found[1].first {
                return .outcome(.nameTaken(try EnvironmentRow.decode(row, secrets: secrets).record))
            }
            guard let bytes = try found[2].first?[0].int64 else { return .outcome(.noSuchSnapshot) }
            if let cluster = try found[2].first?[1].orNil?.bytes {
                // Whoever else asks waits: each one changes the sums.
                guard isAlone else { return .tight }
                let source = try AuroraSource(json: cluster)
                if let refusal = try await auroraRoom(settings, on: connection).refusal(source) {
                    return .outcome(.refused(refusal))
                }
            }
            let view = try await readAdmission(settings, owner: request.owner, on: connection)
            let cost = view.cost(databaseBytes: bytes)
            guard isAlone || !view.isTight(for: cost) else { return .tight }
            let refusal = view.refusal(owner: request.owner, cost: cost)
            if let refusal, request.whenFull == .refuse || !view.capacity.couldEverAdmit(cost) {
                return .outcome(.refused(refusal))
            }
            let record = try await insert(request, secret, settings.ports, queued: refusal != nil, on: connection)
            return record.map { .outcome(.created($0)) } ?? .again
        }
    }

    private func insert(
        _ request: EnvironmentRequest, _ secret: [UInt8], _ ports: ClosedRange<Int>, queued: Bool,
        on connection: PostgresConnection
    ) async throws -> EnvironmentRecord? {
        let rows = try await connection.query(
            PostgresQuery(
                Self.insertSQL,
                [
                    .text(request.id.text), .text(request.name.text), .text(request.snapshot.text),
                    .int(request.ttl.microseconds), .utf8(LabelText.encode(request.labels)),
                    .text(request.owner), .bytea(secret), .int(ports.lowerBound), .int(ports.upperBound),
                    .text(request.actor.name), .text(request.actor.source), .int(request.idleTimeout.microseconds),
                    .text(replica), .bool(queued), .int(Self.queuePatience.microseconds),
                ]))
        return try rows.first.map { try EnvironmentRow.decode($0, secrets: secrets).record }
    }

    /// How long a request waits in the queue at most; then it is deleted as if its lifetime were over, which has not
    /// begun.
    static let queuePatience = Duration.seconds(86_400)

    private static let insertSQL = """
        WITH source AS (
            SELECT s.id, s.name, g.number, g.region, g.account_id, s.storage
            FROM snapshots s JOIN generations g ON g.snapshot_id = s.id
            WHERE s.name = $3 AND s.deleted_at IS NULL AND g.state = 'ready'
            ORDER BY g.number DESC LIMIT 1 FOR SHARE OF s, g
        ), free AS (
            SELECT p AS port FROM generate_series($8::int, $9::int) AS p
            WHERE NOT EXISTS (SELECT 1 FROM environments WHERE port = p AND coalesce(host, '') IN ('', $13))
            ORDER BY random() LIMIT 1
        ), place AS (
            SELECT NULL::int AS port WHERE $14::boolean UNION ALL SELECT port FROM free WHERE NOT $14
        ), instant AS (
            SELECT clock_timestamp() AS at
        ), e AS (
            INSERT INTO environments (id, name, snapshot_id, snapshot_name, generation, owner, labels, phase,
                next_attempt_at, created_at, expires_at, ttl_us, idle_us, port, region, account_id, role_password, host,
                storage)
            SELECT $1, $2, source.id, source.name, source.number, $6, $5::jsonb,
                CASE WHEN $14 THEN 'queued' ELSE 'requested' END, CASE WHEN $14 THEN NULL ELSE instant.at END,
                instant.at, instant.at + CASE WHEN $14 THEN $15::bigint ELSE $4::bigint END * interval '1 microsecond',
                $4::bigint, $12::bigint, place.port, source.region, source.account_id, $7,
                CASE WHEN $14 THEN NULL ELSE $13 END, source.storage
            FROM source, instant, place
            ON CONFLICT (name) WHERE phase <> 'deleted' AND NOT pooled DO NOTHING
            RETURNING *
        ), noted AS (
            INSERT INTO events (subject_kind, subject_id, subject_name, kind, message, actor, source)
            SELECT 'environment', e.id, e.name, e.phase,
                CASE WHEN $14 THEN 'waits for room for a clone of ' ELSE 'asked for a clone of ' END
                || e.snapshot_name || ' generation ' || e.generation, $10, $11
            FROM e
        )
        SELECT \(EnvironmentRow.columns) FROM e
        """

    /// The ports that nobody has reserved, in random order; the caller's write reserves one, and fails if another
    /// caller was quicker.
    func unreservedPorts(_ ports: ClosedRange<Int>) async throws(ControlError) -> [Int] {
        try await storing("choose a port") {
            let rows = try await pool.query(
                """
                SELECT p FROM generate_series($1::int, $2::int) AS p
                WHERE NOT EXISTS (SELECT 1 FROM environments WHERE port = p AND coalesce(host, '') IN ('', $3))
                ORDER BY random()
                """, .int(ports.lowerBound), .int(ports.upperBound), .text(replica))
            return try rows.map { try $0[0].int }
        }
    }
}
