import DynamoModel
import ExtendDBLayout
import Postgres

/// A change of one item: what was there, what is there now (`nil`: no item), and what that does to the indexes.
struct ItemWrite: Sendable {
    let key: StoredKey
    let old: Item?
    let new: ItemRow?
    /// One for each index of the table, in the table's order.
    let effects: [IndexEffect]
    let origin: StreamRecord.Origin

    init(
        _ table: ItemTable, _ key: StoredKey, from old: Item?, to new: ItemRow?,
        origin: StreamRecord.Origin = .client
    ) {
        self.key = key
        self.old = old
        self.new = new
        effects = table.indexes.map { $0.effect(from: old, to: new?.item) }
        self.origin = origin
    }

    /// The statements that carry out the change; none if nothing changes.
    func statements(_ table: ItemTable) throws(WireError) -> [PostgresQuery] {
        var statements: [PostgresQuery] = []
        switch (old, new) {
        case (nil, nil): break
        case (nil, let new?): statements.append(table.inserts.insert(new))
        case (_?, nil): statements.append(table.physical.statements.delete(key))
        case (let old?, let new?):
            if old != new.item {
                statements.append(table.physical.statements.update(new))
            }
        }
        return statements + (try Self.consequences(table, [self]))
    }

    /// The statements that follow from several changes beside the items' own rows: those of the indexes, then the
    /// records of the table's stream. They belong at the end of the transaction (`StreamStatements.insert`).
    static func consequences(_ table: ItemTable, _ writes: [ItemWrite]) throws(WireError) -> [PostgresQuery] {
        try indexStatements(table, writes) + streamStatements(table, writes)
    }

    /// At most one statement, whatever the number of changes; none without a stream, or if nothing changes.
    private static func streamStatements(_ table: ItemTable, _ writes: [ItemWrite]) -> [PostgresQuery] {
        guard let stream = table.stream else { return [] }
        let records = writes.compactMap { write in
            StreamRecord(
                of: stream, key: write.key, keys: table.key(of: write.new?.item ?? write.old ?? [:]),
                from: write.old, to: write.new, origin: write.origin, time: table.now,
                eventID: RelationID.random())
        }
        guard !records.isEmpty else { return [] }
        table.changes?.note(table.now + StreamRetention.age)
        return [StreamStatements.insert(records, tableID: stream.tableID, time: table.now)]
    }

    /// The statements that carry out several changes of one table, in the order of their keys: one for each kind of
    /// change, whatever the number of items.
    ///
    /// - Parameter missing: keys in their order that no row has and that shall have none until the transaction ends,
    ///   since its decision depends on it. A row for each of them is inserted and deleted again: nobody ever sees it, but
    ///   whoever inserts such a row waits for the end of this transaction, and if there is one by now, this one fails with
    ///   a unique violation as an insert does.
    static func statements(
        _ table: ItemTable, _ writes: [ItemWrite], holding missing: [StoredKey] = []
    ) throws(WireError) -> [PostgresQuery] {
        let removed = writes.filter { $0.old != nil && $0.new == nil }.map(\.key)
        let replaced = writes.filter { $0.old != nil && $0.old != $0.new?.item }.compactMap(\.new)
        var inserted = writes.filter { $0.old == nil }.compactMap(\.new)
        if !missing.isEmpty {
            inserted += missing.map { ItemRow(key: $0, item: [:], json: Array("{}".utf8)) }
            inserted.sort { $0.key.precedes($1.key) }
        }
        var statements: [PostgresQuery] = []
        if !removed.isEmpty { statements.append(table.physical.statements.delete(removed)) }
        if !replaced.isEmpty { statements.append(table.physical.statements.upsert(replaced)) }
        if !inserted.isEmpty { statements.append(table.inserts.insert(inserted)) }
        if !missing.isEmpty { statements.append(table.physical.statements.delete(missing)) }
        return statements + (try consequences(table, writes))
    }

    /// The statements that bring the indexes in line with several changes: for each index at most one that deletes
    /// rows and one that writes rows.
    private static func indexStatements(_ table: ItemTable, _ writes: [ItemWrite]) throws(WireError) -> [PostgresQuery]
    {
        var statements: [PostgresQuery] = []
        for (position, index) in table.indexes.enumerated() {
            var removed: [StoredKey] = []
            var rows: [IndexRow] = []
            for write in writes {
                let effect = write.effects[position]
                if effect.deletesRow {
                    removed.append(write.key)
                }
                if effect.writesRow, let new = write.new, let row = try index.physical.row(for: new) {
                    rows.append(row)
                }
            }
            if !removed.isEmpty {
                statements.append(index.physical.statements.delete(bases: removed))
            }
            if !rows.isEmpty {
                statements.append(index.physical.statements.upsert(rows))
            }
        }
        return statements
    }

    /// What the change costs: at least one unit, by the larger of the item's two sizes, and what each index costs.
    func consumed(_ table: ItemTable) -> ConsumedCapacity {
        let size = max(old.map(itemSize) ?? 0, (new?.item).map(itemSize) ?? 0)
        var consumed = ConsumedCapacity(tableName: table.name, table: .write(bytes: size))
        for (index, effect) in zip(table.indexes, effects) where effect != .none {
            consumed.add(index, effect.units)
        }
        return consumed
    }
}
