package import Postgres

/// What a clone does with items that expire.
package enum TimeToLivePolicy: Sendable, Hashable {
    /// Items expire as in production.
    case keep
    /// Time to live is off in every table; the snapshot remembers the attributes.
    case freeze
}

/// The only credential that a sealed clone accepts.
package struct SealedCredential: Sendable, Hashable {
    /// The account whose tables the credential sees, 12 digits.
    package let accountID: String
    package let accessKeyID: String
    package let secretAccessKey: String
}

extension SealedCredential: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String { "SealedCredential(\(accountID), \(accessKeyID))" }
    package var debugDescription: String { description }
}

/// Makes a copy of a database safe to serve: it names no other database, production's secrets do not work on it and are
/// not in it, and nothing left over from production acts on it or shows in it.
package enum Sealing {
    /// Seals and verifies in one transaction. It can be repeated; each time makes a new credential unless one is given.
    ///
    /// - Parameters:
    ///   - clone: a connection to the clone itself, with the rights of the objects' owner.
    ///   - account: the account for the credential. Tables are found by the caller's account, so it must be the one
    ///     that owns them. `nil`: the account with most tables, of equals the one with the smallest id.
    ///   - keeping: the only key that the clone shall accept; nil: a new one.
    ///   - claim: rises with every worker that takes the environment over. A worker that was held up until another one
    ///     sealed the clone must not re-key it under a running server.
    /// - Throws: `LayoutError` with `.notSealed` naming what failed the verification; then nothing is changed.
    package static func seal(
        on clone: PostgresConnection, account: String? = nil, ttl: TimeToLivePolicy = .keep,
        keeping: MintedKey? = nil, claim: Int64 = 0
    ) async throws -> SealedCredential {
        let layout = try await LayoutProbe.read(on: clone)
        let store = AccessKeyStore()
        return try await clone.transaction { clone in
            try await fence(claim, clone)
            try await repoint(clone)
            try await purge(clone)
            let key = try EncryptionKey.random()
            try await Settings.set(.encryptionKey, to: key.base64, on: clone)
            let account = try await owner(account, clone)
            let minted = try await store.mint(account: account, keeping: keeping, on: clone)
            try await quieten(clone, layout: layout, ttl: ttl)
            let credential = SealedCredential(
                accountID: account, accessKeyID: minted.accessKeyID, secretAccessKey: minted.secretAccessKey)
            try await verify(credential, on: clone)
            return credential
        }
    }

    /// Proves that a clone is sealed for a credential.
    ///
    /// - Throws: `LayoutError` with `.notSealed` naming everything that is wrong.
    package static func verify(_ credential: SealedCredential, on clone: some SQLRunner) async throws {
        var failures = try await foreignSettings(clone)
        let counts = try await clone.query(
            PostgresQuery(
                """
                SELECT (SELECT count(*) FROM access_keys), (SELECT count(*) FROM iam_sessions),
                (SELECT count(*) FROM admin_users), (SELECT count(*) FROM iam_users WHERE password_hash IS NOT NULL)
                """))
        if let row = counts.first {
            let keys = try row[0].int
            if keys != 1 { failures.append("there are \(keys) access keys instead of one") }
            for (column, what) in [(1, "sessions"), (2, "administrators"), (3, "password hashes")] {
                let count = try row[column].int
                if count != 0 { failures.append("there are \(count) \(what) of the source") }
            }
        }
        do {
            let key = try await AccessKeyStore().find(credential.accessKeyID, on: clone)
            if key?.secretAccessKey != credential.secretAccessKey || key?.accountID != credential.accountID {
                failures.append("the access key \(credential.accessKeyID) is not the one that was made")
            }
        } catch let error as LayoutError {
            failures.append(error.message)
        }
        guard failures.isEmpty else {
            throw LayoutError(.notSealed, "the clone is not sealed: " + failures.joined(separator: "; "))
        }
    }

    /// Settings that lead to another database than the clone itself.
    private static func foreignSettings(_ clone: some SQLRunner) async throws -> [String] {
        let rows = try await clone.query(
            PostgresQuery(
                """
                SELECT key, CASE key WHEN 'data_database_name' THEN value END FROM settings
                WHERE (key = 'data_database_connection_string' AND value <> '')
                OR (key = 'data_database_name' AND value <> current_database())
                OR value ~* 'postgres(ql)?://'
                """))
        return try rows.map { row in
            let value = try row[1].orNil.map { try ", '\($0.string)'" } ?? ""
            return "the setting \(try row[0].string) names another database\(value)"
        }
    }

    private static func fence(_ claim: Int64, _ clone: PostgresConnection) async throws {
        let mine = try await clone.query(
            """
            INSERT INTO settings (key, value) VALUES ($1, $2)
            ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value
            WHERE settings.value::bigint <= EXCLUDED.value::bigint RETURNING 1
            """, .text(SettingsKey.sealedUnder.rawValue), .text("\(claim)"))
        guard !mine.isEmpty else {
            throw LayoutError(.notSealed, "a later claim than \(claim) has sealed the clone")
        }
    }

    private static func repoint(_ clone: PostgresConnection) async throws {
        let name = try await LayoutBootstrap.currentDatabase(on: clone)
        try await Settings.set(.dataDatabaseURL, to: "", on: clone)
        try await Settings.set(.dataDatabaseName, to: name, on: clone)
        try await Settings.set(.controlPlaneDelay, to: "0", on: clone)
    }

    /// Secrets of the source, and its history: change records hold images of items, also of deleted ones; tokens would
    /// make a repeated request a silent no-op; backups hold copies of items and lead to the source's backup store.
    private static let purged =
        [
            "access_keys", "iam_sessions", "admin_users", "login_attempts", "idempotency_tokens", "stream_records",
            "metrics", "backup_items", "backups", "backup_definitions", "table_restores", "continuous_backups",
            "vector_index_holds",
        ] + OwnState.purged

    /// TRUNCATE leaves no dead rows behind, but makes a new file; so it is used on tables with rows only.
    private static func purge(_ clone: PostgresConnection) async throws {
        let present = try await clone.query(
            PostgresQuery(
                "SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NOT NULL",
                [.textArray(purged)]))
        let names = try present.map { try $0[0].string }
        let columns = names.map { "EXISTS (SELECT FROM \($0))" }.joined(separator: ", ")
        let filled = try await clone.query(PostgresQuery("SELECT \(columns)", prepared: false))
        var truncated: [String] = []
        for (position, name) in names.enumerated() where try filled.first?[position].bool ?? false {
            truncated.append(name)
        }
        if !truncated.isEmpty {
            try await clone.execute(script: "TRUNCATE \(truncated.joined(separator: ", ")) CASCADE")
        }
        _ = try await clone.query("UPDATE iam_users SET password_hash = NULL WHERE password_hash IS NOT NULL")
    }

    private static func owner(_ account: String?, _ clone: PostgresConnection) async throws -> String {
        let rows = try await clone.query(
            PostgresQuery(
                """
                SELECT a.account_id FROM accounts a LEFT JOIN tables t USING (account_id)
                WHERE $1::text IS NULL OR a.account_id = $1
                GROUP BY a.account_id ORDER BY count(t.table_id) DESC, a.account_id COLLATE "C" LIMIT 1
                """,
                [.optional(account)]))
        guard let row = rows.first else {
            throw LayoutError(
                .conflict, account.map { "the catalog has no account \($0)" } ?? "the catalog has no account")
        }
        return try row[0].string
    }

    private static func quieten(
        _ clone: PostgresConnection, layout: LayoutProbe, ttl: TimeToLivePolicy
    ) async throws {
        _ = try await Catalog(layout: layout).settle(on: clone)
        if ttl == .freeze {
            _ = try await clone.query(
                """
                UPDATE tables SET ttl_attribute = NULL, ttl_index_ready = false
                WHERE ttl_attribute IS NOT NULL OR ttl_index_ready
                """)
        }
    }
}
