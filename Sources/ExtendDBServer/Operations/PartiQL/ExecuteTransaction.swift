import DynamoExpressions
package import DynamoModel
import ExtendDBLayout
import Postgres

extension ItemOperations {
    /// All statements or none: as TransactGetItems if they read, as TransactWriteItems if they write or are `EXISTS`.
    package func executeTransaction(
        _ request: ExecuteTransactionRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        var commands: [PartiQLCommand] = []
        var selects: [PartiQLSelect] = []
        for text in request.statements {
            let command = try PartiQLStatement(parsing: text.statement).bind(text.parameters)
            if case .select(let select) = command { selects.append(select) }
            commands.append(command)
        }
        if selects.count == commands.count { return try await read(selects, request, context) }
        guard selects.isEmpty else {
            throw .validation("Transaction operations cannot contain both read and write statements.")
        }
        for command in commands { try command.checkInTransaction() }
        return try await write(commands, request, context)
    }

    // MARK: Reading

    private func read(
        _ selects: [PartiQLSelect], _ request: ExecuteTransactionRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        var tables: [ItemTable] = []
        for select in selects { tables.append(try await table(select.source.table, context)) }
        var cancellation = Cancellation(actions: selects.count)
        var targets: [StatementTarget] = []
        for (position, select) in selects.enumerated() {
            let target = try cancellation.check(position) { () throws(WireError) in
                try select.target(tables[position], within: "ExecuteTransaction")
            }
            if let target { targets.append(target) }
        }
        let groups = try TransactionGroups.make(zip(tables, targets).map { ($0, $1.stored) })
        try cancellation.finish()
        let results = try await database.snapshot(
            groups.map { group in
                group.table.physical.statements.select(group.positions.map { targets[$0].stored })
            })
        var items: [Item?] = Array(repeating: nil, count: selects.count)
        for (group, rows) in zip(groups, results) {
            for row in rows { items[group.positions[try row.keyPosition]] = try row[1].item }
        }
        guard items.reduce(0, { $0 + ($1.map(itemSize) ?? 0) }) <= Limits.transactionSize else {
            throw .transactionTooLarge
        }
        let consumed = TransactionGroups.byAppearance(tables).map { table, positions in
            var consumed = ConsumedCapacity(tableName: table.name, table: .zero)
            for position in positions {
                consumed.table += .read(bytes: items[position].map(itemSize) ?? 0, consistent: true)
            }
            return consumed.transactional(.read)
        }
        let selected = items.indices.map { position in
            items[position].flatMap { selects[position].result(of: $0, targets[position]) }
        }
        return TransactionResponse(items: selected, consumed: consumed).json(request.returnConsumedCapacity)
    }

    // MARK: Writing

    private func write(
        _ commands: [PartiQLCommand], _ request: ExecuteTransactionRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        var tables: [ItemTable] = []
        for command in commands { tables.append(try await table(command.source.table, context)) }
        var cancellation = Cancellation(actions: commands.count)
        var actions: [WriteAction] = []
        for (position, command) in commands.enumerated() {
            let returnsItem = request.statements[position].returnValuesOnConditionCheckFailure == .allOld
            let action = try cancellation.check(position) { () throws(WireError) in
                try command.action(tables[position], returnsItem: returnsItem)
            }
            if let action { actions.append(action) }
        }
        let transaction = try WriteTransaction(actions)
        try cancellation.finish()
        let token = try await token(request.clientRequestToken, of: request.fingerprint, context)
        let outcome = try await perform(transaction, token)
        return TransactionResponse(
            items: Array(repeating: nil, count: commands.count), consumed: transaction.consumed(outcome)
        ).json(request.returnConsumedCapacity)
    }
}

extension PartiQLCommand {
    fileprivate var source: PartiQLSource {
        switch self {
        case .select(let select), .exists(let select): select.source
        case .insert(let insert): insert.target
        case .update(let update): update.target
        case .delete(let delete): delete.target
        }
    }

    /// A transaction returns no items of writes, as TransactWriteItems does not.
    fileprivate func checkInTransaction() throws(WireError) {
        let returning: PartiQLReturning? =
            switch self {
            case .update(let update): update.returning
            case .delete(let delete): delete.returning
            case .select, .exists, .insert: nil
            }
        guard returning == nil else {
            throw .validation("Unsupported expression: RETURNING cannot be used in a transaction")
        }
        guard source.index == nil else {
            throw .validation("Unsupported expression: an index cannot be used in a transaction")
        }
    }

    /// The action of a write transaction that does what the statement says.
    fileprivate func action(_ table: ItemTable, returnsItem: Bool) throws(WireError) -> WriteAction {
        func action(_ target: StatementTarget, _ change: WriteAction.Change, _ condition: ConditionExpression?)
            -> WriteAction
        {
            WriteAction(
                table: table, key: target.stored, partition: target.key[table.keySchema.hash], change: change,
                condition: condition, returnsItem: returnsItem)
        }
        switch self {
        case .insert(let insert):
            let row = try table.row(put: insert.item)
            return WriteAction(
                table: table, key: row.key, partition: insert.item[table.keySchema.hash], change: .insert(row),
                condition: nil, returnsItem: false)
        case .update(let update):
            let target = try StatementTarget(update.condition, table)
            try table.refuseKeys(in: update.update)
            return action(target, .update(update.update, key: target.key), target.updateCondition)
        case .delete(let delete):
            let target = try StatementTarget(delete.condition, table)
            return action(target, .delete, target.deleteCondition)
        case .exists(let select), .select(let select):
            let target = try select.target(table, within: "ExecuteTransaction")
            // Without another condition the item has only to be there, as in the example of the guide, though its text
            // asks for one ("Using the EXISTS function with PartiQL for DynamoDB").
            return action(target, .check, target.updateCondition)
        }
    }
}

/// The response of ExecuteTransaction: an element for each statement, with the item if it read one.
private struct TransactionResponse {
    let items: [Item?]
    let consumed: [ConsumedCapacity]

    func json(_ capacity: ReturnConsumedCapacity) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        if capacity != .none { writer.consumedCapacity(consumed, detailed: capacity == .indexes) }
        writer.name("Responses")
        writer.beginArray()
        for item in items {
            writer.beginObject()
            if let item {
                writer.name("Item")
                writer.item(item)
            }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}
