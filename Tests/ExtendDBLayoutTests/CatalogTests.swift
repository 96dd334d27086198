import DynamoModel
import ExtendDBLayout
import Postgres
import TestSupport
import Testing

@Suite struct CatalogTests {
    static let definitions: [TableDefinition] = [
        TableDefinition(
            name: "minimal", keySchema: KeySchema(hash: "id"),
            attributeDefinitions: [AttributeDefinition(name: "id", type: .number)]),
        LayoutFixture.orders(),
        TableDefinition(
            name: "everything", keySchema: KeySchema(hash: "a\"b", range: "c'd"),
            attributeDefinitions: [
                AttributeDefinition(name: "a\"b", type: .binary), AttributeDefinition(name: "c'd", type: .binary),
            ],
            billingMode: .provisioned, provisionedThroughput: Throughput(readCapacityUnits: 3, writeCapacityUnits: 4),
            indexes: [
                IndexDefinition(
                    name: "back", kind: .global, keySchema: KeySchema(hash: "c'd", range: "a\"b"),
                    projection: .keysOnly,
                    provisionedThroughput: Throughput(readCapacityUnits: 1, writeCapacityUnits: 2))
            ],
            streamSpecification: StreamSpecification(enabled: true, viewType: .newAndOldImages),
            sse: SSESpecification(enabled: true, type: "KMS", kmsMasterKeyID: "arn:aws:kms:key"),
            tableClass: .standardInfrequentAccess, deletionProtection: true,
            tags: [Tag(key: "a", value: "1"), Tag(key: "b", value: "")]),
    ]

