import DynamoModel
import Postgres
import TestSupport
import Testing

/// Global indexes whose keys have several attributes ("Multi-attribute key schema", Developer Guide).
@Suite struct MultiAttributeKeyTests {
    /// Table `items` (`pk:S`) with index `matches`: partition key `t:S, r:N`, sort key `round:S, score:N, id:B`.
    private static let index = """
        {"IndexName":"matches","KeySchema":[{"AttributeName":"t","KeyType":"HASH"},{"AttributeName":"r","KeyType":"HASH"},
        {"AttributeName":"round","KeyType":"RANGE"},{"AttributeName":"score","KeyType":"RANGE"},
        {"AttributeName":"id","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}
        """
    private static let attributes = "t:S,r:N,round:S,score:N,id:B"

    private static func match(
        _ pk: String, _ t: String = "a,1:", _ r: String = "1", _ round: String = "f", _ score: String = "1",
        _ id: String = "AQ=="
    ) -> String {
        #"{"pk":{"S":"\#(pk)"},"t":{"S":"\#(t)"},"r":{"N":"\#(r)"},"round":{"S":"\#(round)"},"#
            + #""score":{"N":"\#(score)"},"id":{"B":"\#(id)"},"more":{"S":"x"}}"#
    }

    private static let matches = [
        match("1", "a,1:", "1", "f", "10"), match("2", "a,1:", "1", "f", "9"), match("3", "a,1:", "1", "F", "100"),
        match("4", "a,1:", "1", "s", "-1", "Ag=="), match("5", "a,1:", "1", "s", "-1", "AQ=="),
        match("6", "a,1:", "1", "s", "-1", "AQ=="), match("7", "a", "1"), match("8", "a,1:", "11"),
    ]

