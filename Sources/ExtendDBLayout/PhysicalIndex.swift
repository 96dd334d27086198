package import DynamoModel
import Postgres

/// The relation of one secondary index, global or local: the projected items of those items that have all its key
/// attributes, found by the index's key and by the base item's.
package final class PhysicalIndex: Sendable {
    package let name: String
    package let indexID: String
    package let kind: IndexDefinition.Kind
    /// The relation's name, quoted.
    package let relation: String
    /// `pk`, and `sk_s`, `sk2_n`, … if the index has a sort key.
    package let key: KeyColumns
    /// `base_pk`, and `base_sk_s`, `base_sk_n` or `base_sk_b` if the table has a sort key.
    package let base: KeyColumns
    package let projection: Projection
    package let statements: IndexStatements
    /// The attributes of a row; `nil` for all.
    let attributes: Set<Text>?

    init(_ record: IndexRecord, table: TableDefinition) throws(LayoutError) {
        let definition = record.definition
        name = definition.name
        indexID = record.indexID
        kind = definition.kind
        relation = PostgresIdentifier.quote(PhysicalTable.relationName(record.indexID))
        key = try KeyColumns(definition.keySchema, table)
        base = try KeyColumns(table.keySchema, table, prefix: "base_")
        projection = definition.projection
        attributes =
            definition.projection.type == .all
            ? nil
            : Set(
                table.keySchema.attributeNames + definition.keySchema.attributeNames
                    + (definition.projection.type == .include ? definition.projection.nonKeyAttributes : []))
        statements = IndexStatements(relation: relation, key: key, base: base)
    }

    /// The index key of an item; `nil` if it lacks a key attribute and so is not in the index.
    ///
    /// - Throws: DynamoDB's validation error for a key attribute of another type, an empty or a too long one.
    package func key(of item: Item) throws(WireError) -> StoredKey? {
        try key.key { (column, limit) throws(WireError) in
            try KeyValidation.indexValue(of: item, column, index: name, limit: limit)
        }
    }

    /// Whether a row of this index holds the attribute.
    package func projects(_ attribute: Text) -> Bool {
        attributes?.contains(attribute) ?? true
    }

    /// What a row of this index holds of an item.
    package func projected(_ item: Item) -> Item {
        guard let attributes else { return item }
        return item.filter { attributes.contains($0.key) }
    }

    /// The row of an item in this index; `nil` if the item is not in it.
    package func row(for row: ItemRow) throws(WireError) -> IndexRow? {
        guard let key = try key(of: row.item) else { return nil }
        let json = attributes == nil ? row.json : try StoredItem.encode(projected(row.item))
        return IndexRow(key: key, base: row.key, json: json)
    }
}

/// A row of an index's relation.
package struct IndexRow: Sendable {
    package let key: StoredKey
    package let base: StoredKey
    /// The text of `item_data`: the projected item.
    package let json: [UInt8]
}
