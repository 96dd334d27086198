package import DynamoModel

/// The request parameter that an expression stands in; it names the expression in messages.
package enum ExpressionKind: String, Hashable, Sendable, CaseIterable {
    case condition = "ConditionExpression"
    case filter = "FilterExpression"
    case keyCondition = "KeyConditionExpression"
    case projection = "ProjectionExpression"
    case update = "UpdateExpression"

    /// The error of an expression that is wrong in itself, whatever the item.
    package func error(_ reason: String) -> WireError {
        .validation("Invalid \(rawValue): \(reason)")
    }

    /// Words that the grammar of this kind claims; they are matched without regard to case.
    var keywords: Set<String> {
        switch self {
        case .condition, .filter, .keyCondition: ["AND", "OR", "NOT", "BETWEEN", "IN"]
        case .update: ["SET", "REMOVE", "ADD", "DELETE"]
        case .projection: []
        }
    }
}
