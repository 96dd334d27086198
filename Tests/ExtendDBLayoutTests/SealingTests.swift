import Cryptography
import DynamoModel
import ExtendDBLayout
import Postgres
import TestSupport
import Testing

@Suite struct SealingTests {
    /// Stuffs a database with what a copy of production carries along.
    static func stuff(_ connection: PostgresConnection) async throws -> MintedKey {
        let store = AccessKeyStore()
        let old = try await store.mint(account: LayoutFixture.account, user: "deployer", on: connection)
        let sealed = try AES256GCM.seal(Array("s".utf8), key: LayoutFixture.encryptionKey)
        _ = try await connection.query("INSERT INTO iam_roles VALUES ('210987654321', 'r', 'arn', '{}')")
        _ = try await connection.query(
            PostgresQuery(
                """
                INSERT INTO iam_sessions (session_token, access_key_id, secret_key_encrypted, account_id, role_name,
                    session_name, expires_at) VALUES ('token', 'ASIAPRODUCTION', $1, '210987654321', 'r', 's', now())
                """,
                [.bytea(sealed)]))
        try await connection.execute(
            script: """
                UPDATE settings SET value = 'postgresql://prod:hunter2@prod.example:5432/extenddb'
                    WHERE key = 'data_database_connection_string';
                UPDATE settings SET value = 'extenddb' WHERE key = 'data_database_name';
                UPDATE settings SET value = '5' WHERE key = 'control_plane_delay_seconds';
                INSERT INTO admin_users VALUES ('admin', 'bcrypt');
                UPDATE iam_users SET password_hash = 'bcrypt';
                INSERT INTO login_attempts VALUES ('admin', now(), false, '192.0.2.7');
                INSERT INTO idempotency_tokens VALUES ('t', 'f');
                INSERT INTO stream_shards VALUES ('shardId-1', 'table', NULL, '0');
                INSERT INTO stream_records VALUES ('shardId-1', '1', 'table', 'Insert', '{"card":"4111"}');
                INSERT INTO metrics (bucket, metric) VALUES (now(), 'ConsumedReadCapacityUnits');
                INSERT INTO backups (backup_arn, backup_name, table_id, table_name, account_id, key_schema,
                    attribute_definitions) VALUES ('arn:b', 'b', 'table', 'Orders', '210987654321', '[]', '[]');
                INSERT INTO backup_items VALUES ('arn:b', 'pk', NULL, '{"card":{"S":"4111"}}');
                CREATE TABLE backup_definitions (backup_arn text REFERENCES backups, definition jsonb);
                INSERT INTO backup_definitions VALUES ('arn:b', '{}');
                INSERT INTO continuous_backups VALUES ('210987654321', 'Orders', true)
                """)
        return old
    }

    @Test func nothingOfProductionIsLeft() async throws {
        try await LayoutFixture.withLayout { connection in
            let table = try await LayoutFixture.create(LayoutFixture.orders(), on: connection)
            let row = try table.physical.row(for: LayoutFixture.order("c", "1"))
            _ = try await connection.query(table.physical.statements.upsert(row))
            let old = try await Self.stuff(connection)
            let credential = try await Sealing.seal(on: connection)

            #expect(credential.accountID == LayoutFixture.account)
            #expect(credential.accessKeyID != old.accessKeyID)
            #expect(!"\(credential)".contains(credential.secretAccessKey))
            let store = AccessKeyStore()
            #expect(try await store.find(old.accessKeyID, on: connection) == nil)
            #expect(try await store.find("ASIAPRODUCTION", on: connection) == nil)
            let found = try await store.find(credential.accessKeyID, on: connection)
            #expect(found?.secretAccessKey == credential.secretAccessKey)
            #expect(found?.accountID == LayoutFixture.account)

            let settings = try await connection.texts("SELECT key, value FROM settings ORDER BY key")
            let values = Dictionary(settings.map { ($0[0], $0[1]) }) { $1 }
            #expect(values["data_database_connection_string"] == "")
            #expect(values["data_database_name"] == connection.configuration.database)
            #expect(values["control_plane_delay_seconds"] == "0")
            #expect(values["encryption_key"] != Base64.encode(LayoutFixture.encryptionKey))
            for name in [
                "iam_sessions", "admin_users", "login_attempts", "idempotency_tokens", "stream_records", "metrics",
                "backups",
                "backup_items", "backup_definitions", "continuous_backups",
            ] {
                #expect(try await connection.texts("SELECT count(*) FROM \(name)") == [["0"]], "\(name)")
            }
            let hashes = try await connection.texts("SELECT count(*) FROM iam_users WHERE password_hash IS NOT NULL")
            #expect(hashes == [["0"]])
            #expect(try await connection.texts("SELECT count(*) FROM access_keys") == [["1"]])
            #expect(try await connection.texts("SELECT count(*) FROM stream_shards") == [["1"]], "streams stay enabled")
            #expect(try await connection.items(table.physical.statements.select(row.key)) == [row.item])
        }
    }

