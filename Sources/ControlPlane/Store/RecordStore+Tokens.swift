import Cryptography
import Environments
import Postgres

/// What the records say about a token that was shown.
struct VerifiedToken: Sendable, Hashable {
    var id: String
    var caller: Caller
    /// How long it is good from the reading on; nil: for ever.
    var expiresIn: Duration?
}

extension RecordStore {
    /// How exactly the last use of a token is known. Each use would otherwise be a write.
    private static let usedInterval = "interval '1 minute'"

    /// Who the token with this hash belongs to; nil when there is none, or not any more.
    func verify(_ hash: [UInt8]) async throws(ControlError) -> VerifiedToken? {
        try await storing("check a token") {
            let rows = try await pool.query(
                """
                WITH t AS (
                    SELECT * FROM tokens
                    WHERE hash = $1 AND revoked_at IS NULL
                        AND (expires_at IS NULL OR expires_at > clock_timestamp())
                ), used AS (
                    UPDATE tokens SET last_used_at = clock_timestamp() FROM t
                    WHERE tokens.id = t.id
                        AND (t.last_used_at IS NULL OR t.last_used_at < clock_timestamp() - \(Self.usedInterval))
                )
                SELECT t.hash, (extract(epoch from t.expires_at - clock_timestamp()) * 1000000)::bigint,
                    \(TokenRow.columns)
                FROM t
                """, .bytea(hash))
            guard let row = rows.first, constantTimeEquals(try row[0].bytea, hash) else { return nil }
            let record = try TokenRow.decode(row, from: 2)
            return VerifiedToken(
                id: record.id, caller: record.caller,
                expiresIn: try row[1].orNil.map { .microseconds(try $0.int64) })
        }
    }

    /// - Parameter ttl: nil: it does not expire.
    func createToken(
        id: String, hash: [UInt8], caller: Caller, ttl: Duration?, by actor: Actor
    ) async throws(ControlError) -> TokenRecord {
        try await storing("record a token") {
            let rows = try await pool.query(
                """
                WITH t AS (
                    INSERT INTO tokens (id, hash, owner, scope, snapshots, labels, created_by, expires_at)
                    VALUES ($1, $2, $3, $4, $5::text[], $6::jsonb, $7,
                        clock_timestamp() + $8::bigint * interval '1 microsecond')
                    RETURNING *
                ), noted AS (
                    INSERT INTO events (subject_kind, subject_id, subject_name, kind, message, actor, source)
                    SELECT 'token', t.id, t.owner, 'token-created', 'a token with the scope ' || t.scope, $7, $9 FROM t
                )
                SELECT \(TokenRow.columns) FROM t
                """, .text(id), .bytea(hash), .text(caller.owner), .text(caller.scope.rawValue),
                caller.snapshots.map { PostgresValue.textArray($0.sorted()) } ?? .null,
                .utf8(LabelText.encode(caller.labels)),
                .text(actor.name), .optional(ttl?.microseconds), .text(actor.source))
            guard let row = rows.first else { throw ControlError(.failed, "the record of a token vanished") }
            return try TokenRow.decode(row)
        }
    }

    /// Those that are not revoked, oldest first.
    func listTokens() async throws(ControlError) -> [TokenRecord] {
        try await storing("read the tokens") {
            try await pool.query(
                PostgresQuery(
                    "SELECT \(TokenRow.columns) FROM tokens t WHERE t.revoked_at IS NULL ORDER BY t.created_at, t.id")
            ).map { try TokenRow.decode($0) }
        }
    }

    /// Ends a token for good. Every replica hears of it when this is committed.
    /// - Returns: the token; nil when there is none of that id.
    func revokeToken(_ id: String, by actor: Actor) async throws(ControlError) -> TokenRecord? {
        try await storing("revoke a token") {
            let rows = try await pool.query(
                """
                WITH ended AS (
                    UPDATE tokens SET revoked_at = clock_timestamp() WHERE id = $1 AND revoked_at IS NULL RETURNING *
                ), noted AS (
                    INSERT INTO events (subject_kind, subject_id, subject_name, kind, message, actor, source)
                    SELECT 'token', id, owner, 'token-revoked', 'it opens nothing any more', $2, $3 FROM ended
                ), t AS (
                    SELECT * FROM ended UNION ALL
                    SELECT * FROM tokens WHERE id = $1 AND revoked_at IS NOT NULL
                )
                SELECT \(TokenRow.columns) FROM t LIMIT 1
                """, .text(id), .text(actor.name), .text(actor.source))
            return try rows.first.map { try TokenRow.decode($0) }
        }
    }
}

/// How a row of `tokens` is read.
private enum TokenRow {
    /// The columns in the order of `decode`, for a row named `t`.
    static let columns = """
        t.id, t.owner, t.scope, t.snapshots, t.labels, t.created_by, \(EnvironmentRow.time("t.created_at")),
        \(EnvironmentRow.time("t.expires_at")), \(EnvironmentRow.time("t.revoked_at")),
        \(EnvironmentRow.time("t.last_used_at"))
        """

    static func decode(_ row: PostgresRow, from first: Int = 0) throws -> TokenRecord {
        let scopeText = try row[first + 2].string
        guard let scope = Scope(rawValue: scopeText) else {
            throw ControlError(
                .misconfigured, subject: scopeText, "the records hold a token with the unknown scope '\(scopeText)'",
                hint: "start the newer envctl that wrote it")
        }
        let snapshots = try row[first + 3].orNil?.textArray.compactMap { $0 }
        var record = TokenRecord(
            id: try row[first].string,
            caller: Caller(
                owner: try row[first + 1].string, scope: scope, snapshots: snapshots.map { Set($0) },
                labels: try LabelText.decode(try row[first + 4].bytes)),
            createdBy: try row[first + 5].string, createdAt: Timestamp(microseconds: try row[first + 6].int64))
        record.expiresAt = try EnvironmentRow.timestamp(row[first + 7])
        record.revokedAt = try EnvironmentRow.timestamp(row[first + 8])
        record.lastUsedAt = try EnvironmentRow.timestamp(row[first + 9])
        return record
    }
}
