import DynamoModel
import Testing

extension ItemTests {
    /// PutItem, GetItem, UpdateItem and DeleteItem on one item at a time.
    @Suite struct SingleItemTests {
        /// Every type, with the values that are hard.
        private static let rich = #"""
            {"pk":{"S":"key"},"S":{"S":"ä\u00e9\u20ac\ud83d\ude00\"\\/\n\t\u0001"},"empty":{"S":""},"N":{"N":"12345678901234567890123456789012345678"},
            "small":{"N":"-1E-130"},"large":{"N":"9.9999999999999999999999999999999999999E+125"},"B":{"B":"AP9/gA=="},
            "noBytes":{"B":""},"yes":{"BOOL":true},"no":{"BOOL":false},"nothing":{"NULL":true},
            "L":{"L":[{"S":"a"},{"N":"1.50"},{"L":[]},{"M":{}}]},"M":{"M":{"":{"S":"x"},"a.b":{"M":{"c":{"BOOL":true}}}}},
            "SS":{"SS":["b","a","é"]},"NS":{"NS":["2","10","-1"]},"BS":{"BS":["/w==","AA=="]}}
            """#

        @Test func `an item comes back as it was put`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S")
                let put = try await server.succeed("PutItem", #"{"TableName":"items","Item":\#(Self.rich)}"#)
                #expect(put == .object([]))
                #expect(try await server.get(#"{"pk":{"S":"key"}}"#) == item(Self.rich))
                let missing = try await server.succeed("GetItem", #"{"TableName":"items","Key":{"pk":{"S":"other"}}}"#)
                #expect(missing == .object([]))
            }
        }

        @Test(arguments: [
            ("S", ["a", "A", "ä", "a\u{0308}", "\u{10FFFF}", "1", "01"].map { "\"\($0)\"" }),
            ("N", ["\"1\"", "\"1.1\"", "\"-1\"", "\"1E125\"", "\"1E-130\"", "\"0\""]),
            ("B", ["\"AA==\"", "\"AAA=\"", "\"/w==\""]),
        ])
        func `keys of every type`(type: String, values: [String]) async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:\(type),sk:\(type)")
                for value in values {
                    let key = #""pk":{"\#(type)":\#(value)},"sk":{"\#(type)":\#(value)}"#
                    try await server.put("{\(key),\"v\":{\"S\":\"\(value.count)\"}}")
                }
                for value in values {
                    let key = #"{"pk":{"\#(type)":\#(value)},"sk":{"\#(type)":\#(value)}}"#
                    #expect(try await server.get(key)?["v"] == .string(Text(String(value.count))))
                }
                #expect(try await server.items("Scan", #""Limit":100"#).count == values.count)
            }
        }

        @Test func `numbers that are equal are one key`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:N")
                try await server.put(#"{"pk":{"N":"1.0"}}"#)
                try await server.put(#"{"pk":{"N":"100E-2"}}"#)
                #expect(try await server.items("Scan", #""Limit":100"#) == [item(#"{"pk":{"N":"1"}}"#)])
            }
        }

        @Test func `what each write returns`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S")
                func attributes(_ operation: String, _ rest: String) async throws -> String? {
                    let body = try await server.succeed(operation, #"{"TableName":"items",\#(rest)}"#)
                    return try body["Attributes"].map { try Item(json: $0) }.map { item in
                        item.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.brief)" }.joined(separator: " ")
                    }
                }
                let key = #""Key":{"pk":{"S":"a"}}"#
                let put = #""Item":{"pk":{"S":"a"},"x":{"N":"1"}}"#
                #expect(try await attributes("PutItem", put + #","ReturnValues":"ALL_OLD""#) == nil)
                #expect(try await attributes("PutItem", put + #","ReturnValues":"ALL_OLD""#) == "pk=a x=1")
                #expect(try await attributes("PutItem", put) == nil)
                func update(_ expression: String, _ mode: String) async throws -> String? {
                    let values = expression.contains(":v") ? #","ExpressionAttributeValues":{":v":{"N":"1"}}"# : ""
                    return try await attributes(
                        "UpdateItem", key + #","UpdateExpression":"\#(expression)","ReturnValues":"\#(mode)"\#(values)"#
                    )
                }
                #expect(try await update("ADD x :v", "NONE") == nil)
                #expect(try await update("ADD x :v", "ALL_OLD") == "pk=a x=2")
                #expect(try await update("ADD x :v", "ALL_NEW") == "pk=a x=4")
                #expect(try await update("ADD x :v", "UPDATED_OLD") == "x=4")
                #expect(try await update("ADD x :v", "UPDATED_NEW") == "x=6")
                #expect(try await update("ADD y :v", "UPDATED_OLD") == nil)
                #expect(try await update("REMOVE y", "UPDATED_OLD") == "y=1")
                #expect(try await update("REMOVE y", "UPDATED_NEW") == nil)
                #expect(try await update("SET m = :v REMOVE x", "UPDATED_NEW") == "m=1")
                #expect(try await attributes("DeleteItem", key + #","ReturnValues":"ALL_OLD""#) == "m=1 pk=a")
                #expect(try await attributes("DeleteItem", key + #","ReturnValues":"ALL_OLD""#) == nil)
                // An update of a missing item makes it.
                #expect(try await update("SET x = :v", "ALL_OLD") == nil)
                #expect(try await attributes("DeleteItem", key + #","ReturnValues":"ALL_OLD""#) == "pk=a x=1")
                #expect(try await update("SET x = :v", "ALL_NEW") == "pk=a x=1")
            }
        }

        @Test func `an update without changes makes an item of its key, but not one that only removes`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S")
                let key = #"{"pk":{"S":"a"}}"#
                let removals = [
                    #","UpdateExpression":"REMOVE x""#, #","AttributeUpdates":{"x":{"Action":"DELETE"}}"#,
                    #","UpdateExpression":"DELETE x :x","ExpressionAttributeValues":{":x":{"SS":["a"]}}"#,
                ]
                for rest in removals {
                    let answer = try await server.succeed(
                        "UpdateItem", #"{"TableName":"items","Key":\#(key)\#(rest),"ReturnValues":"ALL_NEW"}"#)
                    #expect(answer == .object([]))
                    #expect(try await server.get(key) == nil)
                }
                try await server.succeed("UpdateItem", #"{"TableName":"items","Key":\#(key)}"#)
                #expect(try await server.get(key) == item(key))
            }
        }

        @Test func `nested values that an update touched`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S")
                try await server.put(
                    #"{"pk":{"S":"a"},"m":{"M":{"x":{"N":"1"},"y":{"N":"2"}}},"l":{"L":[{"N":"0"},{"N":"1"}]}}"#)
                let body = try await server.succeed(
                    "UpdateItem",
                    #"{"TableName":"items","Key":{"pk":{"S":"a"}},"UpdateExpression":"SET m.x = :v, l[1] = :v","#
                        + #""ExpressionAttributeValues":{":v":{"S":"new"}},"ReturnValues":"UPDATED_NEW"}"#)
                let expected = #"{"m":{"M":{"x":{"S":"new"}}},"l":{"L":[{"S":"new"}]}}"#
                #expect(try body["Attributes"].map { try Item(json: $0) } == item(expected))
                #expect(
                    try await server.get(#"{"pk":{"S":"a"}}"#)
                        == item(
                            #"{"pk":{"S":"a"},"m":{"M":{"x":{"S":"new"},"y":{"N":"2"}}},"l":{"L":[{"N":"0"},{"S":"new"}]}}"#
                        ))
            }
        }

        @Test func `conditions`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S")
                let failed = "The conditional request failed"
                let put =
                    #"{"TableName":"items","Item":{"pk":{"S":"a"},"v":{"N":"1"}},"ConditionExpression":"attribute_not_exists(pk)""#
                try await server.succeed("PutItem", put + "}")
                let refused = try await server.fail("PutItem", put + "}")
                #expect(refused.type == "ConditionalCheckFailedException")
                #expect(refused.message == failed)
                #expect(refused.body["Item"] == nil)
                let withItem = try await server.fail(
                    "PutItem", put + #","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}"#)
                #expect(
                    try withItem.body["Item"].map { try Item(json: $0) } == item(#"{"pk":{"S":"a"},"v":{"N":"1"}}"#))
                for (operation, change) in [("UpdateItem", #","UpdateExpression":"SET v = :w""#), ("DeleteItem", "")] {
                    let values =
                        operation == "UpdateItem" ? #"":v":{"N":"2"},":w":{"N":"3"}"# : #"":v":{"N":"2"}"#
                    let call =
                        #"{"TableName":"items","Key":{"pk":{"S":"a"}},"ConditionExpression":"v = :v"\#(change),"#
                        + #""ReturnValuesOnConditionCheckFailure":"ALL_OLD","ExpressionAttributeValues":{\#(values)}}"#
                    let failure = try await server.fail(operation, call)
                    #expect(failure.type == "ConditionalCheckFailedException")
                    #expect(failure.body["Item"]?["v"]?["N"] == .string("1"))
                }
                // A condition on an item that is not there, with no item to return.
                let missing = try await server.fail(
                    "DeleteItem",
                    #"{"TableName":"items","Key":{"pk":{"S":"b"}},"ConditionExpression":"attribute_exists(pk)","#
                        + #""ReturnValuesOnConditionCheckFailure":"ALL_OLD"}"#)
                #expect(missing.type == "ConditionalCheckFailedException")
                #expect(missing.body["Item"] == nil)
                #expect(try await server.get(#"{"pk":{"S":"a"}}"#)?["v"] == .number(DynamoNumber(1)))
            }
        }

        @Test func `legacy parameters`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S")
                let key = #""TableName":"items","Key":{"pk":{"S":"a"}}"#
                try await server.succeed(
                    "UpdateItem",
                    "{\(key)"
                        + #","AttributeUpdates":{"x":{"Action":"ADD","Value":{"N":"5"}},"y":{"Value":{"S":"b"}}}}"#)
                let refused = try await server.fail(
                    "UpdateItem", "{\(key)" + #","Expected":{"x":{"Value":{"N":"4"}}},"AttributeUpdates":{}}"#)
                #expect(refused.type == "ConditionalCheckFailedException")
                try await server.succeed(
                    "UpdateItem",
                    "{\(key)" + #","Expected":{"x":{"Value":{"N":"5"}}},"AttributeUpdates":{"y":{"Action":"DELETE"}}}"#)
                #expect(try await server.get(#"{"pk":{"S":"a"}}"#) == item(#"{"pk":{"S":"a"},"x":{"N":"5"}}"#))
                let projected = try await server.succeed("GetItem", "{\(key)" + #","AttributesToGet":["x"]}"#)
                #expect(try projected["Item"].map { try Item(json: $0) } == item(#"{"x":{"N":"5"}}"#))
                let deleted = try await server.fail(
                    "DeleteItem", "{\(key)" + #","Expected":{"x":{"Exists":false}}}"#)
                #expect(deleted.type == "ConditionalCheckFailedException")
            }
        }

        @Test func `a projection`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S")
                try await server.put(Self.rich)
                let body = try await server.succeed(
                    "GetItem",
                    #"{"TableName":"items","Key":{"pk":{"S":"key"}},"ProjectionExpression":"L[1], M.#d.c, nothing, absent","#
                        + ##""ExpressionAttributeNames":{"#d":"a.b"}}"##)
                let expected =
                    #"{"L":{"L":[{"N":"1.5"}]},"M":{"M":{"a.b":{"M":{"c":{"BOOL":true}}}}},"nothing":{"NULL":true}}"#
                #expect(try body["Item"].map { try Item(json: $0) } == item(expected))
                let nothing = try await server.succeed(
                    "GetItem", #"{"TableName":"items","Key":{"pk":{"S":"key"}},"ProjectionExpression":"absent"}"#)
                #expect(nothing == .object([JSONMember(name: "Item", value: .object([]))]))
            }
        }

        @Test func `errors of expressions`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S,sk:N")
                let key = #""TableName":"items","Key":{"pk":{"S":"a"},"sk":{"N":"1"}}"#
                for name in ["pk", "sk"] {
                    try await server.expectInvalid(
                        "UpdateItem",
                        "{\(key)"
                            + #","UpdateExpression":"SET \#(name) = :v","ExpressionAttributeValues":{":v":{"S":"b"}}}"#,
                        "One or more parameter values were invalid: Cannot update attribute \(name). This attribute is "
                            + "part of the key")
                }
                try await server.expectInvalid(
                    "UpdateItem",
                    "{\(key)"
                        + #","UpdateExpression":"SET a = :v","ExpressionAttributeValues":{":v":{"S":"b"},":w":{"S":"c"}}}"#,
                    "1 validation error detected: "
                        + "Value provided in ExpressionAttributeValues unused in expressions: keys: {:w}")
                try await server.expectInvalid(
                    "UpdateItem",
                    "{\(key)" + #","UpdateExpression":"SET a = b"}"#,
                    "The provided expression refers to an attribute that does not exist in the item")
                // An expression that is wrong says so even if the table is not there.
                let failure = try await server.fail(
                    "PutItem", #"{"TableName":"none","Item":{},"ConditionExpression":"a ="}"#)
                #expect(failure.type == "ValidationException")
            }
        }

        @Test func `the size of an item`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S")
                // "pk" + "a" + "v" + text = 409,600 bytes
                let text = String(repeating: "x", count: 409_600 - 4)
                try await server.put(#"{"pk":{"S":"a"},"v":{"S":"\#(text)"}}"#)
                try await server.expectInvalid(
                    "PutItem", #"{"TableName":"items","Item":{"pk":{"S":"a"},"v":{"S":"\#(text)x"}}}"#,
                    "Item size has exceeded the maximum allowed size")
                try await server.expectInvalid(
                    "UpdateItem",
                    #"{"TableName":"items","Key":{"pk":{"S":"a"}},"UpdateExpression":"SET w = :w","#
                        + #""ExpressionAttributeValues":{":w":{"S":"x"}}}"#,
                    "Item size to update has exceeded the maximum allowed size")
                #expect(try await server.get(#"{"pk":{"S":"a"}}"#)?["v"] == .string(Text(text)))
            }
        }

        @Test func `a string with a zero byte is refused, not broken`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S")
                let nul = #"{"S":"a\u0000b"}"#
                for item in [
                    #"{"pk":\#(nul)}"#, #"{"pk":{"S":"a"},"v":\#(nul)}"#, #"{"pk":{"S":"a"},"\u0000":{"S":""}}"#,
                ] {
                    let failure = try await server.fail("PutItem", #"{"TableName":"items","Item":\#(item)}"#)
                    #expect(failure.type == "ValidationException")
                }
            }
        }
    }
}

extension AttributeValue {
    /// A scalar as it would be said.
    fileprivate var brief: String {
        switch self {
        case .string(let text): text.string
        case .number(let number): number.description
        default: type.rawValue
        }
    }
}
