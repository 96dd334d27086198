import DynamoModel
import ExtendDBLayout
import Postgres
import TestSupport
import Testing

@Suite struct BootstrapTests {
    /// What ExtendDB 0.1's catalog and data databases have, as `table: column type[!][*]`; `!` is NOT NULL, `*` part of
    /// the primary key.
    static let expected = """
        access_keys: access_key_id text!*, secret_key_encrypted bytea!, account_id text!, user_name text!, \
        is_active boolean!, created_at timestamptz!
        accounts: account_id text!*, account_name text!, created_at timestamptz!
        admin_users: admin_name text!*, password_hash text!, created_at timestamptz!
        backup_items: backup_arn text!, pk text!, sk text, item_data jsonb!
        backups: backup_arn text!*, backup_name text!, table_id text!, table_name text!, account_id text!, \
        backup_status text!, backup_type text!, backup_size_bytes bigint!, item_count bigint!, key_schema jsonb!, \
        attribute_definitions jsonb!, billing_mode text!, provisioned_throughput jsonb, stream_specification jsonb, \
        created_at timestamptz!
        continuous_backups: account_id text!*, table_name text!*, pitr_enabled boolean!, \
        earliest_restorable timestamptz, latest_restorable timestamptz
        iam_group_members: account_id text!*, group_name text!*, user_name text!*
        iam_groups: account_id text!*, group_name text!*, group_arn text!, created_at timestamptz!
        iam_permissions_boundaries: account_id text!*, principal_type text!*, principal_name text!*, \
        policy_document jsonb!
        iam_policies: account_id text!*, principal_type text!*, principal_name text!*, policy_name text!*, \
        policy_document jsonb!, created_at timestamptz!
        iam_role_tags: account_id text!*, role_name text!*, tag_key text!*, tag_value text!
        iam_roles: account_id text!*, role_name text!*, role_arn text!, trust_policy jsonb!, \
        permissions_boundary_arn text, created_at timestamptz!
        iam_sessions: session_token text!*, access_key_id text!, secret_key_encrypted bytea!, account_id text!, \
        role_name text!, session_name text!, session_tags jsonb, session_policy jsonb, expires_at timestamptz!, \
        created_at timestamptz!
        iam_user_tags: account_id text!*, user_name text!*, tag_key text!*, tag_value text!
        iam_users: account_id text!*, user_name text!*, user_arn text!, password_hash text, created_at timestamptz!
        idempotency_tokens: token text!*, fingerprint text!, created_at timestamptz!
        indexes: table_id text!*, index_id text!, index_name text!*, index_type text!, key_schema jsonb!, \
        projection jsonb!, index_status text!, provisioned_throughput jsonb, propagation_delay_ms integer
        login_attempts: principal text!, attempted_at timestamptz!, success boolean!, source_ip text
        metrics: bucket timestamptz!*, metric text!*, table_name text!*, index_name text!*, operation text!*, \
        sum double precision!, count bigint!, min double precision!, max double precision!
        schema_history: filename text!*, applied_at timestamptz!
        settings: key text!*, value text!
        stream_records: shard_id text!*, sequence_number text!*, table_id text!, event_name text!, \
        record_data jsonb!, created_at timestamptz!
        stream_shards: shard_id text!*, table_id text!, parent_shard_id text, starting_sequence_number text!, \
        ending_sequence_number text, created_at timestamptz!
        tables: account_id text!*, table_name text!*, key_schema jsonb!, attribute_definitions jsonb!, \
        billing_mode text!, provisioned_throughput jsonb, stream_specification jsonb, table_status text!, \
        creation_date_time timestamptz!, table_size_bytes bigint!, item_count bigint!, table_arn text!, \
        table_id text!, ttl_attribute text, deletion_protection_enabled boolean!, status_transition_at timestamptz, \
        stream_label text, ttl_index_ready boolean!, table_class text, sse_specification jsonb, \
        on_demand_throughput jsonb
        tags: resource_arn text!*, tag_key text!*, tag_value text!
        """

    @Test func columnsAndPrimaryKeys() async throws {
        let found = try await LayoutFixture.withLayout { connection in
            try await connection.texts(
                """
                SELECT c.relname || ': ' || string_agg(a.attname || ' '
                    || replace(format_type(a.atttypid, a.atttypmod), 'timestamp with time zone', 'timestamptz')
                    || CASE WHEN a.attnotnull THEN '!' ELSE '' END
                    || CASE WHEN a.attnum = ANY (i.indkey) THEN '*' ELSE '' END, ', ' ORDER BY a.attnum)
                FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
                GROUP BY c.relname ORDER BY c.relname COLLATE "C"
                """)
        }
        #expect(found.map { $0[0] } == Self.expected.split(separator: "\n").map(String.init))
    }

