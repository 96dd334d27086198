import DynamoModel
import Testing

extension TransactionTests {
    /// Why transactions are cancelled, with a reason for each action ("CancellationReasons" in the API reference).
    @Suite struct TransactCancellationTests {
        private let one = #"{"pk":{"S":"a"},"sk":{"N":"1"}}"#
        private let two = #"{"pk":{"S":"a"},"sk":{"N":"2"}}"#
        private let three = #"{"pk":{"S":"b"},"sk":{"N":"0"}}"#

        @Test func `a failed condition cancels all, and gives the item if asked to`() async throws {
            try await withServer { server in
                try await server.makeIndexedTable()
                let stored = #"{"pk":{"S":"a"},"sk":{"N":"1"},"v":{"N":"7"}}"#
                try await server.put(stored)
                let all = #","ReturnValuesOnConditionCheckFailure":"ALL_OLD""#
                let reasons = try await server.expectCancelled(
                    WireHarness.writes([
                        WireHarness.put(two),
                        WireHarness.check(one, "attribute_not_exists(pk)", all),
                        WireHarness.delete(three, #","ConditionExpression":"attribute_exists(pk)""# + all),
                    ]), [nil, conditionFailed, conditionFailed])
                #expect(try reasons[1]["Item"].map { try Item(json: $0) } == item(stored))
                #expect(reasons[2]["Item"] == nil)
                #expect(reasons[0].memberNames == ["Code"])
                let silent = try await server.expectCancelled(
                    WireHarness.writes([
                        WireHarness.update(one, "REMOVE v", #","ConditionExpression":"attribute_not_exists(pk)""#)
                    ]),
                    [conditionFailed])
                #expect(silent[0].memberNames == ["Code", "Message"])
                #expect(try await server.items("Scan", #""Limit":9"#) == [item(stored)])
            }
        }

        @Test func `an update that does not fit its item`() async throws {
            try await withServer { server in
                try await server.makeIndexedTable()
                try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"1"},"v":{"S":"x"},"n":{"N":"9E125"}}"#)
                func cancelled(_ expression: String, _ values: String, _ message: String) async throws {
                    try await server.expectCancelled(
                        WireHarness.writes([
                            WireHarness.put(two),
                            WireHarness.update(one, expression, #","ExpressionAttributeValues":\#(values)"#),
                        ]), [nil, invalid(message)])
                }
                try await cancelled(
                    "SET v = v + :n", #"{":n":{"N":"1"}}"#,
                    "An operand in the update expression has an incorrect data type")
                try await cancelled(
                    "SET v = w + :n", #"{":n":{"N":"1"}}"#,
                    "The provided expression refers to an attribute that does not exist in the item")
                try await cancelled(
                    "SET v.x = :n", #"{":n":{"N":"1"}}"#,
                    "The document path provided in the update expression is invalid for update")
                try await cancelled(
                    "SET n = n + :n", #"{":n":{"N":"9E125"}}"#,
                    "Number overflow. Attempting to store a number with magnitude larger than supported range")
                let text = String(repeating: "x", count: 300_000)
                try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"1"},"v":{"S":"\#(text)"}}"#)
                try await cancelled(
                    "SET w = :n", #"{":n":{"S":"\#(text)"}}"#,
                    "Item size to update has exceeded the maximum allowed size")
                #expect(try await server.get(two) == nil)
            }
        }

        /// What takes the table's schema to find out is a reason, what does not refuses the request.
        @Test func `keys and index keys that do not fit the schema`() async throws {
            try await withServer { server in
                try await server.makeIndexedTable()
                let mismatch = invalid("The provided key element does not match the schema")
                try await server.expectCancelled(
                    WireHarness.writes([
                        WireHarness.delete(#"{"pk":{"S":"a"}}"#), WireHarness.put(one),
                        WireHarness.check(#"{"pk":{"S":"a"},"sk":{"S":"1"}}"#, "attribute_exists(pk)"),
                        WireHarness.update(#"{"pk":{"S":"a"},"x":{"S":"1"}}"#, "REMOVE v"),
                        WireHarness.update(two, "SET sk = :n", #","ExpressionAttributeValues":{":n":{"N":"5"}}"#),
                        WireHarness.put(#"{"pk":{"S":"a"}}"#),
                        WireHarness.put(#"{"pk":{"S":"c"},"sk":{"N":"1"},"gpk":{"N":"1"}}"#),
                    ]),
                    [
                        mismatch, nil, mismatch, mismatch,
                        invalid(
                            "One or more parameter values were invalid: Cannot update attribute sk. "
                                + "This attribute is part of the key"),
                        invalid("One or more parameter values were invalid: Missing the key sk in the item"),
                        invalid(
                            "One or more parameter values were invalid: Type mismatch for Index Key gpk Expected: S "
                                + "Actual: N IndexName: gsi1"),
                    ])
                try await server.expectCancelled(
                    WireHarness.gets([one, #"{"pk":{"S":"a"}}"#]), [nil, mismatch], by: "TransactGetItems")
                #expect(try await server.items("Scan", #""Limit":9"#).isEmpty)
            }
        }

        /// It is no action's reason, whatever else is wrong.
        @Test func `an empty key refuses the whole request`() async throws {
            try await withServer { server in
                try await server.makeIndexedTable()
                try await server.put(two)
                let empty = #"{"pk":{"S":""},"sk":{"N":"1"}}"#
                let bad = WireHarness.delete(#"{"pk":{"S":"a"}}"#)
                let key = "The AttributeValue for a key attribute cannot contain an empty string value. Key: pk"
                let index = "The AttributeValue for a key attribute cannot contain an empty string value."
                let values = #","ExpressionAttributeValues":{":e":{"S":""}}"#
                for (operation, request, message) in [
                    ("TransactWriteItems", WireHarness.writes([bad, WireHarness.put(empty)]), key),
                    ("TransactWriteItems", WireHarness.writes([WireHarness.delete(empty)]), key),
                    ("TransactGetItems", WireHarness.gets([one, empty]), key),
                    (
                        "TransactWriteItems",
                        WireHarness.writes([WireHarness.put(#"{"pk":{"S":"a"},"sk":{"N":"1"},"gpk":{"S":""}}"#)]),
                        "A value specified for a secondary index key is not supported. \(index) IndexName: gsi1, "
                            + "IndexKey: gpk"
                    ),
                    (
                        "TransactWriteItems", WireHarness.writes([WireHarness.update(two, "SET gpk = :e", values)]),
                        "The update expression attempted to update a secondary index key to a value that is not "
                            + "supported. \(index)"
                    ),
                ] {
                    let failure = try await server.fail(operation, request)
                    #expect(failure.type == "ValidationException")
                    #expect(failure.message == "One or more parameter values are not valid. \(message)")
                }
                #expect(try await server.items("Scan", #""Limit":9"#).count == 1)
            }
        }
    }
}
