import DynamoModel
import ExtendDBLayout
import Postgres

/// The actions of one transaction, in the order of the request and in the order of their locks.
struct WriteTransaction: Sendable {
    let actions: [WriteAction]
    /// The tables in the order of their identifiers; of each the positions of its actions, in the order of their keys.
    private let groups: [(table: ItemTable, positions: [Int])]

    /// - Throws: a validation error if two actions are on one item.
    init(_ actions: [WriteAction]) throws(WireError) {
        self.actions = actions
        groups = try TransactionGroups.make(actions.map { ($0.table, $0.key) })
    }

    /// The statements that lock the rows that exist: one for each table.
    var locks: [PostgresQuery] {
        groups.map { group in
            group.table.physical.statements.lock(group.positions.map { actions[$0].key })
        }
    }

    /// What the transaction did, action by action.
    struct Outcome: Sendable {
        let results: [WriteAction.Result]
    }

    /// What the items of the actions are.
    ///
    /// - Parameter locked: the results of ``locks``: rows of (position of the key from 1, `item_data`).
    func items(_ locked: ArraySlice<PostgresResult>) throws(WireError) -> [Item?] {
        var items: [Item?] = Array(repeating: nil, count: actions.count)
        for (group, rows) in zip(groups, locked) {
            for row in rows { items[group.positions[try row.keyPosition]] = try row[1].item }
        }
        return items
    }

    /// The statements of the transaction over the items that are there.
    ///
    /// - Throws: `TransactionCanceledException` if an action fails.
    func statements(over items: [Item?]) throws(WireError) -> ([PostgresQuery], Outcome) {
        var cancellation = Cancellation(actions: actions.count)
        var results: [WriteAction.Result] = []
        for position in actions.indices {
            let result = try cancellation.check(position) { () throws(WireError) in
                try actions[position].result(over: items[position])
            }
            if let result { results.append(result) }
        }
        try cancellation.finish()
        guard results.map(\.bytes).reduce(0, +) <= Limits.transactionSize else { throw .transactionTooLarge }
        var statements: [PostgresQuery] = []
        for group in groups {
            // A row that is missing and stays so cannot be locked, but the decision depends on it.
            let missing = group.positions.filter { items[$0] == nil && results[$0].write?.new == nil }
            statements += try ItemWrite.statements(
                group.table, group.positions.compactMap { results[$0].write },
                holding: missing.map { actions[$0].key })
        }
        return (statements, Outcome(results: results))
    }

    /// The tables in the order in which the actions name them, with the positions of their actions.
    var tables: [(table: ItemTable, positions: [Int])] {
        TransactionGroups.byAppearance(actions.map(\.table))
    }
}

/// How the items of a transaction are put together by table.
enum TransactionGroups {
    /// In the order of locks, which is the same for all transactions: by the table's identifier, then by key.
    ///
    /// - Throws: a validation error if an item comes twice.
    static func make(
        _ items: [(table: ItemTable, key: StoredKey)]
    ) throws(WireError) -> [(table: ItemTable, positions: [Int])] {
        var groups = byAppearance(items.map(\.table))
        groups.sort { $0.table.physical.tableID < $1.table.physical.tableID }
        for group in groups.indices {
            guard Set(groups[group].positions.map { items[$0].key }).count == groups[group].positions.count else {
                throw .repeatedItem
            }
            groups[group].positions.sort { items[$0].key.precedes(items[$1].key) }
        }
        return groups
    }

    /// In the order in which the tables are named first.
    static func byAppearance(_ tables: [ItemTable]) -> [(table: ItemTable, positions: [Int])] {
        var groups: [(table: ItemTable, positions: [Int])] = []
        var places: [String: Int] = [:]
        for (position, table) in tables.enumerated() {
            if let place = places[table.physical.tableID] {
                groups[place].positions.append(position)
            } else {
                places[table.physical.tableID] = groups.count
                groups.append((table, [position]))
            }
        }
        return groups
    }
}
