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
    var ports: ClosedRange<Int>
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
    case noPort
}

extension RecordStore {
    /// Records a request in one statement: the snapshot's newest generation is looked up, a port is reserved, the name
    /// is claimed. A live environment of the same name wins, whoever came first.
    ///
    /// The snapshot's rows are locked against a deletion that begins at the same time: either that one sees this
    /// request and is refused, or this one waits for it and finds nothing to clone.
    func request(_ request: EnvironmentRequest) async throws(ControlError) -> RequestOutcome {
        let secret = try secrets.seal(request.rolePassword, purpose: EnvironmentRow.rolePurpose(request.id))
        // Two requests can draw the same port; the index lets one of them through and the other draws again. The
        // bound only stops a defect from spinning: each round one of the contenders gets through.
        for _ in 0..<1000 {
            do {
                if let record = try await insert(request, secret: secret) { return .created(record) }
                if let taken = try await find(name: request.name) { return .nameTaken(taken) }
                if try await !hasReadyGeneration(request.snapshot) { return .noSuchSnapshot }
                if try await portsInUse(request.ports) >= request.ports.count { return .noPort }
            } catch let error as PostgresError {
                guard error.sqlState == SQLState.uniqueViolation, error.constraint == "environments_port" else {
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

    private func insert(_ request: EnvironmentRequest, secret: [UInt8]) async throws -> EnvironmentRecord? {
        // The statement can wait for another one that holds the name, so it has a connection of its own.
        try await pool.withConnection { connection in
            let rows = try await connection.query(
                PostgresQuery(
                    Self.insertSQL,
                    [
                        .text(request.id.text), .text(request.name.text), .text(request.snapshot.text),
                        .int(request.ttl.microseconds), .utf8(LabelText.encode(request.labels)),
                        .text(request.owner), .bytea(secret), .int(request.ports.lowerBound),
                        .int(request.ports.upperBound), .text(request.actor.name), .text(request.actor.source),
                        .int(request.idleTimeout.microseconds), .text(replica),
                    ]))
            guard let row = rows.first else { return nil }
            return try EnvironmentRow.decode(row, secrets: secrets).record
        }
    }

    private static let insertSQL = """
        WITH source AS (
            SELECT s.id, s.name, g.number, g.region, g.account_id
            FROM snapshots s JOIN generations g ON g.snapshot_id = s.id
            WHERE s.name = $3 AND s.deleted_at IS NULL AND g.state = 'ready'
            ORDER BY g.number DESC LIMIT 1 FOR SHARE OF s, g
        ), free AS (
            SELECT p AS port FROM generate_series($8::int, $9::int) AS p
            WHERE NOT EXISTS (SELECT 1 FROM environments WHERE port = p AND coalesce(host, '') IN ('', $13))
            ORDER BY random() LIMIT 1
        ), instant AS (
            SELECT clock_timestamp() AS at
        ), e AS (
            INSERT INTO environments (id, name, snapshot_id, snapshot_name, generation, owner, labels, phase,
                next_attempt_at, created_at, expires_at, ttl_us, idle_us, port, region, account_id, role_password, host)
            SELECT $1, $2, source.id, source.name, source.number, $6, $5::jsonb, 'requested',
                instant.at, instant.at, instant.at + $4::bigint * interval '1 microsecond', $4::bigint, $12::bigint,
                free.port, source.region, source.account_id, $7, $13
            FROM source, free, instant
            ON CONFLICT (name) WHERE phase <> 'deleted' AND NOT pooled DO NOTHING
            RETURNING *
        ), noted AS (
            INSERT INTO events (subject_kind, subject_id, subject_name, kind, message, actor, source)
            SELECT 'environment', e.id, e.name, 'requested',
                'asked for a clone of ' || e.snapshot_name || ' generation ' || e.generation, $10, $11
            FROM e
        )
        SELECT \(EnvironmentRow.columns) FROM e
        """

    private func hasReadyGeneration(_ snapshot: SnapshotName) async throws -> Bool {
        let rows = try await pool.query(
            """
            SELECT 1 FROM snapshots s JOIN generations g ON g.snapshot_id = s.id
            WHERE s.name = $1 AND s.deleted_at IS NULL AND g.state = 'ready' LIMIT 1
            """, .text(snapshot.text))
        return !rows.isEmpty
    }

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
