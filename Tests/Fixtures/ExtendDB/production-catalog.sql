-- What production's catalog holds. Every secret contains PR0D, in bytes or in text, and nothing else does: whoever
-- looks for these four characters in a sealed copy finds what was forgotten.
INSERT INTO accounts (account_id, account_name) VALUES ('318462907511', 'default'), ('904417730026', 'partner');
INSERT INTO settings VALUES
    ('encryption_key', 'PR0DcHJvZHVjdGlvbi1rZXktb2YtY2F0YWxvZy0yOWI='),
    ('data_database_connection_string',
        'postgresql://extenddb_PR0D:PR0D-password@PR0D.cluster-x.eu-west-1.example:5432/extenddb?sslmode=verify-full'),
    ('data_database_name', 'extenddb'), ('log_level', 'debug'), ('sqlx_log_level', 'info'),
    ('throttling_enabled', 'true'), ('allow_credential_import', 'true');

INSERT INTO admin_users (admin_name, password_hash) VALUES
    ('root', '$2b$12$PR0Dadminadminadminadmi.nRootHashRootHashRootHashRootHa');
INSERT INTO iam_users (account_id, user_name, user_arn, password_hash) VALUES
    ('318462907511', 'deployer', 'arn:aws:iam::318462907511:user/deployer',
        '$2b$12$PR0Duseruseruseruserus.erDeployerHashDeployerHashDeploy'),
    ('318462907511', 'reader', 'arn:aws:iam::318462907511:user/reader', NULL),
    ('904417730026', 'partner', 'arn:aws:iam::904417730026:user/partner',
        '$2b$12$PR0Dpartnerpartnerpart.nerHashPartnerHashPartnerHashPar');
INSERT INTO iam_user_tags VALUES ('318462907511', 'deployer', 'team', 'platform');
INSERT INTO iam_groups (account_id, group_name, group_arn) VALUES
    ('318462907511', 'engineers', 'arn:aws:iam::318462907511:group/engineers');
