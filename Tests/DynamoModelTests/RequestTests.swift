import DynamoModel
import Testing

/// What the requests say about members, before any table is looked at.
@Suite struct RequestTests {
    static let envelope = "1 validation error detected: "
    static let constraint = envelope + "Value "

    @Test func `reads a put in full`() throws {
        let request = try PutItemRequest(
            json: JSONValue(
                """
                {"TableName":"arn:aws:dynamodb:eu-west-1:123456789012:table/shop","Item":{"a":{"S":"b"}},
                 "ConditionExpression":"#a = :a","ExpressionAttributeNames":{"#a":"a"},
                 "ExpressionAttributeValues":{":a":{"N":"1.0"}},"ReturnValues":"ALL_OLD",
                 "ReturnConsumedCapacity":"INDEXES","ReturnItemCollectionMetrics":"SIZE",
                 "ReturnValuesOnConditionCheckFailure":"ALL_OLD"}
                """))
        #expect(request.tableName.hasSuffix("table/shop"))
        #expect(request.item == ["a": .string("b")])
        #expect(request.conditionExpression == "#a = :a")
        #expect(request.expressionAttributeNames == ["#a": "a"])
        #expect(request.expressionAttributeValues == [":a": .number(DynamoNumber(1))])
        #expect(request.returnValues == .allOld)
        #expect(request.returnConsumedCapacity == .indexes)
        #expect(request.returnItemCollectionMetrics == .size)
        #expect(request.returnValuesOnConditionCheckFailure == .allOld)
        #expect(request.expected == nil)
    }

