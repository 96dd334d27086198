import DynamoModel

/// The tables of the suite. What cases read only is filled once; what they write to is `hash` and `both`, by keys of
/// their own.
enum Fixture {
    /// Every type, in item `all` of table `zoo`.
    static let zoo = """
        {"pk":{"S":"all"},"s":{"S":"hello"},"e":{"S":""},"face":{"S":"é😀"},"n":{"N":"5"},"neg":{"N":"-2.5"},
        "b":{"B":"AQID"},"t":{"BOOL":true},"f":{"BOOL":false},"z":{"NULL":true},
        "l":{"L":[{"N":"1"},{"S":"two"},{"M":{"a":{"N":"1"}}},{"L":[{"S":"x"}]}]},
        "m":{"M":{"a":{"S":"x"},"n":{"N":"5"},"with.dot":{"M":{"c":{"BOOL":true}}}}},
        "ss":{"SS":["a","b"]},"ns":{"NS":["1","2.5"]},"bs":{"BS":["AQ=="]}}
        """

    private static let indexes = """
        "GlobalSecondaryIndexes":[
        {"IndexName":"gsiAll","KeySchema":[{"AttributeName":"gpk","KeyType":"HASH"},
        {"AttributeName":"gsk","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}},
        {"IndexName":"gsiKeys","KeySchema":[{"AttributeName":"gpk","KeyType":"HASH"}],
        "Projection":{"ProjectionType":"KEYS_ONLY"}},
        {"IndexName":"gsiSome","KeySchema":[{"AttributeName":"gpk","KeyType":"HASH"}],
        "Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["inc"]}}],
        "LocalSecondaryIndexes":[{"IndexName":"lsi","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},
        {"AttributeName":"lsk","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}]
        """

    private static func table(_ name: String, _ attributes: String, indexes: String = "") -> String {
        let keys = attributes.split(separator: " ").prefix(attributes.contains("sk:") ? 2 : 1).map {
            $0.split(separator: ":")[0]
        }
        let schema = zip(keys, ["HASH", "RANGE"]).map { #"{"AttributeName":"\#($0)","KeyType":"\#($1)"}"# }
        let definitions = attributes.split(separator: " ").map { $0.split(separator: ":") }
            .map { #"{"AttributeName":"\#($0[0])","AttributeType":"\#($0[1])"}"# }
        return
            #"{"TableName":"\#(name)","BillingMode":"PAY_PER_REQUEST","KeySchema":[\#(schema.joined(separator: ","))],"#
            + #""AttributeDefinitions":[\#(definitions.joined(separator: ","))]\#(indexes.isEmpty ? "" : "," + indexes)}"#
    }

    static func make(on server: WireHarness) async throws {
        let keys = "pk:S sk:N gpk:S gsk:N lsk:S"
        for table in [
            table("hash", "pk:S"), table("zoo", "pk:S"), table("both", keys, indexes: indexes),
            table("pages", keys, indexes: indexes), table("numbers", "pk:N"), table("bytes", "pk:B"),
        ] {
            try await server.succeed("CreateTable", table)
        }
        try await server.succeed("PutItem", #"{"TableName":"zoo","Item":\#(zoo)}"#)
        // Ten items of partition p: sk 1…10; even ones in the global indexes, by gsk 10 - sk; all in the local one.
        var writes: [String] = []
        for sk in 1...10 {
            let global = sk % 2 == 0 ? #","gpk":{"S":"g"},"gsk":{"N":"\#(10 - sk)"}"# : ""
            writes.append(
                #"{"PutRequest":{"Item":{"pk":{"S":"p"},"sk":{"N":"\#(sk)"},"lsk":{"S":"l\#(sk % 3)"},"#
                    + #""v":{"N":"\#(sk * sk)"},"inc":{"S":"i"}\#(global)}}}"#)
        }
        try await server.succeed("BatchWriteItem", #"{"RequestItems":{"pages":[\#(writes.joined(separator: ","))]}}"#)
    }
}