    @Test func foreignKeysAndChecks() async throws {
        let found = try await LayoutFixture.withLayout { connection in
            try await connection.texts(
                """
                SELECT conrelid::regclass || ' ' || CASE contype WHEN 'f' THEN confrelid::regclass::text ELSE conname END
                FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('f', 'c')
                ORDER BY 1
                """)
        }
        #expect(
            Set(found.map { $0[0] }) == [
                "access_keys iam_users", "backup_items backups", "iam_group_members iam_groups",
                "iam_group_members iam_users", "iam_groups accounts", "iam_permissions_boundaries accounts",
                "iam_permissions_boundaries iam_permissions_boundaries_principal_type_check", "iam_policies accounts",
                "iam_policies iam_policies_principal_type_check", "iam_role_tags iam_roles", "iam_roles accounts",
                "iam_sessions iam_roles", "iam_user_tags iam_users", "iam_users accounts", "indexes tables",
                "indexes chk_propagation_delay_ms_non_negative", "stream_records stream_shards", "tables accounts",
            ], "stream_shards must not refer to tables")
    }

    @Test func settingsHistoryAndAccount() async throws {
        try await LayoutFixture.withLayout { connection in
            let settings = try await connection.texts("SELECT key, value FROM settings ORDER BY key")
            let database = connection.configuration.database
            #expect(
                settings == [
                    ["catalog_version", "0.0.2"], ["control_plane_delay_seconds", "0"],
                    ["data_database_connection_string", ""], ["data_database_name", database],
                    ["encryption_key", Base64.encode(LayoutFixture.encryptionKey)], ["gsi_propagation_delay_ms", "0"],
                ])
            let history = try await connection.texts("SELECT filename FROM schema_history ORDER BY 1")
            #expect(history == [["001_data_schema.sql"], ["001_schema.sql"]])
            let accounts = try await connection.texts("SELECT account_id, account_name FROM accounts")
            #expect(accounts == [[LayoutFixture.account, "default"]])
            let sequence = try await connection.query("SELECT nextval('stream_seq')")
            #expect(try sequence[0][0].int > 1_700_000_000_000_000)
        }
    }

    @Test func indexes() async throws {
        let found = try await LayoutFixture.withLayout { connection in
            try await connection.texts(
                """
                SELECT replace(indexdef, 'public.', '') FROM pg_indexes WHERE schemaname = 'public'
                AND indexname LIKE 'idx%' ORDER BY indexname
                """)
        }
        #expect(
            found.map { $0[0] } == [
                "CREATE INDEX idx_backup_items_arn ON backup_items USING btree (backup_arn)",
                "CREATE INDEX idx_backups_table ON backups USING btree (account_id, table_name)",
                "CREATE INDEX idx_idempotency_tokens_created ON idempotency_tokens USING btree (created_at)",
                "CREATE INDEX idx_login_attempts_principal_time ON login_attempts USING btree "
                    + "(principal, attempted_at DESC)",
                "CREATE INDEX idx_login_attempts_source_ip_time ON login_attempts USING btree "
                    + "(source_ip, attempted_at DESC) WHERE (source_ip IS NOT NULL)",
                "CREATE INDEX idx_metrics_bucket ON metrics USING btree (bucket)",
                "CREATE INDEX idx_stream_records_created ON stream_records USING btree (created_at)",
                "CREATE INDEX idx_stream_shards_table ON stream_shards USING btree (table_id)",
                "CREATE INDEX idx_tables_pending_transition ON tables USING btree (status_transition_at) "
                    + "WHERE (status_transition_at IS NOT NULL)",
            ])
    }

    @Test(arguments: ["", "12345678901", "1234567890123", "12345678901a", "12345678901\u{661}"])
    func accountIDsHaveTwelveDigits(account: String) async throws {
        try await withTestConnection { connection in
            await #expect(throws: LayoutError.self) {
                try await LayoutBootstrap.create(
                    on: connection, accountID: account, encryptionKey: LayoutFixture.encryptionKey)
            }
        }
    }

    @Test func aFailedBootstrapLeavesNothing() async throws {
        try await withTestConnection { connection in
            _ = try await connection.query("CREATE TABLE backups (mine text)")
            await #expect(throws: PostgresError.self) {
                try await LayoutBootstrap.create(
                    on: connection, accountID: LayoutFixture.account, encryptionKey: LayoutFixture.encryptionKey)
            }
            let left = try await connection.texts(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
            #expect(left == [["backups"]])
        }
    }
}
