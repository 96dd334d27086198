-- From catalog version 0.0.2, edited, to 0.0.3: vector indexes.
CREATE TABLE vector_indexes (
    table_id TEXT NOT NULL REFERENCES tables (table_id) ON DELETE CASCADE, index_name TEXT NOT NULL,
    index_id TEXT NOT NULL, dimensions INTEGER NOT NULL CHECK (dimensions > 0), distance_function TEXT NOT NULL,
    vector_attribute JSONB NOT NULL, search_schema JSONB, projection JSONB NOT NULL,
    index_status TEXT NOT NULL DEFAULT 'CREATING', backfilling BOOLEAN, skipped_item_count BIGINT NOT NULL DEFAULT 0,
    build_owner TEXT, build_heartbeat_at TIMESTAMPTZ, PRIMARY KEY (table_id, index_name));
CREATE UNIQUE INDEX ON vector_indexes (index_id);
ALTER TABLE backups ADD COLUMN vector_indexes JSONB;
INSERT INTO schema_history (filename) VALUES ('002_vector_indexes.sql');
UPDATE settings SET value = '0.0.3' WHERE key = 'catalog_version';
INSERT INTO settings VALUES ('index_propagation_delay_ms', '10');
