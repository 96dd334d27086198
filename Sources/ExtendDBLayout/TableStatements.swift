package import Postgres

/// Statements on the base relation of one table. The SQL texts are made once; a call fills in the parameters.
///
/// Forms for many rows take the rows as arrays and are one statement whatever their number. They visit rows in the
/// order of the key, so that two of them cannot wait for each other.
package final class TableStatements: Sendable {
    /// Pages of Query and Scan.
    package let ranges: RangeStatements

    private let columns: [KeyColumn]
    private let selectText: String
    private let lockText: String
    private let insertText: String
    private let upsertText: String
    private let updateText: String
    private let deleteText: String
    private let deleteReturningText: String
    private let selectManyText: String
    private let lockManyText: String
    private let upsertManyText: String
    private let deleteManyText: String

    init(relation: String, columns: [KeyColumn]) {
        self.columns = columns
        ranges = RangeStatements(relation: relation, sort: Array(columns.dropFirst()), tail: [])
        let names = columns.map(\.name).joined(separator: ", ")
        let key = columns.enumerated().map { "\($1.name) = $\($0 + 1)" }.joined(separator: " AND ")
        let values = (1...(columns.count + 1)).map { "$\($0)" }.joined(separator: ", ")
        selectText = "SELECT item_data FROM \(relation) WHERE \(key)"
        lockText = selectText + " FOR UPDATE"
        let insert = "INSERT INTO \(relation) (\(names), item_data) "
        insertText = insert + "VALUES (\(values)) ON CONFLICT (\(names)) DO NOTHING"
        let overwrite = " ON CONFLICT (\(names)) DO UPDATE SET item_data = EXCLUDED.item_data"
        upsertText = insert + "VALUES (\(values))" + overwrite
        updateText = "UPDATE \(relation) SET item_data = $\(columns.count + 1) WHERE \(key)"
        deleteText = "DELETE FROM \(relation) WHERE \(key)"
        deleteReturningText = deleteText + " RETURNING item_data"

        let arrays = UnnestedColumns(columns)
        let join = columns.map { "t.\($0.name) = k.\($0.name)" }.joined(separator: " AND ")
        let order = columns.map { "t.\($0.name)" }.joined(separator: ", ")
        selectManyText =
            "SELECT k.position, t.item_data FROM \(arrays.positioned("k")) JOIN \(relation) t ON \(join)"
        lockManyText = selectManyText + " ORDER BY \(order) FOR UPDATE OF t"
        upsertManyText =
            insert + "SELECT \(arrays.names("k")), k.item_data FROM \(arrays.withItems("k")) "
            + "ORDER BY \(columns.map { "k." + $0.ordered }.joined(separator: ", "))" + overwrite
        deleteManyText = "DELETE FROM \(relation) t USING \(arrays.plain("k")) WHERE \(join)"
    }

    /// `item_data` of one key.
    package func select(_ key: StoredKey) -> PostgresQuery {
        PostgresQuery(selectText, key.parameters)
    }

    /// As `select`, and locks the row until the transaction ends. It locks nothing if there is no row: whoever then
    /// inserts uses `insert` and looks whether it did.
    package func lock(_ key: StoredKey) -> PostgresQuery {
        PostgresQuery(lockText, key.parameters)
    }

    /// Inserts, or does nothing if the key exists; the number of affected rows tells.
    package func insert(_ row: ItemRow) -> PostgresQuery {
        PostgresQuery(insertText, row.key.parameters + [.utf8(row.json)])
    }

    /// Inserts or replaces.
    package func upsert(_ row: ItemRow) -> PostgresQuery {
        PostgresQuery(upsertText, row.key.parameters + [.utf8(row.json)])
    }

    /// Replaces the item of an existing row.
    package func update(_ row: ItemRow) -> PostgresQuery {
        PostgresQuery(updateText, row.key.parameters + [.utf8(row.json)])
    }

    package func delete(_ key: StoredKey) -> PostgresQuery {
        PostgresQuery(deleteText, key.parameters)
    }

    /// As `delete`, with the `item_data` of the deleted row.
    package func deleteReturning(_ key: StoredKey) -> PostgresQuery {
        PostgresQuery(deleteReturningText, key.parameters)
    }

    /// Rows of (`position`, `item_data`) for the keys that exist; the position is that of the key in `keys`, from 1.
    package func select(_ keys: [StoredKey]) -> PostgresQuery {
        PostgresQuery(selectManyText, arrays(keys))
    }

    /// As `select`, and locks the rows in key order until the transaction ends.
    package func lock(_ keys: [StoredKey]) -> PostgresQuery {
        PostgresQuery(lockManyText, arrays(keys))
    }

    /// Inserts or replaces all rows; no key may occur twice.
    package func upsert(_ rows: [ItemRow]) -> PostgresQuery {
        PostgresQuery(upsertManyText, arrays(rows.map(\.key)) + [.utf8Array(rows.map(\.json))])
    }

    /// Deletes the rows of all keys. Lock them first if other writers may delete some of them at the same time.
    package func delete(_ keys: [StoredKey]) -> PostgresQuery {
        PostgresQuery(deleteManyText, arrays(keys))
    }

    private func arrays(_ keys: [StoredKey]) -> [PostgresValue] {
        UnnestedColumns.arrays(columns, keys)
    }
}

/// Array parameters as a relation.
struct UnnestedColumns {
    private let columns: [KeyColumn]

    init(_ columns: [KeyColumn]) {
        self.columns = columns
    }

    private var arrays: [String] {
        columns.enumerated().map { "$\($0 + 1)::\($1.storage.rawValue)[]" }
    }

    /// The names of the columns behind an alias.
    func names(_ alias: String) -> String {
        columns.map { "\(alias).\($0.name)" }.joined(separator: ", ")
    }

    private func list(_ more: String...) -> String {
        (columns.map(\.name) + more).joined(separator: ", ")
    }

    func plain(_ alias: String) -> String {
        "unnest(\(arrays.joined(separator: ", "))) AS \(alias)(\(list()))"
    }

    /// With the position in the arrays, from 1.
    func positioned(_ alias: String) -> String {
        "unnest(\(arrays.joined(separator: ", "))) WITH ORDINALITY AS \(alias)(\(list("position")))"
    }

    /// With one more array of JSON texts.
    func withItems(_ alias: String) -> String {
        "unnest(\((arrays + ["$\(columns.count + 1)::JSONB[]"]).joined(separator: ", "))) "
            + "AS \(alias)(\(list("item_data")))"
    }

    /// The parameters for keys of a hash and, if there are more columns, sort columns.
    static func arrays(_ columns: [KeyColumn], _ keys: [StoredKey]) -> [PostgresValue] {
        var parameters = [columns[0].storage.array(keys.map(\.hash))]
        if columns.count > 1 { parameters.append(columns[1].storage.array(keys.map(\.range))) }
        for (position, column) in columns.dropFirst(2).enumerated() {
            parameters.append(column.storage.array(keys.map { $0.more[position] }))
        }
        return parameters
    }
}
