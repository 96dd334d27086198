import AWS
import DynamoModel
import ExtendDBLayout
import ExtendDBServer
import Postgres
import TestSupport
import Testing

/// Databases whose rows are written by hand from the description of ExtendDB's layout, served.
@Suite struct ProductionTests {
    /// - Parameter sealed: as a clone; otherwise as it is, with a configuration that names its data database.
    private func withProduction(
        _ level: ExtendDBLevel, sealed: Bool = true, locale: String? = nil,
        _ body: @Sendable @escaping (WireHarness) async throws -> Void
    ) async throws {
        try await TestPostgres.withDatabase { catalog in
            try await withData(locale) { data in
                try await ExtendDBDeployment.makeProduction(level, catalog: catalog, data: data, url: data.url)
                var credentials = AWSCredentials(
                    accessKeyID: "AKIAEXTENDDBPR0D0001",
                    secretAccessKey: "extenddbPR0Da1B2c3D4e5F6g7H8i9J0k1L2m3N4")
                if sealed {
                    let credential = try await withPostgresPool(catalog) { catalog in
                        try await withPostgresPool(data) { pool in
                            try await catalog.withConnection { catalog in
                                try await pool.withConnection { connection in
                                    try await Sealing.seal(
                                        on: catalog,
                                        data: ClonedData(
                                            connection: connection, access: data.with(user: "role", password: "word")))
                                }
                            }
                        }
                    }
                    credentials = AWSCredentials(
                        accessKeyID: credential.accessKeyID, secretAccessKey: credential.secretAccessKey)
                }
                let configuration = ServerConfiguration(
                    port: 0, region: ExtendDBDeployment.productionRegion, database: catalog,
                    dataDatabase: data.database)
                try await withServer(configuration, credentials, body)
            }
        }
    }

    /// - Parameter locale: of ICU, for a database whose default order is not that of bytes.
    private func withData(_ locale: String?, _ body: (PostgresConfiguration) async throws -> Void) async throws {
        guard let locale else { return try await TestPostgres.withDatabase { try await body($0) } }
        try await TestPostgres.withDatabase(
            template: "template0",
            options: "LOCALE_PROVIDER icu ICU_LOCALE \(PostgresLiteral.quote(locale)) ENCODING UTF8"
        ) { try await body($0) }
    }

    private func names(_ items: [Item], _ attribute: Text) -> [String] {
        items.map { item in
            switch item[attribute] {
            case .string(let text)?: text.string
            case .number(let number)?: number.description
            case .binary(let bytes)?: Base64.encode(bytes)
            default: "∅"
            }
        }
    }

