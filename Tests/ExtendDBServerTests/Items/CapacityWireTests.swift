import DynamoModel
import Testing

extension ItemTests {
    /// `ReturnConsumedCapacity` and `ReturnItemCollectionMetrics` in every operation.
    @Suite struct CapacityWireTests {
        private func capacity(_ body: JSONValue) -> String? { body["ConsumedCapacity"]?.text }

        @Test func `a table is named as the request names it`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S")
                let described = try await server.succeed("DescribeTable", #"{"TableName":"items"}"#)
                let arn = try #require(described["Table"]?["TableArn"]?.stringValue)
                let mode = #""ReturnConsumedCapacity":"TOTAL""#
                for name in [arn, "items"] {
                    let item = #"{"pk":{"S":"a"}}"#
                    let requests = [
                        ("PutItem", #"{"TableName":"\#(name)","Item":\#(item),\#(mode)}"#),
                        ("GetItem", #"{"TableName":"\#(name)","Key":\#(item),\#(mode)}"#),
                        ("Scan", #"{"TableName":"\#(name)",\#(mode)}"#),
                        ("BatchGetItem", #"{"RequestItems":{"\#(name)":{"Keys":[\#(item)]}},\#(mode)}"#),
                        (
                            "BatchWriteItem",
                            #"{"RequestItems":{"\#(name)":[{"DeleteRequest":{"Key":\#(item)}}]},\#(mode)}"#
                        ),
                    ]
                    for (operation, body) in requests {
                        let consumed = try await server.succeed(operation, body)["ConsumedCapacity"]
                        let first = consumed?.arrayValue?.first ?? consumed
                        #expect(first?["TableName"] == .string(name), "\(operation)")
                    }
                }
            }
        }

        @Test func `reads`() async throws {
            try await withServer { server in
                try await server.makeIndexedTable(globalProjection: "KEYS_ONLY", localProjection: "KEYS_ONLY")
                let text = String(repeating: "x", count: 5_000)
                for number in 1...2 {
                    try await server.put(
                        #"{"pk":{"S":"a"},"sk":{"N":"\#(number)"},"gpk":{"S":"g"},"gsk":{"N":"1"},"lsk":{"S":"l"},"v":{"S":"\#(text)"}}"#
                    )
                }
                func total(_ units: String) -> String { #"{"CapacityUnits":\#(units),"TableName":"items"}"# }
                let key =
                    #"{"TableName":"items","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"ReturnConsumedCapacity":"TOTAL""#
                #expect(capacity(try await server.succeed("GetItem", key + "}")) == total("1.0"))
                #expect(
                    capacity(try await server.succeed("GetItem", key + #","ConsistentRead":true}"#)) == total("2.0"))
                let missing = try await server.succeed(
                    "GetItem",
                    #"{"TableName":"items","Key":{"pk":{"S":"a"},"sk":{"N":"9"}},"ReturnConsumedCapacity":"INDEXES"}"#)
                #expect(
                    missing.text
                        == #"{"ConsumedCapacity":{"CapacityUnits":0.5,"Table":{"CapacityUnits":0.5},"TableName":"items"}}"#
                )
                func query(_ index: String, _ hash: String, _ value: String, _ rest: String) async throws -> String? {
                    let name = index.isEmpty ? "" : #""IndexName":"\#(index)","#
                    return capacity(
                        try await server.succeed(
                            "Query",
                            #"{"TableName":"items",\#(name)"KeyConditionExpression":"\#(hash) = :p","#
                                + #""ExpressionAttributeValues":{":p":{"S":"\#(value)"}},\#(rest)}"#))
                }
                // 2 × about 5,030 bytes are three units of 4 KiB together.
                let totalMode = #""ReturnConsumedCapacity":"TOTAL""#
                #expect(try await query("", "pk", "a", totalMode) == total("1.5"))
                #expect(try await query("", "pk", "a", totalMode + #","ConsistentRead":true"#) == total("3.0"))
                #expect(try await query("", "pk", "none", totalMode) == total("0.5"))
                #expect(
                    try await query("gsi1", "gpk", "g", #""ReturnConsumedCapacity":"INDEXES""#)
                        == #"{"CapacityUnits":0.5,"GlobalSecondaryIndexes":{"gsi1":{"CapacityUnits":0.5}},"Table":{"CapacityUnits":0.0},"TableName":"items"}"#
                )
                // The entries together, and each item rounded by itself.
                #expect(
                    try await query("lsi1", "pk", "a", #""ReturnConsumedCapacity":"INDEXES","Select":"ALL_ATTRIBUTES""#)
                        == #"{"CapacityUnits":2.5,"LocalSecondaryIndexes":{"lsi1":{"CapacityUnits":0.5}},"Table":{"CapacityUnits":2.0},"TableName":"items"}"#
                )
                let scan = try await server.succeed("Scan", #"{"TableName":"items","ReturnConsumedCapacity":"TOTAL"}"#)
                #expect(capacity(scan) == total("1.5"))
                let batch = try await server.succeed(
                    "BatchGetItem",
                    #"{"RequestItems":{"items":{"Keys":[{"pk":{"S":"a"},"sk":{"N":"1"}},{"pk":{"S":"a"},"sk":{"N":"9"}}]}},"ReturnConsumedCapacity":"TOTAL"}"#
                )
                #expect(capacity(batch) == "[\(total("1.5"))]")
            }
        }

        @Test func `writes`() async throws {
            try await withServer { server in
                try await server.makeIndexedTable(globalProjection: "KEYS_ONLY", localProjection: "ALL")
                let text = String(repeating: "x", count: 2_000)
                func detailed(_ total: String, _ table: String, _ global: String?, _ local: String?) -> String {
                    let g = global.map { #""GlobalSecondaryIndexes":{"gsi1":{"CapacityUnits":\#($0)}},"# } ?? ""
                    let l = local.map { #""LocalSecondaryIndexes":{"lsi1":{"CapacityUnits":\#($0)}},"# } ?? ""
                    return
                        #"{"CapacityUnits":\#(total),\#(g)\#(l)"Table":{"CapacityUnits":\#(table)},"TableName":"items"}"#
                }
                let mode = #""ReturnConsumedCapacity":"INDEXES""#
                let key = #""TableName":"items","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},\#(mode)"#
                func put(_ rest: String) async throws -> String? {
                    capacity(
                        try await server.succeed(
                            "PutItem", #"{"TableName":"items","Item":{"pk":{"S":"a"},"sk":{"N":"1"}\#(rest)},\#(mode)}"#
                        ))
                }
                #expect(try await put(#","v":{"S":"\#(text)"}"#) == detailed("2.0", "2.0", nil, nil))
                // The larger of the two sizes counts.
                #expect(try await put("") == detailed("2.0", "2.0", nil, nil))
                let keys = #","gpk":{"S":"g"},"gsk":{"N":"1"},"lsk":{"S":"l"}"#
                #expect(try await put(keys) == detailed("3.0", "1.0", "1.0", "1.0"))
                #expect(try await put(keys + #","v":{"S":"\#(text)"}"#) == detailed("4.0", "2.0", nil, "2.0"))
                let update = try await server.succeed(
                    "UpdateItem",
                    #"{\#(key),"UpdateExpression":"SET gsk = :n","ExpressionAttributeValues":{":n":{"N":"2"}}}"#)
                #expect(capacity(update) == detailed("6.0", "2.0", "2.0", "2.0"))
                #expect(
                    capacity(try await server.succeed("DeleteItem", "{\(key)}")) == detailed("5.0", "2.0", "1.0", "2.0")
                )
                #expect(
                    capacity(try await server.succeed("DeleteItem", "{\(key)}")) == detailed("1.0", "1.0", nil, nil))
                let batch = try await server.succeed(
                    "BatchWriteItem",
                    #"{"RequestItems":{"items":[{"PutRequest":{"Item":{"pk":{"S":"b"},"sk":{"N":"1"}\#(keys)}}},"#
                        + #"{"DeleteRequest":{"Key":{"pk":{"S":"b"},"sk":{"N":"2"}}}}]},\#(mode)}"#)
                #expect(capacity(batch) == "[\(detailed("4.0", "2.0", "1.0", "1.0"))]")
            }
        }

        @Test func `item collections`() async throws {
            try await withServer { server in
                try await server.makeIndexedTable()
                try await server.makeTable("plain", key: "pk:S,sk:N")
                let key = #"{"pk":{"S":"a"},"sk":{"N":"1"}}"#
                let size = #""ReturnItemCollectionMetrics":"SIZE""#
                let metrics = #"{"ItemCollectionKey":{"pk":{"S":"a"}},"SizeEstimateRangeGB":[0.0,1.0]}"#
                let calls = [
                    ("PutItem", #""Item":\#(key)"#), ("UpdateItem", #""Key":\#(key)"#),
                    ("DeleteItem", #""Key":\#(key)"#),
                ]
                for (operation, parameters) in calls {
                    let answer = try await server.succeed(operation, #"{"TableName":"items",\#(parameters),\#(size)}"#)
                    #expect(answer.text == #"{"ItemCollectionMetrics":\#(metrics)}"#)
                    let plain = try await server.succeed(operation, #"{"TableName":"plain",\#(parameters),\#(size)}"#)
                    #expect(plain == .object([]))
                }
                let batch = try await server.succeed(
                    "BatchWriteItem",
                    #"{"RequestItems":{"items":[{"DeleteRequest":{"Key":\#(key)}},{"PutRequest":{"Item":{"pk":{"S":"a"},"sk":{"N":"2"}}}}]},\#(size)}"#
                )
                #expect(batch.text == #"{"ItemCollectionMetrics":{"items":[\#(metrics)]},"UnprocessedItems":{}}"#)
            }
        }
    }
}
