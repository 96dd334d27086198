/// Attribute values of a request: their forms, their normal forms, and what is wrong with them.
enum ValueCases {
    /// A value that is stored, and as what it comes back.
    private static func stored(_ value: String, _ normal: String? = nil, _ page: Page = .types) -> Case {
        Case(
            "stored: \(value.prefix(60))", "PutItem",
            #"{"TableName":"hash","Item":{"pk":{"S":"$KEY"},"v":\#(value)}}"#, .answers("{}"), page,
            leaves: #"{"v":\#(normal ?? value)}"#)
    }

    private static func nines(_ count: Int) -> String { String(repeating: "9", count: count) }
    private static func zeros(_ count: Int) -> String { String(repeating: "0", count: count) }
    private static func nested(_ levels: Int) -> String {
        String(repeating: #"{"L":["#, count: levels) + #"{"S":"x"}"# + String(repeating: "]}", count: levels)
    }
    private static func nestedMaps(_ levels: Int) -> String {
        String(repeating: #"{"M":{"a":"#, count: levels) + #"{"S":"x"}"# + String(repeating: "}}", count: levels)
    }

    static let stored: [Case] = [
        stored(#"{"S":"x"}"#), stored(#"{"S":""}"#), stored(#"{"S":"é😀\n\t\"\\"}"#), stored(#"{"B":"AQID"}"#),
        stored(#"{"B":""}"#), stored(#"{"BOOL":true}"#), stored(#"{"BOOL":false}"#), stored(#"{"NULL":true}"#),
        stored(#"{"L":[]}"#), stored(#"{"M":{}}"#), stored(#"{"L":[{"N":"1"},{"L":[]},{"M":{}}]}"#),
        stored(#"{"M":{"a b":{"S":"x"},"":{"S":"y"}}}"#), stored(#"{"SS":["b","a"]}"#, #"{"SS":["a","b"]}"#),
        stored(#"{"SS":[""]}"#), stored(#"{"NS":["1.0","2"]}"#, #"{"NS":["1","2"]}"#),
        stored(#"{"BS":["AQ==","Ag=="]}"#),
        stored(#"{"N":"1"}"#), stored(#"{"N":"-1"}"#), stored(#"{"N":"0"}"#), stored(#"{"N":"-0"}"#, #"{"N":"0"}"#),
        stored(#"{"N":"0.0"}"#, #"{"N":"0"}"#), stored(#"{"N":"1.0"}"#, #"{"N":"1"}"#),
        stored(#"{"N":"+5"}"#, #"{"N":"5"}"#),
        stored(#"{"N":"007"}"#, #"{"N":"7"}"#), stored(#"{"N":".5"}"#, #"{"N":"0.5"}"#),
        stored(#"{"N":"5."}"#, #"{"N":"5"}"#),
        stored(#"{"N":"1e3"}"#, #"{"N":"1000"}"#), stored(#"{"N":"1E-3"}"#, #"{"N":"0.001"}"#),
        stored(#"{"N":"1.23e+2"}"#, #"{"N":"123"}"#), stored(#"{"N":"0e999"}"#, #"{"N":"0"}"#),
        stored(#"{"N":"\#(nines(38))"}"#), stored(#"{"N":"0.\#(nines(38))"}"#),
        stored(#"{"N":"\#(nines(38))000"}"#), stored(#"{"N":"1\#(zeros(125))"}"#),
        stored(#"{"N":"1E125"}"#, #"{"N":"1\#(zeros(125))"}"#),
        stored(#"{"N":"1E-130"}"#, #"{"N":"0.\#(zeros(129))1"}"#),
        stored(#"{"N":"-1E-130"}"#, #"{"N":"-0.\#(zeros(129))1"}"#),
        stored(
            #"{"N":"9.9999999999999999999999999999999999999E+125"}"#, #"{"N":"\#(nines(38))\#(zeros(88))"}"#,
            .constraints),
        stored(nested(31), nil, .constraints), stored(nestedMaps(31), nil, .constraints),
        Case(
            "the last of equal names counts", "PutItem",
            #"{"TableName":"hash","Item":{"pk":{"S":"$KEY"},"v":{"S":"a"},"v":{"S":"b"}}}"#, .answers("{}"), .types,
            leaves: #"{"v":{"S":"b"}}"#),
        Case(
            "a member that nobody knows", "PutItem",
            #"{"TableName":"hash","Item":{"pk":{"S":"$KEY"}},"Unknown":[1]}"#, .answers("{}"), .api("PutItem"),
            leaves: "{}"),
        Case(
            "null is as if it were not there", "PutItem",
            #"{"TableName":"hash","Item":{"pk":{"S":"$KEY"}},"ConditionExpression":null,"ReturnValues":null}"#,
            .answers("{}"), .api("PutItem"), leaves: "{}"),
    ]

    /// What is wrong with a value in an item, in a value of an expression, and in a batch.
    private static func wrong(_ value: String, _ message: String, isEnveloped: Bool, _ page: Page = .types) -> [Case] {
        let bare = message
        let name = String(value.prefix(50))
        return [
            Case(
                "in an item: \(name)", "PutItem",
                #"{"TableName":"hash","Item":{"pk":{"S":"$KEY"},"v":\#(value)}}"#,
                isEnveloped ? .enveloped(bare) : .invalid(bare), page, leaves: ""),
            Case(
                "deep in an item: \(name)", "PutItem",
                #"{"TableName":"hash","Item":{"pk":{"S":"$KEY"},"v":{"L":[{"M":{"a":\#(value)}}]}}}"#,
                isEnveloped ? .enveloped(bare) : .invalid(bare), page, leaves: ""),
            Case(
                "in a batch: \(name)", "BatchWriteItem",
                #"{"RequestItems":{"hash":[{"PutRequest":{"Item":{"pk":{"S":"$KEY"},"v":\#(value)}}}]}}"#,
                .invalid(bare), page, leaves: ""),
            Case(
                "in a value of an update: \(name)", "UpdateItem",
                #"{"TableName":"hash","Key":{"pk":{"S":"$KEY"}},"UpdateExpression":"SET v = :v","#
                    + #""ExpressionAttributeValues":{":v":\#(value)}}"#,
                .enveloped("ExpressionAttributeValues contains invalid value: \(bare) for key :v"), page, leaves: ""),
            Case(
                "in a value of a filter: \(name)", "Scan",
                #"{"TableName":"zoo","FilterExpression":"a = :v","ExpressionAttributeValues":{":v":\#(value)}}"#,
                .invalid("ExpressionAttributeValues contains invalid value: \(bare) for key :v"), page),
        ]
    }

    private static let parameter = "One or more parameter values were invalid: "
    private static let notNumeric = "The parameter cannot be converted to a numeric value"

    static let wrong: [Case] = [
        wrong(#"{"SS":[]}"#, parameter + "An string set  may not be empty", isEnveloped: true),
        wrong(#"{"NS":[]}"#, parameter + "An number set  may not be empty", isEnveloped: true),
        wrong(#"{"BS":[]}"#, parameter + "Binary sets should not be empty", isEnveloped: true),
        wrong(
            #"{"SS":["a","b","a"]}"#, parameter + "Input collection [a, b, a] contains duplicates.", isEnveloped: true),
        wrong(#"{"NS":["1","1.0"]}"#, "Input collection contains duplicates", isEnveloped: true),
        wrong(
            #"{"BS":["AQ==","AQ=="]}"#, parameter + "Input collection [AQ==, AQ==]of type BS contains duplicates.",
            isEnveloped: true),
        wrong(
            #"{"NULL":false}"#, parameter + "Null attribute value types must have the value of true", isEnveloped: true),
        wrong(
            #"{}"#, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
            isEnveloped: false),
        wrong(
            #"{"X":"y"}"#, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
            isEnveloped: false),
        wrong(
            #"{"S":"a","N":"1"}"#,
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
            isEnveloped: false),
        wrong(#"{"N":""}"#, notNumeric, isEnveloped: false),
        wrong(#"{"N":"x"}"#, notNumeric + ": x", isEnveloped: false),
        wrong(#"{"N":" 1"}"#, notNumeric + ":  1", isEnveloped: false),
        wrong(#"{"N":"1 "}"#, notNumeric + ": 1 ", isEnveloped: false),
        wrong(#"{"N":"1.2.3"}"#, notNumeric + ": 1.2.3", isEnveloped: false),
        wrong(#"{"N":"1e"}"#, notNumeric + ": 1e", isEnveloped: false),
        wrong(#"{"N":"NaN"}"#, notNumeric + ": NaN", isEnveloped: false),
        wrong(#"{"N":"0x1"}"#, notNumeric + ": 0x1", isEnveloped: false),
        wrong(#"{"N":"--1"}"#, notNumeric + ": --1", isEnveloped: false),
        wrong(#"{"NS":["1","b"]}"#, notNumeric + ": b", isEnveloped: false),
        wrong(
            #"{"N":"1E126"}"#,
            "Number overflow. Attempting to store a number with magnitude larger than supported range",
            isEnveloped: false, .constraints),
        wrong(
            #"{"N":"-1E126"}"#,
            "Number overflow. Attempting to store a number with magnitude larger than supported range",
            isEnveloped: false, .constraints),
        wrong(
            #"{"N":"1E-131"}"#,
            "Number underflow. Attempting to store a number with magnitude smaller than supported range",
            isEnveloped: false, .constraints),
        wrong(
            #"{"N":"\#(nines(39))"}"#, "Attempting to store more than 38 significant digits in a Number",
            isEnveloped: false, .constraints),
    ].flatMap { $0 }

    private static let tooDeep =
        "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"

    static let depth: [Case] = [
        Case(
            "32 lists around a string", "PutItem",
            #"{"TableName":"hash","Item":{"pk":{"S":"$KEY"},"v":\#(nested(32))}}"#,
            .enveloped(tooDeep), .constraints, leaves: ""),
        Case(
            "32 maps around a string", "PutItem",
            #"{"TableName":"hash","Item":{"pk":{"S":"$KEY"},"v":\#(nestedMaps(32))}}"#,
            .enveloped(tooDeep), .constraints, leaves: ""),
        Case(
            "32 lists in a batch", "BatchWriteItem",
            #"{"RequestItems":{"hash":[{"PutRequest":{"Item":{"pk":{"S":"$KEY"},"v":\#(nested(32))}}}]}}"#,
            .invalid(tooDeep), .constraints, leaves: ""),
        Case(
            "32 lists in a value of a filter", "Scan",
            #"{"TableName":"zoo","FilterExpression":"a = :v","ExpressionAttributeValues":{":v":\#(nested(32))}}"#,
            .enveloped(tooDeep), .constraints),
        Case(
            "32 lists in a value of an update", "UpdateItem",
            #"{"TableName":"hash","Key":{"pk":{"S":"$KEY"}},"UpdateExpression":"SET v = :v","#
                + #""ExpressionAttributeValues":{":v":\#(nested(32))}}"#,
            .enveloped(tooDeep), .constraints, leaves: ""),
        Case.expression(
            "SET m.a = :v0", given: #"{"m":{"M":{}}}"#,
            .enveloped(
                "Invalid UpdateExpression: An expression attribute value used in expression is not defined; "
                    + "attribute value: :v0"),
            leaves: #"{"m":{"M":{}}}"#),
        Case(
            "an update that makes a document too deep", "UpdateItem",
            #"{"TableName":"hash","Key":{"pk":{"S":"$KEY"}},"UpdateExpression":"SET m.a = :v","#
                + #""ExpressionAttributeValues":{":v":\#(nested(31))}}"#,
            .invalid(tooDeep), .constraints, given: #"{"m":{"M":{}}}"#, leaves: #"{"m":{"M":{}}}"#),
    ]

    private static func unserializable(_ value: String, _ message: String) -> Case {
        Case(
            "no form of a value: \(value)", "PutItem",
            #"{"TableName":"hash","Item":{"pk":{"S":"$KEY"},"v":\#(value)}}"#, .unserializable(message), .errors,
            leaves: "")
    }

    static let serialization: [Case] = [
        unserializable(#"{"S":1}"#, "NUMBER_VALUE cannot be converted to String"),
        unserializable(#"{"S":1.5}"#, "DECIMAL_VALUE cannot be converted to String"),
        unserializable(#"{"S":true}"#, "TRUE_VALUE cannot be converted to String"),
        unserializable(#"{"S":[]}"#, "Unrecognized collection type class java.lang.String"),
        unserializable(#"{"S":{}}"#, "Start of structure or map found where not expected"),
        unserializable(#"{"N":1}"#, "NUMBER_VALUE cannot be converted to String"),
        unserializable(#"{"N":false}"#, "FALSE_VALUE cannot be converted to String"),
        unserializable(#"{"BOOL":"true"}"#, "Unexpected token received from parser"),
        unserializable(#"{"BOOL":1}"#, "NUMBER_VALUE cannot be converted to Boolean"),
        unserializable(#"{"NULL":"no"}"#, "Unexpected token received from parser"),
        unserializable(#"{"B":1}"#, "only base-64-encoded strings are convertible to bytes"),
        unserializable(#"{"B":"x"}"#, "Base64 encoded length is expected a multiple of 4 bytes but found: 1"),
        unserializable(#"{"B":"===="}"#, "Invalid last non-pad Base64 character dectected"),
        unserializable(#"{"B":"a$b="}"#, "Invalid Base64 character: '$'"),
        unserializable(#"{"SS":"a"}"#, "Unexpected field type"),
        unserializable(#"{"SS":[1]}"#, "NUMBER_VALUE cannot be converted to String"),
        unserializable(#"{"L":{}}"#, "Start of structure or map found where not expected"),
        unserializable(#"{"L":"a"}"#, "Unexpected field type"),
        unserializable(#"{"L":["a"]}"#, "Unexpected value type in payload"),
        unserializable(
            #"{"M":[]}"#,
            "Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>"
        ),
        unserializable(#"{"M":"a"}"#, "Unexpected field type"),
        unserializable(#""x""#, "Unexpected value type in payload"),
        unserializable(
            "[]", "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue"),
    ]
}
