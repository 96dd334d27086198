/// The tables of ExtendDB's catalog 0.0.2 and of its data database, as one database holds both.
///
/// The names, columns, defaults and constraints are an interface: ExtendDB's own server must be able to serve a
/// database
/// made here. Two things differ from its two-database form, which declares the stream and token tables in both:
/// they exist once, in the shape of the data database, and `stream_shards` has no foreign key to `tables`, because
/// ExtendDB's server inserts the shards of a table before the table.
enum CatalogSchema {
    static let version = "0.0.2"

    /// The files of ExtendDB whose effect `statements` has; a newer server adopts what is recorded and does not run it
    /// again.
    static let history = ["001_schema.sql", "001_data_schema.sql"]

    static let statements = tables.map(\.sql) + otherStatements

    private struct Table {
        let name: String
        let parts: [String]

        init(_ name: String, _ parts: String...) {
            self.name = name
            self.parts = parts
        }

        var sql: String { "CREATE TABLE \(name) (\(parts.joined(separator: ", ")))" }
    }

    private static let created = "created_at TIMESTAMPTZ NOT NULL DEFAULT now()"
    private static let account = "account_id TEXT NOT NULL REFERENCES accounts(account_id) ON DELETE CASCADE"
    private static let user =
        "FOREIGN KEY (account_id, user_name) REFERENCES iam_users(account_id, user_name) ON DELETE CASCADE"
    private static let role =
        "FOREIGN KEY (account_id, role_name) REFERENCES iam_roles(account_id, role_name) ON DELETE CASCADE"
    private static let group =
        "FOREIGN KEY (account_id, group_name) REFERENCES iam_groups(account_id, group_name) ON DELETE CASCADE"

    private static let tables = metadata + streams + identities + operations

    private static let metadata = [
        Table("accounts", "account_id TEXT PRIMARY KEY", "account_name TEXT NOT NULL UNIQUE", created),
        Table(
            "tables", account, "table_name TEXT NOT NULL", "key_schema JSONB NOT NULL",
            "attribute_definitions JSONB NOT NULL", "billing_mode TEXT NOT NULL DEFAULT 'PAY_PER_REQUEST'",
            "provisioned_throughput JSONB", "stream_specification JSONB",
            "table_status TEXT NOT NULL DEFAULT 'CREATING'",
            "creation_date_time TIMESTAMPTZ NOT NULL DEFAULT now()", "table_size_bytes BIGINT NOT NULL DEFAULT 0",
            "item_count BIGINT NOT NULL DEFAULT 0", "table_arn TEXT NOT NULL", "table_id TEXT NOT NULL",
            "ttl_attribute TEXT", "deletion_protection_enabled BOOLEAN NOT NULL DEFAULT false",
            "status_transition_at TIMESTAMPTZ", "stream_label TEXT",
            "ttl_index_ready BOOLEAN NOT NULL DEFAULT false",
            // Later additions under the same version; all of them nullable.
            "table_class TEXT", "sse_specification JSONB", "on_demand_throughput JSONB",
            "PRIMARY KEY (account_id, table_name)", "CONSTRAINT tables_table_id_unique UNIQUE (table_id)"),
        Table(
            "indexes", "table_id TEXT NOT NULL", "index_id TEXT NOT NULL DEFAULT gen_random_uuid()::text",
            "index_name TEXT NOT NULL", "index_type TEXT NOT NULL", "key_schema JSONB NOT NULL",
            "projection JSONB NOT NULL", "index_status TEXT NOT NULL DEFAULT 'ACTIVE'",
            "provisioned_throughput JSONB", "propagation_delay_ms INTEGER", "PRIMARY KEY (table_id, index_name)",
            "CONSTRAINT indexes_table_id_fkey FOREIGN KEY (table_id) REFERENCES tables(table_id) ON DELETE CASCADE",
            "CONSTRAINT chk_propagation_delay_ms_non_negative "
                + "CHECK (propagation_delay_ms IS NULL OR propagation_delay_ms >= 0)"),
        Table(
            "tags", "resource_arn TEXT NOT NULL", "tag_key TEXT NOT NULL", "tag_value TEXT NOT NULL",
            "PRIMARY KEY (resource_arn, tag_key)"),
        Table("schema_history", "filename TEXT PRIMARY KEY", "applied_at TIMESTAMPTZ NOT NULL DEFAULT now()"),
        Table("settings", "key TEXT PRIMARY KEY", "value TEXT NOT NULL"),
    ]