    /// A snapshot that an earlier release imported has no place, or too small a one, for what ExtendDB does not keep.
    @Test(arguments: ["DROP SCHEMA envctl CASCADE", "DROP TABLE envctl.contributor_insights"])
    func whatThisServerKeepsHasItsPlace(before: String) async throws {
        try await LayoutFixture.withLayout { connection in
            try await connection.execute(script: before)
            _ = try await Sealing.seal(on: connection)
            let tables = try await connection.texts(
                """
                SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('envctl') AND relkind = 'r' ORDER BY 1
                """)
            #expect(
                tables == [
                    ["backup_details"], ["contributor_insights"], ["resource_policies"], ["table_details"],
                ])
        }
    }

    @Test func sealingAgainMakesAnotherCredential() async throws {
        try await LayoutFixture.withLayout { connection in
            let first = try await Sealing.seal(on: connection)
            let second = try await Sealing.seal(on: connection)
            #expect(first.secretAccessKey != second.secretAccessKey)
            try await Sealing.verify(second, on: connection)
            let error = await #expect(throws: LayoutError.self) { try await Sealing.verify(first, on: connection) }
            #expect(error?.code == .notSealed)
        }
    }

    @Test func theAccountThatOwnsMostTables() async throws {
        try await LayoutFixture.withLayout { connection in
            try await connection.execute(
                script: "INSERT INTO accounts VALUES ('100000000000', 'a'), ('300000000000', 'b')")
            #expect(try await Sealing.seal(on: connection).accountID == "100000000000")
            _ = try await LayoutFixture.create(LayoutFixture.orders(), account: "300000000000", on: connection)
            #expect(try await Sealing.seal(on: connection).accountID == "300000000000")
            #expect(
                try await Sealing.seal(on: connection, account: LayoutFixture.account).accountID
                    == LayoutFixture.account)
            let error = await #expect(throws: LayoutError.self) {
                try await Sealing.seal(on: connection, account: "999999999999")
            }
            #expect(error?.message.contains("999999999999") == true)
        }
    }

    @Test(arguments: [TimeToLivePolicy.keep, .freeze])
    func timeToLive(policy: TimeToLivePolicy) async throws {
        try await LayoutFixture.withLayout { connection in
            let table = try await LayoutFixture.create(LayoutFixture.orders(), on: connection)
            try await Catalog().setTimeToLive(attribute: "expires", table: table, on: connection)
            _ = try await Sealing.seal(on: connection, ttl: policy)
            let loaded = try await Catalog().loadTable("Orders", account: LayoutFixture.account, on: connection)
            #expect(loaded?.ttlAttribute == (policy == .keep ? "expires" : nil))
        }
    }

    @Test func tablesInTransitionAreSettled() async throws {
        try await LayoutFixture.withLayout { connection in
            _ = try await LayoutFixture.create(LayoutFixture.orders(name: "new"), status: .creating, on: connection)
            _ = try await LayoutFixture.create(LayoutFixture.orders(name: "old"), status: .deleting, on: connection)
            _ = try await Sealing.seal(on: connection)
            #expect(try await connection.texts("SELECT table_name, table_status FROM tables") == [["new", "ACTIVE"]])
        }
    }

    /// A setting of a later release that leads elsewhere fails the verification, and the transaction with it.
    @Test func aFailedVerificationChangesNothing() async throws {
        try await LayoutFixture.withLayout { connection in
            let old = try await Self.stuff(connection)
            _ = try await connection.query(
                "INSERT INTO settings VALUES ('replica_url', 'postgres://u:p@prod/extenddb')")
            let error = await #expect(throws: LayoutError.self) { try await Sealing.seal(on: connection) }
            #expect(error?.code == .notSealed)
            #expect(error?.message.contains("replica_url") == true)
            #expect(error?.message.contains("u:p") == false, "a URL holds a password")
            #expect(try await AccessKeyStore().find(old.accessKeyID, on: connection) != nil)
        }
    }

    @Test func verificationNamesEverythingThatIsWrong() async throws {
        try await LayoutFixture.withLayout { connection in
            let credential = try await Sealing.seal(on: connection)
            _ = try await Self.stuff(connection)
            let error = await #expect(throws: LayoutError.self) { try await Sealing.verify(credential, on: connection) }
            for part in [
                "data_database_connection_string", "data_database_name names another database, 'extenddb'",
                "2 access keys", "1 sessions", "1 administrators", "2 password hashes",
            ] {
                #expect(error?.message.contains(part) == true, "\(part): \(error?.message ?? "")")
            }
            #expect(error?.message.contains("hunter2") == false)
        }
    }

    @Test func unknownVersionsAreNotSealed() async throws {
        try await LayoutFixture.withLayout { connection in
            try await Settings.set(.catalogVersion, to: "1.0.0", on: connection)
            let error = await #expect(throws: LayoutError.self) { try await Sealing.seal(on: connection) }
            #expect(error?.code == .unsupportedVersion)
        }
    }
}