    private func query(
        _ server: WireHarness, _ condition: String = "", _ values: String = "", _ more: String = ""
    ) async throws -> [String] {
        let items = try await server.allItems(
            "Query",
            #"""
            "IndexName":"matches","KeyConditionExpression":"t = :t AND r = :r\#(condition)"\#(more),
            "ExpressionAttributeValues":{":t":{"S":"a,1:"},":r":{"N":"1.0"}\#(values)}
            """#)
        return items.map { item in
            guard case .string(let text)? = item["pk"] else { return "∅" }
            return text.string
        }
    }

    private func make(_ server: WireHarness) async throws {
        try await server.makeTable(
            key: "pk:S", attributes: Self.attributes, indexes: #","GlobalSecondaryIndexes":[\#(Self.index)]"#)
        for item in Self.matches { try await server.put(item) }
    }

    @Test(arguments: DeploymentForm.allCases)
    func `conditions from left to right`(form: DeploymentForm) async throws {
        try await withServer(form) { server in
            try await make(server)
            #expect(try await query(server) == ["3", "2", "1", "5", "6", "4"])
            #expect(try await query(server, "", "", #","ScanIndexForward":false"#) == ["4", "6", "5", "1", "2", "3"])
            #expect(try await query(server, " AND round = :x", #",":x":{"S":"f"}"#) == ["2", "1"])
            #expect(try await query(server, " AND round > :x", #",":x":{"S":"F"}"#) == ["2", "1", "5", "6", "4"])
            #expect(try await query(server, " AND begins_with(round, :x)", #",":x":{"S":"s"}"#) == ["5", "6", "4"])
            #expect(
                try await query(server, " AND round = :x AND score >= :y", #",":x":{"S":"f"},":y":{"N":"1E1"}"#)
                    == ["1"])
            #expect(
                try await query(
                    server, " AND score = :y AND begins_with(id, :z) AND round = :x",
                    #",":x":{"S":"s"},":y":{"N":"-1"},":z":{"B":"Ag=="}"#) == ["4"])
            #expect(try await server.allItems("Scan", #""IndexName":"matches""#).count == 8)
            // The same in the form of older SDKs.
            let legacy = try await server.items(
                "Query",
                #"""
                "IndexName":"matches","KeyConditions":{
                "t":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"a,1:"}]},
                "r":{"ComparisonOperator":"EQ","AttributeValueList":[{"N":"1"}]},
                "round":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"f"}]},
                "score":{"ComparisonOperator":"LT","AttributeValueList":[{"N":"10"}]}}
                """#)
            #expect(legacy == [try item(Self.matches[1]).filter { $0.key != "more" }])
        }
    }

    @Test func `pages`() async throws {
        try await withServer { server in
            try await make(server)
            for limit in 1...3 {
                let more = #","Limit":\#(limit)"#
                #expect(try await query(server, "", "", more) == ["3", "2", "1", "5", "6", "4"])
                #expect(
                    try await query(server, " AND round = :x", #",":x":{"S":"s"}"#, more) == ["5", "6", "4"])
                let scanned = try await server.allItems("Scan", #""IndexName":"matches"\#(more)"#)
                #expect(Set(scanned.map(\.json)).count == 8)
            }
            let page = try await server.succeed(
                "Scan", #"{"TableName":"items","IndexName":"matches","Limit":1}"#)
            #expect(
                page["LastEvaluatedKey"].map { Set($0.memberNames) } == ["pk", "t", "r", "round", "score", "id"])
            try await server.expectInvalid(
                "Query",
                #"""
                {"TableName":"items","IndexName":"matches","KeyConditionExpression":"t = :t AND r = :r",
                "ExpressionAttributeValues":{":t":{"S":"other"},":r":{"N":"1"}},
                "ExclusiveStartKey":\#(page["LastEvaluatedKey"]?.text ?? "")}
                """#, "The provided starting key is outside query boundaries based on provided conditions")
        }
    }

    @Test(arguments: [
        ("t = :t", "Query condition missed key schema element: r"),
        ("t = :t AND r > :r", "Query key condition not supported"),
        ("t = :t AND r = :r AND score = :r", "Query condition missed key schema element: round"),
        ("t = :t AND r = :r AND round > :t AND score = :r", "Query key condition not supported"),
        ("t = :t AND r = :r AND pk = :t", "Query condition missed key schema element: round"),
        (
            "t = :t AND r = :t",
            "One or more parameter values were invalid: Condition parameter type does not match schema type"
        ),
    ])
    func `conditions that do not fit`(condition: String, message: String) async throws {
        try await withServer { server in
            try await make(server)
            let number = condition.contains(":r") ? #",":r":{"N":"1"}"# : ""
            try await server.expectInvalid(
                "Query",
                #"""
                {"TableName":"items","IndexName":"matches","KeyConditionExpression":"\#(condition)",
                "ExpressionAttributeValues":{":t":{"S":"a"}\#(number)}}
                """#, message)
        }
    }

    @Test func `writes move, remove and refuse`() async throws {
        try await withServer { server in
            try await make(server)
            func update(_ expression: String, _ values: String = "") async throws -> (status: Int, body: JSONValue) {
                let given = values.isEmpty ? "" : #","ExpressionAttributeValues":{\#(values)}"#
                return try await server.call(
                    "UpdateItem",
                    #"{"TableName":"items","Key":{"pk":{"S":"1"}},"UpdateExpression":"\#(expression)"\#(given)}"#)
            }
            #expect(try await update("SET score = :s", #"":s":{"N":"8"}"#).status == 200)
            #expect(try await query(server) == ["3", "1", "2", "5", "6", "4"])
            #expect(try await update("SET r = :s", #"":s":{"N":"2"}"#).status == 200)
            #expect(try await query(server) == ["3", "2", "5", "6", "4"])
            #expect(try await update("SET r = :s", #"":s":{"N":"1"}"#).status == 200)
            #expect(try await update("REMOVE id").status == 200)
            #expect(try await query(server) == ["3", "2", "5", "6", "4"])
            let refused = try await update("SET score = :s", #"":s":{"S":"8"}"#)
            #expect(
                refused.body["message"]
                    == .string(
                        "One or more parameter values were invalid: Type mismatch for Index Key score Expected: N "
                            + "Actual: S IndexName: matches"))
            let half = Base64.encode(Array(repeating: 1, count: 600))
            try await server.expectInvalid(
                "PutItem",
                #"""
                {"TableName":"items",
                "Item":\#(Self.match("9", "a", "1", String(repeating: "k", count: 600), "1", half))}
                """#,
                "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size "
                    + "limit of 1024 bytes")
        }
    }

    /// The rows are those that the description of the layout says: partition attributes as netstrings, sort columns by
    /// number and type.
    @Test(arguments: DeploymentForm.allCases)
    func `rows, written and backfilled`(form: DeploymentForm) async throws {
        try await withServer(form) { server in
            try await server.makeTable(key: "pk:S")
            for item in Self.matches.prefix(4) { try await server.put(item) }
            try await server.put(#"{"pk":{"S":"sparse"},"t":{"S":"a"},"r":{"N":"1"},"round":{"S":"f"}}"#)
            let definitions = Self.attributes.split(separator: ",").map { $0.split(separator: ":") }
                .map { #"{"AttributeName":"\#($0[0])","AttributeType":"\#($0[1])"}"# }.joined(separator: ",")
            try await server.succeed(
                "UpdateTable",
                #"""
                {"TableName":"items","AttributeDefinitions":[\#(definitions)],
                "GlobalSecondaryIndexUpdates":[{"Create":\#(Self.index)}]}
                """#)
            try await server.waitForIndexes()
            for item in Self.matches.dropFirst(4) { try await server.put(item) }
            #expect(try await query(server) == ["3", "2", "1", "5", "6", "4"])
            let described = try await server.succeed("DescribeTable", #"{"TableName":"items"}"#)
            let index = described["Table"]?["GlobalSecondaryIndexes"]?.arrayValue?.first
            #expect(index?["KeySchema"] == (try JSONValue(parsing: Array(Self.index.utf8)))["KeySchema"])

            let id = try await withPostgresPool(server.database) { pool in
                try await pool.query("SELECT index_id FROM indexes")[0][0].string
            }
            let rows = try await withPostgresPool(server.data) { pool in
                try await pool.query(
                    PostgresQuery(
                        #"""
                        SELECT base_pk, pk, sk_s, sk2_n::text, encode(sk3_b, 'hex'), coalesce(sk_n::text, sk2_s, sk3_s, '-')
                        FROM "_ddb_\#(id)" ORDER BY base_pk
                        """#, prepared: false)
                ).map { row in try (0..<6).map { try row[$0].string } }
            }
            #expect(rows.count == 8)
            #expect(rows.first == ["1", "4:a,1:,1:1,", "f", "10", "01", "-"])
            #expect(rows[3] == ["4", "4:a,1:,1:1,", "s", "-1", "02", "-"])
            #expect(rows[6] == ["7", "1:a,1:1,", "f", "1", "01", "-"])
            #expect(rows[7] == ["8", "4:a,1:,2:11,", "f", "1", "01", "-"])
        }
    }

    /// The reverse: what another server wrote by the description of the layout is found, and changed with its item.
    @Test(arguments: DeploymentForm.allCases)
    func `rows written by hand`(form: DeploymentForm) async throws {
        try await withServer(form) { server in
            try await server.makeTable(
                key: "pk:S", attributes: Self.attributes, indexes: #","GlobalSecondaryIndexes":[\#(Self.index)]"#)
            let ids = try await server.texts(
                "SELECT t.table_id, i.index_id FROM tables t JOIN indexes i USING (table_id)")
            let item = Self.match("hand", "a,1:", "1", "f", "10")
            let keys = item.replacing(#","more":{"S":"x"}"#, with: "")
            try await withPostgresPool(server.data) { pool in
                _ = try await pool.query(
                    PostgresQuery(
                        #"INSERT INTO "_ddb_\#(ids[0][0])" (pk, item_data) VALUES ('hand', '\#(item)')"#,
                        prepared: false))
                _ = try await pool.query(
                    PostgresQuery(
                        #"""
                        INSERT INTO "_ddb_\#(ids[0][1])" (pk, sk_s, sk2_n, sk3_b, base_pk, item_data)
                        VALUES ('4:a,1:,1:1,', 'f', 10, '\x01', 'hand', '\#(keys)')
                        """#, prepared: false))
            }
            #expect(
                try await query(server, " AND round = :x AND score > :y", #",":x":{"S":"f"},":y":{"N":"9"}"#) == [
                    "hand"
                ])
            try await server.succeed(
                "UpdateItem",
                #"""
                {"TableName":"items","Key":{"pk":{"S":"hand"}},"UpdateExpression":"SET score = :s",
                "ExpressionAttributeValues":{":s":{"N":"8"}}}
                """#)
            #expect(try await query(server, " AND round = :x AND score > :y", #",":x":{"S":"f"},":y":{"N":"9"}"#) == [])
            try await server.succeed("DeleteItem", #"{"TableName":"items","Key":{"pk":{"S":"hand"}}}"#)
            #expect(try await query(server) == [])
        }
    }

    /// A backup has them, and a restored table too.
    @Test(arguments: DeploymentForm.allCases)
    func `restored tables`(form: DeploymentForm) async throws {
        try await withServer(form) { server in
            try await make(server)
            let backup = try await server.succeed("CreateBackup", #"{"TableName":"items","BackupName":"all"}"#)
            let arn = backup["BackupDetails"]?["BackupArn"]?.stringValue ?? ""
            try await server.succeed("DeleteTable", #"{"TableName":"items"}"#)
            try await server.succeed(
                "RestoreTableFromBackup", #"{"TargetTableName":"items","BackupArn":"\#(arn)"}"#)
            #expect(try await query(server) == ["3", "2", "1", "5", "6", "4"])
        }
    }
}