    @Test(arguments: [
        Refusal(#"{}"#, "The parameter 'TableName' is required but was not present in the request"),
        Refusal(
            #"{"TableName":""}"#,
            constraint, "'' at 'tableName' failed to satisfy constraint: ",
            "Member must have length greater than or equal to 1"
        ),
        Refusal(
            #"{"TableName":"ab"}"#,
            constraint, "'ab' at 'tableName' failed to satisfy constraint: ",
            "Member must have length greater than or equal to 3"
        ),
        Refusal(
            #"{"TableName":"a;"}"#,
            "2 validation errors detected: Value 'a;' at 'tableName' failed to satisfy constraint: ",
            "Member must have length greater than or equal to 3; ",
            "Value 'a;' at 'tableName' failed to satisfy constraint: ",
            "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
        ),
        Refusal(
            #"{"TableName":"abc;"}"#,
            constraint, "'abc;' at 'tableName' failed to satisfy constraint: ",
            "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
        ),
        Refusal(#"{"TableName":1}"#, "NUMBER_VALUE cannot be converted to String"),
    ])
    func `table names are checked alike everywhere`(_ refusal: Refusal) throws {
        let json = try JSONValue(refusal.json)
        #expect(message { _ = try DescribeTableRequest(json: json) } == refusal.expected)
        #expect(message { _ = try DeleteTableRequest(json: json) } == refusal.expected)
        #expect(message { _ = try DescribeTimeToLiveRequest(json: json) } == refusal.expected)
    }

    @Test(arguments: [
        Refusal(
            #"{"TableName":"","Item":{},"ReturnValues":"x","ReturnConsumedCapacity":"y"}"#,
            "Value at 'TableName' failed to satisfy constraint: Member must have length greater than or equal to 1"
        ),
        Refusal(
            #"{"TableName":"abc;","ReturnValues":"x","ReturnConsumedCapacity":"y"}"#,
            "Value at 'TableName' failed to satisfy constraint: ",
            "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
        ),
        Refusal(
            #"{"TableName":"abc","ReturnValues":"x"}"#,
            "Value null at 'item' failed to satisfy constraint: Member must not be null"
        ),
        Refusal(
            #"{"TableName":"abc","Item":{},"ReturnValues":"x"}"#,
            "Value 'x' at 'returnValues' failed to satisfy constraint: ",
            "Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]"
        ),
        Refusal(#"{"TableName":"abc","Item":{},"ReturnValues":"ALL_NEW"}"#, "ReturnValues can only be ALL_OLD or NONE"),
        Refusal(
            #"{"TableName":"abc","Item":{},"Expected":{},"ConditionExpression":"a","ConditionalOperator":"OR"}"#,
            "Can not use both expression and non-expression parameters in the same request: ",
            "Non-expression parameters: {Expected, ConditionalOperator} ",
            "Expression parameters: {ConditionExpression}"
        ),
        Refusal(
            ##"{"TableName":"abc","Item":{},"ExpressionAttributeNames":{"#a":"b"}}"##,
            "ExpressionAttributeNames can only be specified when using expressions"
        ),
        Refusal(
            #"{"TableName":"abc","Item":{},"ExpressionAttributeValues":{":a":{"S":"b"}}}"#,
            "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null"
        ),
        Refusal(put(#""ConditionExpression":"""#), "Invalid ConditionExpression: The expression can not be empty;"),
        Refusal(
            put(#""ConditionExpression":"a","ExpressionAttributeNames":{}"#),
            "ExpressionAttributeNames must not be empty"
        ),
        Refusal(
            put(#""ConditionExpression":"a","ExpressionAttributeNames":{"a":"b"}"#),
            #"ExpressionAttributeNames contains invalid key: Syntax error; key: "a""#
        ),
        Refusal(
            put(#""ConditionExpression":"a","ExpressionAttributeValues":{}"#),
            "ExpressionAttributeValues must not be empty"
        ),
        Refusal(
            put(#""ConditionExpression":"a","ExpressionAttributeValues":{":":{"S":"a"}}"#),
            #"ExpressionAttributeValues contains invalid key: Syntax error; key: ":""#
        ),
        Refusal(
            put(#""ConditionExpression":"a","ExpressionAttributeValues":{":a":{}}"#),
            "ExpressionAttributeValues contains invalid value: Supplied AttributeValue is empty, ",
            "must contain exactly one of the supported datatypes for key :a"
        ),
        Refusal(put(#""ConditionalOperator":"OR""#), "ConditionalOperator cannot be used without Filter or Expected"),
        Refusal(
            put(#""ConditionalOperator":"OR","Expected":{"a":{"Exists":false}}"#),
            "ConditionalOperator can only be used when Filter or Expected has two or more elements"
        ),
    ])
    func `a put is refused in the words of the service`(_ refusal: Refusal) throws {
        let json = try JSONValue(refusal.json)
        #expect(message { _ = try PutItemRequest(json: json) } == Self.envelope + refusal.expected)
    }

    @Test func `an item of 400 KB fits and a byte more does not`() throws {
        func put(_ length: Int) throws -> PutItemRequest {
            let text = String(repeating: "x", count: length)
            return try PutItemRequest(json: JSONValue(#"{"TableName":"abc","Item":{"a":{"S":"\#(text)"}}}"#))
        }
        #expect(itemSize(try put(Limits.itemSize - 1).item) == Limits.itemSize)
        #expect(throws: WireError.itemTooLarge) { try put(Limits.itemSize) }
    }

    @Test func `the body must be a structure`() {
        #expect(throws: WireError.self) { try PutItemRequest(json: .array([])) }
        #expect(throws: WireError.self) { try ListTablesRequest(json: .null) }
    }

    @Test func `an update has the placeholders of two expressions`() throws {
        let json = try JSONValue(
            #"{"TableName":"abc","Key":{"a":{"S":"b"}},"ExpressionAttributeValues":{":a":{"S":"b"}}}"#)
        #expect(
            message { _ = try UpdateItemRequest(json: json) }
                == Self.envelope + "ExpressionAttributeValues can only be specified when using expressions: "
                + "UpdateExpression and ConditionExpression are null")
        let request = try UpdateItemRequest(
            json: JSONValue(
                #"{"TableName":"abc","Key":{"a":{"S":"b"}},"UpdateExpression":"SET c = d","ReturnValues":"UPDATED_NEW"}"#
            ))
        #expect(request.updateExpression == "SET c = d")
        #expect(request.returnValues == .updatedNew)
        #expect(request.key == ["a": .string("b")])
    }

    @Test func `deletes and gets need a key`() throws {
        let json = try JSONValue(#"{"TableName":"abc"}"#)
        let expected = Self.constraint + "null at 'key' failed to satisfy constraint: Member must not be null"
        #expect(message { _ = try DeleteItemRequest(json: json) } == expected)
        #expect(message { _ = try GetItemRequest(json: json) } == expected)
        #expect(message { _ = try UpdateItemRequest(json: json) } == expected)
        let get = try GetItemRequest(
            json: JSONValue(
                #"{"TableName":"abc","Key":{"a":{"S":"b"}},"ConsistentRead":true,"AttributesToGet":["b","a"]}"#))
        #expect(get.consistentRead)
        #expect(get.attributesToGet == ["b", "a"])
    }

    @Test(arguments: [
        Refusal(
            #""AttributesToGet":["a","a"]"#,
            "One or more parameter values were invalid: Duplicate value in attribute name: a"),
        Refusal(
            #""AttributesToGet":[]"#,
            envelope, "Value at 'AttributesToGet' failed to satisfy constraint: ",
            "Member must have length greater than or equal to 1"
        ),
        Refusal(
            #""AttributesToGet":["a"],"ProjectionExpression":"a""#,
            "Can not use both expression and non-expression parameters in the same request: ",
            "Non-expression parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}"
        ),
    ])
    func `projections of a get are checked`(_ refusal: Refusal) throws {
        let json = try JSONValue(#"{"TableName":"abc","Key":{"a":{"S":"b"}},\#(refusal.json)}"#)
        #expect(message { _ = try GetItemRequest(json: json) } == refusal.expected)
    }

    @Test func `lists tables with its limits`() throws {
        #expect(try ListTablesRequest(json: JSONValue("{}")).limit == 100)
        let request = try ListTablesRequest(json: JSONValue(#"{"Limit":7,"ExclusiveStartTableName":"abc"}"#))
        #expect(request.limit == 7)
        #expect(request.exclusiveStartTableName == "abc")
        for (limit, words) in [(0, "greater than or equal to 1"), (101, "less than or equal to 100")] {
            #expect(
                message { _ = try ListTablesRequest(json: JSONValue(#"{"Limit":\#(limit)}"#)) }
                    == Self.constraint + "'\(limit)' at 'limit' failed to satisfy constraint: "
                    + "Member must have value \(words)")
        }
    }

    @Test func `reads and checks time to live`() throws {
        let request = try UpdateTimeToLiveRequest(
            json: JSONValue(#"{"TableName":"abc","TimeToLiveSpecification":{"AttributeName":"t","Enabled":true}}"#))
        #expect(request.attributeName == "t")
        #expect(request.enabled)
        #expect(
            message { _ = try UpdateTimeToLiveRequest(json: JSONValue(#"{"TableName":"abc"}"#)) }
                == Self.constraint + "null at 'timeToLiveSpecification' failed to satisfy constraint: "
                + "Member must not be null")
        let empty = #"{"TableName":"abc","TimeToLiveSpecification":{"AttributeName":""}}"#
        #expect(
            message { _ = try UpdateTimeToLiveRequest(json: JSONValue(empty)) }
                == "2 validation errors detected: Value null at 'timeToLiveSpecification.enabled' failed to satisfy "
                + "constraint: Member must not be null; Value '' at 'timeToLiveSpecification.attributeName' failed to "
                + "satisfy constraint: Member must have length greater than or equal to 1")
    }
}

private func put(_ members: String) -> String {
    #"{"TableName":"abc","Item":{"a":{"S":"b"}},\#(members)}"#
}
