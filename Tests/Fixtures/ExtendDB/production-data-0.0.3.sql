INSERT INTO idempotency_tokens (account_id, token, fingerprint) VALUES
    ('318462907511', 'PR0D-token', '0123456789abcdef');
INSERT INTO vector_index_holds (table_id, index_id) VALUES ('PR0D-table', 'PR0D-index');

-- Changes of items that by-state has not seen: ann's second order was paid and then grew, a third one is new, bob's
-- first was deleted, bob's third got a state and lost it again.
UPDATE "_ddb_00000000-0000-4000-8000-000000000001"
    SET item_data = item_data || '{"state":{"S":"paid"},"total":{"N":"11"}}' WHERE pk = 'ann' AND sk_s = '2026-02';
INSERT INTO "_ddb_00000000-0000-4000-8000-000000000001" (pk, sk_s, item_data) VALUES
    ('ann', '2026-03', '{"customer":{"S":"ann"},"order":{"S":"2026-03"},"state":{"S":"open"},"total":{"N":"1"}}');
DELETE FROM "_ddb_00000000-0000-4000-8000-000000000001" WHERE pk = 'bob' AND sk_s = '2026-01';
UPDATE "_ddb_00000000-0000-4000-8000-000000000103" SET sk_n = 11,
    item_data = item_data || '{"total":{"N":"11"}}' WHERE base_pk = 'ann' AND base_sk_s = '2026-02';
INSERT INTO "_ddb_00000000-0000-4000-8000-000000000103" (pk, sk_n, base_pk, base_sk_s, item_data) VALUES
    ('ann', 1, 'ann', '2026-03', '{"customer":{"S":"ann"},"order":{"S":"2026-03"},"total":{"N":"1"}}');
DELETE FROM "_ddb_00000000-0000-4000-8000-000000000103" WHERE base_pk = 'bob' AND base_sk_s = '2026-01';
INSERT INTO gsi_pending (table_id, worker_partition, old_item, new_item, index_context, ready_at)
    SELECT table_id, 1, old_item::jsonb, new_item::jsonb,
        jsonb_build_object('base_key_schema',
            '[{"AttributeName":"customer","KeyType":"HASH"},{"AttributeName":"order","KeyType":"RANGE"}]'::jsonb,
            'attribute_definitions',
            '[{"AttributeName":"customer","AttributeType":"S"},{"AttributeName":"order","AttributeType":"S"},
              {"AttributeName":"state","AttributeType":"S"},{"AttributeName":"total","AttributeType":"N"},
              {"AttributeName":"token","AttributeType":"B"}]'::jsonb,
            'index', jsonb_build_object('index_id', index_id,
                'key_schema', '[{"AttributeName":"state","KeyType":"HASH"},{"AttributeName":"total","KeyType":"RANGE"}]'
                    ::jsonb,
                'projection', '{"ProjectionType":"INCLUDE","NonKeyAttributes":["note"]}'::jsonb)),
        now() + interval '1 minute'
    FROM (VALUES
        ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000101',
            '{"customer":{"S":"ann"},"order":{"S":"2026-02"},"state":{"S":"open"},"total":{"N":"9.5"}}',
            '{"customer":{"S":"ann"},"order":{"S":"2026-02"},"state":{"S":"paid"},"total":{"N":"9.5"}}'),
        ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000101',
            '{"customer":{"S":"ann"},"order":{"S":"2026-02"},"state":{"S":"paid"},"total":{"N":"9.5"}}',
            '{"customer":{"S":"ann"},"order":{"S":"2026-02"},"state":{"S":"paid"},"total":{"N":"11"}}'),
        ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000101', NULL,
            '{"customer":{"S":"ann"},"order":{"S":"2026-03"},"state":{"S":"open"},"total":{"N":"1"}}'),
        ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000101',
            '{"customer":{"S":"bob"},"order":{"S":"2026-01"},"state":{"S":"paid"},"total":{"N":"10"},
              "note":{"S":"second PR0D"}}', NULL),
        ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000101',
            '{"customer":{"S":"bob"},"order":{"S":"2026-03"}}',
            '{"customer":{"S":"bob"},"order":{"S":"2026-03"},"state":{"S":"lost"},"total":{"N":"3"}}'),
        ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000101',
            '{"customer":{"S":"bob"},"order":{"S":"2026-03"},"state":{"S":"lost"},"total":{"N":"3"}}',
            '{"customer":{"S":"bob"},"order":{"S":"2026-03"}}'),
        -- Of a table, and of an index, that are no more.
        ('00000000-0000-4000-8000-000000000098', '00000000-0000-4000-8000-000000000981', NULL,
            '{"customer":{"S":"PR0D"},"order":{"S":"1"},"state":{"S":"open"},"total":{"N":"1"}}'),
        ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000199', NULL,
            '{"customer":{"S":"ann"},"order":{"S":"2026-03"},"state":{"S":"open"},"total":{"N":"1"}}')
    ) AS changes (table_id, index_id, old_item, new_item);
