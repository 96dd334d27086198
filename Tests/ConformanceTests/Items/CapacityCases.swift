/// `ReturnConsumedCapacity` by the documented arithmetic, and `ReturnItemCollectionMetrics`.
enum CapacityCases {
    private static func case_(
        _ name: String, _ operation: String, _ request: String, _ capacity: String, given: String? = nil
    ) -> Case {
        Case(name, operation, request, .has(#"{"ConsumedCapacity":\#(capacity)}"#), .capacity, given: given)
    }

    private static func units(_ table: String, _ units: String) -> String {
        #"{"TableName":"\#(table)","CapacityUnits":\#(units)}"#
    }
    private static func detailed(_ table: String, _ units: String) -> String {
        #"{"TableName":"\#(table)","CapacityUnits":\#(units),"Table":{"CapacityUnits":\#(units)}}"#
    }
    private static let total = #""ReturnConsumedCapacity":"TOTAL""#
    private static let indexes = #""ReturnConsumedCapacity":"INDEXES""#
    private static func filler(_ count: Int) -> String { String(repeating: "x", count: count) }

    /// A put of an item of about so many bytes.
    private static func put(_ bytes: Int, _ cost: String, given: String? = nil) -> Case {
        case_(
            "a put of \(bytes) bytes" + (given == nil ? "" : " over another"), "PutItem",
            #"{"TableName":"hash","Item":{"pk":{"S":"$KEY"},"v":{"S":"\#(filler(bytes - 20))"}},\#(total)}"#,
            units("hash", cost),
            given: given)
    }

    private static func get(_ bytes: Int, consistent: Bool, _ cost: String) -> Case {
        case_(
            "a get of \(bytes) bytes" + (consistent ? ", consistent" : ""), "GetItem",
            #"{"TableName":"hash","Key":{"pk":{"S":"$KEY"}},"ConsistentRead":\#(consistent),\#(total)}"#,
            units("hash", cost),
            given: #"{"v":{"S":"\#(filler(bytes - 20))"}}"#)
    }

    private static func key(_ operation: String, _ members: String, _ cost: String, given: String? = nil) -> Case {
        case_(
            "\(operation) \(members)".replacing(#"""#, with: ""), operation,
            #"{"TableName":"hash","Key":{"pk":{"S":"$KEY"}}\#(members),\#(total)}"#, units("hash", cost), given: given)
    }

    static let all: [Case] = [
        put(100, "1.0"), put(1000, "1.0"), put(1100, "2.0"), put(2000, "2.0"), put(10_000, "10.0"),
        put(100_000, "98.0"),
        put(100, "3.0", given: #"{"v":{"S":"\#(filler(3000))"}}"#), put(3000, "3.0", given: #"{"v":{"S":"x"}}"#),
        get(100, consistent: false, "0.5"), get(100, consistent: true, "1.0"), get(4000, consistent: false, "0.5"),
        get(4200, consistent: false, "1.0"), get(4200, consistent: true, "2.0"), get(9000, consistent: true, "3.0"),
        get(9000, consistent: false, "1.5"), key("GetItem", "", "0.5"),
        key("GetItem", #","ConsistentRead":true"#, "1.0"),
        key("GetItem", #","ProjectionExpression":"absent""#, "2.0", given: #"{"v":{"S":"\#(filler(15_000))"}}"#),
        key("DeleteItem", "", "1.0"), key("DeleteItem", "", "4.0", given: #"{"v":{"S":"\#(filler(4000))"}}"#),
        key("UpdateItem", "", "1.0"),
        key("UpdateItem", #","UpdateExpression":"REMOVE v""#, "4.0", given: #"{"v":{"S":"\#(filler(4000))"}}"#),
        key(
            "UpdateItem", #","UpdateExpression":"SET n = :v","ExpressionAttributeValues":{":v":{"N":"1"}}"#, "3.0",
            given: #"{"v":{"S":"\#(filler(3000))"}}"#),
        case_(
            "a put in detail", "PutItem", #"{"TableName":"hash","Item":{"pk":{"S":"$KEY"}},\#(indexes)}"#,
            detailed("hash", "1.0")),
        case_(
            "a get in detail", "GetItem", #"{"TableName":"hash","Key":{"pk":{"S":"$KEY"}},\#(indexes)}"#,
            detailed("hash", "0.5")),
        Case(
            "nothing asked", "GetItem", #"{"TableName":"hash","Key":{"pk":{"S":"$KEY"}}}"#,
            .lacks(["ConsumedCapacity"]), .capacity),
        Case(
            "NONE asked", "GetItem", #"{"TableName":"hash","Key":{"pk":{"S":"$KEY"}},"ReturnConsumedCapacity":"NONE"}"#,
            .lacks(["ConsumedCapacity"]), .capacity),
        // Three global indexes and a local one: an item that is in all, in none, in some.
        case_(
            "a put into every index", "PutItem",
            #"{"TableName":"both","Item":{"pk":{"S":"$KEY"},"sk":{"N":"1"},"gpk":{"S":"$KEY"},"gsk":{"N":"1"},"lsk":{"S":"l"}},\#(indexes)}"#,
            #"{"TableName":"both","CapacityUnits":5.0,"Table":{"CapacityUnits":1.0},"GlobalSecondaryIndexes":{"gsiAll":{"CapacityUnits":1.0},"gsiKeys":{"CapacityUnits":1.0},"gsiSome":{"CapacityUnits":1.0}},"LocalSecondaryIndexes":{"lsi":{"CapacityUnits":1.0}}}"#
        ),
        case_(
            "a put into no index", "PutItem",
            #"{"TableName":"both","Item":{"pk":{"S":"$KEY"},"sk":{"N":"1"}},\#(indexes)}"#, detailed("both", "1.0")),
        case_(
            "a put into some indexes", "PutItem",
            #"{"TableName":"both","Item":{"pk":{"S":"$KEY"},"sk":{"N":"1"},"gpk":{"S":"$KEY"}},\#(total)}"#,
            units("both", "3.0")),
        case_(
            "a query", "Query",
            #"{"TableName":"pages","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"p"}},\#(total)}"#,
            units("pages", "0.5")),
        case_(
            "a consistent query", "Query",
            #"{"TableName":"pages","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"p"}},"ConsistentRead":true,\#(total)}"#,
            units("pages", "1.0")),
        case_(
            "a query of nothing", "Query",
            #"{"TableName":"pages","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"none"}},\#(total)}"#,
            units("pages", "0.5")),
        case_(
            "a query of an index", "Query",
            #"{"TableName":"pages","IndexName":"gsiAll","KeyConditionExpression":"gpk = :p","ExpressionAttributeValues":{":p":{"S":"g"}},\#(indexes)}"#,
            #"{"TableName":"pages","CapacityUnits":0.5,"Table":{"CapacityUnits":0.0},"GlobalSecondaryIndexes":{"gsiAll":{"CapacityUnits":0.5}}}"#
        ),
        case_("a scan", "Scan", #"{"TableName":"zoo",\#(total)}"#, units("zoo", "0.5")),
        case_(
            "a batch of gets", "BatchGetItem",
            #"{"RequestItems":{"zoo":{"Keys":[{"pk":{"S":"all"}},{"pk":{"S":"none"}}]}},\#(total)}"#,
            "[\(units("zoo", "1.0"))]"),
        case_(
            "a consistent batch of gets", "BatchGetItem",
            #"{"RequestItems":{"zoo":{"Keys":[{"pk":{"S":"all"}},{"pk":{"S":"none"}}],"ConsistentRead":true}},\#(total)}"#,
            "[\(units("zoo", "2.0"))]"),
        case_(
            "a batch of writes", "BatchWriteItem",
            #"{"RequestItems":{"hash":[{"PutRequest":{"Item":{"pk":{"S":"$KEY-1"}}}},{"DeleteRequest":{"Key":{"pk":{"S":"$KEY-2"}}}}]},\#(total)}"#,
            "[\(units("hash", "2.0"))]"),
        Case(
            "metrics of a collection", "PutItem",
            #"{"TableName":"both","Item":{"pk":{"S":"$KEY"},"sk":{"N":"1"}},"ReturnItemCollectionMetrics":"SIZE"}"#,
            .answers(
                #"{"ItemCollectionMetrics":{"ItemCollectionKey":{"pk":{"S":"$KEY"}},"SizeEstimateRangeGB":[0.0,1.0]}}"#),
            .localIndexes),
        Case(
            "no metrics without a local index", "PutItem",
            #"{"TableName":"hash","Item":{"pk":{"S":"$KEY"}},"ReturnItemCollectionMetrics":"SIZE"}"#, .answers("{}"),
            .localIndexes),
    ]
}
