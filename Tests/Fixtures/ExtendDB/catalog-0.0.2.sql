-- The catalog database of an ExtendDB deployment, catalog version 0.0.2, as its first release made it: written down
-- from the description of the layout, and from nothing of ours.

CREATE TABLE accounts (
    account_id TEXT PRIMARY KEY, account_name TEXT UNIQUE NOT NULL, created_at TIMESTAMPTZ NOT NULL DEFAULT now());

CREATE TABLE tables (
    account_id TEXT NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE, table_name TEXT NOT NULL,
    key_schema JSONB NOT NULL, attribute_definitions JSONB NOT NULL,
    billing_mode TEXT NOT NULL DEFAULT 'PAY_PER_REQUEST', provisioned_throughput JSONB, stream_specification JSONB,
    table_status TEXT NOT NULL DEFAULT 'CREATING', creation_date_time TIMESTAMPTZ NOT NULL DEFAULT now(),
    table_size_bytes BIGINT NOT NULL DEFAULT 0, item_count BIGINT NOT NULL DEFAULT 0, table_arn TEXT NOT NULL,
    table_id TEXT NOT NULL, ttl_attribute TEXT, deletion_protection_enabled BOOLEAN NOT NULL DEFAULT false,
    status_transition_at TIMESTAMPTZ, stream_label TEXT, ttl_index_ready BOOLEAN NOT NULL DEFAULT false,
    PRIMARY KEY (account_id, table_name), CONSTRAINT tables_table_id_unique UNIQUE (table_id));
CREATE INDEX idx_tables_pending_transition ON tables (status_transition_at) WHERE status_transition_at IS NOT NULL;

CREATE TABLE indexes (
    table_id TEXT NOT NULL REFERENCES tables (table_id) ON DELETE CASCADE,
    index_id TEXT NOT NULL DEFAULT gen_random_uuid()::text, index_name TEXT NOT NULL, index_type TEXT NOT NULL,
    key_schema JSONB NOT NULL, projection JSONB NOT NULL, index_status TEXT NOT NULL DEFAULT 'ACTIVE',
    provisioned_throughput JSONB, propagation_delay_ms INTEGER CHECK (propagation_delay_ms >= 0),
    PRIMARY KEY (table_id, index_name));

CREATE TABLE tags (
    resource_arn TEXT NOT NULL, tag_key TEXT NOT NULL, tag_value TEXT NOT NULL, PRIMARY KEY (resource_arn, tag_key));
CREATE TABLE schema_history (filename TEXT PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL DEFAULT now());
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);

-- Copies from the time before the data database, which nobody uses.
CREATE TABLE stream_shards (
    shard_id TEXT PRIMARY KEY, table_id TEXT NOT NULL REFERENCES tables (table_id) ON DELETE CASCADE,
    parent_shard_id TEXT, starting_sequence_number TEXT NOT NULL, ending_sequence_number TEXT,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now());
CREATE TABLE stream_records (
    shard_id TEXT NOT NULL REFERENCES stream_shards (shard_id) ON DELETE CASCADE, sequence_number TEXT NOT NULL,
    table_id TEXT NOT NULL, event_name TEXT NOT NULL, record_data JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(), PRIMARY KEY (shard_id, sequence_number));
CREATE TABLE idempotency_tokens (
    token TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, created_at TIMESTAMPTZ NOT NULL DEFAULT now());
CREATE SEQUENCE stream_seq;

CREATE TABLE admin_users (
    admin_name TEXT PRIMARY KEY, password_hash TEXT NOT NULL, created_at TIMESTAMPTZ NOT NULL DEFAULT now());
CREATE TABLE iam_users (
    account_id TEXT NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE, user_name TEXT NOT NULL,
    user_arn TEXT UNIQUE NOT NULL, password_hash TEXT, created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, user_name));
CREATE TABLE iam_user_tags (
    account_id TEXT NOT NULL, user_name TEXT NOT NULL, tag_key TEXT NOT NULL, tag_value TEXT NOT NULL,
    PRIMARY KEY (account_id, user_name, tag_key),
    FOREIGN KEY (account_id, user_name) REFERENCES iam_users (account_id, user_name) ON DELETE CASCADE);
CREATE TABLE access_keys (
    access_key_id TEXT PRIMARY KEY, secret_key_encrypted BYTEA NOT NULL, account_id TEXT NOT NULL,
    user_name TEXT NOT NULL, is_active BOOLEAN NOT NULL DEFAULT true, created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    FOREIGN KEY (account_id, user_name) REFERENCES iam_users (account_id, user_name) ON DELETE CASCADE);
CREATE TABLE iam_groups (
    account_id TEXT NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE, group_name TEXT NOT NULL,
    group_arn TEXT UNIQUE NOT NULL, created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, group_name));
