package import Postgres

/// Statements on the relation of one secondary index.
package final class IndexStatements: Sendable {
    /// Pages of Query and Scan. A position in them is (sort key if any, base partition key, base sort key if any).
    package let ranges: RangeStatements

    private let keyColumns: [KeyColumn]
    private let baseColumns: [KeyColumn]
    private let deleteText: String
    private let upsertText: String

    init(relation: String, key: KeyColumns, base: KeyColumns) {
        let keyColumns = key.columns
        let baseColumns = base.columns
        self.keyColumns = keyColumns
        self.baseColumns = baseColumns
        ranges = RangeStatements(relation: relation, sort: key.sort, tail: baseColumns)

        deleteText =
            "DELETE FROM \(relation) t USING \(UnnestedColumns(baseColumns).plain("k")) WHERE "
            + baseColumns.map { "t.\($0.name) = k.\($0.name)" }.joined(separator: " AND ")
        let all = UnnestedColumns(keyColumns + baseColumns)
        let names = (keyColumns + baseColumns).map(\.name).joined(separator: ", ")
        let conflict = ([key.hash] + baseColumns).map(\.name).joined(separator: ", ")
        let changed = key.sort.map(\.name) + ["item_data"]
        upsertText =
            "INSERT INTO \(relation) (\(names), item_data) SELECT \(all.names("k")), k.item_data "
            + "FROM \(all.withItems("k")) ON CONFLICT (\(conflict)) DO UPDATE SET "
            + changed.map { "\($0) = EXCLUDED.\($0)" }.joined(separator: ", ")
    }

    /// Deletes every row of the base items, under whatever index key.
    package func delete(bases: [StoredKey]) -> PostgresQuery {
        PostgresQuery(deleteText, UnnestedColumns.arrays(baseColumns, bases))
    }

    /// Inserts rows, or replaces those with the same partition key and base item; each base item once.
    package func upsert(_ rows: [IndexRow]) -> PostgresQuery {
        PostgresQuery(
            upsertText,
            UnnestedColumns.arrays(keyColumns, rows.map(\.key)) + UnnestedColumns.arrays(baseColumns, rows.map(\.base))
                + [.utf8Array(rows.map(\.json))])
    }
}