    private static let streams = [
        Table(
            "stream_shards", "shard_id TEXT PRIMARY KEY", "table_id TEXT NOT NULL", "parent_shard_id TEXT",
            "starting_sequence_number TEXT NOT NULL", "ending_sequence_number TEXT", created),
        Table(
            "stream_records", "shard_id TEXT NOT NULL REFERENCES stream_shards(shard_id) ON DELETE CASCADE",
            "sequence_number TEXT NOT NULL", "table_id TEXT NOT NULL", "event_name TEXT NOT NULL",
            "record_data JSONB NOT NULL", created, "PRIMARY KEY (shard_id, sequence_number)"),
        Table("idempotency_tokens", "token TEXT PRIMARY KEY", "fingerprint TEXT NOT NULL", created),
    ]

    private static let identities = [
        Table("admin_users", "admin_name TEXT PRIMARY KEY", "password_hash TEXT NOT NULL", created),
        Table(
            "iam_users", account, "user_name TEXT NOT NULL", "user_arn TEXT NOT NULL UNIQUE", "password_hash TEXT",
            created, "PRIMARY KEY (account_id, user_name)"),
        Table(
            "iam_user_tags", "account_id TEXT NOT NULL", "user_name TEXT NOT NULL", "tag_key TEXT NOT NULL",
            "tag_value TEXT NOT NULL", "PRIMARY KEY (account_id, user_name, tag_key)", user),
        Table(
            "access_keys", "access_key_id TEXT PRIMARY KEY", "secret_key_encrypted BYTEA NOT NULL",
            "account_id TEXT NOT NULL", "user_name TEXT NOT NULL", "is_active BOOLEAN NOT NULL DEFAULT true", created,
            user),
        Table(
            "iam_groups", account, "group_name TEXT NOT NULL", "group_arn TEXT NOT NULL UNIQUE", created,
            "PRIMARY KEY (account_id, group_name)"),
        Table(
            "iam_group_members", "account_id TEXT NOT NULL", "group_name TEXT NOT NULL", "user_name TEXT NOT NULL",
            "PRIMARY KEY (account_id, group_name, user_name)", group, user),
        Table(
            "iam_roles", account, "role_name TEXT NOT NULL", "role_arn TEXT NOT NULL UNIQUE",
            "trust_policy JSONB NOT NULL", "permissions_boundary_arn TEXT", created,
            "PRIMARY KEY (account_id, role_name)"),
        Table(
            "iam_role_tags", "account_id TEXT NOT NULL", "role_name TEXT NOT NULL", "tag_key TEXT NOT NULL",
            "tag_value TEXT NOT NULL", "PRIMARY KEY (account_id, role_name, tag_key)", role),
        Table(
            "iam_sessions", "session_token TEXT PRIMARY KEY", "access_key_id TEXT NOT NULL UNIQUE",
            "secret_key_encrypted BYTEA NOT NULL", "account_id TEXT NOT NULL", "role_name TEXT NOT NULL",
            "session_name TEXT NOT NULL", "session_tags JSONB", "session_policy JSONB",
            "expires_at TIMESTAMPTZ NOT NULL", created, role),
        Table(
            "iam_policies", account,
            "principal_type TEXT NOT NULL CHECK (principal_type IN ('user', 'group', 'role'))",
            "principal_name TEXT NOT NULL", "policy_name TEXT NOT NULL", "policy_document JSONB NOT NULL", created,
            "PRIMARY KEY (account_id, principal_type, principal_name, policy_name)"),
        Table(
            "iam_permissions_boundaries", account,
            "principal_type TEXT NOT NULL CHECK (principal_type IN ('user', 'role'))",
            "principal_name TEXT NOT NULL", "policy_document JSONB NOT NULL",
            "PRIMARY KEY (account_id, principal_type, principal_name)"),
    ]