CREATE TABLE iam_group_members (
    account_id TEXT NOT NULL, group_name TEXT NOT NULL, user_name TEXT NOT NULL,
    PRIMARY KEY (account_id, group_name, user_name),
    FOREIGN KEY (account_id, group_name) REFERENCES iam_groups (account_id, group_name) ON DELETE CASCADE,
    FOREIGN KEY (account_id, user_name) REFERENCES iam_users (account_id, user_name) ON DELETE CASCADE);
CREATE TABLE iam_roles (
    account_id TEXT NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE, role_name TEXT NOT NULL,
    role_arn TEXT UNIQUE NOT NULL, trust_policy JSONB NOT NULL, permissions_boundary_arn TEXT,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(), PRIMARY KEY (account_id, role_name));
CREATE TABLE iam_role_tags (
    account_id TEXT NOT NULL, role_name TEXT NOT NULL, tag_key TEXT NOT NULL, tag_value TEXT NOT NULL,
    PRIMARY KEY (account_id, role_name, tag_key),
    FOREIGN KEY (account_id, role_name) REFERENCES iam_roles (account_id, role_name) ON DELETE CASCADE);
CREATE TABLE iam_sessions (
    session_token TEXT PRIMARY KEY, access_key_id TEXT UNIQUE NOT NULL, secret_key_encrypted BYTEA NOT NULL,
    account_id TEXT NOT NULL, role_name TEXT NOT NULL, session_name TEXT NOT NULL, session_tags JSONB,
    session_policy JSONB, expires_at TIMESTAMPTZ NOT NULL, created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    FOREIGN KEY (account_id, role_name) REFERENCES iam_roles (account_id, role_name) ON DELETE CASCADE);
CREATE TABLE iam_policies (
    account_id TEXT NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    principal_type TEXT NOT NULL CHECK (principal_type IN ('user', 'group', 'role')), principal_name TEXT NOT NULL,
    policy_name TEXT NOT NULL, policy_document JSONB NOT NULL, created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, principal_type, principal_name, policy_name));
CREATE TABLE iam_permissions_boundaries (
    account_id TEXT NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    principal_type TEXT NOT NULL CHECK (principal_type IN ('user', 'role')), principal_name TEXT NOT NULL,
    policy_document JSONB NOT NULL, PRIMARY KEY (account_id, principal_type, principal_name));

CREATE TABLE metrics (
    bucket TIMESTAMPTZ NOT NULL, metric TEXT NOT NULL, table_name TEXT NOT NULL DEFAULT '',
    index_name TEXT NOT NULL DEFAULT '', operation TEXT NOT NULL DEFAULT '', sum DOUBLE PRECISION NOT NULL DEFAULT 0,
    count BIGINT NOT NULL DEFAULT 0, min DOUBLE PRECISION NOT NULL DEFAULT 'Infinity',
    max DOUBLE PRECISION NOT NULL DEFAULT '-Infinity',
    PRIMARY KEY (bucket, metric, table_name, index_name, operation));
CREATE TABLE login_attempts (
    principal TEXT NOT NULL, attempted_at TIMESTAMPTZ NOT NULL DEFAULT now(), success BOOLEAN NOT NULL,
    source_ip TEXT);
CREATE INDEX ON login_attempts (principal, attempted_at);
CREATE INDEX ON login_attempts (source_ip, attempted_at);
CREATE TABLE backups (
    backup_arn TEXT PRIMARY KEY, backup_name TEXT NOT NULL, table_id TEXT NOT NULL, table_name TEXT NOT NULL,
    account_id TEXT NOT NULL, backup_status TEXT NOT NULL DEFAULT 'AVAILABLE',
    backup_type TEXT NOT NULL DEFAULT 'USER', backup_size_bytes BIGINT NOT NULL DEFAULT 0,
    item_count BIGINT NOT NULL DEFAULT 0, key_schema JSONB NOT NULL, attribute_definitions JSONB NOT NULL,
    billing_mode TEXT NOT NULL DEFAULT 'PAY_PER_REQUEST', provisioned_throughput JSONB, stream_specification JSONB,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now());
CREATE TABLE backup_items (
    backup_arn TEXT NOT NULL REFERENCES backups (backup_arn) ON DELETE CASCADE, pk TEXT NOT NULL, sk TEXT,
    item_data JSONB NOT NULL);
CREATE TABLE continuous_backups (
    account_id TEXT NOT NULL, table_name TEXT NOT NULL, pitr_enabled BOOLEAN NOT NULL DEFAULT false,
    earliest_restorable TIMESTAMPTZ, latest_restorable TIMESTAMPTZ, PRIMARY KEY (account_id, table_name));

INSERT INTO schema_history (filename) VALUES ('001_schema.sql');
INSERT INTO settings VALUES
    ('catalog_version', '0.0.2'), ('control_plane_delay_seconds', '0.25'), ('gsi_propagation_delay_ms', '10');
