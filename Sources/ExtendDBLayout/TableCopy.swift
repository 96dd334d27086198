import DynamoModel
package import Postgres

/// Copies all items of a table inside the database: into the rows of a backup, out of them, or into another table.
///
/// Items are copied by one statement each, so a copy is of one instant.
package struct TableCopy: Sendable {
    private let table: PhysicalTable
    private let columns: [KeyColumn]

    package init(_ table: PhysicalTable) {
        self.table = table
        columns = table.columns
    }

    private var names: String { columns.map(\.name).joined(separator: ", ") }

    /// Into `backup_items`, where `sk` is the text of the sort key, in Base64 if it is binary as `pk` is.
    ///
    /// - Returns: one row: the number of items, and the bytes of their JSON.
    package func backUp(as arn: String) -> PostgresQuery {
        PostgresQuery(
            """
            WITH copied AS (
                INSERT INTO backup_items (backup_arn, pk, sk, item_data)
                SELECT $1, pk, \(sortText), item_data FROM \(table.relation) RETURNING item_data
            )
            SELECT count(*), coalesce(sum(octet_length(item_data::text)), 0)::bigint FROM copied
            """, [.text(arn)], prepared: false)
    }

    /// As ``backUp(as:)`` reads them, for a catalog in another database: `pk`, `sk` and `item_data`.
    package var rows: PostgresQuery {
        PostgresQuery("SELECT pk, \(sortText), item_data::text FROM \(table.relation)", prepared: false)
    }

    private var sortText: String {
        switch table.range?.storage {
        case nil: "NULL"
        case .text: "sk_s"
        case .numeric: "sk_n::text"
        case .bytea: "translate(encode(sk_b, 'base64'), chr(10), '')"
        }
    }

    /// Into this table's bare relation out of a backup. The key is taken from the items: backups that ExtendDB makes
    /// lack the sort key.
    package func restore(from arn: String) -> PostgresQuery {
        PostgresQuery(
            """
            INSERT INTO \(table.relation) (\(names), item_data)
            SELECT \(columns.map(\.extracted).joined(separator: ", ")), item_data
            FROM backup_items WHERE backup_arn = $1
            """, [.text(arn)], prepared: false)
    }

    /// Into this table's bare relation out of another table with the same key.
    package func copy(of source: PhysicalTable) -> PostgresQuery {
        PostgresQuery(
            "INSERT INTO \(table.relation) (\(names), item_data) SELECT \(names), item_data FROM \(source.relation)",
            prepared: false)
    }

    /// The rows of all indexes, then keys and the indexes' indexes: what a restore does after the items.
    package var finish: [PostgresQuery] {
        let ddl = RelationDDL(table)
        return table.indexes.map { IndexBackfill($0, of: table).all() }
            + ddl.finish.map { PostgresQuery($0, prepared: false) }
    }
}
