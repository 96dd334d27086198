-- The data database with the migrations that newer releases record: durable index changes, idempotency tokens by
-- account, the state of vector indexes.
CREATE TABLE schema_history (filename TEXT PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL DEFAULT now());
CREATE TABLE gsi_pending (
    id BIGSERIAL PRIMARY KEY, table_id TEXT NOT NULL, worker_partition INTEGER NOT NULL, old_item JSONB,
    new_item JSONB, index_context JSONB NOT NULL, ready_at TIMESTAMPTZ NOT NULL DEFAULT now());
CREATE INDEX ON gsi_pending (worker_partition, ready_at, id);
DROP TABLE idempotency_tokens;
CREATE TABLE idempotency_tokens (
    account_id TEXT NOT NULL, token TEXT NOT NULL, fingerprint TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(), PRIMARY KEY (account_id, token));
CREATE TABLE vector_index_holds (
    table_id TEXT NOT NULL, index_id TEXT NOT NULL, created_at TIMESTAMPTZ NOT NULL DEFAULT now());
INSERT INTO schema_history (filename) VALUES
    ('001_data_schema.sql'), ('002_gsi_pending.sql'), ('003_gsi_base_key_index'),
    ('003_idempotency_account_scope.sql'), ('004_vector_index_state.sql');
