import DynamoModel
import Testing

@Suite struct BatchRequestTests {
    @Test func `reads a batch of gets`() throws {
        let request = try BatchGetItemRequest(
            json: JSONValue(
                """
                {"RequestItems":{"abc":{"Keys":[{"a":{"S":"1"}},{"a":{"S":"2"}}],"ConsistentRead":true,
                 "ProjectionExpression":"#a","ExpressionAttributeNames":{"#a":"a"}},"def":{"Keys":[{"b":{"N":"1"}}]}}}
                """))
        #expect(request.requestItems.map(\.tableName) == ["abc", "def"])
        #expect(request.requestItems[0].keys == [["a": .string("1")], ["a": .string("2")]])
        #expect(request.requestItems[0].consistentRead)
        #expect(request.requestItems[0].projectionExpression == "#a")
        #expect(request.requestItems[0].expressionAttributeNames == ["#a": "a"])
        #expect(!request.requestItems[1].consistentRead)
    }

    @Test func `reads a batch of writes`() throws {
        let request = try BatchWriteItemRequest(
            json: JSONValue(
                """
                {"RequestItems":{"abc":[{"PutRequest":{"Item":{"a":{"S":"1"}}}},{"DeleteRequest":{"Key":{"a":{"S":"2"}}}}]},
                 "ReturnItemCollectionMetrics":"SIZE"}
                """))
        #expect(request.requestItems[0].writes == [.put(["a": .string("1")]), .delete(key: ["a": .string("2")])])
        #expect(request.returnItemCollectionMetrics == .size)
    }

    @Test func `a batch has tables`() throws {
        let missing =
            "1 validation error detected: "
            + "Value null at 'requestItems' failed to satisfy constraint: Member must not be null"
        #expect(message { _ = try BatchGetItemRequest(json: .object([])) } == missing)
        #expect(message { _ = try BatchWriteItemRequest(json: .object([])) } == missing)
        let empty = try JSONValue(#"{"RequestItems":{}}"#)
        #expect(
            message { _ = try BatchGetItemRequest(json: empty) }
                == "1 validation error detected: Value at 'RequestItems' failed to satisfy constraint: "
                + "Member must have length greater than or equal to 1")
        #expect(
            message { _ = try BatchWriteItemRequest(json: empty) }
                == "The requestItems parameter is required for BatchWriteItem")
    }

    @Test(arguments: [#"{"a":{"S":"1"}},{"a":{"S":"1"}}"#, #"{"a":{"N":"1"}},{"b":{"S":"x"}},{"a":{"N":"1.0"}}"#])
    func `gets of one key twice are refused before the table is known`(_ keys: String) throws {
        let json = try JSONValue(#"{"RequestItems":{"abc":{"Keys":[\#(keys)]}}}"#)
        #expect(throws: WireError.duplicateKeys) { try BatchGetItemRequest(json: json) }
    }

    @Test func `what a write lacks is named with its place`() throws {
        let json = try JSONValue(
            #"{"RequestItems":{"abc":[{"PutRequest":{"Item":{"a":{"N":"x"}}}},{"PutRequest":{}},{"DeleteRequest":{}}]}}"#
        )
        #expect(
            message { _ = try BatchWriteItemRequest(json: json) }
                == "2 validation errors detected: "
                + "Value null at 'requestItems.abc.member.2.member.putRequest.item' "
                + "failed to satisfy constraint: Member must not be null; "
                + "Value null at 'requestItems.abc.member.3.member.deleteRequest.key' "
                + "failed to satisfy constraint: Member must not be null")
    }

    @Test func `a table of a batch is named properly`() throws {
        let json = try JSONValue(#"{"RequestItems":{"a;":[{"PutRequest":{"Item":{}}}]}}"#)
        #expect(
            message { _ = try BatchWriteItemRequest(json: json) }.hasSuffix(
                "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+]"))
    }

    private func gets(_ counts: [Int]) throws -> JSONValue {
        let tables = counts.enumerated().map { index, count in
            let keys = (0..<count).map { #"{"a":{"S":"\#($0)"}}"# }.joined(separator: ",")
            return #""table\#(index)":{"Keys":[\#(keys)]}"#
        }
        return try JSONValue(#"{"RequestItems":{\#(tables.joined(separator: ","))}}"#)
    }

    private func writes(_ counts: [Int]) throws -> JSONValue {
        let tables = counts.enumerated().map { index, count in
            let puts = [String](repeating: #"{"PutRequest":{"Item":{"a":{"S":"x"}}}}"#, count: count)
            return #""table\#(index)":[\#(puts.joined(separator: ","))]"#
        }
        return try JSONValue(#"{"RequestItems":{\#(tables.joined(separator: ","))}}"#)
    }

    @Test func `gets are limited in one table and together`() throws {
        #expect(throws: Never.self) { try BatchGetItemRequest(json: gets([60, 40])) }
        #expect(
            message { _ = try BatchGetItemRequest(json: gets([60, 41])) }
                == "Too many items requested for the BatchGetItem call")
        #expect(
            message { _ = try BatchGetItemRequest(json: gets([101])) }.hasSuffix(
                "at 'RequestItems.table0.member.Keys' failed to satisfy constraint: "
                    + "Member must have length less than or equal to 100"))
        #expect(
            message { _ = try BatchGetItemRequest(json: gets([0])) }
                == "1 validation error detected: Value at 'RequestItems.table0.member.Keys' failed to satisfy "
                + "constraint: Member must have length greater than or equal to 1")
    }

    @Test func `choosing attributes in two ways is refused across tables`() throws {
        let json = try JSONValue(
            #"{"RequestItems":{"abc":{"Keys":[{"a":{"S":"1"}}],"ProjectionExpression":"a"},"#
                + #""def":{"Keys":[{"a":{"S":"1"}}],"AttributesToGet":["a"]}}}"#)
        #expect(
            message { _ = try BatchGetItemRequest(json: json) }
                == "Can not use both expression and non-expression parameters in the same request: "
                + "Non-expression parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}")
    }

    @Test func `writes are limited in one table and together`() throws {
        #expect(throws: Never.self) { try BatchWriteItemRequest(json: writes([20, 5])) }
        #expect(
            message { _ = try BatchWriteItemRequest(json: writes([20, 6])) }
                == "Too many items requested for the BatchWriteItem call")
        for counts in [[26], [0]] {
            #expect(
                message { _ = try BatchWriteItemRequest(json: writes(counts)) }.hasSuffix(
                    "at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: "
                        + "[Member must have length less than or equal to 25, "
                        + "Member must have length greater than or equal to 1]"))
        }
    }

    @Test(arguments: [
        Refusal("{}", "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        Refusal(
            #"{"PutRequest":{"Item":{}},"DeleteRequest":{"Key":{}}}"#,
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
        ),
        Refusal(#"{"PutRequest":{"Item":{"a":{"N":"x"}}}}"#, "The parameter cannot be converted to a numeric value: x"),
        Refusal("[]", "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.WriteRequest"),
    ])
    func `a write is one put or one delete`(_ refusal: Refusal) throws {
        let json = try JSONValue(#"{"RequestItems":{"abc":[\#(refusal.json)]}}"#)
        #expect(message { _ = try BatchWriteItemRequest(json: json) } == refusal.expected)
    }
}
