import DynamoModel
package import Postgres

/// The rows of an index as SQL makes them of the rows of its table, inside the database: for building an index over
/// items that are there already.
///
/// An item whose key attribute of the index is absent, of another type, empty or too long has no row, as in a write.
package struct IndexBackfill: Sendable {
    private let table: PhysicalTable
    private let index: PhysicalIndex
    private let baseColumns: [KeyColumn]

    package init(_ index: PhysicalIndex, of table: PhysicalTable) {
        self.table = table
        self.index = index
        baseColumns = table.columns
    }

    /// Makes the rows of the next items in key order, locked against writers until the transaction ends.
    ///
    /// Every writer maintains the index meanwhile, under the lock of the item's row. So a row that is there already is
    /// right, and one that is not cannot appear while the item is locked.
    ///
    /// - Parameter after: the key behind which to start, as the batch before returned it.
    /// - Returns: a statement with one row: the number of items, and the key of the last as text; no row if there are
    ///   no more items.
    package func batch(after: [String]? = nil, limit: Int) -> PostgresQuery {
        let columns = baseColumns.map(\.name).joined(separator: ", ")
        var parameters: [PostgresValue] = []
        var condition = ""
        if let after {
            let values = zip(baseColumns, after).map { column, value in
                parameters.append(.text(value))
                return column.parsed("$\(parameters.count)")
            }
            condition = "WHERE (\(columns)) > (\(values.joined(separator: ", ")))"
        }
        parameters.append(.int(limit))
        let limitText = "$\(parameters.count)::bigint"
        let select = selection(from: "batch", &parameters)
        return PostgresQuery(
            """
            WITH batch AS (
                SELECT \(columns), item_data FROM \(table.relation) \(condition)
                ORDER BY \(columns) LIMIT \(limitText) FOR SHARE
            ), made AS (
                \(insert) \(select) ON CONFLICT DO NOTHING
            )
            SELECT (SELECT count(*) FROM batch), \(baseColumns.map(\.shown).joined(separator: ", "))
            FROM batch ORDER BY \(baseColumns.map { $0.name + " DESC" }.joined(separator: ", ")) LIMIT 1
            """, parameters, prepared: false)
    }

    /// Makes the rows of all items at once; for a relation that nobody else sees yet.
    package func all() -> PostgresQuery {
        var parameters: [PostgresValue] = []
        let select = selection(from: table.relation, &parameters)
        return PostgresQuery("\(insert) \(select)", parameters, prepared: false)
    }

    private var insert: String {
        let names = (index.key.columns + index.base.columns).map(\.name).joined(separator: ", ")
        return "INSERT INTO \(index.relation) (\(names), item_data)"
    }

    private func selection(from source: String, _ parameters: inout [PostgresValue]) -> String {
        var item = "item_data"
        if let attributes = index.attributes {
            parameters.append(.textArray(attributes.map(\.string)))
            item =
                "(SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(item_data) e "
                + "WHERE e.key = ANY($\(parameters.count)::text[]))"
        }
        let values = index.key.extracted + baseColumns.map(\.name) + [item]
        return "SELECT \(values.joined(separator: ", ")) FROM \(source) WHERE \(index.key.isUsable)"
    }
}

extension KeyColumn {
    /// The text of the attribute in `item_data`; NULL if the item lacks it or it has another type.
    package var text: String {
        "item_data->\(PostgresLiteral.quote(attribute.string))->>'\(type.rawValue)'"
    }

    /// The column's value taken out of `item_data`, of one attribute. A stored number is normalised and stored Base64 is
    /// canonical, so text columns take them as they are.
    var extracted: String {
        switch storage {
        case .text: "(\(text))"
        case .numeric: "(\(text))::numeric"
        case .bytea: "decode(\(text), 'base64')"
        }
    }

    /// Whether the attribute in `item_data` can be a key.
    func isUsable(limit: Int) -> String {
        size.map { "\($0) BETWEEN 1 AND \(limit)" } ?? "\(text) IS NOT NULL"
    }

    /// The bytes that count against the limit of a key's length; `nil` for a number, which is always short enough.
    var size: String? {
        switch type {
        case .number: nil
        case .string: "octet_length(\(text))"
        case .binary: "octet_length(decode(\(text), 'base64'))"
        }
    }

    /// The column as text that ``parsed(_:)`` reads again.
    var shown: String {
        switch storage {
        case .text: name
        case .numeric: "\(name)::text"
        case .bytea: "encode(\(name), 'hex')"
        }
    }

    func parsed(_ text: String) -> String {
        switch storage {
        case .text: text
        case .numeric: "\(text)::numeric"
        case .bytea: "decode(\(text), 'hex')"
        }
    }
}
