import DynamoExpressions
package import DynamoModel
import ExtendDBLayout
import Postgres

extension ItemOperations {
    package func transactGetItems(
        _ request: TransactGetItemsRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        var projections: [ProjectionExpression?] = []
        for get in request.gets { projections.append(try get.projection()) }
        var tables: [ItemTable] = []
        for get in request.gets { tables.append(try await table(get.tableName, context)) }
        var cancellation = Cancellation(actions: request.gets.count)
        var items: [(table: ItemTable, key: StoredKey)] = []
        for (position, get) in request.gets.enumerated() {
            let key = try cancellation.check(position) { () throws(WireError) in
                let key = try tables[position].physical.key(exactly: get.key)
                try tables[position].throttle?.admit(tables[position], .read)
                return key
            }
            if let key { items.append((tables[position], key)) }
        }
        let groups = try TransactionGroups.make(items)
        try cancellation.finish()
        // One statement for each table, all of them on one snapshot: what a transaction wrote is seen whole or not at
        // all, and nobody waits for anybody.
        let results = try await database.snapshot(
            groups.map { group in group.table.physical.statements.select(group.positions.map { items[$0].key }) })
        var cells: [PostgresCell?] = Array(repeating: nil, count: request.gets.count)
        for (group, rows) in zip(groups, results) {
            for row in rows { cells[group.positions[try row.keyPosition]] = row[1] }
        }
        return try TransactGetResponse(
            tables: tables, projections: projections, cells: cells, capacity: request.returnConsumedCapacity
        ).json()
    }
}

extension TransactGetItemsRequest.Get {
    fileprivate func projection() throws(WireError) -> ProjectionExpression? {
        guard let projectionExpression else { return nil }
        var context = ExpressionContext(names: expressionAttributeNames)
        let projection = try ProjectionExpression(parsing: projectionExpression, context: &context)
        try context.checkAllUsed()
        return projection
    }
}

/// The items that were found, in the order of the request.
private struct TransactGetResponse {
    let tables: [ItemTable]
    let projections: [ProjectionExpression?]
    let cells: [PostgresCell?]
    let capacity: ReturnConsumedCapacity

    func json() throws(WireError) -> [UInt8] {
        // The text of an item is longer than its size: near the limit it is measured.
        let stored = cells.reduce(0) { $0 + ($1?.withUTF8 { $0.count } ?? 0) }
        let throttled = tables.contains { $0.throttle != nil }
        let isMeasured = capacity != .none || stored > Limits.transactionSize || throttled
        var sizes: [Int] = []
        var responses = JSONWriter(reserving: 64 + stored)
        responses.beginArray()
        for (cell, projection) in zip(cells, projections) {
            let item = isMeasured || projection != nil ? try cell?.item : nil
            sizes.append(item.map(itemSize) ?? 0)
            responses.beginObject()
            if let cell {
                responses.name("Item")
                if let projection, let item {
                    responses.item(projection.project(item))
                } else {
                    responses.stored(cell)
                }
            }
            responses.endObject()
        }
        responses.endArray()
        guard !isMeasured || sizes.reduce(0, +) <= Limits.transactionSize else { throw .transactionTooLarge }
        if throttled {
            for (used, table) in zip(consumed(sizes), TransactionGroups.byAppearance(tables).map(\.table)) {
                table.throttle?.charge(used, table, .read)
            }
        }
        var writer = JSONWriter(reserving: responses.bytes.count + 256)
        writer.beginObject()
        if capacity != .none {
            writer.consumedCapacity(consumed(sizes), detailed: capacity == .indexes)
        }
        writer.name("Responses")
        writer.raw(responses.bytes)
        writer.endObject()
        return writer.bytes
    }

    private func consumed(_ sizes: [Int]) -> [ConsumedCapacity] {
        TransactionGroups.byAppearance(tables).map { table, positions in
            var consumed = ConsumedCapacity(tableName: table.name, table: .zero)
            for position in positions { consumed.table += .read(bytes: sizes[position], consistent: true) }
            return consumed.transactional(.read)
        }
    }
}
