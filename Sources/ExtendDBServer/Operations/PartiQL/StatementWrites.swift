import DynamoExpressions
import DynamoModel
import ExtendDBLayout

/// What an `INSERT`, `UPDATE` or `DELETE` came to.
struct StatementWrite: Sendable {
    let table: ItemTable
    let write: ItemWrite
    /// What `RETURNING` asks for; nil without it, or if there is nothing to return.
    let returned: Item?
}

/// The statements that write, as one write of one item each.
extension ItemOperations {
    func insert(_ insert: PartiQLInsert, _ context: RequestContext) async throws(WireError) -> StatementWrite {
        let table = try await writableTable(insert.target, context)
        let row = try table.row(put: insert.item)
        let written = try await write(table, row.key, condition: nil, returnsItem: false) {
            (old) throws(WireError) -> (ItemRow?, Void) in
            guard old == nil else { throw .duplicateItem }
            return (row, ())
        }
        return StatementWrite(table: table, write: written.write, returned: nil)
    }

    func update(
        _ statement: PartiQLUpdate, returnsItem: Bool, _ context: RequestContext
    ) async throws(WireError) -> StatementWrite {
        let table = try await writableTable(statement.target, context)
        let target = try StatementTarget(statement.condition, table)
        try table.checkUpdates(statement.update)
        let written = try await write(
            table, target.stored, condition: target.updateCondition, returnsItem: returnsItem
        ) { (old) throws(WireError) -> (ItemRow?, UpdateResult) in
            let result = try statement.update.apply(to: old ?? target.key)
            return (try table.row(updated: result.item, target.stored), result)
        }
        let returned: Item? =
            switch statement.returning {
            case nil: nil
            case .allOld: written.write.old
            case .allNew: written.extra.item
            case .modifiedOld: written.extra.updatedOld
            case .modifiedNew: written.extra.updatedNew
            }
        return StatementWrite(
            table: table, write: written.write, returned: returned.flatMap { $0.isEmpty ? nil : $0 })
    }

    func delete(
        _ statement: PartiQLDelete, returnsItem: Bool, _ context: RequestContext
    ) async throws(WireError) -> StatementWrite {
        let table = try await writableTable(statement.target, context)
        let target = try StatementTarget(statement.condition, table)
        let written = try await write(
            table, target.stored, condition: target.deleteCondition, returnsItem: returnsItem, make: { _ in (nil, ()) })
        return StatementWrite(
            table: table, write: written.write, returned: statement.returning == nil ? nil : written.write.old)
    }

    func writableTable(_ target: PartiQLSource, _ context: RequestContext) async throws(WireError) -> ItemTable {
        guard target.index == nil else {
            throw .validation("Unsupported expression: an index cannot be written to")
        }
        return try await table(target.table, context)
    }
}

/// The one item that a statement names by its whole key, and what else its `WHERE` says.
struct StatementTarget: Sendable {
    let key: Item
    let stored: StoredKey
    let rest: Condition?
    private let hash: DocumentPath

    /// - Throws: the service's error unless the condition fixes the whole key.
    init(_ condition: Condition?, _ table: ItemTable) throws(WireError) {
        guard let (key, rest) = condition?.primaryKey(table.keySchema) else {
            throw .validation("Where clause does not contain a mandatory equality on all key attributes")
        }
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

extension ItemTable {
    /// Refuses to change the key.
    func checkUpdates(_ update: UpdateExpression) throws(WireError) {
        for path in update.paths where keySchema.contains(path.root) {
            throw .invalidParameter("Cannot update attribute \(path.root). This attribute is part of the key")
        }
    }
}

extension WireError {
    static let duplicateItem = WireError(.duplicateItemException, "Duplicate primary key exists in table")
}
