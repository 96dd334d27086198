-- The data database of an ExtendDB deployment at its first release, without the relations of tables. It has no ledger.
CREATE TABLE stream_shards (
    shard_id TEXT PRIMARY KEY, table_id TEXT NOT NULL, parent_shard_id TEXT, starting_sequence_number TEXT NOT NULL,
    ending_sequence_number TEXT, created_at TIMESTAMPTZ NOT NULL DEFAULT now());
CREATE TABLE stream_records (
    shard_id TEXT NOT NULL REFERENCES stream_shards (shard_id) ON DELETE CASCADE, sequence_number TEXT NOT NULL,
    table_id TEXT NOT NULL, event_name TEXT NOT NULL, record_data JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(), PRIMARY KEY (shard_id, sequence_number));
CREATE INDEX ON stream_records (created_at);
CREATE SEQUENCE stream_seq;
SELECT setval('stream_seq', (extract(epoch FROM now()) * 1000000)::bigint);
CREATE TABLE idempotency_tokens (
    token TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, created_at TIMESTAMPTZ NOT NULL DEFAULT now());
