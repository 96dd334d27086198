/// Query and Scan: keys, order, pages, indexes, and what of the items comes back. Table `pages` has partition p with sort
/// keys 1 to 10; the even ones are in the global indexes under g, by 10 - sk.
enum PageCases {
    private static func keyed(_ text: String) -> String {
        let values = [
            ":p": #"{"S":"p"}"#, ":q": #"{"S":"q"}"#, ":g": #"{"S":"g"}"#, ":l1": #"{"S":"l1"}"#, ":l": #"{"S":"l"}"#,
        ]
        let known = Palette.values.merging(values) { $1 }
        let words = Set(text.split { !($0.isLetter || $0.isNumber || "_:#".contains($0)) }.map(String.init))
        let used = known.filter { words.contains($0.key) }
        guard !used.isEmpty else { return "" }
        return #","ExpressionAttributeValues":{"# + used.map { #""\#($0.key)":\#($0.value)"# }.joined(separator: ",")
            + "}"
    }

    /// A query and the sort keys that it answers, in order.
    private static func query(
        _ condition: String, filter: String = "", _ keys: [Int], scanned: Int? = nil
    ) -> Case {
        query(condition, "", filter: filter, keys, scanned: scanned)
    }

    private static func query(
        _ condition: String, _ members: String, filter: String = "", _ keys: [Int], scanned: Int? = nil,
        last: String? = nil
    ) -> Case {
        let items = keys.map { #"{"sk":{"N":"\#($0)"}}"# }.joined(separator: ",")
        let rest = last.map { #","LastEvaluatedKey":\#($0)"# } ?? ""
        let filtered = filter.isEmpty ? "" : #","FilterExpression":"\#(filter)""#
        return Case(
            "\(condition) \(filter) \(members)", "Query",
            #"{"TableName":"pages","ProjectionExpression":"sk","KeyConditionExpression":"\#(condition)"\#(filtered)\#(keyed(condition + " " + filter))\#(members)}"#,
            .answers(#"{"Items":[\#(items)],"Count":\#(keys.count),"ScannedCount":\#(scanned ?? keys.count)\#(rest)}"#),
            .queries)
    }

    private static func key(_ sk: Int) -> String { #"{"pk":{"S":"p"},"sk":{"N":"\#(sk)"}}"# }
    private static func start(_ sk: Int) -> String { #","ExclusiveStartKey":\#(key(sk))"# }
    private static let descending = #","ScanIndexForward":false"#
    private static let all = Array(1...10)
    private static func globalKey(_ sk: Int, sorted: Bool = true) -> String {
        #"{"pk":{"S":"p"},"sk":{"N":"\#(sk)"},"gpk":{"S":"g"}\#(sorted ? #","gsk":{"N":"\#(10 - sk)"}"# : "")}"#
    }

    static let queries: [Case] = [
        query("pk = :p", all), query("pk = :q", []), query("pk = :p AND sk = :n5", [5]),
        query("pk = :p AND sk < :n3", [1, 2]),
        query("pk = :p AND sk <= :n3", [1, 2, 3]), query("pk = :p AND sk > :n7", [8, 9, 10]),
        query("pk = :p AND sk >= :n7", [7, 8, 9, 10]), query("pk = :p AND sk BETWEEN :n3 AND :n5", [3, 4, 5]),
        query("pk = :p AND sk = :max", []), query("sk < :n3 AND pk = :p", [1, 2]),
        query("pk = :p and sk < :n3", [1, 2]),
        query("(pk = :p) AND (sk < :n3)", [1, 2]), query("pk = :p AND :n3 > sk", [1, 2]), query(":p = pk", all),
        query("pk = :p AND :n7 <= sk", [7, 8, 9, 10]),
        query("pk = :p", descending, all.reversed()), query("pk = :p AND sk < :n4", descending, [3, 2, 1]),
        query("pk = :p", #","ScanIndexForward":true"#, all), query("pk = :p", #","Limit":3"#, [1, 2, 3], last: key(3)),
        query("pk = :p", #","Limit":10"#, all, last: key(10)), query("pk = :p", #","Limit":11"#, all),
        query("pk = :p", #","Limit":3"# + descending, [10, 9, 8], last: key(8)),
        query("pk = :p", start(3), [4, 5, 6, 7, 8, 9, 10]),
        query("pk = :p", start(10), []), query("pk = :p", start(8) + descending, [7, 6, 5, 4, 3, 2, 1]),
        query("pk = :p", start(99), []),
        query("pk = :p AND sk > :n3", #","Limit":2"# + start(5), [6, 7], last: key(7)),
        query("pk = :p AND sk = :n5", #","Limit":1"#, [5], last: key(5)),
        query("pk = :p", filter: "v > :n25", [2, 3, 4, 5, 6, 7, 8, 9, 10], scanned: 10),
        query("pk = :p", #","Limit":4"#, filter: "v > :n5", [3, 4], scanned: 4, last: key(4)),
        query("pk = :p", #","Limit":2"#, filter: "v > :n5", [], scanned: 2, last: key(2)),
        query("pk = :p", filter: "attribute_exists(gpk)", [2, 4, 6, 8, 10], scanned: 10),
        query("gpk = :g", #","IndexName":"gsiAll""#, [10, 8, 6, 4, 2]),
        query("gpk = :g AND gsk < :n5", #","IndexName":"gsiAll""#, [10, 8, 6]),
        query("gpk = :g", #","IndexName":"gsiAll""# + descending, [2, 4, 6, 8, 10]),
        query("gpk = :g", #","IndexName":"gsiAll","Limit":2"#, [10, 8], last: globalKey(8)),
        query("gpk = :g", #","IndexName":"gsiAll","ExclusiveStartKey":\#(globalKey(8))"#, [6, 4, 2]),
        query("gpk = :g", #","IndexName":"gsiAll""#, filter: "v > :n5", [10, 8, 6, 4], scanned: 5),
        query("gpk = :q", #","IndexName":"gsiAll""#, []),
        query("pk = :p AND lsk = :l1", #","IndexName":"lsi""#, [1, 4, 7, 10]),
        query(
            "pk = :p AND begins_with(lsk, :l)", #","IndexName":"lsi","ConsistentRead":true"#,
            [3, 6, 9, 1, 4, 7, 10, 2, 5, 8]),
        query(
            "pk = :p AND lsk = :l1", #","IndexName":"lsi","Limit":2"#, [1, 4],
            last: #"{"pk":{"S":"p"},"sk":{"N":"4"},"lsk":{"S":"l1"}}"#),
    ]

    private static func bad(_ condition: String, filter: String = "", _ expected: Expectation) -> Case {
        bad(condition, "", filter: filter, expected)
    }

    private static func bad(
        _ condition: String, _ members: String, filter: String = "", _ expected: Expectation
    ) -> Case {
        let filtered = filter.isEmpty ? "" : #","FilterExpression":"\#(filter)""#
        return Case(
            "\(condition) \(filter) \(members)".trimmed(200), "Query",
            #"{"TableName":"pages","KeyConditionExpression":"\#(condition)"\#(filtered)\#(keyed(condition + " " + filter))\#(members)}"#,
            expected, .keyConditions)
    }

    private static let unsupported = Expectation.invalid("Query key condition not supported")
    private static func missed(_ name: String) -> Expectation {
        .invalid("Query condition missed key schema element: \(name)")
    }
    private static func operation(_ name: String) -> Expectation {
        .invalid("Invalid operator used in KeyConditionExpression: \(name)")
    }
    private static let invalidStart = Expectation.invalid("The provided starting key is invalid")

    static let keyConditions: [Case] = [
        bad("", .invalid("Invalid KeyConditionExpression: The expression can not be empty;")),
        bad("pk", .invalid(#"Invalid KeyConditionExpression: Syntax error; token: "<EOF>", near: "pk""#)),
        bad(
            "pk = :undefined",
            .invalid(
                "Invalid KeyConditionExpression: An expression attribute value used in expression is not defined; attribute value: :undefined"
            )),
        bad("((pk = :p))", .invalid("Invalid KeyConditionExpression: The expression has redundant parentheses;")),
        bad("sk = :n5", missed("pk")), bad("v = :n5", missed("pk")), bad("pk = :p AND v = :n5", missed("sk")),
        bad("pk > :p", unsupported), bad("begins_with(pk, :p)", unsupported), bad("pk BETWEEN :p AND :q", unsupported),
        bad("pk = :p AND sk <> :n5", operation("<>")), bad("pk = :p OR sk = :n5", operation("OR")),
        bad("NOT pk = :p", operation("NOT")), bad("pk IN (:p)", operation("IN")),
        bad("attribute_exists(pk)", operation("attribute_exists")),
        bad("attribute_not_exists(pk)", operation("attribute_not_exists")),
        bad("pk = :p AND contains(sk, :p)", operation("contains")),
        bad("pk = :p AND attribute_type(sk, :tN)", operation("attribute_type")),
        bad("pk = :p AND pk = :q", .invalid("KeyConditionExpressions must only contain one condition per key")),
        bad(
            "pk = :p AND sk > :n3 AND sk < :n5",
            .invalid("KeyConditionExpressions must only contain one condition per key")),
        bad("pk = :p AND sk = :n3 AND v = :n5", .invalid("Conditions can be of length 1 or 2 only")),
        bad("pk.a = :p", .invalid("KeyConditionExpressions cannot have conditions on nested attributes")),
        bad("pk[0] = :p", .invalid("KeyConditionExpressions cannot have conditions on nested attributes")),
        bad("pk = :p AND size(sk) = :n5", .invalid("KeyConditionExpressions cannot contain nested operations")),
        bad(
            "pk = sk",
            .invalid("Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition")),
        bad("pk = :n5", .badValue("Condition parameter type does not match schema type")),
        bad("pk = :p AND sk = :p", .badValue("Condition parameter type does not match schema type")),
        bad(
            "pk = :p AND sk BETWEEN :n5 AND :n3",
            .invalid(
                "Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:5}, upper bound operand: AttributeValue: {N:3}"
            )),
        bad(
            "pk = :p AND begins_with(sk, :n5)",
            .invalid(
                "Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: begins_with, operand type: N"
            )),
        bad(
            "pk = :empty",
            .invalid(
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk"
            )),
        bad("gpk = :g", missed("pk")), bad("pk = :p", #","IndexName":"gsiAll""#, missed("gpk")),
        bad("gpk = :g AND sk = :n5", #","IndexName":"gsiAll""#, missed("gsk")),
        bad("gpk = :g AND gsk = :n5", #","IndexName":"gsiKeys""#, unsupported),
        bad("pk = :p AND sk = :n5", #","IndexName":"lsi""#, missed("lsk")),
        bad(
            "pk = :p", filter: "sk > :n5",
            .invalid("Filter Expression can only contain non-primary key attributes: Primary key attribute: sk")),
        bad(
            "pk = :p", filter: "pk = :p",
            .invalid("Filter Expression can only contain non-primary key attributes: Primary key attribute: pk")),
        bad(
            "gpk = :g", #","IndexName":"gsiAll""#, filter: "gsk > :n5",
            .invalid("Filter Expression can only contain non-primary key attributes: Primary key attribute: gsk")),
        bad("pk = :p", #","ExclusiveStartKey":{"pk":{"S":"p"}}"#, invalidStart),
        bad("pk = :p", #","ExclusiveStartKey":{}"#, invalidStart),
        bad("pk = :p", #","ExclusiveStartKey":{"pk":{"S":"p"},"sk":{"S":"1"}}"#, invalidStart),
        bad("pk = :p", #","ExclusiveStartKey":{"pk":{"S":"p"},"sk":{"N":"1"},"v":{"N":"1"}}"#, invalidStart),
        bad(
            "pk = :p", #","ExclusiveStartKey":{"pk":{"S":"q"},"sk":{"N":"1"}}"#,
            .invalid("The provided starting key is outside query boundaries based on provided conditions")),
        bad(
            "pk = :p AND sk > :n5", start(3),
            .invalid("The provided starting key does not match the range key predicate")),
        bad(
            "pk = :p", #","ExclusiveStartKey":{"pk":{"S":"p"},"sk":{"N":"x"}}"#,
            .invalid("The provided starting key is invalid: The parameter cannot be converted to a numeric value: x")),
        bad("gpk = :g", #","IndexName":"gsiAll","ExclusiveStartKey":{"gpk":{"S":"g"},"gsk":{"N":"1"}}"#, invalidStart),
        bad(
            "gpk = :g", #","IndexName":"gsiAll","ConsistentRead":true"#,
            .invalid("Consistent reads are not supported on global secondary indexes")),
    ]

    private static func choice(_ operation: String, _ members: String, _ expected: Expectation, _ page: Page? = nil)
        -> Case
    {
        let index = members.contains("IndexName")
        let condition =
            #""KeyConditionExpression":"\#(index && !members.contains("lsi") ? "gpk = :g" : "pk = :g")","ExpressionAttributeValues":{":g":{"S":"\#(index && !members.contains("lsi") ? "g" : "p")"}},"#
        return Case(
            "\(operation) \(members)", operation,
            #"{"TableName":"pages",\#(operation == "Query" ? condition : "")\#(members)}"#, expected,
            page ?? .api(operation))
    }

    private static func both(_ members: String, _ expected: Expectation, _ page: Page? = nil) -> [Case] {
        [choice("Query", members, expected, page), choice("Scan", members, expected, page)]
    }

    /// The older way of choosing cannot stand beside the key condition that these queries have.
    private static func isScan(_ it: Case) -> Bool { it.operation == "Scan" }

    /// A choice that Query refuses within the envelope, and Scan without.
    private static func badChoice(_ members: String, _ reason: String) -> [Case] {
        [
            choice("Query", members, .enveloped(reason)), choice("Scan", members, .invalid(reason)),
        ].filter { $0.operation == "Scan" || !members.contains("AttributesToGet") }
    }

    /// A filter that looks at what the index does not hold.
    private static func unprojectedFilter(_ index: String, _ filter: String, _ names: String) -> [Case] {
        let key = index == "lsi" ? "pk = :p" : "gpk = :g"
        let reason = "Secondary index \(index) does not project one or more filter attributes: [\(names)]"
        return [
            Case(
                "Query \(index), \(filter)", "Query",
                #"{"TableName":"pages","IndexName":"\#(index)","KeyConditionExpression":"\#(key)","FilterExpression":"\#(filter)"\#(keyed(key + " " + filter))}"#,
                .badValue(reason), .globalIndexes),
            Case(
                "Scan \(index), \(filter)", "Scan",
                #"{"TableName":"pages","IndexName":"\#(index)","FilterExpression":"\#(filter)"\#(keyed(filter))}"#,
                .badValue(reason), .globalIndexes),
        ]
    }

    private static let nothingChosen =
        "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"

    static let choices: [Case] = [
        both(#""Select":"COUNT""#, .has(#"{"Count":10,"ScannedCount":10}"#)),
        both(#""Select":"COUNT""#, .lacks(["Items"])),
        badChoice(
            #""Select":"COUNT","ProjectionExpression":"v""#,
            "Cannot specify the ProjectionExpression when choosing to get only the Count"),
        badChoice(
            #""Select":"COUNT","AttributesToGet":["v"]"#,
            "Cannot specify the AttributesToGet when choosing to get only the Count"),
        badChoice(
            #""Select":"ALL_ATTRIBUTES","ProjectionExpression":"v""#,
            "Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES"),
        badChoice(
            #""Select":"ALL_ATTRIBUTES","AttributesToGet":["v"]"#,
            "Cannot specify the AttributesToGet when choosing to get ALL_ATTRIBUTES"),
        badChoice(
            #""Select":"ALL_PROJECTED_ATTRIBUTES""#,
            "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"),
        badChoice(
            #""Select":"ALL_PROJECTED_ATTRIBUTES","IndexName":"gsiKeys","ProjectionExpression":"pk""#,
            "Cannot specify the ProjectionExpression when choosing to get ALL_PROJECTED_ATTRIBUTES"),
        badChoice(#""Select":"SPECIFIC_ATTRIBUTES""#, nothingChosen),
        unprojectedFilter("gsiKeys", "v > :n5", "v"), unprojectedFilter("gsiSome", "inc = :x AND v > :n5", "v"),
        unprojectedFilter("gsiKeys", "attribute_exists(w.x) OR v > :n5", "v, w"),
        unprojectedFilter("lsi", "v > :n5", "v"),
        [
            Case(
                "a filter of a local index whose items are fetched", "Query",
                #"{"TableName":"pages","IndexName":"lsi","Select":"ALL_ATTRIBUTES","KeyConditionExpression":"pk = :p","FilterExpression":"v > :p","ExpressionAttributeValues":{":p":{"S":"p"}}}"#,
                .badValue("Secondary index lsi does not project one or more filter attributes: [v]"), .localIndexes)
        ],
        both(
            #""Select":"SPECIFIC_ATTRIBUTES","ProjectionExpression":"v","Limit":1"#,
            .has(#"{"Items":[{"v":{"N":"1"}}]}"#)
        ).filter { $0.operation == "Query" },
        both(
            #""Select":"ALL_ATTRIBUTES","IndexName":"gsiKeys""#,
            .badValue(
                "Select type ALL_ATTRIBUTES is not supported for global secondary index gsiKeys because its projection type is not ALL"
            ), .globalIndexes),
        both(
            #""Select":"ALL_ATTRIBUTES","IndexName":"gsiSome""#,
            .badValue(
                "Select type ALL_ATTRIBUTES is not supported for global secondary index gsiSome because its projection type is not ALL"
            ), .globalIndexes),
        both(#""Select":"ALL_ATTRIBUTES","IndexName":"gsiAll""#, .has(#"{"Count":5}"#), .globalIndexes),
        both(
            #""IndexName":"gsiKeys","ProjectionExpression":"v""#,
            .badValue("Global secondary index gsiKeys does not project [v]"), .globalIndexes),
        both(#""IndexName":"gsiSome","ProjectionExpression":"inc""#, .has(#"{"Count":5}"#), .globalIndexes),
        both(
            #""IndexName":"gsiSome","ProjectionExpression":"inc, v""#,
            .badValue("Global secondary index gsiSome does not project [v]"), .globalIndexes),
        both(
            #""IndexName":"gsiKeys","AttributesToGet":["v"]"#,
            .badValue("Global secondary index gsiKeys does not project [v]"), .globalIndexes
        ).filter(isScan),
        both(
            #""IndexName":"gsiKeys","ConsistentRead":true"#,
            .invalid("Consistent reads are not supported on global secondary indexes"), .globalIndexes),
        both(
            #""IndexName":"lsi","Select":"ALL_ATTRIBUTES","Limit":1,"ConsistentRead":true"#,
            .has(#"{"Items":[{"pk":{"S":"p"},"sk":{"N":"3"},"lsk":{"S":"l0"},"v":{"N":"9"},"inc":{"S":"i"}}]}"#),
            .localIndexes
        ).filter { $0.operation == "Query" },
        both(
            #""IndexName":"lsi","ProjectionExpression":"v","Limit":1"#, .has(#"{"Items":[{"v":{"N":"9"}}]}"#),
            .localIndexes
        ).filter { $0.operation == "Query" },
        both(
            #""IndexName":"lsi","Limit":1"#, .has(#"{"Items":[{"pk":{"S":"p"},"sk":{"N":"3"},"lsk":{"S":"l0"}}]}"#),
            .localIndexes
        ).filter { $0.operation == "Query" },
        both(#""IndexName":"gsiKeys","Limit":10"#, .has(#"{"Count":5,"ScannedCount":5}"#), .globalIndexes),
        both(
            #""ProjectionExpression":"name""#,
            .invalid("Invalid ProjectionExpression: Attribute name is a reserved keyword; reserved keyword: name"),
            .projections),
        both(
            #""ProjectionExpression":"v","AttributesToGet":["v"]"#,
            .invalid(
                "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}"
            ), .legacy
        ).filter { $0.operation == "Scan" },
    ].flatMap { $0 }

    private static func scan(_ members: String, _ expected: Expectation) -> Case {
        Case("Scan \(members)", "Scan", #"{"TableName":"pages",\#(members)}"#, expected, .scans)
    }

    static let scans: [Case] = [
        scan(#""ConsistentRead":true"#, .has(#"{"Count":10,"ScannedCount":10}"#)),
        scan(#""ConsistentRead":true"#, .lacks(["LastEvaluatedKey", "ConsumedCapacity"])),
        scan(#""Limit":1"#, .has(#"{"Count":1,"ScannedCount":1}"#)),
        scan(#""FilterExpression":"attribute_exists(gpk)""#, .has(#"{"Count":5,"ScannedCount":10}"#)),
        scan(
            #""FilterExpression":"sk > :v","ExpressionAttributeValues":{":v":{"N":"7"}}"#,
            .has(#"{"Count":3,"ScannedCount":10}"#)),
        scan(#""IndexName":"gsiAll""#, .has(#"{"Count":5,"ScannedCount":5}"#)),
        scan(#""IndexName":"lsi""#, .has(#"{"Count":10,"ScannedCount":10}"#)),
        scan(#""Segment":0,"TotalSegments":1"#, .has(#"{"Count":10}"#)),
        scan(
            #""ExclusiveStartKey":{"pk":{"S":"p"}}"#,
            .invalid("The provided starting key is invalid: The provided key element does not match the schema")),
        scan(
            #""ExclusiveStartKey":{"pk":{"S":"p"},"sk":{"N":"1"},"v":{"N":"1"}}"#,
            .invalid("The provided starting key is invalid: The provided key element does not match the schema")),
        scan(
            #""ExclusiveStartKey":{"pk":{"N":"1"},"sk":{"N":"1"}}"#,
            .invalid("The provided starting key is invalid: The provided key element does not match the schema")),
        scan(
            #""IndexName":"gsiAll","ExclusiveStartKey":{"pk":{"S":"p"}}"#,
            .invalid("The provided starting key is invalid")),
        scan(
            #""ExpressionAttributeValues":{":v":{"N":"7"}}"#,
            .invalid("ExpressionAttributeValues can only be specified when using expressions: FilterExpression is null")
        ),
        scan(
            ##""ExpressionAttributeNames":{"#v":"v"}"##,
            .invalid("ExpressionAttributeNames can only be specified when using expressions")),
        scan(
            #""ProjectionExpression":"v","ExpressionAttributeValues":{":v":{"N":"7"}}"#,
            .invalid("ExpressionAttributeValues can only be specified when using expressions: FilterExpression is null")
        ),
        scan(
            #""FilterExpression":"v = :v","ExpressionAttributeValues":{":v":{"N":"7"},":w":{"N":"8"}}"#,
            .invalid("Value provided in ExpressionAttributeValues unused in expressions: keys: {:w}")),
        scan(
            #""FilterExpression":"v = :v","ExpressionAttributeValues":{":v":{"N":"x"}}"#,
            .invalid(
                "ExpressionAttributeValues contains invalid value: The parameter cannot be converted to a numeric value: x for key :v"
            )),
    ]
}

extension String {
    fileprivate func trimmed(_ count: Int) -> String { String(prefix(count)) }
}
