import DynamoModel
import Environments
import Postgres

/// What came of writing a worker's step.
enum WriteOutcome: Sendable {
    /// It is written; this is the row now.
    case written(ClaimedEnvironment)
    /// Somebody changed the phase meanwhile (a deletion): this is the row now, still claimed by the caller.
    case changed(ClaimedEnvironment)
    /// The claim is lost; the caller must do nothing more.
    case fenced
}

extension RecordStore {
    /// Writes a step of the worker that holds the claim, with its history and the intent of the phase that it leads
    /// to, in one statement.
    ///
    /// Whatever users change meanwhile (`expires_at`) is left alone. The claim is given up in the same statement when
    /// the record has nothing to do now.
    ///
    /// - Parameter previous: the record that the step was decided on.
    func write(
        _ transition: Transition, from previous: EnvironmentRecord, epoch: Int64, keepClaim: Bool
    ) async throws(ControlError) -> WriteOutcome {
        let record = transition.record
        let entering = record.phase != previous.phase
        let secret = try record.credential.map { credential throws(ControlError) in
            try secrets.seal(credential.secretAccessKey, purpose: EnvironmentRow.credentialPurpose(record.id))
        }
        let password = try record.rolePassword.map { password throws(ControlError) in
            try secrets.seal(password, purpose: EnvironmentRow.rolePurpose(record.id))
        }
        let values: [PostgresValue] = [
            .text(record.id.text), .text(replica), .int(epoch), .text(previous.phase.rawValue),
            .text(record.phase.rawValue), .optional(record.reason), .int(record.attempts),
            .optional(record.nextAttemptAt?.microseconds), .optional(record.readyAt?.microseconds),
            .optional(record.readySince?.microseconds), .optional(record.deletedAt?.microseconds),
            .optional(record.port), .text(record.accountID), .optional(record.credential?.accessKeyID),
            .optional(secret), .optional(password), .bool(record.hasStorage),
            .optional(record.server.map { Int64($0.pid) }), .optional(record.server?.startTime),
            .optional(record.timings.cloning), .optional(record.timings.sealing),
            .optional(record.timings.starting), .optional(record.timings.probing), .optional(record.timings.total),
            .bool(keepClaim), .bool(entering),
            .optional(entering ? EnvironmentMachine.intent(of: record.phase) : nil), .utf8(intentTarget(record)),
            .textArray(transition.events.map(\.kind)), .textArray(transition.events.map(\.message)),
            .int(record.oldestIncarnation),
        ]
        return try await storing("record a step") {
            try await pool.withConnection { connection in
                do {
                    if let row = try await connection.query(PostgresQuery(Self.writeSQL, values)).first {
                        return .written(try EnvironmentRow.decode(row, secrets: secrets))
                    }
                } catch let error as PostgresError
                    where error.sqlState == SQLState.uniqueViolation && error.constraint == "environments_port"
                {
                    // Another environment reserved the port first: as if nothing had been decided.
                }
                let current = try await connection.query(
                    """
                    SELECT \(EnvironmentRow.columns) FROM environments e
                    WHERE e.id = $1 AND e.lease_owner = $2 AND e.lease_epoch = $3
                    """, .text(record.id.text), .text(replica), .int(epoch))
                guard let row = current.first else { return .fenced }
                return .changed(try EnvironmentRow.decode(row, secrets: secrets))
            }
        }
    }

    private static let writeSQL = """
        WITH e AS (
            UPDATE environments SET
                phase = $5, reason = $6, attempts = $7, next_attempt_at = \(instant("$8")),
                ready_at = \(instant("$9")), ready_since = \(instant("$10")), deleted_at = \(instant("$11")),
                port = $12, account_id = $13, access_key_id = $14, secret_access_key = $15, role_password = $16,
                has_storage = $17, server_pid = $18, server_start_time = $19, cloning_ms = $20, sealing_ms = $21,
                starting_ms = $22, probing_ms = $23, total_ms = $24, oldest_incarnation = $31,
                lease_owner = CASE WHEN $25 THEN lease_owner END,
                lease_expires_at = CASE WHEN $25 THEN lease_expires_at END
            WHERE id = $1 AND lease_owner = $2 AND lease_epoch = $3 AND phase = $4
            RETURNING *
        ), finished AS (
            UPDATE intents SET finished_at = clock_timestamp()
            WHERE $26 AND subject_id = $1 AND finished_at IS NULL AND EXISTS (SELECT 1 FROM e)
        ), intended AS (
            INSERT INTO intents (subject_kind, subject_id, effect, target)
            SELECT 'environment', e.id, $27, $28::jsonb FROM e WHERE $27::text IS NOT NULL
        ), noted AS (
            INSERT INTO events (subject_kind, subject_id, subject_name, kind, message)
            SELECT 'environment', e.id, e.name, event.kind, event.message
            FROM e, unnest($29::text[], $30::text[]) WITH ORDINALITY AS event (kind, message, position)
            ORDER BY event.position
        )
        SELECT \(EnvironmentRow.columns) FROM e
        """

    static func instant(_ parameter: String) -> String {
        "'epoch'::timestamptz + \(parameter)::bigint * interval '1 microsecond'"
    }

    func intentTarget(_ record: EnvironmentRecord) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("database")
        writer.string(record.database)
        writer.name("role")
        writer.string(record.role)
        if let port = record.port {
            writer.name("port")
            writer.number(port)
        }
        writer.endObject()
        return writer.bytes
    }

    /// Gives a claim up without a step. `next_attempt_at` is cleared if it is still the one that the caller saw.
    func release(_ claimed: ClaimedEnvironment) async throws(ControlError) {
        try await storing("release a claim") {
            try await pool.query(
                """
                UPDATE environments SET lease_owner = NULL, lease_expires_at = NULL,
                    next_attempt_at = CASE
                        WHEN next_attempt_at IS NOT DISTINCT FROM \(Self.instant("$4")) AND next_attempt_at <= clock_timestamp()
                        THEN NULL ELSE next_attempt_at END
                WHERE id = $1 AND lease_owner = $2 AND lease_epoch = $3
                """, .text(claimed.record.id.text), .text(replica), .int(claimed.epoch),
                .optional(claimed.record.nextAttemptAt?.microseconds))
        }
    }
}
