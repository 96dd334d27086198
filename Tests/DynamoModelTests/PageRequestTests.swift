import DynamoModel
import Testing

/// Query and Scan, and the older forms of their conditions.
@Suite struct PageRequestTests {
    @Test func `reads a query in full`() throws {
        let request = try QueryRequest(
            json: JSONValue(
                """
                {"TableName":"abc","IndexName":"by-a","KeyConditionExpression":"a = :a","FilterExpression":"b = :a",
                 "ProjectionExpression":"c","ExpressionAttributeValues":{":a":{"S":"x"}},"Limit":5,
                 "Select":"SPECIFIC_ATTRIBUTES","ScanIndexForward":false,"ConsistentRead":true,
                 "ExclusiveStartKey":{"a":{"S":"k"}},"ReturnConsumedCapacity":"TOTAL"}
                """))
        #expect(request.indexName == "by-a")
        #expect(request.keyConditionExpression == "a = :a")
        #expect(request.filterExpression == "b = :a")
        #expect(request.projectionExpression == "c")
        #expect(request.limit == 5)
        #expect(request.select == .specificAttributes)
        #expect(!request.scanIndexForward)
        #expect(request.consistentRead)
        #expect(request.exclusiveStartKey == ["a": .string("k")])
        #expect(request.returnConsumedCapacity == .total)
    }

