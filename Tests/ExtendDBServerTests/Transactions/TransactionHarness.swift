import DynamoModel
import Testing

/// The tests of transactions, one after another as those of items.
@Suite(.serialized) enum TransactionTests {}

extension WireHarness {
    /// The actions as the JSON of a TransactWriteItems.
    static func writes(_ actions: [String], _ rest: String = "") -> String {
        #"{"TransactItems":[\#(actions.joined(separator: ","))]\#(rest)}"#
    }

    static func gets(_ keys: [String], table: String = "items", _ rest: String = "") -> String {
        let gets = keys.map { #"{"Get":{"TableName":"\#(table)","Key":\#($0)}}"# }
        return #"{"TransactItems":[\#(gets.joined(separator: ","))]\#(rest)}"#
    }

    /// One action on `items`.
    ///
    /// - Parameter rest: JSON members, each with a comma in front.
    static func put(_ item: String, _ rest: String = "", table: String = "items") -> String {
        #"{"Put":{"TableName":"\#(table)","Item":\#(item)\#(rest)}}"#
    }

    static func delete(_ key: String, _ rest: String = "", table: String = "items") -> String {
        #"{"Delete":{"TableName":"\#(table)","Key":\#(key)\#(rest)}}"#
    }

    static func check(_ key: String, _ condition: String, _ rest: String = "", table: String = "items") -> String {
        #"{"ConditionCheck":{"TableName":"\#(table)","Key":\#(key),"ConditionExpression":"\#(condition)"\#(rest)}}"#
    }

    static func update(_ key: String, _ expression: String, _ rest: String = "", table: String = "items") -> String {
        #"{"Update":{"TableName":"\#(table)","Key":\#(key),"UpdateExpression":"\#(expression)"\#(rest)}}"#
    }

    func transact(_ actions: [String], _ rest: String = "") async throws -> JSONValue {
        try await succeed("TransactWriteItems", Self.writes(actions, rest))
    }

    /// The items of a TransactGetItems, in order.
    func transactGet(_ keys: [String], table: String = "items") async throws -> [Item?] {
        let answer = try await succeed("TransactGetItems", Self.gets(keys, table: table))
        return try (answer["Responses"]?.arrayValue ?? []).map { try $0["Item"].map { try Item(json: $0) } }
    }

    /// Expects a transaction to be cancelled.
    ///
    /// - Parameter reasons: code and message of each action; `nil` for none.
    /// - Returns: the reasons as they came.
    @discardableResult
    func expectCancelled(
        _ json: String, _ reasons: [(code: String, message: String)?], by operation: String = "TransactWriteItems",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> [JSONValue] {
        let failure = try await fail(operation, json)
        #expect(failure.status == 400, sourceLocation: sourceLocation)
        #expect(failure.type == "TransactionCanceledException", sourceLocation: sourceLocation)
        let codes = reasons.map { $0?.code ?? "None" }
        #expect(
            failure.message
                == "Transaction cancelled, please refer cancellation reasons for specific reasons "
                + "[\(codes.joined(separator: ", "))]", sourceLocation: sourceLocation)
        let found = failure.body["CancellationReasons"]?.arrayValue ?? []
        #expect(found.map { $0["Code"]?.stringValue } == codes, sourceLocation: sourceLocation)
        #expect(
            found.map { $0["Message"]?.stringValue } == reasons.map { $0?.message }, sourceLocation: sourceLocation)
        return found
    }
}

/// The reason of a condition that does not hold.
let conditionFailed = (code: "ConditionalCheckFailed", message: "The conditional request failed")

func invalid(_ message: String) -> (code: String, message: String) { ("ValidationError", message) }
