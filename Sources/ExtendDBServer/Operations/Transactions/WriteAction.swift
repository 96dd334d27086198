import DynamoExpressions
import DynamoModel
import ExtendDBLayout

/// One action of a write transaction, put on its table.
struct WriteAction: Sendable {
    enum Change: Sendable {
        case put(ItemRow)
        /// As `put`, but there must be no item (PartiQL's `INSERT`).
        case insert(ItemRow)
        /// The update of an item that is made of the key if there is none.
        case update(UpdateExpression, key: Item)
        case delete
        /// The item stays as it is.
        case check
    }

    let table: ItemTable
    let key: StoredKey
    /// The value of the partition key.
    let partition: AttributeValue?
    let change: Change
    let condition: ConditionExpression?
    /// `ReturnValuesOnConditionCheckFailure: ALL_OLD`
    let returnsItem: Bool

    /// What the action comes to over the item that is there.
    struct Result: Sendable {
        /// `nil`: the item was only looked at.
        let write: ItemWrite?
        /// The larger size of the item before and after, in bytes.
        let bytes: Int
    }

    /// - Throws: `ConditionalCheckFailedException`, or a validation error of an update that does not fit the item.
    func result(over old: Item?) throws(WireError) -> Result {
        if let condition, !condition.matches(old) {
            throw WireError(
                .conditionalCheckFailedException, "The conditional request failed", item: returnsItem ? old : nil)
        }
        switch change {
        case .check:
            return Result(write: nil, bytes: old.map(itemSize) ?? 0)
        case .put(let row):
            return result(from: old, to: row)
        case .insert(let row):
            guard old == nil else { throw .duplicateItem }
            return result(from: nil, to: row)
        case .delete:
            return result(from: old, to: nil)
        case .update(let update, let key):
            let updated = try update.apply(to: old ?? key).item
            if old == nil, update.onlyRemoves { return result(from: nil, to: nil) }
            return result(from: old, to: try table.row(updated: updated, self.key))
        }
    }

    private func result(from old: Item?, to new: ItemRow?) -> Result {
        Result(
            write: ItemWrite(table, key, from: old, to: new),
            bytes: max(old.map(itemSize) ?? 0, (new?.item).map(itemSize) ?? 0))
    }
}

extension TransactWriteItemsRequest.Action {
    /// The expressions of an action, parsed and bound before its table is looked up.
    struct Expressions: Sendable {
        var update: UpdateExpression?
        var condition: ConditionExpression?
    }

    func expressions() throws(WireError) -> Expressions {
        var context = ExpressionContext(names: expressionAttributeNames, values: expressionAttributeValues)
        var expressions = Expressions()
        if case .update(_, let text) = change {
            expressions.update = try UpdateExpression(parsing: text, context: &context)
        }
        if let conditionExpression {
            expressions.condition = try ConditionExpression(parsing: conditionExpression, context: &context)
        }
        try context.checkAllUsed()
        return expressions
    }

    /// The action on its table.
    ///
    /// - Throws: a validation error for a key or an item that does not fit the table's schema.
    func resolve(_ expressions: Expressions, _ table: ItemTable) throws(WireError) -> WriteAction {
        func action(_ key: StoredKey, _ item: Item, _ change: WriteAction.Change) -> WriteAction {
            WriteAction(
                table: table, key: key, partition: item[table.keySchema.hash], change: change,
                condition: expressions.condition,
                returnsItem: returnValuesOnConditionCheckFailure == .allOld)
        }
        switch change {
        case .put(let item):
            let row = try table.row(put: item)
            return action(row.key, item, .put(row))
        case .update(let key, _):
            let stored = try table.physical.key(exactly: key)
            guard let update = expressions.update else { return action(stored, key, .check) }
            try table.refuseKeys(in: update)
            return action(stored, key, .update(update, key: key))
        case .delete(let key):
            return action(try table.physical.key(exactly: key), key, .delete)
        case .check(let key):
            return action(try table.physical.key(exactly: key), key, .check)
        }
    }
}
