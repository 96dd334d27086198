/// PutItem, GetItem and DeleteItem: what they answer, and what they say of keys.
enum ItemCases {
    private static func put(
        _ name: String, given: String? = nil, _ members: String, item: String = "{}", _ expected: Expectation,
        leaves: String? = nil
    ) -> Case {
        let rest = item.dropFirst()
        return Case(
            name, "PutItem",
            #"{"TableName":"hash","Item":{"pk":{"S":"$KEY"}\#(rest.hasPrefix("}") ? "" : ",")\#(rest)\#(members)}"#,
            expected,
            .api("PutItem"), given: given, leaves: leaves)
    }

    private static func condition(_ text: String) -> String {
        #","ConditionExpression":"\#(text)"\#(Palette.parameters(of: [text]))"#
    }

    static let put: [Case] = [
        put("a new item", "", item: #"{"a":{"N":"1"}}"#, .answers("{}"), leaves: #"{"a":{"N":"1"}}"#),
        put(
            "an item in place of another", given: #"{"a":{"N":"1"}}"#, "", item: #"{"b":{"N":"2"}}"#, .answers("{}"),
            leaves: #"{"b":{"N":"2"}}"#),
        put("ALL_OLD of a new item", #","ReturnValues":"ALL_OLD""#, .answers("{}")),
        put(
            "ALL_OLD of another item", given: #"{"a":{"N":"1"}}"#, #","ReturnValues":"ALL_OLD""#,
            .answers(#"{"Attributes":{"pk":{"S":"$KEY"},"a":{"N":"1"}}}"#)),
        put("NONE of another item", given: #"{"a":{"N":"1"}}"#, #","ReturnValues":"NONE""#, .answers("{}")),
        put(
            "ALL_NEW", #","ReturnValues":"ALL_NEW""#, .enveloped("ReturnValues can only be ALL_OLD or NONE"), leaves: ""
        ),
        put(
            "UPDATED_OLD", #","ReturnValues":"UPDATED_OLD""#, .enveloped("ReturnValues can only be ALL_OLD or NONE"),
            leaves: ""),
        put("a condition that holds", condition("attribute_not_exists(pk)"), .answers("{}"), leaves: "{}"),
        put(
            "a condition that does not", given: #"{"a":{"N":"1"}}"#, condition("attribute_not_exists(pk)"),
            .conditionFailed, leaves: #"{"a":{"N":"1"}}"#),
        put("a condition on an item that is not there", condition("n = :n5"), .conditionFailed, leaves: ""),
        put("unequal to what is not there", condition("n <> :n5"), .answers("{}"), leaves: "{}"),
        put(
            "a condition looks at the old item", given: #"{"n":{"N":"5"}}"#, condition("n = :n5"),
            item: #"{"n":{"N":"6"}}"#, .answers("{}"), leaves: #"{"n":{"N":"6"}}"#),
        put(
            "a failed condition with the item", given: #"{"n":{"N":"5"}}"#,
            condition("n = :n6") + #","ReturnValuesOnConditionCheckFailure":"ALL_OLD""#, .conditionFailed),
        put("no local index, no metrics", #","ReturnItemCollectionMetrics":"SIZE""#, .answers("{}")),
        put(
            "a condition without an end", condition("n = "),
            .enveloped(#"Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "= ""#), leaves: ""),
        put(
            "a reserved word", condition("size = :n5"),
            .enveloped("Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: size"),
            leaves: ""),
        put(
            "redundant parentheses", condition("((n = :n5))"),
            .enveloped("Invalid ConditionExpression: The expression has redundant parentheses;"), leaves: ""),
        put(
            "an empty condition", #","ConditionExpression":"""#,
            .enveloped("Invalid ConditionExpression: The expression can not be empty;"), leaves: ""),
        put(
            "a value that is not used", condition("n = :n5").replacing(#"":n5":{"#, with: #"":w":{"S":"x"},":n5":{"#),
            .enveloped("Value provided in ExpressionAttributeValues unused in expressions: keys: {:w}"), leaves: ""),
        put(
            "a name that is not used",
            ##","ConditionExpression":"attribute_exists(n)","ExpressionAttributeNames":{"#a":"a"}"##,
            .enveloped("Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}"), leaves: ""),
        put(
            "values without an expression", #","ExpressionAttributeValues":{":v":{"S":"x"}}"#,
            .enveloped(
                "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null"),
            leaves: ""),
        put(
            "names without an expression", ##","ExpressionAttributeNames":{"#a":"a"}"##,
            .enveloped("ExpressionAttributeNames can only be specified when using expressions"), leaves: ""),
        put(
            "no values", #","ConditionExpression":"attribute_exists(n)","ExpressionAttributeValues":{}"#,
            .enveloped("ExpressionAttributeValues must not be empty"), leaves: ""),
        put(
            "no names", #","ConditionExpression":"attribute_exists(n)","ExpressionAttributeNames":{}"#,
            .enveloped("ExpressionAttributeNames must not be empty"), leaves: ""),
        put(
            "a value without a colon", #","ConditionExpression":"n = :v","ExpressionAttributeValues":{"v":{"S":"x"}}"#,
            .enveloped(#"ExpressionAttributeValues contains invalid key: Syntax error; key: "v""#), leaves: ""),
        put(
            "a value of a colon alone", #","ConditionExpression":"n = :v","ExpressionAttributeValues":{":":{"S":"x"}}"#,
            .enveloped(#"ExpressionAttributeValues contains invalid key: Syntax error; key: ":""#), leaves: ""),
        put(
            "a name without a number sign", #","ConditionExpression":"n = :v","ExpressionAttributeNames":{"a":"a"}"#,
            .enveloped(#"ExpressionAttributeNames contains invalid key: Syntax error; key: "a""#), leaves: ""),
        put(
            "a name with a hyphen", ##","ConditionExpression":"#a-b = :v","ExpressionAttributeNames":{"#a-b":"a"}"##,
            .enveloped(##"ExpressionAttributeNames contains invalid key: Syntax error; key: "#a-b""##), leaves: ""),
        put(
            "a name of nothing",
            ##","ConditionExpression":"attribute_exists(#a)","ExpressionAttributeNames":{"#a":""}"##,
            .enveloped("ExpressionAttributeNames contains invalid value: Attribute name must not be empty for key #a"),
            leaves: ""),
    ]

    private static let schema = Expectation.invalid("The provided key element does not match the schema")
    private static func emptyKey(_ kind: String, _ key: String) -> Expectation {
        .invalid(
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty "
                + "\(kind) value. Key: \(key)")
    }

    private static let long = String(repeating: "x", count: 2049)
    private static let longest = String(repeating: "x", count: 2048)

    /// What is wrong with a key, in each operation that has one.
    private static func key(_ table: String, _ key: String, _ expected: Expectation) -> [Case] {
        [
            Case(
                "get \(table) \(key.prefix(60))", "GetItem", #"{"TableName":"\#(table)","Key":\#(key)}"#, expected,
                .api("GetItem")),
            Case(
                "delete \(table) \(key.prefix(60))", "DeleteItem", #"{"TableName":"\#(table)","Key":\#(key)}"#,
                expected, .api("DeleteItem")),
            Case(
                "update \(table) \(key.prefix(60))", "UpdateItem", #"{"TableName":"\#(table)","Key":\#(key)}"#,
                expected, .api("UpdateItem")),
            Case(
                "batch get \(table) \(key.prefix(60))", "BatchGetItem",
                #"{"RequestItems":{"\#(table)":{"Keys":[\#(key)]}}}"#,
                expected, .api("BatchGetItem")),
            Case(
                "batch delete \(table) \(key.prefix(60))", "BatchWriteItem",
                #"{"RequestItems":{"\#(table)":[{"DeleteRequest":{"Key":\#(key)}}]}}"#, expected, .api("BatchWriteItem")
            ),
        ]
    }

    static let keys: [Case] = [
        key("hash", "{}", schema), key("hash", #"{"x":{"S":"a"}}"#, schema), key("hash", #"{"pk":{"N":"1"}}"#, schema),
        key("hash", #"{"pk":{"S":"a"},"sk":{"N":"1"}}"#, schema), key("hash", #"{"pk":{"L":[]}}"#, schema),
        key("hash", #"{"pk":{"BOOL":true}}"#, schema), key("hash", #"{"pk":{"SS":["a"]}}"#, schema),
        key("both", #"{"pk":{"S":"a"}}"#, schema), key("both", #"{"sk":{"N":"1"}}"#, schema),
        key("both", #"{"pk":{"S":"a"},"sk":{"S":"1"}}"#, schema), key("numbers", #"{"pk":{"S":"1"}}"#, schema),
        key("bytes", #"{"pk":{"S":"AQ=="}}"#, schema), key("hash", #"{"pk":{"S":""}}"#, emptyKey("string", "pk")),
        key("bytes", #"{"pk":{"B":""}}"#, emptyKey("binary", "pk")),
        key(
            "hash", #"{"pk":{"S":"\#(long)"}}"#,
            .badValue("Size of hashkey has exceeded the maximum size limit of2048 bytes")),
    ].flatMap { $0 }

    private static func badItem(_ table: String, _ item: String, _ expected: Expectation, batch: Expectation? = nil)
        -> [Case]
    {
        [
            Case(
                "put \(table) \(item.prefix(60))", "PutItem", #"{"TableName":"\#(table)","Item":\#(item)}"#, expected,
                .api("PutItem")),
            Case(
                "batch put \(table) \(item.prefix(60))", "BatchWriteItem",
                #"{"RequestItems":{"\#(table)":[{"PutRequest":{"Item":\#(item)}}]}}"#, batch ?? expected,
                .api("BatchWriteItem")),
        ]
    }

    private static func indexType(_ name: String, _ wanted: String, _ actual: String, _ index: String) -> Expectation {
        .badValue("Type mismatch for Index Key \(name) Expected: \(wanted) Actual: \(actual) IndexName: \(index)")
    }

    static let itemKeys: [Case] = [
        badItem("hash", "{}", .badValue("Missing the key pk in the item"), batch: schema),
        badItem("both", #"{"pk":{"S":"a"}}"#, .badValue("Missing the key sk in the item"), batch: schema),
        badItem("both", #"{"sk":{"N":"1"}}"#, .badValue("Missing the key pk in the item"), batch: schema),
        badItem(
            "hash", #"{"pk":{"N":"1"}}"#, .badValue("Type mismatch for key pk expected: S actual: N"), batch: schema),
        badItem(
            "hash", #"{"pk":{"NULL":true}}"#, .badValue("Type mismatch for key pk expected: S actual: NULL"),
            batch: schema),
        badItem(
            "numbers", #"{"pk":{"B":"AQ=="}}"#, .badValue("Type mismatch for key pk expected: N actual: B"),
            batch: schema),
        badItem("hash", #"{"pk":{"S":""}}"#, emptyKey("string", "pk")),
        badItem("bytes", #"{"pk":{"B":""}}"#, emptyKey("binary", "pk")),
        badItem(
            "hash", #"{"pk":{"S":"\#(long)"}}"#,
            .badValue("Size of hashkey has exceeded the maximum size limit of2048 bytes")),
        badItem("both", #"{"pk":{"S":"a"},"sk":{"N":"1"},"gpk":{"N":"1"}}"#, indexType("gpk", "S", "N", "gsiAll")),
        badItem("both", #"{"pk":{"S":"a"},"sk":{"N":"1"},"gsk":{"S":"1"}}"#, indexType("gsk", "N", "S", "gsiAll")),
        badItem("both", #"{"pk":{"S":"a"},"sk":{"N":"1"},"lsk":{"M":{}}}"#, indexType("lsk", "S", "M", "lsi")),
        badItem(
            "both", #"{"pk":{"S":"a"},"sk":{"N":"1"},"gpk":{"S":""}}"#,
            .invalid(
                "One or more parameter values are not valid. A value specified for a secondary index key is not supported. "
                    + "The AttributeValue for a key attribute cannot contain an empty string value. "
                    + "IndexName: gsiAll, IndexKey: gpk")),
        badItem("hash", #"{"pk":{"S":"a"},"":{"S":"x"}}"#, .badValue("Attribute name must not be empty")).map { item in
            // Within the envelope in a single write.
            item.operation == "PutItem"
                ? Case(
                    item.name, item.operation, item.request,
                    .enveloped("One or more parameter values were invalid: Attribute name must not be empty"), item.page
                )
                : item
        },
        badItem(
            "hash", #"{"pk":{"S":"a"},"v":{"S":"\#(String(repeating: "x", count: 409_600))"}}"#,
            .invalid("Item size has exceeded the maximum allowed size")),
    ].flatMap { $0 }

    static let get: [Case] = [
        Case(
            "an item", "GetItem", #"{"TableName":"zoo","Key":{"pk":{"S":"all"}}}"#,
            .answers(#"{"Item":\#(Fixture.zoo)}"#), .api("GetItem")),
        Case("no item", "GetItem", #"{"TableName":"zoo","Key":{"pk":{"S":"none"}}}"#, .answers("{}"), .api("GetItem")),
        Case(
            "a longest key", "GetItem", #"{"TableName":"zoo","Key":{"pk":{"S":"\#(longest)"}}}"#, .answers("{}"),
            .constraints),
        Case(
            "consistently", "GetItem", #"{"TableName":"zoo","Key":{"pk":{"S":"none"}},"ConsistentRead":true}"#,
            .answers("{}"), .api("GetItem")),
        Case(
            "names without a projection", "GetItem",
            ##"{"TableName":"zoo","Key":{"pk":{"S":"all"}},"ExpressionAttributeNames":{"#a":"a"}}"##,
            .invalid("ExpressionAttributeNames can only be specified when using expressions"), .names),
        Case(
            "a name that is not used", "GetItem",
            ##"{"TableName":"zoo","Key":{"pk":{"S":"all"}},"ProjectionExpression":"n","ExpressionAttributeNames":{"#a":"a"}}"##,
            .invalid("Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}"), .names),
        Case(
            "both ways to choose", "GetItem",
            #"{"TableName":"zoo","Key":{"pk":{"S":"all"}},"ProjectionExpression":"n","AttributesToGet":["n"]}"#,
            .invalid(
                "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}"
            ), .legacy),
        Case(
            "no attributes to get", "GetItem", #"{"TableName":"zoo","Key":{"pk":{"S":"all"}},"AttributesToGet":[]}"#,
            .broken("AttributesToGet", "length greater than or equal to 1"), .legacy),
        Case(
            "one attribute to get twice", "GetItem",
            #"{"TableName":"zoo","Key":{"pk":{"S":"all"}},"AttributesToGet":["n","n"]}"#,
            .badValue("Duplicate value in attribute name: n"), .legacy),
        Case(
            "attributes to get are no paths", "GetItem",
            #"{"TableName":"zoo","Key":{"pk":{"S":"all"}},"AttributesToGet":["n","m.a"]}"#,
            .answers(#"{"Item":{"n":{"N":"5"}}}"#), .legacy),
    ]

    private static func projection(_ text: String, _ item: String) -> Case {
        Case(
            text, "GetItem",
            #"{"TableName":"zoo","Key":{"pk":{"S":"all"}},"ProjectionExpression":"\#(text)"\#(Palette.parameters(of: [text]))}"#,
            .answers(#"{"Item":\#(item)}"#), .projections)
    }

    private static func badProjection(_ text: String, _ reason: String) -> Case {
        Case(
            text, "GetItem",
            #"{"TableName":"zoo","Key":{"pk":{"S":"none"}},"ProjectionExpression":"\#(text)"\#(Palette.parameters(of: [text]))}"#,
            .invalid("Invalid ProjectionExpression: " + reason), .projections)
    }

    static let projections: [Case] = [
        projection("n", #"{"n":{"N":"5"}}"#), projection("n, s", #"{"n":{"N":"5"},"s":{"S":"hello"}}"#),
        projection("absent", "{}"), projection("n, absent", #"{"n":{"N":"5"}}"#),
        projection("#n,#s", #"{"n":{"N":"5"},"s":{"S":"hello"}}"#),
        projection("m.a", #"{"m":{"M":{"a":{"S":"x"}}}}"#),
        projection("m.a, m.n", #"{"m":{"M":{"a":{"S":"x"},"n":{"N":"5"}}}}"#),
        projection("m.#dot.c", #"{"m":{"M":{"with.dot":{"M":{"c":{"BOOL":true}}}}}}"#), projection("m.zz", "{}"),
        projection("l[1]", #"{"l":{"L":[{"S":"two"}]}}"#),
        projection("l[1], l[0]", #"{"l":{"L":[{"N":"1"},{"S":"two"}]}}"#),
        projection("l[2].a", #"{"l":{"L":[{"M":{"a":{"N":"1"}}}]}}"#),
        projection("l[3][0]", #"{"l":{"L":[{"L":[{"S":"x"}]}]}}"#),
        projection("l[9]", "{}"), projection("n.a", "{}"), projection("n[0]", "{}"),
        projection("ss", #"{"ss":{"SS":["a","b"]}}"#),
        badProjection("", "The expression can not be empty;"),
        badProjection("n,", #"Syntax error; token: "<EOF>", near: ",""#),
        badProjection("n s", #"Syntax error; token: "s", near: "n s""#),
        badProjection("n,,s", #"Syntax error; token: ",", near: ",,s""#),
        badProjection("name", "Attribute name is a reserved keyword; reserved keyword: name"),
        badProjection(
            "#undefined",
            "An expression attribute name used in the document path is not defined; attribute name: #undefined"),
        badProjection(
            "n, n",
            "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [n], path two: [n]"
        ),
        badProjection(
            "m, m.a",
            "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [m], path two: [m, a]"
        ),
        badProjection(
            "l[0], l[0].a",
            "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [l, [0]], path two: [l, [0], a]"
        ),
        badProjection(
            "m.a, m[0]",
            "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [m, a], path two: [m, [0]]"
        ),
        badProjection(":v", #"Syntax error; token: ":v", near: ":v""#),
        badProjection("size(l)", #"Syntax error; token: "(", near: "size(l""#),
    ]

    private static func delete(
        _ name: String, given: String? = nil, _ members: String, _ expected: Expectation, leaves: String? = nil
    ) -> Case {
        Case(
            name, "DeleteItem", #"{"TableName":"hash","Key":{"pk":{"S":"$KEY"}}\#(members)}"#, expected,
            .api("DeleteItem"),
            given: given, leaves: leaves)
    }

    static let delete: [Case] = [
        delete("an item", given: #"{"a":{"N":"1"}}"#, "", .answers("{}"), leaves: ""),
        delete("no item", "", .answers("{}"), leaves: ""),
        delete(
            "ALL_OLD", given: #"{"a":{"N":"1"}}"#, #","ReturnValues":"ALL_OLD""#,
            .answers(#"{"Attributes":{"pk":{"S":"$KEY"},"a":{"N":"1"}}}"#), leaves: ""),
        delete("ALL_OLD of no item", #","ReturnValues":"ALL_OLD""#, .answers("{}")),
        delete("ALL_NEW", #","ReturnValues":"ALL_NEW""#, .enveloped("ReturnValues can only be ALL_OLD or NONE")),
        delete("a condition that holds", given: #"{"n":{"N":"5"}}"#, condition("n = :n5"), .answers("{}"), leaves: ""),
        delete(
            "a condition that does not", given: #"{"n":{"N":"5"}}"#, condition("n = :n6"), .conditionFailed,
            leaves: #"{"n":{"N":"5"}}"#),
        delete("a condition on no item", condition("attribute_exists(pk)"), .conditionFailed),
        delete("absence of no item", condition("attribute_not_exists(pk)"), .answers("{}")),
        delete(
            "a wrong condition", condition("n = "),
            .enveloped(#"Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "= ""#)),
        delete(
            "a failed condition with the item", given: #"{"n":{"N":"5"}}"#,
            condition("n = :n6") + #","ReturnValuesOnConditionCheckFailure":"ALL_OLD""#, .conditionFailed),
    ]
}
