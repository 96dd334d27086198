import DynamoModel
import Testing

extension ItemTests {
    /// BatchGetItem and BatchWriteItem.
    @Suite struct BatchTests {
        @Test func `puts and deletes in several tables`() async throws {
            try await withServer { server in
                try await server.makeIndexedTable()
                try await server.makeTable("other", key: "pk:B")
                try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"1"},"gpk":{"S":"g"},"gsk":{"N":"1"}}"#)
                try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"2"},"gpk":{"S":"g"},"gsk":{"N":"1"}}"#)
                try await server.put(#"{"pk":{"B":"AA=="}}"#, table: "other")
                let answer = try await server.succeed(
                    "BatchWriteItem",
                    #"""
                    {"RequestItems":{"items":[
                        {"DeleteRequest":{"Key":{"pk":{"S":"a"},"sk":{"N":"1"}}}},
                        {"DeleteRequest":{"Key":{"pk":{"S":"a"},"sk":{"N":"9"}}}},
                        {"PutRequest":{"Item":{"pk":{"S":"a"},"sk":{"N":"2"},"gpk":{"S":"h"},"gsk":{"N":"1"}}}},
                        {"PutRequest":{"Item":{"pk":{"S":"b"},"sk":{"N":"3"},"gpk":{"S":"h"},"gsk":{"N":"0"},"x":{"S":"y"}}}}],
                    "other":[{"PutRequest":{"Item":{"pk":{"B":"/w=="},"v":{"BOOL":true}}}},
                        {"DeleteRequest":{"Key":{"pk":{"B":"AA=="}}}}]}}
                    """#)
                #expect(answer.text == #"{"UnprocessedItems":{}}"#)
                let expected = try [
                    item(#"{"pk":{"S":"b"},"sk":{"N":"3"},"gpk":{"S":"h"},"gsk":{"N":"0"},"x":{"S":"y"}}"#),
                    item(#"{"pk":{"S":"a"},"sk":{"N":"2"},"gpk":{"S":"h"},"gsk":{"N":"1"}}"#),
                ]
                #expect(try await Set(server.items("Scan", #""Limit":9"#)) == Set(expected))
                let index =
                    #""IndexName":"gsi1","KeyConditionExpression":"gpk = :p","ExpressionAttributeValues":{":p":{"S":"h"}}"#
                #expect(try await server.items("Query", index) == expected)
                #expect(try await server.items("Scan", #""IndexName":"gsi1""#).count == 2)
                #expect(
                    try await server.allItems("Scan", #""Limit":9"#, table: "other")
                        == [item(#"{"pk":{"B":"/w=="},"v":{"BOOL":true}}"#)])
            }
        }

        @Test func `reading many`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S,sk:N")
                try await server.makeTable("other", key: "pk:S")
                for number in 0..<100 {
                    try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"\#(number)"},"v":{"N":"\#(number)"}}"#)
                }
                try await server.put(#"{"pk":{"S":"b"},"x":{"S":"y"}}"#, table: "other")
                let keys = (10..<109).map { #"{"pk":{"S":"a"},"sk":{"N":"\#($0)"}}"# }.joined(separator: ",")
                let answer = try await server.succeed(
                    "BatchGetItem",
                    ##"{"RequestItems":{"items":{"Keys":[\##(keys)],"ProjectionExpression":"#v","##
                        + ##""ExpressionAttributeNames":{"#v":"v"}},"##
                        + #""other":{"Keys":[{"pk":{"S":"b"}}],"ConsistentRead":true}}}"#)
                #expect(answer["UnprocessedKeys"] == .object([]))
                let found = try (answer["Responses"]?["items"]?.arrayValue ?? []).map { try Item(json: $0) }
                #expect(Set(found) == Set((10..<100).map { ["v": .number(DynamoNumber($0))] }))
                let other = try (answer["Responses"]?["other"]?.arrayValue ?? []).map { try Item(json: $0) }
                #expect(other == [try item(#"{"pk":{"S":"b"},"x":{"S":"y"}}"#)])
                let nothing = try await server.succeed(
                    "BatchGetItem", #"{"RequestItems":{"other":{"Keys":[{"pk":{"S":"none"}}]}}}"#)
                #expect(nothing.text == #"{"Responses":{"other":[]},"UnprocessedKeys":{}}"#)
            }
        }

        @Test func `keys that occur twice`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:N")
                let message = "Provided list of item keys contains duplicates"
                try await server.expectInvalid(
                    "BatchGetItem", #"{"RequestItems":{"items":{"Keys":[{"pk":{"N":"1"}},{"pk":{"N":"1.0"}}]}}}"#,
                    message)
                try await server.expectInvalid(
                    "BatchWriteItem",
                    #"{"RequestItems":{"items":[{"PutRequest":{"Item":{"pk":{"N":"1"},"v":{"S":"a"}}}},{"DeleteRequest":{"Key":{"pk":{"N":"10E-1"}}}}]}}"#,
                    message)
                #expect(try await server.items("Scan", #""Limit":1"#).isEmpty)
            }
        }

        /// 45 items of nearly 400 KB are more than the 16 MB of one answer.
        @Test func `an answer of more than 16 MB leaves keys for the next`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:N")
                let text = String(repeating: "x", count: 400_000)
                for number in 0..<45 {
                    try await server.put(#"{"pk":{"N":"\#(number)"},"v":{"S":"\#(text)"}}"#)
                }
                var request =
                    #"{"items":{"Keys":[\#((0..<45).map { #"{"pk":{"N":"\#($0)"}}"# }.joined(separator: ","))],"ConsistentRead":true}}"#
                var found: [AttributeValue] = []
                var rounds: [Int] = []
                while true {
                    let answer = try await server.succeed("BatchGetItem", #"{"RequestItems":\#(request)}"#)
                    let items = try (answer["Responses"]?["items"]?.arrayValue ?? []).map { try Item(json: $0) }
                    rounds.append(items.count)
                    found += items.compactMap { $0["pk"] }
                    guard let rest = answer["UnprocessedKeys"], rest != .object([]) else { break }
                    #expect(rest["items"]?["ConsistentRead"] == .bool(true))
                    request = rest.text
                }
                #expect(rounds == [41, 4])
                #expect(Set(found) == Set((0..<45).map { .number(DynamoNumber($0)) }))
            }
        }

        @Test func `a bad write keeps the whole batch out`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S")
                try await server.expectInvalid(
                    "BatchWriteItem",
                    #"{"RequestItems":{"items":[{"PutRequest":{"Item":{"pk":{"S":"a"}}}},{"PutRequest":{"Item":{"pk":{"N":"1"}}}}]}}"#,
                    "The provided key element does not match the schema")
                #expect(try await server.items("Scan", #""Limit":1"#).isEmpty)
            }
        }
    }
}
