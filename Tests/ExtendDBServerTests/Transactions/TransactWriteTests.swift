import DynamoModel
import Testing

extension TransactionTests {
    /// What TransactWriteItems does when it succeeds.
    @Suite struct TransactWriteTests {
        @Test func `all four actions in several tables and their indexes`() async throws {
            try await withServer { server in
                try await server.makeIndexedTable()
                try await server.makeTable("other", key: "pk:B")
                try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"1"},"gpk":{"S":"g"},"gsk":{"N":"1"},"n":{"N":"1"}}"#)
                try await server.put(
                    #"{"pk":{"S":"a"},"sk":{"N":"2"},"gpk":{"S":"g"},"gsk":{"N":"2"},"lsk":{"S":"l"}}"#)
                try await server.put(#"{"pk":{"B":"AA=="},"v":{"S":"x"}}"#, table: "other")
                let answer = try await server.transact([
                    WireHarness.check(
                        #"{"pk":{"B":"AA=="}}"#, "v = :x", #","ExpressionAttributeValues":{":x":{"S":"x"}}"#,
                        table: "other"),
                    WireHarness.put(#"{"pk":{"S":"b"},"sk":{"N":"3"},"gpk":{"S":"h"},"gsk":{"N":"3"}}"#),
                    WireHarness.update(
                        #"{"pk":{"S":"a"},"sk":{"N":"1"}}"#, "SET gpk = :h ADD n :one",
                        #","ExpressionAttributeValues":{":h":{"S":"h"},":one":{"N":"1"}}"#),
                    WireHarness.delete(
                        #"{"pk":{"S":"a"},"sk":{"N":"2"}}"#,
                        #","ConditionExpression":"lsk = :l","ExpressionAttributeValues":{":l":{"S":"l"}}"#),
                    WireHarness.update(
                        #"{"pk":{"S":"c"},"sk":{"N":"4"}}"#, "SET v = :v",
                        #","ExpressionAttributeValues":{":v":{"BOOL":true}}"#),
                    WireHarness.put(#"{"pk":{"B":"/w=="}}"#, table: "other"),
                    WireHarness.delete(#"{"pk":{"B":"AQ=="}}"#, table: "other"),
                    WireHarness.check(#"{"pk":{"S":"z"},"sk":{"N":"0"}}"#, "attribute_not_exists(pk)"),
                ])
                #expect(answer == .object([]))
                let expected = try [
                    item(#"{"pk":{"S":"a"},"sk":{"N":"1"},"gpk":{"S":"h"},"gsk":{"N":"1"},"n":{"N":"2"}}"#),
                    item(#"{"pk":{"S":"b"},"sk":{"N":"3"},"gpk":{"S":"h"},"gsk":{"N":"3"}}"#),
                    item(#"{"pk":{"S":"c"},"sk":{"N":"4"},"v":{"BOOL":true}}"#),
                ]
                #expect(try await Set(server.items("Scan", #""Limit":9"#)) == Set(expected))
                #expect(
                    try await server.items(
                        "Query",
                        #""IndexName":"gsi1","KeyConditionExpression":"gpk = :p","ExpressionAttributeValues":{":p":{"S":"h"}}"#
                    )
                        == Array(expected.prefix(2)))
                #expect(try await server.items("Scan", #""IndexName":"gsi1""#).count == 2)
                #expect(try await server.items("Scan", #""IndexName":"lsi1""#).isEmpty)
                let other = try await server.allItems("Scan", #""Limit":9"#, table: "other")
                #expect(try Set(other) == [item(#"{"pk":{"B":"/w=="}}"#), item(#"{"pk":{"B":"AA=="},"v":{"S":"x"}}"#)])
            }
        }

        @Test func `a hundred items, and tables named by their ARN`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S")
                let described = try await server.succeed("DescribeTable", #"{"TableName":"items"}"#)
                let arn = try #require(described["Table"]?["TableArn"]?.stringValue)
                let answer = try await server.transact(
                    (0..<100).map { WireHarness.put(#"{"pk":{"S":"\#($0)"}}"#, table: arn) },
                    #","ReturnConsumedCapacity":"TOTAL""#)
                #expect(
                    answer["ConsumedCapacity"]?.text
                        == #"[{"CapacityUnits":200.0,"WriteCapacityUnits":200.0,"TableName":"\#(arn)"}]"#)
                #expect(try await server.allItems("Scan", #""Limit":30"#).count == 100)
            }
        }

        /// Each item is written twice, its index rows once; the tables in the order of the request.
        @Test func `consumed capacity`() async throws {
            try await withServer { server in
                try await server.makeIndexedTable()
                try await server.makeTable("other", key: "pk:S")
                let large = String(repeating: "x", count: 1_500)
                let actions = [
                    WireHarness.check(#"{"pk":{"S":"a"}}"#, "attribute_not_exists(pk)", table: "other"),
                    WireHarness.put(
                        #"{"pk":{"S":"a"},"sk":{"N":"1"},"gpk":{"S":"g"},"gsk":{"N":"1"},"v":{"S":"\#(large)"}}"#),
                    WireHarness.update(
                        #"{"pk":{"S":"a"},"sk":{"N":"2"}}"#, "SET lsk = :l",
                        #","ExpressionAttributeValues":{":l":{"S":"l"}}"#),
                    WireHarness.delete(#"{"pk":{"S":"b"},"sk":{"N":"9"}}"#),
                ]
                let answer = try await server.transact(actions, #","ReturnConsumedCapacity":"INDEXES""#)
                func units(_ units: String) -> String { #""CapacityUnits":\#(units),"WriteCapacityUnits":\#(units)"# }
                #expect(
                    answer.text
                        == #"{"ConsumedCapacity":[{\#(units("2.0")),"Table":{\#(units("2.0"))},"TableName":"other"},"#
                        + #"{\#(units("11.0")),"GlobalSecondaryIndexes":{"gsi1":{\#(units("2.0"))}},"#
                        + #""LocalSecondaryIndexes":{"lsi1":{\#(units("1.0"))}},"Table":{\#(units("8.0"))},"TableName":"items"}]}"#
                )
            }
        }

        @Test func `item collections`() async throws {
            try await withServer { server in
                try await server.makeIndexedTable()
                try await server.makeTable("other", key: "pk:S")
                let answer = try await server.transact(
                    [
                        WireHarness.put(#"{"pk":{"S":"a"},"sk":{"N":"1"}}"#),
                        WireHarness.put(#"{"pk":{"S":"a"},"sk":{"N":"2"}}"#),
                        WireHarness.put(#"{"pk":{"S":"b"}}"#, table: "other"),
                        WireHarness.check(#"{"pk":{"S":"c"},"sk":{"N":"2"}}"#, "attribute_not_exists(pk)"),
                    ], #","ReturnItemCollectionMetrics":"SIZE""#)
                #expect(
                    answer.text == #"{"ItemCollectionMetrics":{"items":[{"ItemCollectionKey":{"pk":{"S":"a"}},"#
                        + #""SizeEstimateRangeGB":[0.0,1.0]}]}}"#)
            }
        }

        /// What only looks at missing items leaves nothing behind.
        @Test func `missing items stay missing`() async throws {
            try await withServer { server in
                try await server.makeIndexedTable()
                let keys = (0..<4).map { #"{"pk":{"S":"a"},"sk":{"N":"\#($0)"}}"# }
                for _ in 0..<2 {
                    _ = try await server.transact([
                        WireHarness.check(keys[3], "attribute_not_exists(pk)"),
                        WireHarness.delete(keys[0], #","ConditionExpression":"attribute_not_exists(pk)""#),
                        WireHarness.update(keys[1], "REMOVE v"),
                        WireHarness.delete(keys[2]),
                    ])
                }
                #expect(try await server.items("Scan", #""Limit":9"#).isEmpty)
                #expect(try await server.items("Scan", #""IndexName":"gsi1""#).isEmpty)
                try await server.put(keys[3])
                #expect(try await server.items("Scan", #""Limit":9"#).count == 1)
            }
        }
    }
}
