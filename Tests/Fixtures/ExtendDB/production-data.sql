-- What production's data database holds: the relations of the tables, as the first release declares them (no
-- collation) and as a newer one does ("C"), their items, and the stream of `orders`. Secrets contain PR0D, as in the
-- catalog; the items have none.

-- orders: (customer S, order S), an expression index for its time to live
CREATE TABLE "_ddb_00000000-0000-4000-8000-000000000001" (
    pk TEXT NOT NULL, sk_s TEXT, sk_n NUMERIC, sk_b BYTEA, item_data JSONB NOT NULL, PRIMARY KEY (pk, sk_s));
CREATE INDEX "idx_ttl__ddb_00000000-0000-4000-8000-000000000001" ON "_ddb_00000000-0000-4000-8000-000000000001"
    (((item_data->'expires'->>'N')::BIGINT)) WHERE (item_data->'expires'->>'N') IS NOT NULL;
-- by-state (state S, total N), INCLUDE note
CREATE TABLE "_ddb_00000000-0000-4000-8000-000000000101" (
    pk TEXT NOT NULL, sk_s TEXT, sk_n NUMERIC, sk_b BYTEA, base_pk TEXT NOT NULL, base_sk_s TEXT, base_sk_n NUMERIC,
    base_sk_b BYTEA, item_data JSONB NOT NULL, PRIMARY KEY (pk, base_pk, base_sk_s));
CREATE INDEX ON "_ddb_00000000-0000-4000-8000-000000000101" (pk, sk_n, base_pk, base_sk_s);
-- by-token (token B), ALL
CREATE TABLE "_ddb_00000000-0000-4000-8000-000000000102" (
    pk TEXT NOT NULL, base_pk TEXT NOT NULL, base_sk_s TEXT, base_sk_n NUMERIC, base_sk_b BYTEA,
    item_data JSONB NOT NULL, PRIMARY KEY (pk, base_pk, base_sk_s));
-- by-total (customer S, total N), local, KEYS_ONLY
CREATE TABLE "_ddb_00000000-0000-4000-8000-000000000103" (
    pk TEXT NOT NULL, sk_s TEXT, sk_n NUMERIC, sk_b BYTEA, base_pk TEXT NOT NULL, base_sk_s TEXT, base_sk_n NUMERIC,
    base_sk_b BYTEA, item_data JSONB NOT NULL, PRIMARY KEY (pk, base_pk, base_sk_s));
CREATE INDEX ON "_ddb_00000000-0000-4000-8000-000000000103" (pk, sk_n, base_pk, base_sk_s);
INSERT INTO "_ddb_00000000-0000-4000-8000-000000000001" (pk, sk_s, item_data) VALUES
    ('ann', '2026-01', '{"customer":{"S":"ann"},"order":{"S":"2026-01"},"state":{"S":"open"},"total":{"N":"10"},
        "token":{"B":"AQI="},"note":{"S":"first"},"expires":{"N":"4102444800"},"paid":{"BOOL":true},
        "coupon":{"NULL":true},"lines":{"L":[{"M":{"sku":{"S":"x-1"},"count":{"N":"2"}}},{"S":"gift"}]},
        "address":{"M":{"city":{"S":"Zürich"},"zip":{"N":"8000"}}},"tags":{"SS":["a","b"]},"rates":{"NS":["0.5","1"]},
        "proofs":{"BS":["AQ==","Ag=="]}}'),
    ('ann', '2026-02', '{"customer":{"S":"ann"},"order":{"S":"2026-02"},"state":{"S":"open"},"total":{"N":"9.5"}}'),
    ('bob', '2026-01', '{"customer":{"S":"bob"},"order":{"S":"2026-01"},"state":{"S":"paid"},"total":{"N":"10"},
        "note":{"S":"second"}}'),
    ('bob', '2026-03', '{"customer":{"S":"bob"},"order":{"S":"2026-03"}}');
INSERT INTO "_ddb_00000000-0000-4000-8000-000000000101" (pk, sk_n, base_pk, base_sk_s, item_data) VALUES
    ('open', 10, 'ann', '2026-01', '{"customer":{"S":"ann"},"order":{"S":"2026-01"},"state":{"S":"open"},
        "total":{"N":"10"},"note":{"S":"first"}}'),
    ('open', 9.5, 'ann', '2026-02', '{"customer":{"S":"ann"},"order":{"S":"2026-02"},"state":{"S":"open"},
        "total":{"N":"9.5"}}'),
    ('paid', 10, 'bob', '2026-01', '{"customer":{"S":"bob"},"order":{"S":"2026-01"},"state":{"S":"paid"},
        "total":{"N":"10"},"note":{"S":"second"}}');
INSERT INTO "_ddb_00000000-0000-4000-8000-000000000102" (pk, base_pk, base_sk_s, item_data)
    SELECT 'AQI=', pk, sk_s, item_data FROM "_ddb_00000000-0000-4000-8000-000000000001"
    WHERE pk = 'ann' AND sk_s = '2026-01';
INSERT INTO "_ddb_00000000-0000-4000-8000-000000000103" (pk, sk_n, base_pk, base_sk_s, item_data) VALUES
    ('ann', 10, 'ann', '2026-01', '{"customer":{"S":"ann"},"order":{"S":"2026-01"},"total":{"N":"10"}}'),
    ('ann', 9.5, 'ann', '2026-02', '{"customer":{"S":"ann"},"order":{"S":"2026-02"},"total":{"N":"9.5"}}'),
    ('bob', 10, 'bob', '2026-01', '{"customer":{"S":"bob"},"order":{"S":"2026-01"},"total":{"N":"10"}}');

