package import DynamoModel
import Postgres

/// The relations of one DynamoDB table: where its items lie and the SQL that reads and writes them.
///
/// A reference, since it never changes and every request passes it around.
package final class PhysicalTable: Sendable {
    package let tableID: String
    /// The relation's name, quoted.
    package let relation: String
    /// `pk`, and `sk_s`, `sk_n` or `sk_b` if the table has a sort key.
    package let key: KeyColumns
    package let indexes: [PhysicalIndex]
    /// Reads and writes of the base relation.
    package let statements: TableStatements

    /// - Throws: `LayoutError` if a key attribute has no definition.
    package init(tableID: String, definition: TableDefinition, indexes: [IndexRecord]) throws(LayoutError) {
        self.tableID = tableID
        relation = PostgresIdentifier.quote(Self.relationName(tableID))
        guard !definition.keySchema.isMultiAttribute else {
            throw LayoutError(
                .unsupportedFeature,
                "table '\(definition.name)' has a key of several attributes, which only global secondary indexes can "
                    + "have")
        }
        key = try KeyColumns(definition.keySchema, definition)
        var physical: [PhysicalIndex] = []
        for index in indexes {
            physical.append(try PhysicalIndex(index, table: definition))
        }
        self.indexes = physical
        statements = TableStatements(relation: relation, columns: key.columns)
    }

    package var hash: KeyColumn { key.hash }
    package var range: KeyColumn? { key.sort.first }
    /// One or two.
    package var columns: [KeyColumn] { key.columns }

    package func index(named name: String) -> PhysicalIndex? {
        indexes.first { $0.name == name }
    }

    /// The key of an item that is about to be stored.
    ///
    /// - Throws: DynamoDB's validation errors for a key attribute that is missing, empty, too long or of another type.
    package func key(of item: Item) throws(WireError) -> StoredKey {
        try KeyValidation.key(of: item, hash: hash, range: range)
    }

    /// The `Key` of a request, which must hold the key attributes and nothing else.
    package func key(exactly key: Item) throws(WireError) -> StoredKey {
        try KeyValidation.key(exactly: key, hash: hash, range: range)
    }

    /// The row of an item that is about to be stored: checked key attributes of table and indexes, and the JSON text.
    package func row(for item: Item) throws(WireError) -> ItemRow {
        let key = try key(of: item)
        for index in indexes {
            _ = try index.key(of: item)
        }
        return ItemRow(key: key, item: item, json: try StoredItem.encode(item))
    }

    /// `_ddb_<id>`, the name of the relation of a table or an index.
    package static func relationName(_ id: String) -> String {
        "_ddb_" + id
    }
}

/// An item as the base relation stores it.
package struct ItemRow: Sendable {
    package let key: StoredKey
    package let item: Item
    /// The text of `item_data`.
    package let json: [UInt8]

    package init(key: StoredKey, item: Item, json: [UInt8]) {
        self.key = key
        self.item = item
        self.json = json
    }
}
