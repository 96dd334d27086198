import DynamoModel
import Testing

extension TransactionTests {
    /// What refuses a transaction as a whole, before any of it is looked at in its table.
    @Suite struct TransactValidationTests {
        @Test func `requests that are wrong in themselves`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S")
                func refused(_ actions: [String], _ message: String) async throws {
                    try await server.expectInvalid("TransactWriteItems", WireHarness.writes(actions), message)
                }
                let a = #"{"pk":{"S":"a"}}"#
                let put = WireHarness.put(a)
                try await refused(
                    [put, "{}"], "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request")
                try await refused(
                    [#"{"Put":{"TableName":"items","Item":\#(a)},"Delete":{"TableName":"items","Key":\#(a)}}"#],
                    "TransactItems can only contain one of Check, Put, Update or Delete")
                let twice = "Transaction request cannot include multiple operations on one item"
                try await refused([put, put], twice)
                try await refused([put, WireHarness.check(a, "attribute_exists(pk)")], twice)
                try await server.expectInvalid("TransactGetItems", WireHarness.gets([a, a]), twice)
                try await refused(
                    [WireHarness.put(a, #","ConditionExpression":"attribute_exists(#n)""#)],
                    "Invalid ConditionExpression: An expression attribute name used in the document path is not defined; "
                        + "attribute name: #n")
                try await refused(
                    [WireHarness.update(a, "SET v = :v")],
                    "Invalid UpdateExpression: An expression attribute value used in expression is not defined; "
                        + "attribute value: :v")
                try await refused(
                    [WireHarness.update(a, "")], "Invalid UpdateExpression: The expression can not be empty;")
                try await refused(
                    [WireHarness.put(a, #","ExpressionAttributeValues":{":v":{"S":"x"}}"#)],
                    "ExpressionAttributeValues can only be specified when using expressions: "
                        + "ConditionExpression is null")
                try await refused(
                    [WireHarness.check(a, "attribute_exists(pk)", ##","ExpressionAttributeNames":{"#n":"n"}"##)],
                    "Value provided in ExpressionAttributeNames unused in expressions: keys: {#n}")
                let large = String(repeating: "x", count: 409_600)
                try await refused(
                    [WireHarness.put(#"{"pk":{"S":"a"},"v":{"S":"\#(large)"}}"#)],
                    "Item size has exceeded the maximum allowed size")
                #expect(try await server.items("Scan", #""Limit":9"#).isEmpty)
            }
        }

        /// 11 items of nearly 400 KB are more than the 4 MB of one transaction, written or read.
        @Test func `more than 4 MB`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S")
                let text = String(repeating: "x", count: 400_000)
                let puts = (0..<11).map { WireHarness.put(#"{"pk":{"S":"\#($0)"},"v":{"S":"\#(text)"}}"#) }
                let message = "The aggregate size of the items in the transaction cannot exceed 4 MB"
                try await server.expectInvalid("TransactWriteItems", WireHarness.writes(puts), message)
                #expect(try await server.items("Scan", #""Limit":9"#).isEmpty)
                _ = try await server.transact(Array(puts.prefix(10)))
                _ = try await server.transact(Array(puts.suffix(1)))
                let keys = (0..<11).map { #"{"pk":{"S":"\#($0)"}}"# }
                try await server.expectInvalid("TransactGetItems", WireHarness.gets(keys), message)
                #expect(try await server.transactGet(Array(keys.prefix(10))).count == 10)
                // What is there counts, not what is sent.
                try await server.expectInvalid(
                    "TransactWriteItems", WireHarness.writes(keys.map { WireHarness.delete($0) }), message)
            }
        }

        @Test func `a table that is missing`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S")
                let a = #"{"pk":{"S":"a"}}"#
                for (operation, json) in [
                    (
                        "TransactWriteItems",
                        WireHarness.writes([WireHarness.put(a), WireHarness.put(a, table: "none")])
                    ),
                    ("TransactGetItems", WireHarness.gets([a], table: "none")),
                ] {
                    let failure = try await server.fail(operation, json)
                    #expect(failure.type == "ResourceNotFoundException")
                    #expect(failure.message == "Requested resource not found")
                }
                #expect(try await server.get(a) == nil)
            }
        }
    }
}
