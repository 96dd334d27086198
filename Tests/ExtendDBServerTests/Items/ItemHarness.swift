import DynamoModel
import Testing

/// What the tests of item operations do again and again.
extension WireHarness {
    /// Creates a table.
    ///
    /// - Parameters:
    ///   - key: `pk:S` or `pk:S,sk:N`.
    ///   - indexes: JSON members after `KeySchema`, each with a comma in front.
    ///   - attributes: further attribute definitions, as in `key`.
    func makeTable(_ name: String = "items", key: String, attributes: String = "", indexes: String = "") async throws {
        let keys = key.split(separator: ",").map { $0.split(separator: ":") }
        let defined = keys + attributes.split(separator: ",").map { $0.split(separator: ":") }
        let schema = zip(keys, ["HASH", "RANGE"])
            .map { #"{"AttributeName":"\#($0[0])","KeyType":"\#($1)"}"# }.joined(separator: ",")
        let definitions =
            defined.map { #"{"AttributeName":"\#($0[0])","AttributeType":"\#($0[1])"}"# }.joined(separator: ",")
        try await succeed(
            "CreateTable",
            """
            {"TableName":"\(name)","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[\(definitions)],
            "KeySchema":[\(schema)]\(indexes)}
            """)
    }

    /// A table `items` with key `pk:S,sk:N`, global index `gsi1` on `gpk:S,gsk:N` and local index `lsi1` on `lsk:S`.
    func makeIndexedTable(globalProjection: String = "ALL", localProjection: String = "KEYS_ONLY") async throws {
        try await makeTable(
            key: "pk:S,sk:N", attributes: "gpk:S,gsk:N,lsk:S",
            indexes: Self.global("gsi1", "gpk", "gsk", globalProjection)
                + Self.local("lsi1", "pk", "lsk", localProjection))
    }

    static func global(_ name: String, _ hash: String, _ range: String?, _ projection: String = "ALL") -> String {
        #","GlobalSecondaryIndexes":["# + index(name, hash, range, projection) + "]"
    }

    static func local(_ name: String, _ hash: String, _ range: String, _ projection: String = "ALL") -> String {
        #","LocalSecondaryIndexes":["# + index(name, hash, range, projection) + "]"
    }

    /// - Parameter projection: a type, or `INCLUDE` and attribute names after colons.
    static func index(_ name: String, _ hash: String, _ range: String?, _ projection: String) -> String {
        let parts = projection.split(separator: ":")
        let names = parts.dropFirst().map { "\"\($0)\"" }.joined(separator: ",")
        let included = names.isEmpty ? "" : #","NonKeyAttributes":[\#(names)]"#
        let sort = range.map { #",{"AttributeName":"\#($0)","KeyType":"RANGE"}"# } ?? ""
        return #"{"IndexName":"\#(name)","KeySchema":[{"AttributeName":"\#(hash)","KeyType":"HASH"}\#(sort)],"#
            + #""Projection":{"ProjectionType":"\#(parts[0])"\#(included)}}"#
    }

    func put(_ item: String, table: String = "items") async throws {
        try await succeed("PutItem", #"{"TableName":"\#(table)","Item":\#(item)}"#)
    }

    /// The stored item, or `nil`.
    func get(_ key: String, table: String = "items") async throws -> Item? {
        let body = try await succeed("GetItem", #"{"TableName":"\#(table)","Key":\#(key),"ConsistentRead":true}"#)
        return try body["Item"].map { try Item(json: $0) }
    }

    /// The items of one page.
    func items(_ operation: String, _ parameters: String) async throws -> [Item] {
        try await succeed(operation, #"{"TableName":"items",\#(parameters)}"#).items
    }

    /// All items, page after page, following `LastEvaluatedKey`.
    func allItems(_ operation: String, _ parameters: String, table: String = "items") async throws -> [Item] {
        var items: [Item] = []
        var start = ""
        while true {
            let page = try await succeed(operation, #"{"TableName":"\#(table)",\#(parameters)\#(start)}"#)
            items += try page.items
            guard let last = page["LastEvaluatedKey"] else { return items }
            start = #","ExclusiveStartKey":\#(last.text)"#
        }
    }

    /// Expects an operation to fail with a validation error of exactly this message.
    func expectInvalid(
        _ operation: String, _ json: String, _ message: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let failure = try await fail(operation, json)
        #expect(failure.type == "ValidationException", sourceLocation: sourceLocation)
        #expect(failure.status == 400, sourceLocation: sourceLocation)
        #expect(failure.message == message, sourceLocation: sourceLocation)
    }
}

extension JSONValue {
    /// As JSON text.
    var text: String {
        var writer = JSONWriter()
        writer.value(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The member `Items` of a page.
    var items: [Item] {
        get throws { try (self["Items"]?.arrayValue ?? []).map { try Item(json: $0) } }
    }

    /// The names of an object's members, in order.
    var memberNames: [String] { objectValue?.map(\.name) ?? [] }
}

/// An item from DynamoDB JSON.
func item(_ text: String) throws -> Item {
    try Item(json: JSONValue(parsing: Array(text.utf8)))
}

extension Item {
    var json: String {
        var writer = JSONWriter()
        writer.item(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
