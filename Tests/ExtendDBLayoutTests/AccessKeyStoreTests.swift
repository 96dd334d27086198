import Cryptography
import DynamoModel
import ExtendDBLayout
import Postgres
import TestSupport
import Testing

@Suite struct AccessKeyStoreTests {
    @Test func mintedKeysAreFound() async throws {
        try await LayoutFixture.withLayout { connection in
            let store = AccessKeyStore()
            let minted = try await store.mint(account: LayoutFixture.account, on: connection)
            #expect(minted.accessKeyID.hasPrefix("AKIAEXTENDDB"))
            #expect(minted.accessKeyID.utf8.count == 20)
            #expect(minted.secretAccessKey.hasPrefix("extenddb"))
            #expect(minted.secretAccessKey.utf8.count == 40)
            #expect(!"\(minted)".contains(minted.secretAccessKey))
            let found = try #require(try await store.find(minted.accessKeyID, on: connection))
            #expect(found.secretAccessKey == minted.secretAccessKey)
            #expect(found.accountID == LayoutFixture.account)
            #expect(found.principal == AccessKeyStore.defaultUser)
            #expect(found.isActive)
            #expect(found.sessionToken == nil)
            let sealed = try await connection.query("SELECT secret_key_encrypted FROM access_keys")
            let blob = try sealed[0][0].bytea
            #expect(blob.count == 12 + 40 + 16)
            let opened = try AES256GCM.open(
                blob, key: LayoutFixture.encryptionKey, aad: Array(minted.accessKeyID.utf8))
            #expect(String(decoding: opened, as: UTF8.self) == minted.secretAccessKey)
        }
    }

    @Test func aUserWithNarrowRightsGetsFullAccess() async throws {
        try await LayoutFixture.withLayout { connection in
            try await connection.execute(
                script: """
                    INSERT INTO iam_users VALUES ('210987654321', 'envctl', 'arn', 'hash');
                    INSERT INTO iam_policies VALUES ('210987654321', 'user', 'envctl', 'Deny', '{}');
                    INSERT INTO iam_policies VALUES ('210987654321', 'user', 'other', 'Keep', '{}');
                    INSERT INTO iam_permissions_boundaries VALUES ('210987654321', 'user', 'envctl', '{}');
                    INSERT INTO iam_groups VALUES ('210987654321', 'group', 'arn');
                    INSERT INTO iam_group_members VALUES ('210987654321', 'group', 'envctl')
                    """)
            _ = try await AccessKeyStore().mint(account: LayoutFixture.account, on: connection)
            let policies = try await connection.texts(
                "SELECT principal_name, policy_name, policy_document->'Statement'->0->>'Action' FROM iam_policies ORDER BY 1"
            )
            #expect(policies == [["envctl", "FullAccess", "dynamodb:*"], ["other", "Keep", "∅"]])
            let left = try await connection.texts(
                "SELECT (SELECT count(*) FROM iam_permissions_boundaries), (SELECT count(*) FROM iam_group_members)")
            #expect(left == [["0", "0"]])
        }
    }

    @Test func otherFormsOfKeys() async throws {
        try await LayoutFixture.withLayout { connection in
            let store = AccessKeyStore()
            // The older form without associated data, switched off.
            let sealed = try AES256GCM.seal(Array("old secret".utf8), key: LayoutFixture.encryptionKey)
            _ = try await connection.query("INSERT INTO iam_users VALUES ('210987654321', 'u', 'arn')")
            _ = try await connection.query(
                PostgresQuery(
                    "INSERT INTO access_keys VALUES ('AKIAOLD', $1, '210987654321', 'u', false)", [.bytea(sealed)]))
            let old = try #require(try await store.find("AKIAOLD", on: connection))
            #expect(old.secretAccessKey == "old secret")
            #expect(!old.isActive)

            let temporary = try AES256GCM.seal(
                Array("temporary".utf8), key: LayoutFixture.encryptionKey, aad: Array("ASIASESSION".utf8))
            _ = try await connection.query("INSERT INTO iam_roles VALUES ('210987654321', 'r', 'arn', '{}')")
            _ = try await connection.query(
                PostgresQuery(
                    """
                    INSERT INTO iam_sessions (session_token, access_key_id, secret_key_encrypted, account_id, role_name,
                        session_name, expires_at)
                    VALUES ('token', 'ASIASESSION', $1, '210987654321', 'r', 's', to_timestamp(1800000000))
                    """,
                    [.bytea(temporary)]))
            let session = try #require(try await store.find("ASIASESSION", on: connection))
            #expect(session.secretAccessKey == "temporary")
            #expect(session.sessionToken == "token")
            #expect(session.expiresAt == 1_800_000_000)
            #expect(session.principal == "r")

            for id in [
                "", "AKIA", "AKIAUNKNOWN", "ASIAUNKNOWN", "XKIAOLD", "AKIA'; DROP TABLE access_keys", "AKIA\u{0}",
            ] {
                #expect(try await store.find(id, on: connection) == nil)
            }
        }
    }

    @Test func aForeignEncryptionKeyIsReported() async throws {
        try await LayoutFixture.withLayout { connection in
            let store = AccessKeyStore()
            let minted = try await store.mint(account: LayoutFixture.account, on: connection)
            for value in [Base64.encode([UInt8](repeating: 1, count: 32)), "short", "AAAA"] {
                try await Settings.set(.encryptionKey, to: value, on: connection)
                let error = await #expect(throws: LayoutError.self) {
                    try await store.find(minted.accessKeyID, on: connection)
                }
                #expect(error?.code == .unreadable)
                #expect(error?.message.contains(minted.secretAccessKey) == false)
            }
        }
    }
}