-- measurements: (sensor N, at N), and by-kind (kind N), KEYS_ONLY, with the newer index by base key
CREATE TABLE "_ddb_00000000-0000-4000-8000-000000000002" (
    pk TEXT NOT NULL, sk_s TEXT, sk_n NUMERIC, sk_b BYTEA, item_data JSONB NOT NULL, PRIMARY KEY (pk, sk_n));
CREATE TABLE "_ddb_00000000-0000-4000-8000-000000000201" (
    pk TEXT NOT NULL, base_pk TEXT NOT NULL, base_sk_s TEXT, base_sk_n NUMERIC, base_sk_b BYTEA,
    item_data JSONB NOT NULL, PRIMARY KEY (pk, base_pk, base_sk_n));
CREATE INDEX "_ddb_00000000-0000-4000-8000-000000000201_base_key_idx" ON "_ddb_00000000-0000-4000-8000-000000000201"
    (base_pk, base_sk_n);
INSERT INTO "_ddb_00000000-0000-4000-8000-000000000002" (pk, sk_n, item_data) VALUES
    ('7', -1.5, '{"sensor":{"N":"7"},"at":{"N":"-1.5"},"kind":{"N":"1"}}'),
    ('7', 2, '{"sensor":{"N":"7"},"at":{"N":"2"},"kind":{"N":"2"}}'),
    ('7', 10, '{"sensor":{"N":"7"},"at":{"N":"10"},"kind":{"N":"1"}}'),
    ('0.5', 12345678901234567890123456789012345678,
        '{"sensor":{"N":"0.5"},"at":{"N":"12345678901234567890123456789012345678"}}');
INSERT INTO "_ddb_00000000-0000-4000-8000-000000000201" (pk, base_pk, base_sk_n, item_data)
    SELECT item_data->'kind'->>'N', pk, sk_n, item_data
    FROM "_ddb_00000000-0000-4000-8000-000000000002" WHERE item_data ? 'kind';

-- blobs: (id B, part B), made by a newer release
CREATE TABLE "_ddb_00000000-0000-4000-8000-000000000003" (
    pk TEXT COLLATE "C" NOT NULL, sk_s TEXT COLLATE "C", sk_n NUMERIC, sk_b BYTEA, item_data JSONB NOT NULL,
    PRIMARY KEY (pk, sk_b));
INSERT INTO "_ddb_00000000-0000-4000-8000-000000000003" (pk, sk_b, item_data) VALUES
    ('/wA=', '\x00', '{"id":{"B":"/wA="},"part":{"B":"AA=="},"size":{"N":"1"}}'),
    ('/wA=', '\x00ff', '{"id":{"B":"/wA="},"part":{"B":"AP8="},"size":{"N":"2"}}'),
    ('/wA=', '\xff', '{"id":{"B":"/wA="},"part":{"B":"/w=="},"size":{"N":"3"}}');

-- people: (name S)
CREATE TABLE "_ddb_00000000-0000-4000-8000-000000000004" (pk TEXT NOT NULL PRIMARY KEY, item_data JSONB NOT NULL);
INSERT INTO "_ddb_00000000-0000-4000-8000-000000000004" SELECT name, jsonb_build_object('name', jsonb_build_object('S', name))
    FROM unnest(ARRAY['Zoe', 'anna', 'Öz', 'Émile', 'éric', 'ann-a', 'ANNA', '山田', '🙂']) AS name;

-- orders of the other account; nearly-made, leaving, growing; and the remains of a DeleteTable
CREATE TABLE "_ddb_00000000-0000-4000-8000-000000000005" (pk TEXT NOT NULL PRIMARY KEY, item_data JSONB NOT NULL);
INSERT INTO "_ddb_00000000-0000-4000-8000-000000000005" VALUES ('p-1', '{"id":{"S":"p-1"}}');
CREATE TABLE "_ddb_00000000-0000-4000-8000-000000000011" (pk TEXT NOT NULL PRIMARY KEY, item_data JSONB NOT NULL);
CREATE TABLE "_ddb_00000000-0000-4000-8000-000000000014" (pk TEXT NOT NULL PRIMARY KEY, item_data JSONB NOT NULL);
INSERT INTO "_ddb_00000000-0000-4000-8000-000000000014" VALUES ('PR0D-gone', '{"id":{"S":"PR0D-gone"}}');
CREATE TABLE "_ddb_00000000-0000-4000-8000-000000000017" (pk TEXT NOT NULL PRIMARY KEY, item_data JSONB NOT NULL);
CREATE TABLE "_ddb_00000000-0000-4000-8000-000000000099" (pk TEXT NOT NULL PRIMARY KEY, item_data JSONB NOT NULL);
INSERT INTO "_ddb_00000000-0000-4000-8000-000000000099" VALUES ('PR0D-lost', '{"id":{"S":"PR0D-lost"}}');

INSERT INTO stream_shards (shard_id, table_id, starting_sequence_number)
    SELECT 'shardId-orders-' || lpad(i::text, 12, '0'), '00000000-0000-4000-8000-000000000001', repeat('0', 21)
    FROM generate_series(0, 3) AS i
    UNION ALL SELECT 'shardId-gone-000000000000', '00000000-0000-4000-8000-000000000098', repeat('0', 21);
INSERT INTO stream_records (shard_id, sequence_number, table_id, event_name, record_data) VALUES
    ('shardId-orders-000000000001', lpad(nextval('stream_seq')::text, 21, '0'), '00000000-0000-4000-8000-000000000001',
        'Remove', '{"eventID":"PR0D-event","eventName":"REMOVE","dynamodb":{"OldImage":{"card":{"S":"PR0D-4111"}}}}');
