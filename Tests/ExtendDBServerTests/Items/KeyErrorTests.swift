import DynamoModel
import Testing

extension ItemTests {
    /// What is wrong with a key, of the table or of an index, in DynamoDB's words.
    @Suite struct KeyErrorTests {
        private static let invalid = "One or more parameter values were invalid: "
        private static let mismatch = "The provided key element does not match the schema"
        private static let long = String(repeating: "x", count: 2049)

        @Test func `keys of requests`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S,sk:N")
                let cases: [(key: String, message: String)] = [
                    (#"{}"#, Self.mismatch),
                    (#"{"pk":{"S":"a"}}"#, Self.mismatch),
                    (#"{"pk":{"S":"a"},"x":{"N":"1"}}"#, Self.mismatch),
                    (#"{"pk":{"S":"a"},"sk":{"N":"1"},"x":{"N":"1"}}"#, Self.mismatch),
                    (#"{"pk":{"N":"1"},"sk":{"N":"1"}}"#, Self.mismatch),
                    (#"{"pk":{"S":"a"},"sk":{"S":"1"}}"#, Self.mismatch),
                    (#"{"pk":{"L":[]},"sk":{"N":"1"}}"#, Self.mismatch),
                    (
                        #"{"pk":{"S":""},"sk":{"N":"1"}}"#,
                        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
                            + "contain an empty string value. Key: pk"
                    ),
                    (
                        #"{"pk":{"S":"\#(Self.long)"},"sk":{"N":"1"}}"#,
                        Self.invalid + "Size of hashkey has exceeded the maximum size limit of2048 bytes"
                    ),
                ]
                for (key, message) in cases {
                    try await server.expectInvalid("GetItem", #"{"TableName":"items","Key":\#(key)}"#, message)
                    try await server.expectInvalid("DeleteItem", #"{"TableName":"items","Key":\#(key)}"#, message)
                    try await server.expectInvalid(
                        "UpdateItem", #"{"TableName":"items","Key":\#(key),"UpdateExpression":"REMOVE x"}"#, message)
                    try await server.expectInvalid(
                        "BatchGetItem", #"{"RequestItems":{"items":{"Keys":[\#(key)]}}}"#, message)
                    try await server.expectInvalid(
                        "BatchWriteItem", #"{"RequestItems":{"items":[{"DeleteRequest":{"Key":\#(key)}}]}}"#, message)
                }
            }
        }

        @Test func `keys of items`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S,sk:N")
                let cases: [(item: String, message: String)] = [
                    (#"{}"#, Self.invalid + "Missing the key pk in the item"),
                    (#"{"sk":{"N":"1"}}"#, Self.invalid + "Missing the key pk in the item"),
                    (#"{"pk":{"S":"a"}}"#, Self.invalid + "Missing the key sk in the item"),
                    (
                        #"{"pk":{"N":"1"},"sk":{"N":"1"}}"#,
                        Self.invalid + "Type mismatch for key pk expected: S actual: N"
                    ),
                    (
                        #"{"pk":{"S":"a"},"sk":{"SS":["a"]}}"#,
                        Self.invalid + "Type mismatch for key sk expected: N actual: SS"
                    ),
                    (
                        #"{"pk":{"S":""},"sk":{"N":"1"}}"#,
                        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
                            + "contain an empty string value. Key: pk"
                    ),
                    (
                        #"{"pk":{"S":"\#(Self.long)"},"sk":{"N":"1"}}"#,
                        Self.invalid + "Size of hashkey has exceeded the maximum size limit of2048 bytes"
                    ),
                ]
                for (item, message) in cases {
                    try await server.expectInvalid("PutItem", #"{"TableName":"items","Item":\#(item)}"#, message)
                    // A batch does not say more of a key than that it is not one.
                    let isSchema = message.contains("Missing the key") || message.contains("Type mismatch")
                    try await server.expectInvalid(
                        "BatchWriteItem", #"{"RequestItems":{"items":[{"PutRequest":{"Item":\#(item)}}]}}"#,
                        isSchema ? "The provided key element does not match the schema" : message)
                }
            }
        }

        @Test func `binary and long sort keys`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:B,sk:S")
                try await server.expectInvalid(
                    "PutItem", #"{"TableName":"items","Item":{"pk":{"B":""},"sk":{"S":"a"}}}"#,
                    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain "
                        + "an empty binary value. Key: pk")
                let long = String(repeating: "é", count: 513)
                try await server.expectInvalid(
                    "PutItem", #"{"TableName":"items","Item":{"pk":{"B":"AA=="},"sk":{"S":"\#(long)"}}}"#,
                    Self.invalid + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes")
                try await server.expectInvalid(
                    "GetItem", #"{"TableName":"items","Key":{"pk":{"B":"AA=="},"sk":{"S":"\#(long)"}}}"#,
                    Self.invalid + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes")
                let longest = #"{"pk":{"B":"AA=="},"sk":{"S":"\#(String(repeating: "é", count: 512))"}}"#
                try await server.put(longest)
                #expect(try await server.get(longest) == item(longest))
            }
        }

        @Test func `index keys of items`() async throws {
            try await withServer { server in
                try await server.makeTable(
                    key: "pk:S", attributes: "g:S,n:N",
                    indexes: #","GlobalSecondaryIndexes":["#
                        + [("index-b", "g", "n"), ("index-a", "g", nil), ("index-c", "n", "g")]
                        .map { WireHarness.index($0.0, $0.1, $0.2, "ALL") }.joined(separator: ",") + "]")
                let emptiness = "The AttributeValue for a key attribute cannot contain an empty string value."
                let notValid = "One or more parameter values are not valid. "
                let long = String(repeating: "x", count: 1025)
                let cases: [(attributes: String, put: String, update: String?)] = [
                    (
                        #""g":{"N":"1"}"#,
                        Self.invalid + "Type mismatch for Index Key g Expected: S Actual: N IndexName: index-a", nil
                    ),
                    (
                        #""n":{"NULL":true}"#,
                        Self.invalid + "Type mismatch for Index Key n Expected: N Actual: NULL IndexName: index-b", nil
                    ),
                    (
                        #""g":{"S":""}"#,
                        notValid + "A value specified for a secondary index key is not supported. \(emptiness) "
                            + "IndexName: index-a, IndexKey: g",
                        notValid + "The update expression attempted to update a secondary index key to a value that is "
                            + "not supported. \(emptiness)"
                    ),
                    (
                        #""g":{"S":"\#(long)"}"#,
                        Self.invalid
                            + "Size limit exceeded for Index Key g Actual Size: 1025 bytes Max Size: 1024 bytes "
                            + "IndexName: index-c", nil
                    ),
                ]
                try await server.put(#"{"pk":{"S":"a"}}"#)
                for (attributes, put, update) in cases {
                    try await server.expectInvalid(
                        "PutItem", #"{"TableName":"items","Item":{"pk":{"S":"a"},\#(attributes)}}"#, put)
                    try await server.expectInvalid(
                        "BatchWriteItem",
                        #"{"RequestItems":{"items":[{"PutRequest":{"Item":{"pk":{"S":"a"},\#(attributes)}}}]}}"#, put)
                    let parts = attributes.split(separator: ":", maxSplits: 1)
                    let name = parts[0].dropFirst().dropLast()
                    try await server.expectInvalid(
                        "UpdateItem",
                        #"{"TableName":"items","Key":{"pk":{"S":"a"}},"UpdateExpression":"SET \#(name) = :v","#
                            + #""ExpressionAttributeValues":{":v":\#(parts[1])}}"#, update ?? put)
                }
                #expect(try await server.get(#"{"pk":{"S":"a"}}"#) == item(#"{"pk":{"S":"a"}}"#))
            }
        }

        @Test func `a table that is not there`() async throws {
            try await withServer { server in
                let calls = [
                    ("GetItem", #"{"TableName":"none","Key":{"pk":{"S":"a"}}}"#),
                    ("PutItem", #"{"TableName":"none","Item":{"pk":{"S":"a"}}}"#),
                    ("UpdateItem", #"{"TableName":"none","Key":{"pk":{"S":"a"}}}"#),
                    ("DeleteItem", #"{"TableName":"none","Key":{"pk":{"S":"a"}}}"#),
                    ("Scan", #"{"TableName":"none"}"#),
                    (
                        "Query",
                        #"{"TableName":"none","KeyConditionExpression":"pk = :p","#
                            + #""ExpressionAttributeValues":{":p":{"S":"a"}}}"#
                    ),
                    ("BatchGetItem", #"{"RequestItems":{"none":{"Keys":[{"pk":{"S":"a"}}]}}}"#),
                    ("BatchWriteItem", #"{"RequestItems":{"none":[{"DeleteRequest":{"Key":{"pk":{"S":"a"}}}}]}}"#),
                ]
                for (operation, json) in calls {
                    let failure = try await server.fail(operation, json)
                    #expect(failure.type == "ResourceNotFoundException")
                    #expect(failure.message == "Requested resource not found")
                }
            }
        }
    }
}
