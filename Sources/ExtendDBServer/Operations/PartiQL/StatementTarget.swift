import DynamoExpressions
import DynamoModel
import ExtendDBLayout

/// The one item that a statement names by its whole key, and what else its `WHERE` says.
struct StatementTarget: Sendable {
    let key: Item
    let stored: StoredKey
    let rest: Condition?
    private let hash: DocumentPath

    /// - Throws: the service's error unless the condition fixes the whole key.
    init(_ condition: Condition?, _ table: ItemTable) throws(WireError) {
        guard let target = try StatementTarget(ifWhole: condition, table) else {
            throw .validation("Where clause does not contain a mandatory equality on all key attributes")
        }
        self = target
    }

    /// - Returns: nil unless the condition fixes the whole key.
    init?(ifWhole condition: Condition?, _ table: ItemTable) throws(WireError) {
        guard let (key, rest) = condition?.primaryKey(table.keySchema) else { return nil }
        self.key = key
        self.rest = rest
        stored = try table.physical.key(exactly: key)
        hash = DocumentPath(root: table.keySchema.hash)
    }

    /// An `UPDATE` makes no item.
    var updateCondition: ConditionExpression {
        ConditionExpression(.and([.attributeExists(hash)] + (rest.map { [$0] } ?? [])))
    }

    /// A `DELETE` of an item that is not there succeeds, whatever its condition ("SUCCESS is returned with 0 items
    /// deleted", "PartiQL delete statements for DynamoDB").
    var deleteCondition: ConditionExpression? {
        rest.map { ConditionExpression(.or([.attributeNotExists(hash), $0])) }
    }
}

extension PartiQLSelect {
    /// The one item that the statement reads.
    ///
    /// - Parameter operation: the operation that takes only such statements, as the message names it.
    func target(_ table: ItemTable, within operation: String) throws(WireError) -> StatementTarget {
        guard source.index == nil, let target = try StatementTarget(ifWhole: condition, table) else {
            throw .validation(
                "Select statements within \(operation) must specify the primary key in the where clause.")
        }
        return target
    }

    /// What the statement selects of the item that its key names; nil if that does not satisfy its condition.
    func result(of item: Item, _ target: StatementTarget) -> Item? {
        guard target.rest?.matches(item) ?? true else { return nil }
        return projection?.project(item) ?? item
    }
}
