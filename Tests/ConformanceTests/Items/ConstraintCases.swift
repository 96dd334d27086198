/// Lengths, ranges, patterns and enumerations of parameters (the "Length Constraints" and "Valid Values" of each page of
/// the API reference), and members that are missing.
enum ConstraintCases {
    private static let item = #""Item":{"pk":{"S":"$KEY"}}"#
    private static let key = #""Key":{"pk":{"S":"$KEY"}}"#
    private static let keyCondition =
        #""KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"p"}}"#

    /// Each operation on items of one table, with what it needs besides the table.
    private static let operations: [(name: String, members: String)] = [
        ("PutItem", item), ("GetItem", key), ("UpdateItem", key), ("DeleteItem", key), ("Query", keyCondition),
        ("Scan", #""Select":"COUNT""#),
    ]

    private static let long = String(repeating: "x", count: 256)
    private static let account = WireHarness.accountID

    static let tableNames: [Case] = operations.flatMap { operation -> [Case] in
        func named(_ title: String, _ table: String, _ expected: Expectation) -> Case {
            Case(
                "\(operation.name), \(title)", operation.name, #"{"TableName":\#(table),\#(operation.members)}"#,
                expected,
                .api(operation.name))
        }
        return [
            named(
                "an empty table name", #""""#,
                operation.name == "Scan"
                    ? .broken("TableName", "length greater than or equal to 1")
                    : .broken("TableName", "length greater than or equal to 1")),
            named(
                "a table name of 256 characters", #""\#(long)""#,
                .broken("TableName", "length less than or equal to 255")),
            named(
                "a table name with a semicolon", #""abc;""#,
                .enveloped(
                    "Value at 'TableName' failed to satisfy constraint: "
                        + "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+")),
            named("a short table name", #""ab""#, .noTable), named("no such table", #""nothing""#, .noTable),
            named(
                "null for a table", "null",
                .invalid("The parameter 'TableName' is required but was not present in the request")),
            named("a number for a table", "1", .unserializable("NUMBER_VALUE cannot be converted to String")),
            named("a list for a table", "[]", .unserializable("Unrecognized collection type class java.lang.String")),
            named("a map for a table", "{}", .unserializable("Start of structure or map found where not expected")),
            named(
                "an ARN of no table", #""arn:aws:dynamodb:\#(WireHarness.region):\#(account):table/nothing""#, .noTable),
            named(
                "an ARN of another account", #""arn:aws:dynamodb:\#(WireHarness.region):999999999999:table/hash""#,
                .noTable),
        ]
    }

    private static let capacity = ("ReturnConsumedCapacity", "returnConsumedCapacity", "INDEXES, TOTAL, NONE")
    private static let metrics = ("ReturnItemCollectionMetrics", "returnItemCollectionMetrics", "SIZE, NONE")
    private static let returnValues = (
        "ReturnValues", "returnValues", "ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW"
    )
    private static let onFailure = (
        "ReturnValuesOnConditionCheckFailure", "returnValuesOnConditionCheckFailure", "ALL_OLD, NONE"
    )
    private static let conditional = ("ConditionalOperator", "conditionalOperator", "OR, AND")
    private static let select = (
        "Select", "select", "SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES"
    )

    static let enumerations: [Case] = operations.flatMap { operation -> [Case] in
        let writes = [capacity, metrics, returnValues, onFailure, conditional]
        let members =
            switch operation.name {
            case "GetItem": [capacity]
            case "Query", "Scan": [capacity, select, conditional]
            default: writes
            }
        return members.flatMap { member, shown, set in
            ["x", "", "none"].map { value in
                let rest =
                    member == "Select" && operation.name == "Scan" ? #""ConsistentRead":false"# : operation.members
                return Case(
                    "\(operation.name), \(member) '\(value)'", operation.name,
                    #"{"TableName":"hash",\#(rest),"\#(member)":"\#(value)"}"#, .notInSet(value, shown, set),
                    .api(operation.name))
            }
        }
    }

    static let missing: [Case] = [
        Case("no Item", "PutItem", #"{"TableName":"hash"}"#, .missing("item"), .api("PutItem")),
        Case("no Key", "GetItem", #"{"TableName":"hash"}"#, .missing("key"), .api("GetItem")),
        Case("no Key", "UpdateItem", #"{"TableName":"hash"}"#, .missing("key"), .api("UpdateItem")),
        Case("no Key", "DeleteItem", #"{"TableName":"hash"}"#, .missing("key"), .api("DeleteItem")),
        Case("no RequestItems", "BatchGetItem", "{}", .missing("requestItems"), .api("BatchGetItem")),
        Case("no RequestItems", "BatchWriteItem", "{}", .missing("requestItems"), .api("BatchWriteItem")),
        Case(
            "no key condition", "Query", #"{"TableName":"hash"}"#,
            .invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."),
            .api("Query")),
        Case(
            "an Item that is a list", "PutItem", #"{"TableName":"hash","Item":[]}"#,
            .unserializable(
                "Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>"
            ), .errors),
        Case(
            "an Item that is a text", "PutItem", #"{"TableName":"hash","Item":"x"}"#,
            .unserializable("Unexpected field type"), .errors),
        Case(
            "a condition that is a number", "PutItem", #"{"TableName":"hash",\#(item),"ConditionExpression":1}"#,
            .unserializable("NUMBER_VALUE cannot be converted to String"), .errors),
        Case(
            "a wrong type comes before a wrong name", "PutItem", #"{"TableName":"","Item":{"pk":{"S":1}}}"#,
            .unserializable("NUMBER_VALUE cannot be converted to String"), .errors),
        // One error: the table's name, then what is missing, then the first enumeration.
        Case(
            "an empty name and a wrong enumeration", "PutItem", #"{"TableName":"",\#(item),"ReturnValues":"x"}"#,
            .broken("TableName", "length greater than or equal to 1"), .api("PutItem")),
        Case(
            "two wrong enumerations", "UpdateItem",
            #"{"TableName":"hash",\#(key),"ReturnValues":"x","ReturnConsumedCapacity":"y"}"#,
            .notInSet("x", "returnValues", returnValues.2), .api("UpdateItem")),
        // These two report all wrong enumerations, where nothing is before them.
        several("PutItem", item), several("DeleteItem", key),
        Case(
            "a missing key before two wrong enumerations", "DeleteItem",
            #"{"TableName":"hash","ReturnValues":"x","ReturnConsumedCapacity":"y"}"#, .missing("key"),
            .api("DeleteItem")),
        Case(
            "a wrong enumeration comes before a missing table", "PutItem",
            #"{"TableName":"nothing",\#(item),"ReturnValues":"x"}"#, .notInSet("x", "returnValues", returnValues.2),
            .api("PutItem")),
        Case(
            "a wrong expression comes before a missing table", "PutItem",
            #"{"TableName":"nothing",\#(item),"ConditionExpression":"a"}"#,
            .enveloped(#"Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "a""#), .api("PutItem")),
        Case(
            "a missing table comes before a wrong key", "GetItem", #"{"TableName":"nothing","Key":{"x":{"S":"a"}}}"#,
            .noTable, .api("GetItem")),
    ]

    private static func several(_ operation: String, _ members: String) -> Case {
        func broken(_ value: String, _ member: String, _ set: String) -> String {
            "Value '\(value)' at '\(member)' failed to satisfy constraint: Member must satisfy enum value set: [\(set)]"
        }
        return Case(
            "two wrong enumerations in \(operation)", operation,
            #"{"TableName":"hash",\#(members),"ReturnValues":"x","ReturnConsumedCapacity":"y"}"#,
            .invalid(
                "2 validation errors detected: \(broken("x", "returnValues", returnValues.2)); "
                    + broken("y", "returnConsumedCapacity", capacity.2)), .api(operation))
    }

    private static func page(_ operation: String, _ members: String, _ expected: Expectation) -> Case {
        let rest = operation == "Query" ? keyCondition + "," : ""
        return Case(
            "\(operation) \(members)", operation, #"{"TableName":"pages",\#(rest)\#(members)}"#, expected,
            .api(operation))
    }

    private static func counted(_ value: String, _ member: String, _ constraint: String) -> Expectation {
        .enveloped("Value '\(value)' at '\(member)' failed to satisfy constraint: Member must have \(constraint)")
    }

    static let pages: [Case] = [
        page("Query", #""Limit":0"#, .broken("Limit", "value greater than or equal to 1")),
        page("Query", #""Limit":-1"#, .broken("Limit", "value greater than or equal to 1")),
        page("Scan", #""Limit":0"#, counted("0", "limit", "value greater than or equal to 1")),
        page("Scan", #""Limit":-5"#, counted("-5", "limit", "value greater than or equal to 1")),
        page("Query", #""Limit":"1""#, .unserializable("STRING_VALUE cannot be converted to Integer")),
        page("Scan", #""Limit":true"#, .unserializable("TRUE_VALUE cannot be converted to Integer")),
        page("Query", #""IndexName":"""#, .broken("IndexName", "length greater than or equal to 3")),
        page("Query", #""IndexName":"ab""#, .broken("IndexName", "length greater than or equal to 3")),
        page("Query", #""IndexName":"\#(long)""#, .broken("IndexName", "length less than or equal to 255")),
        page("Scan", #""IndexName":"ab""#, counted("ab", "indexName", "length greater than or equal to 3")),
        page("Query", #""IndexName":"nothing""#, .invalid("The table does not have the specified index: nothing")),
        page("Scan", #""IndexName":"nothing""#, .invalid("The table does not have the specified index: nothing")),
        page("Query", #""ScanIndexForward":"true""#, .unserializable("Unexpected token received from parser")),
        page("Scan", #""Segment":-1,"TotalSegments":1"#, counted("-1", "segment", "value greater than or equal to 0")),
        page(
            "Scan", #""Segment":0,"TotalSegments":0"#, counted("0", "totalSegments", "value greater than or equal to 1")
        ),
        page(
            "Scan", #""Segment":0,"TotalSegments":1000001"#,
            counted("1000001", "totalSegments", "value less than or equal to 1000000")),
        page(
            "Scan", #""Segment":0"#,
            .invalid(
                "The TotalSegments parameter is required but was not present in the request when Segment parameter is present"
            )),
        page(
            "Scan", #""TotalSegments":2"#,
            .invalid(
                "The Segment parameter is required but was not present in the request when parameter TotalSegments is present"
            )),
        page(
            "Scan", #""Segment":2,"TotalSegments":2"#,
            .invalid(
                "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 2 is not less than TotalSegments: 2"
            )),
        page(
            "Scan", #""Segment":3,"TotalSegments":2"#,
            .invalid(
                "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 3 is not less than TotalSegments: 2"
            )),
    ]
}