    @Test(arguments: [
        Refusal("", "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."),
        Refusal(
            #","Limit":0"#,
            "1 validation error detected: Value at 'Limit' failed to satisfy constraint: ",
            "Member must have value greater than or equal to 1"
        ),
        Refusal(
            #","IndexName":"a""#,
            "1 validation error detected: Value at 'IndexName' failed to satisfy constraint: ",
            "Member must have length greater than or equal to 3"
        ),
        Refusal(
            #","Select":"ALL""#,
            "1 validation error detected: Value 'ALL' at 'select' failed to satisfy constraint: Member must satisfy ",
            "enum value set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]"
        ),
        Refusal(
            #","Select":"SPECIFIC_ATTRIBUTES""#,
            "1 validation error detected: ",
            "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"
        ),
        Refusal(
            #","Select":"COUNT","ProjectionExpression":"a""#,
            "1 validation error detected: Cannot specify the ProjectionExpression when choosing to get only the Count"
        ),
        Refusal(
            #","Select":"ALL_ATTRIBUTES","AttributesToGet":["a"]"#,
            "1 validation error detected: Cannot specify the AttributesToGet when choosing to get ALL_ATTRIBUTES"
        ),
        Refusal(
            #","Select":"ALL_PROJECTED_ATTRIBUTES""#,
            "1 validation error detected: ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"
        ),
        Refusal(
            #","ExclusiveStartKey":{"a":{}}"#,
            "The provided starting key is invalid: Supplied AttributeValue is empty, ",
            "must contain exactly one of the supported datatypes"
        ),
        Refusal(
            #","KeyConditions":{"a":{"ComparisonOperator":"EQ","AttributeValueList":[]}}"#,
            "One or more parameter values were invalid: Invalid number of argument(s) for the EQ ComparisonOperator"
        ),
        Refusal(
            #","KeyConditions":{"a":{}}"#,
            "1 validation error detected: Value null at 'keyConditions.a.member.comparisonOperator' failed to satisfy ",
            "constraint: Member must not be null"
        ),
        Refusal(#","KeyConditions":{}"#, "Conditions can be of length 1 or 2 only"),
        Refusal(
            #","KeyConditions":{"a":{"ComparisonOperator":"NULL"}},"KeyConditionExpression":"a = b""#,
            "Can not use both expression and non-expression parameters in the same request: ",
            "Non-expression parameters: {KeyConditions} Expression parameters: {KeyConditionExpression}"
        ),
        Refusal(
            #","ProjectionExpression":"a","ExpressionAttributeValues":{":a":{"S":"b"}}"#,
            "ExpressionAttributeValues can only be specified when using expressions: ",
            "FilterExpression and KeyConditionExpression are null"
        ),
        Refusal(
            #","ExpressionAttributeValues":{":a":{"S":"b"}}"#,
            "ExpressionAttributeValues can only be specified when using expressions: ",
            "FilterExpression and KeyConditionExpression are null"
        ),
    ])
    func `a query is refused in the words of the service`(_ refusal: Refusal) throws {
        let json = try JSONValue(#"{"TableName":"abc"\#(refusal.json)}"#)
        #expect(message { _ = try QueryRequest(json: json) } == refusal.expected)
    }

    @Test func `a filter expression may stand beside key conditions`() throws {
        let request = try QueryRequest(
            json: JSONValue(
                """
                {"TableName":"abc","FilterExpression":"attribute_exists(b)",
                 "KeyConditions":{"a":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"x"}]}}}
                """))
        #expect(request.keyConditions == ["a": LegacyCondition(.equal, [.string("x")])])
        #expect(request.scanIndexForward)
    }

    @Test(arguments: [
        Refusal(
            #""Segment":0"#,
            "The TotalSegments parameter is required but was not present in the request when Segment parameter is present"
        ),
        Refusal(
            #""TotalSegments":1"#,
            "The Segment parameter is required but was not present in the request when parameter TotalSegments is present"
        ),
        Refusal(
            #""Segment":4,"TotalSegments":4"#,
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: ",
            "Segment: 4 is not less than TotalSegments: 4"
        ),
        Refusal(
            #""Segment":-1,"TotalSegments":1000001"#,
            "2 validation errors detected: Value '-1' at 'segment' failed to satisfy constraint: ",
            "Member must have value greater than or equal to 0; Value '1000001' at 'totalSegments' failed to ",
            "satisfy constraint: Member must have value less than or equal to 1000000"
        ),
        Refusal(#""Segment":"0","TotalSegments":1"#, "STRING_VALUE cannot be converted to Integer"),
    ])
    func `segments of a scan go together`(_ refusal: Refusal) throws {
        let json = try JSONValue(#"{"TableName":"abc",\#(refusal.json)}"#)
        #expect(message { _ = try ScanRequest(json: json) } == refusal.expected)
    }

    @Test func `reads a scan in full`() throws {
        let request = try ScanRequest(
            json: JSONValue(
                """
                {"TableName":"abc","Segment":1,"TotalSegments":4,"ConditionalOperator":"OR",
                 "ScanFilter":{"a":{"ComparisonOperator":"BETWEEN","AttributeValueList":[{"N":"1"},{"N":"2"}]},
                               "b":{"ComparisonOperator":"NOT_NULL"}}}
                """))
        #expect(request.segment == 1)
        #expect(request.totalSegments == 4)
        #expect(request.conditionalOperator == .or)
        #expect(
            request.scanFilter == [
                "a": LegacyCondition(.between, [.number(DynamoNumber(1)), .number(DynamoNumber(2))]),
                "b": LegacyCondition(.notNull),
            ])
    }

    @Test(arguments: [
        Refusal(
            #"{"ComparisonOperator":"LT","AttributeValueList":[{"SS":["a"]}]}"#,
            "ComparisonOperator LT is not valid for SS AttributeValue type"
        ),
        Refusal(
            #"{"ComparisonOperator":"BETWEEN","AttributeValueList":[{"S":"a"},{"N":"1"}]}"#,
            "AttributeValues inside AttributeValueList must all be of the same type"
        ),
        Refusal(
            #"{"ComparisonOperator":"BETWEEN","AttributeValueList":[{"N":"10"}]}"#,
            "Invalid number of argument(s) for the BETWEEN ComparisonOperator"
        ),
        Refusal(#"{"ComparisonOperator":"IN"}"#, "Invalid number of argument(s) for the IN ComparisonOperator"),
    ])
    func `legacy conditions are checked`(_ refusal: Refusal) throws {
        let json = try JSONValue(#"{"TableName":"abc","ScanFilter":{"a":\#(refusal.json)}}"#)
        #expect(
            message { _ = try ScanRequest(json: json) } == "One or more parameter values were invalid: "
                + refusal.expected)
    }

    @Test func `bounds of BETWEEN are in order`() throws {
        let json = try JSONValue(
            #"{"TableName":"abc","ScanFilter":{"a":{"ComparisonOperator":"BETWEEN","AttributeValueList":[{"N":"10"},{"N":"9"}]}}}"#
        )
        #expect(
            message { _ = try ScanRequest(json: json) }
                == "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound")
    }

    @Test(arguments: [
        (#"{"Exists":false}"#, LegacyCondition(.null)),
        (#"{"Value":{"S":"x"}}"#, LegacyCondition(.equal, [.string("x")])),
        (#"{"Exists":true,"Value":{"S":"x"}}"#, LegacyCondition(.equal, [.string("x")])),
        (#"{"ComparisonOperator":"NE","Value":{"S":"x"}}"#, LegacyCondition(.notEqual, [.string("x")])),
        (
            #"{"ComparisonOperator":"IN","AttributeValueList":[{"S":"x"},{"S":"y"}]}"#,
            LegacyCondition(.in, [.string("x"), .string("y")])
        ),
    ])
    func `the spellings of Expected are conditions`(_ json: String, _ condition: LegacyCondition) throws {
        let json = try JSONValue(#"{"TableName":"abc","Key":{"k":{"S":"b"}},"Expected":{"a":\#(json)}}"#)
        #expect(try DeleteItemRequest(json: json).expected == ["a": condition])
    }

    @Test(arguments: [
        Refusal(#"{}"#, "Value must be provided when Exists is null for Attribute: a"),
        Refusal(#"{"Exists":true}"#, "Value must be provided when Exists is true for Attribute: a"),
        Refusal(#"{"Exists":false,"Value":{"S":"x"}}"#, "Value cannot be used when Exists is false for Attribute: a"),
        Refusal(
            #"{"Value":{"S":"x"},"AttributeValueList":[]}"#,
            "Value and AttributeValueList cannot be used together for Attribute: a"
        ),
        Refusal(
            #"{"AttributeValueList":[]}"#,
            "AttributeValueList can only be used with a ComparisonOperator for Attribute: a"
        ),
        Refusal(
            #"{"Exists":true,"ComparisonOperator":"NULL"}"#,
            "Exists and ComparisonOperator cannot be used together for Attribute: a"
        ),
        Refusal(
            #"{"ComparisonOperator":"EQ"}"#,
            "Value or AttributeValueList must be used with ComparisonOperator: EQ for Attribute: a"
        ),
    ])
    func `Expected is checked`(_ refusal: Refusal) throws {
        let json = try JSONValue(#"{"TableName":"abc","Key":{"k":{"S":"b"}},"Expected":{"a":\#(refusal.json)}}"#)
        #expect(
            message { _ = try UpdateItemRequest(json: json) }
                == "1 validation error detected: One or more parameter values were invalid: " + refusal.expected)
    }

    @Test func `reads attribute updates`() throws {
        let json = try JSONValue(
            """
            {"TableName":"abc","Key":{"k":{"S":"b"}},"AttributeUpdates":{"a":{"Value":{"S":"x"}},
             "b":{"Action":"DELETE"},"c":{"Action":"ADD","Value":{"N":"1"}}}}
            """)
        #expect(
            try UpdateItemRequest(json: json).attributeUpdates == [
                "a": AttributeUpdate(.put, .string("x")), "b": AttributeUpdate(.delete),
                "c": AttributeUpdate(.add, .number(DynamoNumber(1))),
            ])
    }

    @Test(arguments: [
        Refusal(#"{"Action":"PUT"}"#, "Only DELETE action is allowed when no attribute value is specified"),
        Refusal(#"{"Action":"ADD","Value":{"S":"x"}}"#, "ADD action is not supported for the type S"),
        Refusal(#"{"Action":"DELETE","Value":{"N":"1"}}"#, "DELETE action with value is not supported for the type N"),
    ])
    func `attribute updates are checked`(_ refusal: Refusal) throws {
        let json = try JSONValue(
            #"{"TableName":"abc","Key":{"k":{"S":"b"}},"AttributeUpdates":{"a":\#(refusal.json)}}"#)
        #expect(
            message { _ = try UpdateItemRequest(json: json) }
                == "1 validation error detected: One or more parameter values were invalid: " + refusal.expected)
    }
}