    @Test(arguments: definitions)
    func roundTrip(definition: TableDefinition) async throws {
        try await LayoutFixture.withLayout { connection in
            let made = try await LayoutFixture.create(definition, on: connection)
            let loaded = try #require(
                try await Catalog().loadTable(definition.name, account: LayoutFixture.account, on: connection))
            #expect(loaded.definition == definition)
            #expect(loaded.tableID == made.tableID)
            #expect(loaded.arn == "arn:aws:dynamodb:eu-central-1:210987654321:table/\(definition.name)")
            #expect(loaded.indexARN("i") == loaded.arn + "/index/i")
            #expect(loaded.creationDate == 1_795_000_000.5)
            #expect(loaded.status == .active)
            #expect(loaded.indexes == made.indexes)
            #expect(loaded.physical.relation == "\"_ddb_\(made.tableID)\"")
            #expect(loaded.ttlAttribute == nil)
            #expect((loaded.itemCount, loaded.sizeBytes) == (0, 0))
        }
    }

    @Test func wireNamesInTheCatalog() async throws {
        try await LayoutFixture.withLayout { connection in
            _ = try await LayoutFixture.create(Self.definitions[2], on: connection)
            let row = try await connection.texts(
                """
                SELECT key_schema, attribute_definitions, provisioned_throughput, stream_specification,
                sse_specification, table_class, billing_mode FROM tables
                """)
            #expect(
                row == [
                    [
                        #"[{"KeyType": "HASH", "AttributeName": "a\"b"}, {"KeyType": "RANGE", "AttributeName": "c'd"}]"#,
                        #"[{"AttributeName": "a\"b", "AttributeType": "B"}, "#
                            + #"{"AttributeName": "c'd", "AttributeType": "B"}]"#,
                        #"{"ReadCapacityUnits": 3, "WriteCapacityUnits": 4}"#,
                        #"{"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"}"#,
                        #"{"Enabled": true, "SSEType": "KMS", "KMSMasterKeyId": "arn:aws:kms:key"}"#,
                        "STANDARD_INFREQUENT_ACCESS", "PROVISIONED",
                    ]
                ])
            let index = try await connection.texts(
                "SELECT index_type, projection, provisioned_throughput->>'NumberOfDecreasesToday' FROM indexes")
            #expect(index == [["GSI", #"{"ProjectionType": "KEYS_ONLY"}"#, "0"]])
        }
    }

    @Test func aSecondTableOfTheNameChangesNothing() async throws {
        try await LayoutFixture.withLayout { connection in
            _ = try await LayoutFixture.create(LayoutFixture.orders(), on: connection)
            let other = try TableRecord(
                new: LayoutFixture.orders(), accountID: LayoutFixture.account, region: "x", creationDate: 0)
            #expect(try await Catalog().createTable(other, on: connection) == false)
            #expect(try await Catalog().count(account: LayoutFixture.account, on: connection) == 1)
            let relations = try await connection.query(
                PostgresQuery("SELECT to_regclass($1)", [.text(other.physical.relation)]))
            #expect(relations[0][0].isNull)
        }
    }

    @Test func accountsDoNotSeeEachOther() async throws {
        try await LayoutFixture.withLayout { connection in
            _ = try await connection.query("INSERT INTO accounts VALUES ('100000000000', 'other')")
            let mine = try await LayoutFixture.create(LayoutFixture.orders(), on: connection)
            let theirs = try await LayoutFixture.create(
                LayoutFixture.orders(), account: "100000000000", on: connection)
            #expect(mine.tableID != theirs.tableID)
            let catalog = Catalog()
            let loaded = try await catalog.loadTable("Orders", account: "100000000000", on: connection)
            #expect(loaded?.tableID == theirs.tableID)
            #expect(try await catalog.loadTable("Orders", account: "300000000000", on: connection) == nil)
            #expect(try await catalog.loadTables(on: connection).count == 2)
            #expect(try await catalog.loadTables(account: LayoutFixture.account, on: connection).count == 1)
        }
    }

    @Test func listsInByteOrderByPages() async throws {
        try await LayoutFixture.withLayout { connection in
            var names = ["_under", "Zebra", "apple", "a.b", "a-b", "a_b", "APPLE"]
            for name in names {
                var definition = Self.definitions[0]
                definition.name = name
                _ = try await LayoutFixture.create(definition, on: connection)
            }
            names.sort { Text($0) < Text($1) }
            var found: [String] = []
            while true {
                let page = try await Catalog().list(
                    account: LayoutFixture.account, after: found.last, limit: 3, on: connection)
                found += page
                if page.count < 3 { break }
            }
            #expect(found == names)
        }
    }

    @Test func deletingTakesEverythingOfTheTable() async throws {
        try await LayoutFixture.withLayout { connection in
            let table = try await LayoutFixture.create(Self.definitions[2], on: connection)
            _ = try await LayoutFixture.create(LayoutFixture.orders(), on: connection)
            _ = try await connection.query(
                PostgresQuery(
                    "INSERT INTO stream_shards (shard_id, table_id, starting_sequence_number) VALUES ('s', $1, '0')",
                    [.text(table.tableID)]))
            try await connection.transaction { connection in
                try await Catalog().deleteTable(table, on: connection)
            }
            #expect(
                try await Catalog().list(account: LayoutFixture.account, limit: 10, on: connection) == ["Orders"])
            let left = try await connection.texts(
                """
                SELECT (SELECT count(*) FROM tags), (SELECT count(*) FROM stream_shards),
                (SELECT count(*) FROM indexes), (SELECT count(*) FROM pg_class WHERE relkind = 'r' AND
                    relname LIKE '\\_ddb\\_%')
                """)
            #expect(left == [["0", "0", "3", "4"]])
        }
    }

    @Test func olderVariantOfTheCatalog() async throws {
        try await LayoutFixture.withLayout { connection in
            try await connection.execute(
                script: """
                    ALTER TABLE tables DROP COLUMN table_class, DROP COLUMN sse_specification,
                    DROP COLUMN on_demand_throughput
                    """)
            let catalog = Catalog(layout: try await LayoutProbe.read(on: connection))
            let table = try TableRecord(
                new: Self.definitions[2], accountID: LayoutFixture.account, region: "r", creationDate: 0)
            #expect(try await catalog.createTable(table, on: connection))
            let loaded = try await catalog.loadTable("everything", account: LayoutFixture.account, on: connection)
            var expected = Self.definitions[2]
            expected.sse = nil
            expected.tableClass = nil
            #expect(loaded?.definition == expected)
        }
    }

    @Test func timeToLiveStatusAndStatistics() async throws {
        try await LayoutFixture.withLayout { connection in
            let catalog = Catalog()
            let table = try await LayoutFixture.create(LayoutFixture.orders(), on: connection)
            func loaded() async throws -> TableRecord? {
                try await catalog.loadTable("Orders", account: LayoutFixture.account, on: connection)
            }
            try await catalog.setTimeToLive(attribute: "expires", table: table, on: connection)
            try await catalog.setStatistics(itemCount: 7, sizeBytes: 8_192, table: table, on: connection)
            try await catalog.setStatus(.updating, table: table, on: connection)
            let changed = try await loaded()
            #expect(changed?.ttlAttribute == "expires")
            #expect(changed?.itemCount == 7)
            #expect(changed?.sizeBytes == 8_192)
            #expect(changed?.status == .updating)

            let index = "idx_ttl__ddb_\(table.tableID)"
            try await connection.execute(
                script: """
                    CREATE INDEX "\(index)" ON \(table.physical.relation)
                    (((item_data->'expires'->>'N')::bigint)) WHERE item_data->'expires'->>'N' IS NOT NULL
                    """)
            try await catalog.setTimeToLive(attribute: nil, table: table, on: connection)
            #expect(try await loaded()?.ttlAttribute == nil)
            #expect(try await connection.texts("SELECT count(*) FROM pg_class WHERE relname = '\(index)'") == [["0"]])
        }
    }

    @Test func settlingWhatWasInTransition() async throws {
        try await LayoutFixture.withLayout { connection in
            func table(_ name: String, _ status: TableStatus) async throws -> TableRecord {
                try await LayoutFixture.create(LayoutFixture.orders(name: name), status: status, on: connection)
            }
            _ = try await table("active", .active)
            _ = try await table("created", .creating)
            let ghost = try await table("ghost", .creating)
            try await connection.execute(script: "DROP TABLE \(ghost.physical.relation)")
            _ = try await table("updated", .updating)
            let deleted = try await table("deleted", .deleting)
            _ = try await connection.query("UPDATE tables SET status_transition_at = now() WHERE table_name = 'active'")

            let settlement = try await connection.transaction { connection in
                try await Catalog().settle(on: connection)
            }
            #expect(settlement.activated == ["created", "updated"])
            #expect(settlement.removed == ["deleted", "ghost"])
            let left = try await connection.texts(
                "SELECT table_name, table_status, status_transition_at FROM tables ORDER BY 1")
            #expect(left == [["active", "ACTIVE", "∅"], ["created", "ACTIVE", "∅"], ["updated", "ACTIVE", "∅"]])
            for relation in [deleted.physical.relation]
                + (deleted.physical.indexes + ghost.physical.indexes).map(\.relation)
            {
                let found = try await connection.query(PostgresQuery("SELECT to_regclass($1)", [.text(relation)]))
                #expect(found[0][0].isNull)
            }
        }
    }

    @Test func rowsThatNoServerWrites() async throws {
        for change in [
            "table_status = 'ARCHIVED'", "billing_mode = 'FREE'", "key_schema = '[]'",
            "attribute_definitions = '[]'", "key_schema = '[{\"AttributeName\":\"x\",\"KeyType\":\"HASH\"}]'",
        ] {
            try await LayoutFixture.withLayout { connection in
                _ = try await LayoutFixture.create(LayoutFixture.orders(), on: connection)
                _ = try await connection.query(PostgresQuery("UPDATE tables SET \(change)"))
                let error = await #expect(throws: LayoutError.self, "\(change)") {
                    try await Catalog().loadTable("Orders", account: LayoutFixture.account, on: connection)
                }
                #expect(error?.code == .unreadable)
            }
        }
    }
}
