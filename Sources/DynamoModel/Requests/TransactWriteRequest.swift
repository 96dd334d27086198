/// TransactWriteItems.
package struct TransactWriteItemsRequest: Sendable {
    /// What an action does to its item.
    package enum Change: Sendable, Hashable {
        case put(Item)
        case update(key: Item, expression: String)
        case delete(key: Item)
        /// `ConditionCheck`: the item stays as it is.
        case check(key: Item)
    }

    /// One element of `TransactItems`.
    package struct Action: Sendable {
        /// A name, or the table's ARN.
        package var tableName: String
        package var change: Change
        package var conditionExpression: String?
        package var expressionAttributeNames: [String: String]?
        package var expressionAttributeValues: [String: AttributeValue]?
        package var returnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure
    }

    /// In the order of the request, which is that of the cancellation reasons.
    package var actions: [Action]
    package var returnConsumedCapacity: ReturnConsumedCapacity
    package var returnItemCollectionMetrics: ReturnItemCollectionMetrics
    /// Makes the request idempotent for ten minutes.
    package var clientRequestToken: String?
    /// `TransactItems` in a form that does not depend on the order of members: what a token stands for.
    package var fingerprintedItems: [UInt8]

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "TransactWriteItemsInput")
        returnConsumedCapacity = try reader.enumeration("ReturnConsumedCapacity") ?? .none
        returnItemCollectionMetrics = try reader.enumeration("ReturnItemCollectionMetrics") ?? .none
        clientRequestToken = try reader.string("ClientRequestToken")
        if let token = clientRequestToken {
            reader.checkLength(
                token.utf16.count, Limits.clientRequestTokenLength, of: token, at: "ClientRequestToken")
        }
        var elements: [TransactWriteElement] = []
        for (position, element) in try reader.transactItems().enumerated() {
            elements.append(
                try TransactWriteElement(element, path: "transactItems.\(position + 1).member.", into: &reader))
        }
        try reader.finish()
        for element in elements { try element.checkCount() }
        actions = []
        for element in elements { actions.append(contentsOf: try element.action()) }
        fingerprintedItems = []
        if clientRequestToken != nil, let items = reader.value("TransactItems") {
            var writer = JSONWriter()
            writer.canonical(items)
            fingerprintedItems = writer.bytes
        }
    }
}

/// One element of `TransactItems`: its members are checked in the constraint stage, its values after it.
private struct TransactWriteElement {
    private enum Kind: String, CaseIterable {
        case conditionCheck = "ConditionCheck"
        case put = "Put"
        case delete = "Delete"
        case update = "Update"
    }

    private struct Candidate {
        let kind: Kind
        let reader: RequestReader
        let tableName: String
        let returnValues: ReturnValuesOnConditionCheckFailure
    }

    /// All actions that the element names, though only one may be there.
    private let candidates: [Candidate]

    init(_ json: JSONValue, path: String, into request: inout RequestReader) throws(WireError) {
        let reader = try RequestReader(json, "TransactWriteItem", path: path)
        var candidates: [Candidate] = []
        for kind in Kind.allCases {
            guard var nested = try reader.structure(kind.rawValue, kind.rawValue) else { continue }
            let tableName = try nested.nestedTableName()
            switch kind {
            case .put: nested.require("Item")
            case .delete: nested.require("Key")
            case .update:
                nested.require("Key")
                nested.require("UpdateExpression")
            case .conditionCheck:
                nested.require("Key")
                nested.require("ConditionExpression")
            }
            let returnValues: ReturnValuesOnConditionCheckFailure? =
                try nested.enumeration("ReturnValuesOnConditionCheckFailure")
            request.merge(nested)
            candidates.append(
                Candidate(kind: kind, reader: nested, tableName: tableName, returnValues: returnValues ?? .none))
        }
        self.candidates = candidates
    }

    /// - Throws: unless the element has exactly one action.
    func checkCount() throws(WireError) {
        switch candidates.count {
        case 1: return
        case 0:
            throw .validation("Invalid Request: TransactWriteRequest should contain Delete or Put or Update request")
        default:
            throw .validation("TransactItems can only contain one of Check, Put, Update or Delete")
        }
    }

    func action() throws(WireError) -> [TransactWriteItemsRequest.Action] {
        guard let candidate = candidates.first else { return [] }
        let reader = candidate.reader
        let expressions = try ExpressionParameters(
            reader,
            expressions: candidate.kind == .update
                ? ["UpdateExpression", "ConditionExpression"] : ["ConditionExpression"],
            legacy: [])
        return [
            TransactWriteItemsRequest.Action(
                tableName: candidate.tableName, change: try change(candidate.kind, reader),
                conditionExpression: try reader.string("ConditionExpression"),
                expressionAttributeNames: expressions.names, expressionAttributeValues: expressions.values,
                returnValuesOnConditionCheckFailure: candidate.returnValues)
        ]
    }

    private func change(
        _ kind: Kind, _ reader: RequestReader
    ) throws(WireError) -> TransactWriteItemsRequest.Change {
        guard kind == .put else {
            let key = try Item(json: reader.value("Key") ?? .object([]))
            return switch kind {
            case .update: .update(key: key, expression: try reader.string("UpdateExpression") ?? "")
            case .delete: .delete(key: key)
            case .put, .conditionCheck: .check(key: key)
            }
        }
        let item = try Item(json: reader.value("Item") ?? .object([]))
        guard itemSize(item) <= Limits.itemSize else { throw .itemTooLarge }
        return .put(item)
    }
}

extension RequestReader {
    /// The elements of `TransactItems`, of which there are 1 to 100.
    mutating func transactItems() throws(WireError) -> [JSONValue] {
        require("TransactItems")
        guard let elements = try list("TransactItems") else { return [] }
        let shown = elements.isEmpty ? "[]" : "[\(elements.count) items]"
        checkLength(elements.count, 1...Limits.transactionItems, of: shown, at: "TransactItems")
        return elements
    }

    /// The `TableName` of a nested structure, where its absence is a broken constraint like any other.
    mutating func nestedTableName() throws(WireError) -> String {
        require("TableName")
        guard has("TableName") else { return "" }
        return try tableName()
    }
}
