/// The parameters that came before expressions, and the rules for mixing them with expressions.
enum LegacyCases {
    private static let base =
        #"{"n":{"N":"5"},"s":{"S":"hello"},"ss":{"SS":["a","b"]},"l":{"L":[{"N":"1"}]},"t":{"BOOL":true}}"#

    /// Whether an `Expected` holds on `base`.
    private static func expected(_ expected: String, _ holds: Bool, rest: String = "") -> Case {
        .update(
            "Expected \(expected)\(rest)", given: base, #""Expected":\#(expected)\#(rest)"#,
            holds ? .answers("{}") : .conditionFailed,
            leaves: base, .legacy)
    }

    private static func comparison(_ name: String, _ operation: String, _ values: String?, _ holds: Bool) -> Case {
        let list = values.map { #","AttributeValueList":[\#($0)]"# } ?? ""
        return expected(#"{"\#(name)":{"ComparisonOperator":"\#(operation)"\#(list)}}"#, holds)
    }

    static let conditions: [Case] = [
        expected(#"{"n":{"Value":{"N":"5"}}}"#, true), expected(#"{"n":{"Value":{"N":"6"}}}"#, false),
        expected(#"{"n":{"Exists":true,"Value":{"N":"5"}}}"#, true),
        expected(#"{"n":{"Exists":true,"Value":{"N":"6"}}}"#, false),
        expected(#"{"x":{"Exists":false}}"#, true), expected(#"{"n":{"Exists":false}}"#, false), expected("{}", true),
        expected(#"{"x":{"Value":{"N":"5"}}}"#, false),
        comparison("n", "EQ", #"{"N":"5"}"#, true), comparison("n", "EQ", #"{"N":"6"}"#, false),
        comparison("n", "NE", #"{"N":"6"}"#, true),
        comparison("n", "NE", #"{"N":"5"}"#, false), comparison("n", "LT", #"{"N":"6"}"#, true),
        comparison("n", "LE", #"{"N":"5"}"#, true),
        comparison("n", "GT", #"{"N":"5"}"#, false), comparison("n", "GE", #"{"N":"5"}"#, true),
        comparison("x", "NE", #"{"N":"5"}"#, true),
        comparison("n", "NOT_NULL", nil, true), comparison("x", "NOT_NULL", nil, false),
        comparison("x", "NULL", nil, true),
        comparison("n", "NULL", nil, false), comparison("s", "CONTAINS", #"{"S":"ell"}"#, true),
        comparison("s", "NOT_CONTAINS", #"{"S":"zz"}"#, true), comparison("ss", "CONTAINS", #"{"S":"a"}"#, true),
        comparison("ss", "NOT_CONTAINS", #"{"S":"a"}"#, false), comparison("l", "CONTAINS", #"{"N":"1"}"#, true),
        comparison("s", "BEGINS_WITH", #"{"S":"he"}"#, true), comparison("s", "BEGINS_WITH", #"{"S":"x"}"#, false),
        comparison("n", "IN", #"{"N":"4"},{"N":"5"}"#, true), comparison("n", "IN", #"{"N":"4"}"#, false),
        comparison("n", "BETWEEN", #"{"N":"4"},{"N":"6"}"#, true),
        comparison("n", "BETWEEN", #"{"N":"6"},{"N":"7"}"#, false),
        comparison("ss", "EQ", #"{"SS":["b","a"]}"#, true), comparison("s", "LT", #"{"N":"5"}"#, false),
        expected(#"{"n":{"Value":{"N":"5"}},"s":{"Value":{"S":"x"}}}"#, false),
        expected(#"{"n":{"Value":{"N":"5"}},"s":{"Value":{"S":"x"}}}"#, true, rest: #","ConditionalOperator":"OR""#),
        expected(#"{"n":{"Value":{"N":"5"}},"s":{"Value":{"S":"x"}}}"#, false, rest: #","ConditionalOperator":"AND""#),
        expected(#"{"n":{"ComparisonOperator":"EQ","Value":{"N":"5"}}}"#, true),
    ]

    private static func badExpected(_ expected: String, _ reason: String) -> Case {
        .update(
            "Expected \(expected)", #""Expected":\#(expected)"#,
            .enveloped("One or more parameter values were invalid: " + reason),
            leaves: "", .legacy)
    }

    private static func arguments(_ operation: String, _ values: String) -> Case {
        badExpected(
            #"{"a":{"ComparisonOperator":"\#(operation)","AttributeValueList":[\#(values)]}}"#,
            "Invalid number of argument(s) for the \(operation) ComparisonOperator")
    }

    private static func type(_ operation: String, _ value: String, _ type: String) -> Case {
        badExpected(
            #"{"a":{"ComparisonOperator":"\#(operation)","AttributeValueList":[\#(value)]}}"#,
            "ComparisonOperator \(operation) is not valid for \(type) AttributeValue type")
    }

    static let errors: [Case] = [
        badExpected(#"{"a":{}}"#, "Value must be provided when Exists is null for Attribute: a"),
        badExpected(#"{"a":{"Exists":true}}"#, "Value must be provided when Exists is true for Attribute: a"),
        badExpected(
            #"{"a":{"Exists":false,"Value":{"S":"x"}}}"#, "Value cannot be used when Exists is false for Attribute: a"),
        badExpected(
            #"{"a":{"AttributeValueList":[{"S":"x"}]}}"#,
            "AttributeValueList can only be used with a ComparisonOperator for Attribute: a"),
        badExpected(
            #"{"a":{"Exists":true,"ComparisonOperator":"EQ","AttributeValueList":[{"S":"x"}]}}"#,
            "Exists and ComparisonOperator cannot be used together for Attribute: a"),
        badExpected(
            #"{"a":{"Value":{"S":"x"},"AttributeValueList":[{"S":"x"}],"ComparisonOperator":"EQ"}}"#,
            "Value and AttributeValueList cannot be used together for Attribute: a"),
        badExpected(
            #"{"a":{"ComparisonOperator":"EQ"}}"#,
            "Value or AttributeValueList must be used with ComparisonOperator: EQ for Attribute: a"),
        arguments("EQ", ""), arguments("EQ", #"{"S":"x"},{"S":"y"}"#), arguments("LT", #"{"S":"x"},{"S":"y"}"#),
        arguments("NULL", #"{"S":"x"}"#), arguments("NOT_NULL", #"{"S":"x"}"#), arguments("BETWEEN", #"{"S":"x"}"#),
        arguments("IN", ""),
        arguments("CONTAINS", #"{"S":"x"},{"S":"y"}"#), arguments("BEGINS_WITH", ""),
        type("LT", #"{"BOOL":true}"#, "BOOL"), type("GE", #"{"SS":["a"]}"#, "SS"), type("GT", #"{"L":[]}"#, "L"),
        type("LE", #"{"M":{}}"#, "M"),
        type("BEGINS_WITH", #"{"N":"1"}"#, "N"), type("CONTAINS", #"{"SS":["a"]}"#, "SS"),
        type("NOT_CONTAINS", #"{"L":[]}"#, "L"),
        type("IN", #"{"NULL":true}"#, "NULL"),
        badExpected(
            #"{"a":{"ComparisonOperator":"IN","AttributeValueList":[{"S":"x"},{"N":"1"}]}}"#,
            "AttributeValues inside AttributeValueList must all be of the same type"),
        .update(
            "BETWEEN the wrong way round",
            #""Expected":{"a":{"ComparisonOperator":"BETWEEN","AttributeValueList":[{"N":"2"},{"N":"1"}]}}"#,
            .enveloped(
                "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"),
            leaves: "", .legacy),
        .update(
            "an operator that there is not",
            #""Expected":{"a":{"ComparisonOperator":"XX","AttributeValueList":[{"N":"2"}]}}"#,
            .notInSet(
                "XX", "expected.a.member.comparisonOperator",
                "IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS"), leaves: "",
            .legacy),
        .update(
            "an operator between nothing", #""ConditionalOperator":"OR""#,
            .enveloped("ConditionalOperator cannot be used without Filter or Expected"), leaves: "", .legacy),
        .update(
            "an operator between one", #""ConditionalOperator":"OR","Expected":{"a":{"Exists":false}}"#,
            .enveloped("ConditionalOperator can only be used when Filter or Expected has two or more elements"),
            leaves: "", .legacy),
    ]

    private static func updates(
        _ updates: String, given: String? = base, _ expected: Expectation = .answers("{}"), leaves: String? = nil
    ) -> Case {
        .update(
            "AttributeUpdates \(updates)", given: given, #""AttributeUpdates":\#(updates)"#, expected, leaves: leaves,
            .legacy)
    }

    private static func badUpdate(_ update: String, _ reason: String) -> Case {
        updates(
            #"{"a":\#(update)}"#, given: nil, .enveloped("One or more parameter values were invalid: " + reason),
            leaves: "")
    }

    private static let one = #"{"n":{"N":"5"}}"#

    static let attributeUpdates: [Case] = [
        updates(#"{"n":{"Value":{"N":"6"}}}"#, given: one, leaves: #"{"n":{"N":"6"}}"#),
        updates(#"{"n":{"Action":"PUT","Value":{"S":"x"}}}"#, given: one, leaves: #"{"n":{"S":"x"}}"#),
        updates(#"{"a":{"Action":"PUT","Value":{"S":"x"}}}"#, given: nil, leaves: #"{"a":{"S":"x"}}"#),
        updates(#"{"n":{"Action":"ADD","Value":{"N":"1"}}}"#, given: one, leaves: #"{"n":{"N":"6"}}"#),
        updates(#"{"a":{"Action":"ADD","Value":{"N":"1"}}}"#, given: nil, leaves: #"{"a":{"N":"1"}}"#),
        updates(#"{"n":{"Action":"DELETE"}}"#, given: one, leaves: "{}"),
        updates(#"{"n":{"Action":"DELETE"}}"#, given: nil, leaves: ""),
        updates(
            #"{"ss":{"Action":"DELETE","Value":{"SS":["a"]}}}"#, given: #"{"ss":{"SS":["a","b"]}}"#,
            leaves: #"{"ss":{"SS":["b"]}}"#),
        updates(
            #"{"ss":{"Action":"ADD","Value":{"SS":["c"]}}}"#, given: #"{"ss":{"SS":["a"]}}"#,
            leaves: #"{"ss":{"SS":["a","c"]}}"#),
        updates(
            #"{"l":{"Action":"ADD","Value":{"L":[{"N":"2"}]}}}"#, given: #"{"l":{"L":[{"N":"1"}]}}"#,
            leaves: #"{"l":{"L":[{"N":"1"},{"N":"2"}]}}"#),
        updates(#"{"a.b":{"Value":{"N":"6"}}}"#, given: one, leaves: #"{"n":{"N":"5"},"a.b":{"N":"6"}}"#),
        updates("{}", given: one, leaves: one),
        updates(
            #"{"n":{"Action":"ADD","Value":{"SS":["a"]}}}"#, given: one,
            .invalid("Type mismatch for attribute to update"), leaves: one),
        updates(
            #"{"n":{"Action":"DELETE","Value":{"SS":["a"]}}}"#, given: one,
            .invalid("Type mismatch for attribute to update"), leaves: one),
        updates(
            #"{"pk":{"Value":{"S":"x"}}}"#, given: one,
            .badValue("Cannot update attribute pk. This attribute is part of the key"), leaves: one),
        badUpdate(#"{"Action":"PUT"}"#, "Only DELETE action is allowed when no attribute value is specified"),
        badUpdate(#"{"Action":"ADD"}"#, "Only DELETE action is allowed when no attribute value is specified"),
        badUpdate("{}", "Only DELETE action is allowed when no attribute value is specified"),
        badUpdate(#"{"Action":"ADD","Value":{"S":"x"}}"#, "ADD action is not supported for the type S"),
        badUpdate(#"{"Action":"ADD","Value":{"BOOL":true}}"#, "ADD action is not supported for the type BOOL"),
        badUpdate(
            #"{"Action":"DELETE","Value":{"N":"1"}}"#, "DELETE action with value is not supported for the type N"),
        badUpdate(#"{"Action":"DELETE","Value":{"L":[]}}"#, "DELETE action with value is not supported for the type L"),
        updates(
            #"{"a":{"Action":"XX"}}"#, given: nil,
            .notInSet("XX", "attributeUpdates.a.member.action", "ADD, PUT, DELETE"), leaves: ""),
        updates(
            #"{"a":{"Value":{"N":"x"}}}"#, given: nil,
            .invalid("The parameter cannot be converted to a numeric value: x"), leaves: ""),
        .update(
            "UPDATED_NEW of AttributeUpdates", given: one,
            #""AttributeUpdates":{"n":{"Action":"ADD","Value":{"N":"1"}}},"ReturnValues":"UPDATED_NEW""#,
            .answers(#"{"Attributes":{"n":{"N":"6"}}}"#), .legacy),
        .update(
            "UPDATED_OLD of AttributeUpdates", given: one,
            #""AttributeUpdates":{"n":{"Action":"DELETE"}},"ReturnValues":"UPDATED_OLD""#,
            .answers(#"{"Attributes":{"n":{"N":"5"}}}"#), .legacy),
    ]

    private static func mixed(_ operation: String, _ members: String, _ old: String, _ new: String, enveloped: Bool)
        -> Case
    {
        let message =
            "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {\(old)} Expression parameters: {\(new)}"
        let key =
            operation == "PutItem"
            ? #""Item":{"pk":{"S":"$KEY"}},"#
            : operation == "UpdateItem" || operation == "DeleteItem" ? #""Key":{"pk":{"S":"$KEY"}},"# : ""
        return Case(
            "\(operation): \(old) beside \(new)", operation, #"{"TableName":"hash",\#(key)\#(members)}"#,
            enveloped ? .enveloped(message) : .invalid(message), .legacy)
    }

    private static let exists = #""ConditionExpression":"attribute_exists(pk)""#
    private static let keyCondition =
        #""KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"p"}}"#

    static let mixing: [Case] = [
        mixed("PutItem", #""Expected":{},\#(exists)"#, "Expected", "ConditionExpression", enveloped: true),
        mixed("DeleteItem", #""Expected":{},\#(exists)"#, "Expected", "ConditionExpression", enveloped: true),
        mixed("UpdateItem", #""Expected":{},\#(exists)"#, "Expected", "ConditionExpression", enveloped: true),
        mixed(
            "UpdateItem", #""AttributeUpdates":{},"UpdateExpression":"REMOVE a""#, "AttributeUpdates",
            "UpdateExpression", enveloped: true),
        mixed(
            "UpdateItem", #""AttributeUpdates":{},\#(exists)"#, "AttributeUpdates", "ConditionExpression",
            enveloped: true),
        mixed(
            "UpdateItem", #""Expected":{},"UpdateExpression":"REMOVE a""#, "Expected", "UpdateExpression",
            enveloped: true),
        mixed(
            "UpdateItem", #""Expected":{},"AttributeUpdates":{},"UpdateExpression":"REMOVE a",\#(exists)"#,
            "AttributeUpdates, Expected", "UpdateExpression, ConditionExpression", enveloped: true),
        mixed(
            "Query", #""KeyConditions":{},\#(keyCondition)"#, "KeyConditions", "KeyConditionExpression",
            enveloped: false),
        mixed(
            "Query", #""QueryFilter":{},\#(keyCondition)"#, "QueryFilter", "KeyConditionExpression", enveloped: false),
        mixed(
            "Query", #""AttributesToGet":["a"],\#(keyCondition)"#, "AttributesToGet", "KeyConditionExpression",
            enveloped: false),
        mixed(
            "Query", #""AttributesToGet":["a"],"ProjectionExpression":"a""#, "AttributesToGet", "ProjectionExpression",
            enveloped: false),
        mixed(
            "Scan", #""ScanFilter":{},"FilterExpression":"attribute_exists(a)""#, "ScanFilter", "FilterExpression",
            enveloped: false),
        mixed(
            "Scan", #""ConditionalOperator":"OR","FilterExpression":"attribute_exists(a)""#, "ConditionalOperator",
            "FilterExpression", enveloped: false),
        mixed(
            "Scan", #""AttributesToGet":["a"],"ProjectionExpression":"a""#, "AttributesToGet", "ProjectionExpression",
            enveloped: false),
    ]

    private static let partition = #""pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"p"}]}"#

    private static func query(_ conditions: String, _ expected: Expectation, rest: String = "") -> Case {
        Case(
            "KeyConditions \(conditions)\(rest)", "Query",
            #"{"TableName":"pages","KeyConditions":\#(conditions)\#(rest)}"#, expected, .legacy)
    }

    private static func sort(_ operation: String, _ values: String, _ count: Int) -> Case {
        query(
            #"{\#(partition),"sk":{"ComparisonOperator":"\#(operation)","AttributeValueList":[\#(values)]}}"#,
            .has(#"{"Count":\#(count)}"#))
    }

    static let pages: [Case] = [
        query("{\(partition)}", .has(#"{"Count":10}"#)), sort("EQ", #"{"N":"5"}"#, 1), sort("LT", #"{"N":"3"}"#, 2),
        sort("LE", #"{"N":"3"}"#, 3),
        sort("GT", #"{"N":"7"}"#, 3), sort("GE", #"{"N":"7"}"#, 4), sort("BETWEEN", #"{"N":"3"},{"N":"5"}"#, 3),
        query("{}", .invalid("Conditions can be of length 1 or 2 only")),
        query(
            #"{"pk":{"ComparisonOperator":"EQ"}}"#,
            .badValue("Invalid number of argument(s) for the EQ ComparisonOperator")),
        query(#"{"pk":{}}"#, .missing("keyConditions.pk.member.comparisonOperator")),
        query(
            #"{"sk":{"ComparisonOperator":"EQ","AttributeValueList":[{"N":"1"}]}}"#,
            .invalid("Query condition missed key schema element: pk")),
        query(
            #"{\#(partition),"v":{"ComparisonOperator":"EQ","AttributeValueList":[{"N":"1"}]}}"#,
            .invalid("Query condition missed key schema element: sk")),
        query(
            #"{"pk":{"ComparisonOperator":"GT","AttributeValueList":[{"S":"p"}]}}"#,
            .invalid("Query key condition not supported")),
        query(
            #"{\#(partition),"sk":{"ComparisonOperator":"NE","AttributeValueList":[{"N":"1"}]}}"#,
            .invalid("Attempted conditional constraint is not an indexable operation")),
        query(
            #"{\#(partition),"sk":{"ComparisonOperator":"IN","AttributeValueList":[{"N":"1"}]}}"#,
            .invalid("Attempted conditional constraint is not an indexable operation")),
        query(
            #"{\#(partition),"sk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"1"}]}}"#,
            .badValue("Condition parameter type does not match schema type")),
        query(
            "{\(partition)}", .has(#"{"Count":3,"ScannedCount":10}"#),
            rest: #","QueryFilter":{"v":{"ComparisonOperator":"GT","AttributeValueList":[{"N":"49"}]}}"#),
        query(
            "{\(partition)}", .has(#"{"Count":5}"#), rest: #","QueryFilter":{"gpk":{"ComparisonOperator":"NOT_NULL"}}"#),
        query(
            "{\(partition)}", .has(#"{"Count":7}"#),
            rest:
                #","ConditionalOperator":"OR","QueryFilter":{"v":{"ComparisonOperator":"GT","AttributeValueList":[{"N":"49"}]},"gpk":{"ComparisonOperator":"NULL"}}"#
        ),
        query(
            "{\(partition)}",
            .invalid("QueryFilter can only contain non-primary key attributes: Primary key attribute: sk"),
            rest: #","QueryFilter":{"sk":{"ComparisonOperator":"NOT_NULL"}}"#),
        query(
            "{\(partition)}", .invalid("ConditionalOperator cannot be used without Filter or Expected"),
            rest: #","ConditionalOperator":"OR""#),
        query("{\(partition)}", .has(#"{"Items":[{"v":{"N":"1"}}]}"#), rest: #","AttributesToGet":["v"],"Limit":1"#),
        Case(
            "ScanFilter", "Scan",
            #"{"TableName":"pages","ScanFilter":{"v":{"ComparisonOperator":"LE","AttributeValueList":[{"N":"9"}]}}}"#,
            .has(#"{"Count":3,"ScannedCount":10}"#), .legacy),
        Case(
            "ScanFilter on a key", "Scan",
            #"{"TableName":"pages","ScanFilter":{"sk":{"ComparisonOperator":"LE","AttributeValueList":[{"N":"9"}]}}}"#,
            .has(#"{"Count":9,"ScannedCount":10}"#), .legacy),
        Case(
            "two of ScanFilter", "Scan",
            #"{"TableName":"pages","ScanFilter":{"v":{"ComparisonOperator":"LE","AttributeValueList":[{"N":"9"}]},"gpk":{"ComparisonOperator":"NOT_NULL"}}}"#,
            .has(#"{"Count":1}"#), .legacy),
        Case(
            "one of two of ScanFilter", "Scan",
            #"{"TableName":"pages","ConditionalOperator":"OR","ScanFilter":{"v":{"ComparisonOperator":"LE","AttributeValueList":[{"N":"9"}]},"gpk":{"ComparisonOperator":"NOT_NULL"}}}"#,
            .has(#"{"Count":7}"#), .legacy),
    ]
}
