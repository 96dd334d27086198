package import DynamoModel
import ExtendDBLayout
import Postgres

extension ItemOperations {
    package func transactWriteItems(
        _ request: TransactWriteItemsRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let transaction = try await transaction(request, context)
        let token = try await token(request.clientRequestToken, of: request.fingerprintedItems, context)
        let outcome = try await perform(transaction, token)
        var collections = ItemCollections()
        if request.returnItemCollectionMetrics == .size, case .written = outcome {
            for (table, positions) in transaction.tables {
                let written = positions.filter {
                    if case .check = transaction.actions[$0].change { false } else { true }
                }
                try await collections.add(
                    table, table.name, written.compactMap { transaction.actions[$0].partition }, database)
            }
        }
        var writer = JSONWriter()
        writer.beginObject()
        if request.returnConsumedCapacity != .none {
            writer.consumedCapacity(
                transaction.consumed(outcome), detailed: request.returnConsumedCapacity == .indexes)
        }
        collections.write(into: &writer)
        writer.endObject()
        return writer.bytes
    }

    /// The request put on its tables.
    private func transaction(
        _ request: TransactWriteItemsRequest, _ context: RequestContext
    ) async throws(WireError) -> WriteTransaction {
        var expressions: [TransactWriteItemsRequest.Action.Expressions] = []
        for action in request.actions { expressions.append(try action.expressions()) }
        var tables: [ItemTable] = []
        for action in request.actions { tables.append(try await table(action.tableName, context)) }
        var cancellation = Cancellation(actions: request.actions.count)
        var actions: [WriteAction] = []
        for (position, action) in request.actions.enumerated() {
            let resolved = try cancellation.check(position) { () throws(WireError) in
                try action.resolve(expressions[position], tables[position])
            }
            if let resolved { actions.append(resolved) }
        }
        let transaction = try WriteTransaction(actions)
        try cancellation.finish()
        return transaction
    }

    /// What became of a transaction.
    enum TransactionOutcome: Sendable {
        case written([WriteAction.Result])
        /// The same request was carried out before under its token; these are the items as they are now.
        case repeated([Item?])
    }

    /// Carries out a transaction in two round trips, or finds that it was carried out before.
    ///
    /// Where the service would refuse it because another transaction is on its way for an item
    /// (`TransactionConflict`), this one waits: the locks of the other are held for one round trip to the database.
    ///
    /// - Throws: `TransactionCanceledException` with the reasons.
    func perform(
        _ transaction: WriteTransaction, _ token: TransactionToken?
    ) async throws(WireError) -> TransactionOutcome {
        try transaction.admit()
        let outcome = try await carryOut(transaction, token)
        transaction.charge(outcome)
        return outcome
    }

    private func carryOut(
        _ transaction: WriteTransaction, _ token: TransactionToken?
    ) async throws(WireError) -> TransactionOutcome {
        let first = token?.statements ?? []
        do throws(WireError) {
            return try await database.transaction(locking: first + transaction.locks) { locked in
                do throws(WireError) {
                    let items = try transaction.items(locked[first.count...])
                    if let token, try token.isUsed(locked[..<first.count]) { return .leave(.repeated(items)) }
                    let (statements, outcome) = try transaction.statements(over: items)
                    return .commit(statements, .written(outcome.results))
                } catch {
                    return .refuse(error)
                }
            }
        } catch {
            guard error.code == .transactionConflictException else { throw error }
            // Which item it is that others want so much, PostgreSQL does not say.
            throw .cancelled(
                transaction.actions.map { _ in .init(code: "TransactionConflict", message: error.message) })
        }
    }
}

extension WriteTransaction {
    /// - Throws: `TransactionCanceledException` if there are no units for an action.
    func admit() throws(WireError) {
        guard actions.contains(where: { $0.table.throttle != nil }) else { return }
        var cancellation = Cancellation(actions: actions.count)
        for (position, action) in actions.enumerated() {
            _ = try cancellation.check(position) { () throws(WireError) in
                try action.table.throttle?.admit(action.table, .write)
            }
        }
        try cancellation.finish()
    }

    /// Takes what it has cost.
    func charge(_ outcome: ItemOperations.TransactionOutcome) {
        guard actions.contains(where: { $0.table.throttle != nil }) else { return }
        let direction: Throttle.Direction = if case .repeated = outcome { .read } else { .write }
        for (consumed, table) in zip(consumed(outcome), tables.map(\.table)) {
            table.throttle?.charge(consumed, table, direction)
        }
    }

    /// The units by table, in the order of the request. A repeated request costs what it takes to read the items.
    func consumed(_ outcome: ItemOperations.TransactionOutcome) -> [ConsumedCapacity] {
        tables.map { table, positions in
            var consumed = ConsumedCapacity(tableName: table.name, table: .zero)
            for position in positions {
                switch outcome {
                case .written(let results):
                    let result = results[position]
                    consumed.add(
                        result.write?.consumed(table)
                            ?? ConsumedCapacity(tableName: table.name, table: .write(bytes: result.bytes)))
                case .repeated(let items):
                    consumed.table += .read(bytes: items[position].map(itemSize) ?? 0, consistent: true)
                }
            }
            switch outcome {
            case .written: return consumed.transactional(.write)
            case .repeated: return consumed.transactional(.read)
            }
        }
    }
}
