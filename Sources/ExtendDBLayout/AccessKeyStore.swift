import Cryptography
package import Postgres

/// An access key as the catalog has it.
package struct AccessKey: Sendable, Hashable {
    package let accessKeyID: String
    package let secretAccessKey: String
    package let accountID: String
    /// The name of the user, or of the role of a session.
    package let principal: String
    package let isActive: Bool
    /// Of a session: the token that each of its requests must carry.
    package let sessionToken: String?
    /// Of a session: unix seconds.
    package let expiresAt: Double?
}

/// A key pair that was just made.
package struct MintedKey: Sendable, Hashable {
    package let accessKeyID: String
    package let secretAccessKey: String

    package init(accessKeyID: String, secretAccessKey: String) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
    }
}

/// `access_keys` and `iam_sessions`.
package struct AccessKeyStore: Sendable {
    package init() {}

    /// Looks up a long-term key (`AKIA…`) or a session's (`ASIA…`); any other prefix is unknown, as in ExtendDB.
    ///
    /// - Throws: `LayoutError` if the secret does not open with the catalog's encryption key.
    package func find(_ accessKeyID: String, on runner: some SQLRunner) async throws -> AccessKey? {
        let text: String
        if accessKeyID.hasPrefix("AKIA") {
            text = """
                SELECT secret_key_encrypted, account_id, user_name, is_active, NULL, NULL,
                    (SELECT value FROM settings WHERE key = 'encryption_key')
                FROM access_keys WHERE access_key_id = $1
                """
        } else if accessKeyID.hasPrefix("ASIA") {
            text = """
                SELECT secret_key_encrypted, account_id, role_name, true, session_token,
                    extract(epoch FROM expires_at)::float8, (SELECT value FROM settings WHERE key = 'encryption_key')
                FROM iam_sessions WHERE access_key_id = $1
                """
        } else {
            return nil
        }
        // The text comes from a stranger; PostgreSQL refuses a zero byte in it.
        guard !accessKeyID.utf8.contains(0) else { return nil }
        guard let row = try await runner.query(PostgresQuery(text, [.text(accessKeyID)])).first else { return nil }
        guard let key = try row[6].orNil?.string else {
            throw LayoutError(.unreadable, "the catalog's settings have no encryption_key")
        }
        return AccessKey(
            accessKeyID: accessKeyID,
            secretAccessKey: try EncryptionKey(base64: key).open(row[0].bytea, accessKeyID: accessKeyID),
            accountID: try row[1].string, principal: try row[2].string, isActive: try row[3].bool,
            sessionToken: try row[4].orNil?.string, expiresAt: try row[5].orNil?.double)
    }

    /// Makes a key for a user, and the user with full access to DynamoDB if it does not exist.
    ///
    /// A user of that name loses what could narrow its access: other policies of its own, groups, its permissions
    /// boundary.
    ///
    /// - Parameters:
    ///   - key: the catalog's encryption key; nil: it is read.
    ///   - keeping: a key to put in as it is; nil: a new one is drawn.
    package func mint(
        account: String, user: String = Self.defaultUser, under key: EncryptionKey? = nil,
        keeping: MintedKey? = nil, on connection: PostgresConnection
    ) async throws -> MintedKey {
        let minted = keeping ?? Self.random()
        let sealed = try await encryptionKey(key, on: connection).seal(
            secret: minted.secretAccessKey, accessKeyID: minted.accessKeyID)
        let principal: [PostgresValue] = [.text(account), .text(user)]
        let statements = [
            PostgresQuery(
                """
                INSERT INTO iam_users (account_id, user_name, user_arn)
                VALUES ($1, $2, 'arn:aws:iam::' || $1 || ':user/' || $2) ON CONFLICT DO NOTHING
                """,
                principal),
            PostgresQuery(
                "DELETE FROM iam_policies WHERE account_id = $1 AND principal_type = 'user' AND principal_name = $2",
                principal),
            PostgresQuery(
                """
                DELETE FROM iam_permissions_boundaries
                WHERE account_id = $1 AND principal_type = 'user' AND principal_name = $2
                """,
                principal),
            PostgresQuery("DELETE FROM iam_group_members WHERE account_id = $1 AND user_name = $2", principal),
            PostgresQuery(
                """
                INSERT INTO iam_policies (account_id, principal_type, principal_name, policy_name, policy_document)
                VALUES ($1, 'user', $2, 'FullAccess', $3)
                """,
                principal + [.text(Self.fullAccess)]),
            PostgresQuery(
                """
                INSERT INTO access_keys (access_key_id, secret_key_encrypted, account_id, user_name)
                VALUES ($3, $4, $1, $2)
                """,
                principal + [.text(minted.accessKeyID), .bytea(sealed)]),
        ]
        try await connection.pipeline(statements)
        return minted
    }

    private func encryptionKey(
        _ known: EncryptionKey?, on connection: PostgresConnection
    ) async throws -> EncryptionKey {
        if let known { return known }
        guard let text = try await Settings.value(.encryptionKey, on: connection) else {
            throw LayoutError(.unreadable, "the catalog's settings have no encryption_key")
        }
        return try EncryptionKey(base64: text)
    }

    /// The user whose key a clone's clients get.
    package static let defaultUser = "envctl"

    private static let fullAccess = """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:*","Resource":"*"}]}
        """

    private static let capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

    /// A pair in ExtendDB's form: 20 and 40 characters, 41 and 192 bits of them random.
    private static func random() -> MintedKey {
        MintedKey(
            accessKeyID: "AKIAEXTENDDB" + SecureRandom.text(8, from: capitals),
            secretAccessKey: "extenddb" + SecureRandom.text(32, from: letters))
    }
}

extension MintedKey: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String { "MintedKey(\(accessKeyID))" }
    package var debugDescription: String { description }
}