    @Test(arguments: ExtendDBLevel.allCases, [true, false])
    func `items, queries and indexes of production`(level: ExtendDBLevel, sealed: Bool) async throws {
        try await withProduction(level, sealed: sealed) { server in
            let ann = #"{"customer":{"S":"ann"},"order":{"S":"2026-01"}}"#
            let item = try await server.get(ann, table: "orders")
            #expect(item?.count == 14)
            #expect(item?["proofs"] == .binarySet([[1], [2]]))
            #expect(item?["address"] == .map(["city": .string("Zürich"), "zip": .number(DynamoNumber(8000))]))
            for (index, key, count) in [("by-state", "state", 2), ("by-token", "token", 1)] {
                let value = key == "state" ? #"{"S":"open"}"# : #"{"B":"AQI="}"#
                let items = try await server.allItems(
                    "Query",
                    #"""
                    "IndexName":"\#(index)","KeyConditionExpression":"#k = :v","ExpressionAttributeNames":{"#k":"\#(key)"},
                    "ExpressionAttributeValues":{":v":\#(value)}
                    """#, table: "orders")
                #expect(items.count == count, "\(index)")
            }
            let readings = try await server.allItems(
                "Query", #""KeyConditionExpression":"sensor = :s","ExpressionAttributeValues":{":s":{"N":"7.0"}}"#,
                table: "measurements")
            #expect(names(readings, "at") == ["-1.5", "2", "10"])
            let parts = try await server.allItems(
                "Query",
                #"""
                "KeyConditionExpression":"id = :i AND begins_with(part, :p)",
                "ExpressionAttributeValues":{":i":{"B":"/wA="},":p":{"B":"AA=="}}
                """#, table: "blobs")
            #expect(names(parts, "part") == ["AA==", "AP8="])
            #expect(try await server.allItems("Scan", #""Limit":2"#, table: "people").count == 9)
            #expect(try await server.get(#"{"name":{"S":"🙂"}}"#, table: "people") != nil)
        }
    }

    @Test(arguments: ExtendDBLevel.allCases)
    func `account, region and settings are production's`(level: ExtendDBLevel) async throws {
        try await withProduction(level) { server in
            let names = try await server.succeed("ListTables", "{}")["TableNames"]
            let own = ["blobs", "growing", "measurements", "nearly-made", "orders", "people"]
            #expect(names == .array(own.map { .string($0) }))
            let table = try await server.succeed("DescribeTable", #"{"TableName":"orders"}"#)["Table"]
            #expect(table?["TableArn"] == .string("arn:aws:dynamodb:eu-west-1:318462907511:table/orders"))
            #expect(table?["LatestStreamLabel"] == .string("2026-03-01T08:00:00"))
            #expect(table?["TableStatus"] == .string("ACTIVE"))
            let provisioned = try await server.succeed("DescribeTable", #"{"TableName":"measurements"}"#)["Table"]
            #expect(provisioned?["ProvisionedThroughput"]?["WriteCapacityUnits"] == .number("6"))
            let index = provisioned?["GlobalSecondaryIndexes"]?.arrayValue?.first
            #expect(index?["ProvisionedThroughput"]?["ReadCapacityUnits"] == .number("2"))
            #expect(try await server.fail("DeleteTable", #"{"TableName":"people"}"#).type == "ValidationException")
        }
    }

    /// What is written here reads as the layout says, and an old expression index refuses nothing.
    @Test(arguments: ExtendDBLevel.allCases)
    func `written rows are the layout's`(level: ExtendDBLevel) async throws {
        try await withProduction(level) { server in
            try await server.put(
                #"""
                {"customer":{"S":"cid"},"order":{"S":"1"},"state":{"S":"open"},"total":{"N":"1.50e1"},"token":{"B":"/w=="},
                "expires":{"N":"1.5"},"more":{"S":"x"}}
                """#, table: "orders")
            try await server.put(
                #"{"sensor":{"N":"1E3"},"at":{"N":"-0.50"},"kind":{"N":"007"}}"#, table: "measurements")
            let rows = try await withPostgresPool(server.data) { pool in
                var rows: [[String]] = []
                for sql in [
                    #"SELECT pk, sk_s, sk_n::text, item_data->'total'->>'N' FROM "_ddb_00000000-0000-4000-8000-000000000001" WHERE pk = 'cid'"#,
                    #"SELECT pk, sk_n::text, base_pk, base_sk_s, item_data ? 'more' FROM "_ddb_00000000-0000-4000-8000-000000000101" WHERE base_pk = 'cid'"#,
                    #"SELECT pk, base_pk, base_sk_s, item_data ? 'more' FROM "_ddb_00000000-0000-4000-8000-000000000102" WHERE base_pk = 'cid'"#,
                    #"SELECT pk, sk_n::text, item_data::text FROM "_ddb_00000000-0000-4000-8000-000000000103" WHERE base_pk = 'cid'"#,
                    #"SELECT pk, sk_n::text FROM "_ddb_00000000-0000-4000-8000-000000000002" WHERE pk = '1000'"#,
                    #"SELECT pk, base_pk, base_sk_n::text FROM "_ddb_00000000-0000-4000-8000-000000000201" WHERE base_pk = '1000'"#,
                ] {
                    rows += try await pool.query(PostgresQuery(sql)).map { row in
                        try row.map { try $0.orNil?.string ?? "∅" }
                    }
                }
                return rows
            }
            #expect(
                rows == [
                    ["cid", "1", "∅", "15"], ["open", "15", "cid", "1", "f"], ["/w==", "cid", "1", "t"],
                    [
                        "cid", "15", #"{"order": {"S": "1"}, "total": {"N": "15"}, "customer": {"S": "cid"}}"#,
                    ],
                    ["1000", "-0.5"], ["7", "1000", "-0.5"],
                ])
        }
    }

    /// Nobody sealed this one: a server that takes it over applies what waits before it answers.
    @Test func `index changes that wait are applied first`() async throws {
        try await withProduction(.second, sealed: false) { server in
            let paid = try await server.allItems(
                "Query",
                #"""
                "IndexName":"by-state","KeyConditionExpression":"#k = :v","ExpressionAttributeNames":{"#k":"state"},
                "ExpressionAttributeValues":{":v":{"S":"paid"}}
                """#, table: "orders")
            #expect(names(paid, "total") == ["11"])
            let left = try await withPostgresPool(server.data) { pool in
                try await pool.query("SELECT count(*) FROM gsi_pending")[0][0].int
            }
            #expect(left == 0)
        }
    }

    /// What a server left that ended between two commits: relations without rows go, rows stay.
    @Test func `a server settles what an earlier one left`() async throws {
        try await withProduction(.second, sealed: false) { server in
            let names = try await server.succeed("ListTables", "{}")["TableNames"]?.arrayValue?.compactMap(
                \.stringValue)
            #expect(
                names == ["blobs", "growing", "measurements", "nearly-made", "orders", "people", "torn"])
            // Those of `leaving` and of no table are gone.
            #expect(try await server.relations(server.data) == 11)
            let torn = try await server.fail("GetItem", #"{"TableName":"torn","Key":{"id":{"S":"1"}}}"#)
            #expect(torn.type == "ResourceNotFoundException")
        }
    }

    /// Strings in the order of their bytes whatever the collation of the columns: those of old tables have the
    /// database's, a new table's have "C".
    @Test(arguments: ["orders", "fresh"])
    func `other collations`(table: String) async throws {
        try await withProduction(.first, locale: "en-US") { server in
            if table == "fresh" {
                try await server.makeTable("fresh", key: "customer:S,order:S")
            }
            let keys = ["B", "Z", "a", "a-b", "ab", "b", "z", "É", "é", "山", "🙂"]
            for key in keys.shuffled() {
                try await server.put(#"{"customer":{"S":"u"},"order":{"S":"\#(key)"}}"#, table: table)
            }
            func query(_ condition: String = "", _ values: [String] = [], forward: Bool = true) async throws -> [String]
            {
                let more = zip(["v", "w"], values).map { #","\#(":" + $0)":{"S":"\#($1)"}"# }.joined()
                let sortName = condition.isEmpty ? "" : ##","#o":"order""##
                let items = try await server.allItems(
                    "Query",
                    #"""
                    "Limit":3,"ScanIndexForward":\#(forward),"KeyConditionExpression":"#c = :c\#(condition)",
                    "ExpressionAttributeNames":{"#c":"customer"\#(sortName)},
                    "ExpressionAttributeValues":{":c":{"S":"u"}\#(more)}
                    """#, table: table)
                return names(items, "order")
            }
            #expect(try await query() == keys)
            #expect(try await query(forward: false) == keys.reversed())
            #expect(try await query(" AND #o > :v", ["a"]) == Array(keys[3...]))
            #expect(try await query(" AND #o BETWEEN :v AND :w", ["Z", "b"]) == Array(keys[1...5]))
            #expect(try await query(" AND begins_with(#o, :v)", ["a"]) == ["a", "a-b", "ab"])
            let scanned = try await server.allItems("Scan", #""Limit":2"#, table: table)
            #expect(Set(names(scanned, "order").filter(keys.contains)) == Set(keys))
            #expect(scanned.count == (table == "orders" ? keys.count + 4 : keys.count))
        }
    }
}
