/// BatchGetItem and BatchWriteItem.
enum BatchCases {
    private static func get(_ name: String, _ items: String, _ expected: Expectation, rest: String = "") -> Case {
        Case("get \(name)", "BatchGetItem", #"{"RequestItems":\#(items)\#(rest)}"#, expected, .api("BatchGetItem"))
    }

    private static func write(
        _ name: String, _ items: String, _ expected: Expectation, given: String? = nil, leaves: String? = nil
    ) -> Case {
        Case(
            "write \(name)", "BatchWriteItem", #"{"RequestItems":\#(items)}"#, expected, .api("BatchWriteItem"),
            given: given,
            leaves: leaves)
    }

    private static func keys(_ count: Int) -> String {
        (0..<count).map { #"{"pk":{"S":"none\#($0)"}}"# }.joined(separator: ",")
    }

    private static func puts(_ count: Int) -> String {
        (0..<count).map { #"{"PutRequest":{"Item":{"pk":{"S":"$KEY-\#($0)"}}}}"# }.joined(separator: ",")
    }

    private static let duplicates = Expectation.invalid("Provided list of item keys contains duplicates")

    static let gets: [Case] = [
        get(
            "an item", #"{"zoo":{"Keys":[{"pk":{"S":"all"}}],"ProjectionExpression":"n"}}"#,
            .answers(#"{"Responses":{"zoo":[{"n":{"N":"5"}}]},"UnprocessedKeys":{}}"#)),
        get(
            "no item", #"{"zoo":{"Keys":[{"pk":{"S":"none"}}]}}"#,
            .answers(#"{"Responses":{"zoo":[]},"UnprocessedKeys":{}}"#)),
        get(
            "of two tables",
            #"{"zoo":{"Keys":[{"pk":{"S":"all"}}],"ProjectionExpression":"n"},"pages":{"Keys":[{"pk":{"S":"p"},"sk":{"N":"1"}}],"ProjectionExpression":"v"}}"#,
            .answers(#"{"Responses":{"zoo":[{"n":{"N":"5"}}],"pages":[{"v":{"N":"1"}}]},"UnprocessedKeys":{}}"#)),
        get(
            "old ways", #"{"zoo":{"Keys":[{"pk":{"S":"all"}}],"AttributesToGet":["n"]}}"#,
            .answers(#"{"Responses":{"zoo":[{"n":{"N":"5"}}]},"UnprocessedKeys":{}}"#)),
        get(
            "100 keys", #"{"zoo":{"Keys":[\#(keys(100))]}}"#,
            .answers(#"{"Responses":{"zoo":[]},"UnprocessedKeys":{}}"#)),
        get("no tables", "{}", .broken("RequestItems", "length greater than or equal to 1")),
        get(
            "no keys", #"{"zoo":{"Keys":[]}}"#,
            .broken("RequestItems.zoo.member.Keys", "length greater than or equal to 1")),
        get(
            "101 keys", #"{"zoo":{"Keys":[\#(keys(101))]}}"#,
            .broken("RequestItems.zoo.member.Keys", "length less than or equal to 100")),
        get(
            "101 keys of two tables", #"{"zoo":{"Keys":[\#(keys(60))]},"hash":{"Keys":[\#(keys(41))]}}"#,
            .invalid("Too many items requested for the BatchGetItem call")),
        get("Keys left out", #"{"zoo":{}}"#, .missing("requestItems.zoo.member.keys")),
        get("one key twice", #"{"zoo":{"Keys":[{"pk":{"S":"a"}},{"pk":{"S":"a"}}]}}"#, duplicates),
        get("one number twice", #"{"numbers":{"Keys":[{"pk":{"N":"1"}},{"pk":{"N":"1.0"}}]}}"#, duplicates),
        get("a short table name", #"{"ab":{"Keys":[{"pk":{"S":"a"}}]}}"#, .noTable),
        get("no such table", #"{"nothing":{"Keys":[{"pk":{"S":"a"}}]}}"#, .noTable),
        get(
            "one of two tables is missing",
            #"{"zoo":{"Keys":[{"pk":{"S":"a"}}]},"nothing":{"Keys":[{"pk":{"S":"a"}}]}}"#, .noTable),
        get(
            "both ways in one table",
            #"{"zoo":{"Keys":[{"pk":{"S":"a"}}],"ProjectionExpression":"n","AttributesToGet":["n"]}}"#,
            .invalid(
                "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}"
            )),
        get(
            "both ways in two tables",
            #"{"zoo":{"Keys":[{"pk":{"S":"a"}}],"ProjectionExpression":"n"},"hash":{"Keys":[{"pk":{"S":"a"}}],"AttributesToGet":["n"]}}"#,
            .invalid(
                "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}"
            )),
        get(
            "names without an expression",
            ##"{"zoo":{"Keys":[{"pk":{"S":"a"}}],"ExpressionAttributeNames":{"#a":"a"}}}"##,
            .invalid("ExpressionAttributeNames can only be specified when using expressions")),
        get(
            "a wrong projection", #"{"zoo":{"Keys":[{"pk":{"S":"a"}}],"ProjectionExpression":"n,"}}"#,
            .invalid(#"Invalid ProjectionExpression: Syntax error; token: "<EOF>", near: ",""#)),
        get(
            "a wrong enumeration", #"{"zoo":{"Keys":[{"pk":{"S":"a"}}]}}"#,
            .notInSet("x", "returnConsumedCapacity", "INDEXES, TOTAL, NONE"), rest: #","ReturnConsumedCapacity":"x""#),
        get(
            "a list for the tables", "[]",
            .unserializable(
                "Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.KeysAndAttributes>"
            )),
        get(
            "a list for a table", #"{"zoo":[]}"#,
            .unserializable("Unrecognized collection type class com.amazonaws.dynamodb.v20120810.KeysAndAttributes")),
        get(
            "a map for the keys", #"{"zoo":{"Keys":{}}}"#,
            .unserializable("Start of structure or map found where not expected")),
    ]

    static let writes: [Case] = [
        write(
            "a put", #"{"hash":[{"PutRequest":{"Item":{"pk":{"S":"$KEY"},"a":{"N":"1"}}}}]}"#,
            .answers(#"{"UnprocessedItems":{}}"#), leaves: #"{"a":{"N":"1"}}"#),
        write(
            "a delete", #"{"hash":[{"DeleteRequest":{"Key":{"pk":{"S":"$KEY"}}}}]}"#,
            .answers(#"{"UnprocessedItems":{}}"#), given: "{}", leaves: ""),
        write(
            "a delete of nothing", #"{"hash":[{"DeleteRequest":{"Key":{"pk":{"S":"$KEY"}}}}]}"#,
            .answers(#"{"UnprocessedItems":{}}"#), leaves: ""),
        write(
            "in place of an item", #"{"hash":[{"PutRequest":{"Item":{"pk":{"S":"$KEY"},"a":{"N":"1"}}}}]}"#,
            .answers(#"{"UnprocessedItems":{}}"#), given: #"{"b":{"N":"2"}}"#, leaves: #"{"a":{"N":"1"}}"#),
        write("25 items", #"{"hash":[\#(puts(25))]}"#, .answers(#"{"UnprocessedItems":{}}"#)),
        write(
            "to two tables",
            #"{"hash":[{"PutRequest":{"Item":{"pk":{"S":"$KEY"}}}}],"numbers":[{"PutRequest":{"Item":{"pk":{"N":"1"}}}}]}"#,
            .answers(#"{"UnprocessedItems":{}}"#), leaves: "{}"),
        write("no tables", "{}", .invalid("The requestItems parameter is required for BatchWriteItem")),
        write(
            "26 items of two tables", #"{"hash":[\#(puts(20))],"zoo":[\#(puts(6))]}"#,
            .invalid("Too many items requested for the BatchWriteItem call")),
        write(
            "neither put nor delete", #"{"hash":[{}]}"#,
            .invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")),
        write(
            "put and delete",
            #"{"hash":[{"PutRequest":{"Item":{"pk":{"S":"$KEY"}}},"DeleteRequest":{"Key":{"pk":{"S":"$KEY"}}}}]}"#,
            .invalid(
                "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
            ), leaves: ""),
        write(
            "a put without an item", #"{"hash":[{"PutRequest":{}}]}"#,
            .missing("requestItems.hash.member.1.member.putRequest.item")),
        write(
            "a delete without a key", #"{"hash":[{"DeleteRequest":{}}]}"#,
            .missing("requestItems.hash.member.1.member.deleteRequest.key")),
        write(
            "two puts of one key",
            #"{"hash":[{"PutRequest":{"Item":{"pk":{"S":"$KEY"}}}},{"PutRequest":{"Item":{"pk":{"S":"$KEY"},"a":{"N":"1"}}}}]}"#,
            duplicates, leaves: ""),
        write(
            "a put and a delete of one key",
            #"{"hash":[{"PutRequest":{"Item":{"pk":{"S":"$KEY"}}}},{"DeleteRequest":{"Key":{"pk":{"S":"$KEY"}}}}]}"#,
            duplicates, leaves: ""),
        write("a short table name", #"{"ab":[{"PutRequest":{"Item":{"pk":{"S":"$KEY"}}}}]}"#, .noTable),
        write("no such table", #"{"nothing":[{"PutRequest":{"Item":{"pk":{"S":"$KEY"}}}}]}"#, .noTable),
        write(
            "nothing, since one write is wrong",
            #"{"hash":[{"PutRequest":{"Item":{"pk":{"S":"$KEY"}}}},{"PutRequest":{"Item":{"pk":{"N":"1"}}}}]}"#,
            .invalid("The provided key element does not match the schema"), leaves: ""),
        write(
            "nothing, since one table is missing",
            #"{"hash":[{"PutRequest":{"Item":{"pk":{"S":"$KEY"}}}}],"nothing":[{"PutRequest":{"Item":{"pk":{"S":"$KEY"}}}}]}"#,
            .noTable, leaves: ""),
        write(
            "a map for the writes", #"{"hash":{}}"#,
            .unserializable("Start of structure or map found where not expected")),
        write("a text for a write", #"{"hash":["x"]}"#, .unserializable("Unexpected value type in payload")),
    ]
}