INSERT INTO iam_group_members VALUES ('318462907511', 'engineers', 'deployer');
INSERT INTO iam_roles (account_id, role_name, role_arn, trust_policy) VALUES
    ('318462907511', 'worker', 'arn:aws:iam::318462907511:role/worker',
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}');
INSERT INTO iam_role_tags VALUES ('318462907511', 'worker', 'team', 'platform');
INSERT INTO iam_policies (account_id, principal_type, principal_name, policy_name, policy_document) VALUES
    ('318462907511', 'user', 'deployer', 'FullAccess',
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:*","Resource":"*"}]}'),
    ('318462907511', 'group', 'engineers', 'ReadOnly',
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:Get*","Resource":"*"}]}'),
    ('318462907511', 'role', 'worker', 'Orders',
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:*","Resource":"*"}]}');
INSERT INTO iam_permissions_boundaries VALUES ('318462907511', 'user', 'reader',
    '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"dynamodb:Delete*","Resource":"*"}]}');

-- AES-256-GCM under the encryption key, the access key's id as associated data (not so in the old third one). Their
-- secrets: extenddbPR0Da1B2c3D4e5F6g7H8i9J0k1L2m3N4, extenddbPR0Dz9Y8x7W6v5U4t3S2r1Q0p9O8n7M6,
-- extenddbPR0Db1B2b3B4b5B6b7B8b9B0b1B2b3B4, and extenddbPR0Ds1S2s3S4s5S6s7S8s9S0s1S2s3S4 of the session.
INSERT INTO access_keys (access_key_id, secret_key_encrypted, account_id, user_name, is_active) VALUES
    ('AKIAEXTENDDBPR0D0001', '\x5052304401010101010101016f3561315cdbe1e3429ada0f77b660385b69cee93c02065a64c093613a066bd7739fe6922e4059f0de3373195fca87ce300782bb638a233c',
        '318462907511', 'deployer', true),
    ('AKIAEXTENDDBPR0D0002', '\x5052304402020202020202021aee142367ca80282536f79ccb091824d76deab5900ae8da26854a2a32583afef5c91bb332f21c05393f996515a5d4ddd90a309b202ef987',
        '318462907511', 'reader', false),
    ('AKIAEXTENDDBPR0D0003', '\x505230440303030303030303206374c93a31b134d3f1e8214b26000d3e06ad1955544304c53f1d0f001b3c4586d70778bbaf54a865ea61e472775276ec41aae1ad07b79b',
        '904417730026', 'partner', true);
INSERT INTO iam_sessions (session_token, access_key_id, secret_key_encrypted, account_id, role_name, session_name,
    session_tags, session_policy, expires_at) VALUES
    ('PR0D-session-token', 'ASIAEXTENDDBPR0D0004',
        '\x50523044040404040404040419ac4b282980cb4cbea8b609f93b93745a5662f850640887b7e7dd31e1e8b9d797d58d12131ab9071bd1bb668c49b70100c5cd84a5e2ebda',
        '318462907511', 'worker', 'PR0D-session', '{"ticket":"PR0D-77"}', NULL, now() + interval '1 hour');
INSERT INTO login_attempts VALUES ('root', now(), false, '203.0.113.9/PR0D'), ('root', now(), true, '203.0.113.9/PR0D');
INSERT INTO metrics (bucket, metric, table_name, operation, sum, count) VALUES
    (date_trunc('minute', now()), 'SuccessfulRequestLatency', 'orders', 'PR0DPutItem', 12.5, 3);

-- Tables. Ids say in their last digits which one they are.
INSERT INTO tables (account_id, table_name, table_id, table_arn, table_status, status_transition_at, key_schema,
    attribute_definitions, billing_mode, provisioned_throughput, stream_specification, stream_label, ttl_attribute,
    ttl_index_ready, deletion_protection_enabled, creation_date_time) VALUES
    ('318462907511', 'orders', '00000000-0000-4000-8000-000000000001',
        'arn:aws:dynamodb:eu-west-1:318462907511:table/orders', 'ACTIVE', NULL,
        '[{"AttributeName":"customer","KeyType":"HASH"},{"AttributeName":"order","KeyType":"RANGE"}]',
        '[{"AttributeName":"customer","AttributeType":"S"},{"AttributeName":"order","AttributeType":"S"},
          {"AttributeName":"state","AttributeType":"S"},{"AttributeName":"total","AttributeType":"N"},
          {"AttributeName":"token","AttributeType":"B"}]',
        'PAY_PER_REQUEST', NULL, '{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"}',
        '2026-03-01T08:00:00', 'expires', true, false, '2026-03-01 08:00:00+00'),
    ('318462907511', 'measurements', '00000000-0000-4000-8000-000000000002',
        'arn:aws:dynamodb:eu-west-1:318462907511:table/measurements', 'ACTIVE', NULL,
        '[{"AttributeName":"sensor","KeyType":"HASH"},{"AttributeName":"at","KeyType":"RANGE"}]',
        '[{"AttributeName":"sensor","AttributeType":"N"},{"AttributeName":"at","AttributeType":"N"},
          {"AttributeName":"kind","AttributeType":"N"}]',
        'PROVISIONED', '{"ReadCapacityUnits":5,"WriteCapacityUnits":6}', NULL, NULL, NULL, false, false,
        '2026-03-02 08:00:00+00'),
    ('318462907511', 'blobs', '00000000-0000-4000-8000-000000000003',
        'arn:aws:dynamodb:eu-west-1:318462907511:table/blobs', 'ACTIVE', NULL,
        '[{"AttributeName":"id","KeyType":"HASH"},{"AttributeName":"part","KeyType":"RANGE"}]',
        '[{"AttributeName":"id","AttributeType":"B"},{"AttributeName":"part","AttributeType":"B"}]',
        'PAY_PER_REQUEST', NULL, NULL, NULL, NULL, false, false, '2026-03-03 08:00:00+00'),
    ('318462907511', 'people', '00000000-0000-4000-8000-000000000004',
        'arn:aws:dynamodb:eu-west-1:318462907511:table/people', 'ACTIVE', NULL,
        '[{"AttributeName":"name","KeyType":"HASH"}]', '[{"AttributeName":"name","AttributeType":"S"}]',
        'PAY_PER_REQUEST', NULL, NULL, NULL, NULL, false, true, '2026-03-04 08:00:00+00'),
    ('904417730026', 'orders', '00000000-0000-4000-8000-000000000005',
        'arn:aws:dynamodb:eu-west-1:904417730026:table/orders', 'ACTIVE', NULL,
        '[{"AttributeName":"id","KeyType":"HASH"}]', '[{"AttributeName":"id","AttributeType":"S"}]',
        'PAY_PER_REQUEST', NULL, NULL, NULL, NULL, false, false, '2026-03-05 08:00:00+00'),
    -- CreateTable's relations are there, and are not; a failed restore; DeleteTable before and after its relations went.
    ('318462907511', 'nearly-made', '00000000-0000-4000-8000-000000000011',
        'arn:aws:dynamodb:eu-west-1:318462907511:table/nearly-made', 'CREATING', now(),
        '[{"AttributeName":"id","KeyType":"HASH"}]', '[{"AttributeName":"id","AttributeType":"S"}]',
        'PAY_PER_REQUEST', NULL, NULL, NULL, NULL, false, false, now()),
    ('318462907511', 'half-made', '00000000-0000-4000-8000-000000000012',
        'arn:aws:dynamodb:eu-west-1:318462907511:table/half-made', 'CREATING', now(),
        '[{"AttributeName":"id","KeyType":"HASH"}]', '[{"AttributeName":"id","AttributeType":"S"}]',
        'PAY_PER_REQUEST', NULL, NULL, NULL, NULL, false, false, now()),
    ('318462907511', 'stuck', '00000000-0000-4000-8000-000000000013',
        'arn:aws:dynamodb:eu-west-1:318462907511:table/stuck', 'CREATING', NULL,
        '[{"AttributeName":"id","KeyType":"HASH"}]', '[{"AttributeName":"id","AttributeType":"S"}]',
        'PAY_PER_REQUEST', NULL, NULL, NULL, NULL, false, false, now()),
    ('318462907511', 'leaving', '00000000-0000-4000-8000-000000000014',
        'arn:aws:dynamodb:eu-west-1:318462907511:table/leaving', 'DELETING', now(),
        '[{"AttributeName":"id","KeyType":"HASH"}]', '[{"AttributeName":"id","AttributeType":"S"}]',
        'PAY_PER_REQUEST', NULL, NULL, NULL, NULL, false, false, now()),
    ('318462907511', 'left', '00000000-0000-4000-8000-000000000015',
        'arn:aws:dynamodb:eu-west-1:318462907511:table/left', 'DELETING', now(),
        '[{"AttributeName":"id","KeyType":"HASH"}]', '[{"AttributeName":"id","AttributeType":"S"}]',
        'PAY_PER_REQUEST', NULL, NULL, NULL, NULL, false, false, now()),
    -- Copied at two instants: the table went between the copy of the catalog and that of the data; an index that
    -- UpdateTable had in the catalog only.
    ('318462907511', 'torn', '00000000-0000-4000-8000-000000000016',
        'arn:aws:dynamodb:eu-west-1:318462907511:table/torn', 'ACTIVE', NULL,
        '[{"AttributeName":"id","KeyType":"HASH"}]', '[{"AttributeName":"id","AttributeType":"S"}]',
        'PAY_PER_REQUEST', NULL, NULL, NULL, NULL, false, false, now()),
    ('318462907511', 'growing', '00000000-0000-4000-8000-000000000017',
        'arn:aws:dynamodb:eu-west-1:318462907511:table/growing', 'UPDATING', now(),
        '[{"AttributeName":"id","KeyType":"HASH"}]',
        '[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"kind","AttributeType":"S"}]',
        'PAY_PER_REQUEST', NULL, NULL, NULL, NULL, false, false, now());
UPDATE tables SET table_size_bytes = 16384, item_count = 4 WHERE table_name = 'orders';
INSERT INTO indexes (table_id, index_id, index_name, index_type, key_schema, projection, provisioned_throughput,
    propagation_delay_ms) VALUES
    ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000101', 'by-state', 'GSI',
        '[{"AttributeName":"state","KeyType":"HASH"},{"AttributeName":"total","KeyType":"RANGE"}]',
        '{"ProjectionType":"INCLUDE","NonKeyAttributes":["note"]}', NULL, NULL),
    ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000102', 'by-token', 'GSI',
        '[{"AttributeName":"token","KeyType":"HASH"}]', '{"ProjectionType":"ALL"}', NULL, 0),
    ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000103', 'by-total', 'LSI',
        '[{"AttributeName":"customer","KeyType":"HASH"},{"AttributeName":"total","KeyType":"RANGE"}]',
        '{"ProjectionType":"KEYS_ONLY"}', NULL, NULL),
    ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000201', 'by-kind', 'GSI',
        '[{"AttributeName":"kind","KeyType":"HASH"}]', '{"ProjectionType":"KEYS_ONLY"}',
        '{"ReadCapacityUnits":2,"WriteCapacityUnits":3,"NumberOfDecreasesToday":0}', 250),
    ('00000000-0000-4000-8000-000000000017', '00000000-0000-4000-8000-000000000171', 'by-kind', 'GSI',
        '[{"AttributeName":"kind","KeyType":"HASH"}]', '{"ProjectionType":"ALL"}', NULL, NULL);
INSERT INTO tags VALUES ('arn:aws:dynamodb:eu-west-1:318462907511:table/orders', 'team', 'sales'),
    ('arn:aws:dynamodb:eu-west-1:318462907511:table/leaving', 'team', 'none');

INSERT INTO backups (backup_arn, backup_name, table_id, table_name, account_id, item_count, key_schema,
    attribute_definitions) VALUES
    ('arn:aws:dynamodb:eu-west-1:318462907511:table/orders/backup/PR0D-1', 'PR0D-nightly',
        '00000000-0000-4000-8000-000000000001', 'orders', '318462907511', 1, '[]', '[]');
INSERT INTO backup_items VALUES ('arn:aws:dynamodb:eu-west-1:318462907511:table/orders/backup/PR0D-1', 'PR0D-ann', NULL,
    '{"customer":{"S":"PR0D-ann"},"card":{"S":"PR0D-4111"}}');
INSERT INTO continuous_backups VALUES ('318462907511', 'orders', true, now(), now());