    private static let operations = [
        Table(
            "metrics", "bucket TIMESTAMPTZ NOT NULL", "metric TEXT NOT NULL", "table_name TEXT NOT NULL DEFAULT ''",
            "index_name TEXT NOT NULL DEFAULT ''", "operation TEXT NOT NULL DEFAULT ''",
            "sum DOUBLE PRECISION NOT NULL DEFAULT 0", "count BIGINT NOT NULL DEFAULT 0",
            "min DOUBLE PRECISION NOT NULL DEFAULT 'Infinity'", "max DOUBLE PRECISION NOT NULL DEFAULT '-Infinity'",
            "PRIMARY KEY (bucket, metric, table_name, index_name, operation)"),
        Table(
            "login_attempts", "principal TEXT NOT NULL", "attempted_at TIMESTAMPTZ NOT NULL DEFAULT now()",
            "success BOOLEAN NOT NULL", "source_ip TEXT"),
        Table(
            "backups", "backup_arn TEXT PRIMARY KEY", "backup_name TEXT NOT NULL", "table_id TEXT NOT NULL",
            "table_name TEXT NOT NULL", "account_id TEXT NOT NULL",
            "backup_status TEXT NOT NULL DEFAULT 'AVAILABLE'", "backup_type TEXT NOT NULL DEFAULT 'USER'",
            "backup_size_bytes BIGINT NOT NULL DEFAULT 0", "item_count BIGINT NOT NULL DEFAULT 0",
            "key_schema JSONB NOT NULL", "attribute_definitions JSONB NOT NULL",
            "billing_mode TEXT NOT NULL DEFAULT 'PAY_PER_REQUEST'", "provisioned_throughput JSONB",
            "stream_specification JSONB", created),
        Table(
            "backup_items", "backup_arn TEXT NOT NULL REFERENCES backups(backup_arn) ON DELETE CASCADE",
            "pk TEXT NOT NULL", "sk TEXT", "item_data JSONB NOT NULL"),
        Table(
            "continuous_backups", "account_id TEXT NOT NULL", "table_name TEXT NOT NULL",
            "pitr_enabled BOOLEAN NOT NULL DEFAULT false", "earliest_restorable TIMESTAMPTZ",
            "latest_restorable TIMESTAMPTZ", "PRIMARY KEY (account_id, table_name)"),
    ]

    private static let otherStatements = [
        "CREATE INDEX idx_tables_pending_transition ON tables (status_transition_at) "
            + "WHERE status_transition_at IS NOT NULL",
        "CREATE INDEX idx_stream_shards_table ON stream_shards (table_id)",
        "CREATE INDEX idx_stream_records_created ON stream_records (created_at)",
        "CREATE INDEX idx_idempotency_tokens_created ON idempotency_tokens (created_at)",
        "CREATE INDEX idx_metrics_bucket ON metrics (bucket)",
        "CREATE INDEX idx_login_attempts_principal_time ON login_attempts (principal, attempted_at DESC)",
        "CREATE INDEX idx_login_attempts_source_ip_time ON login_attempts (source_ip, attempted_at DESC) "
            + "WHERE source_ip IS NOT NULL",
        "CREATE INDEX idx_backups_table ON backups (account_id, table_name)",
        "CREATE INDEX idx_backup_items_arn ON backup_items (backup_arn)",
        "CREATE SEQUENCE stream_seq START 1",
        // Sequence numbers start at the microseconds of the moment, so that they grow across databases.
        "SELECT setval('stream_seq', (extract(epoch FROM now()) * 1000000)::bigint)",
    ]
}
