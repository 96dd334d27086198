import DynamoModel
import ExtendDBLayout
import Postgres

/// The items of one partition key in a table and its local indexes, as `ItemCollectionMetrics` describes them.
struct ItemCollection: Sendable {
    /// The partition key.
    let key: Item
    let bytes: Int

    /// Writes the object. The estimate is a range of one gigabyte, as DynamoDB's.
    func write(into writer: inout JSONWriter) {
        let gigabytes = bytes / 1_073_741_824
        writer.beginObject()
        writer.name("ItemCollectionKey")
        writer.item(key)
        writer.name("SizeEstimateRangeGB")
        writer.beginArray()
        writer.number(text: "\(gigabytes).0")
        writer.number(text: "\(gigabytes + 1).0")
        writer.endArray()
        writer.endObject()
    }
}

extension ItemTable {
    /// The stored bytes of an item collection, without reading what the rows hold.
    fileprivate func collectionSize(_ hash: KeyValue) -> PostgresQuery {
        let local = indexes.filter { $0.definition.kind == .local }.map(\.physical.relation)
        let sums = ([physical.relation] + local).map { relation in
            "(SELECT coalesce(sum(pg_column_size(item_data)), 0) FROM \(relation) WHERE pk = $1)"
        }
        return PostgresQuery("SELECT (\(sums.joined(separator: " + ")))::bigint", [hash.parameter])
    }
}

extension ItemDatabase {
    /// The size of the item collection that an item belongs to; `nil` for a table without local indexes.
    func itemCollection(_ table: ItemTable, of item: Item) async throws(WireError) -> ItemCollection? {
        let name = table.physical.hash.attribute
        guard table.hasLocalIndexes, let value = item[name], let hash = try table.physical.hash.value(of: value)
        else { return nil }
        let rows = try await read(table.collectionSize(hash))
        let bytes = try await PostgresErrors.wire { () async throws(PostgresError) in
            try rows.first?[0].int ?? 0
        }
        return ItemCollection(key: [name: value], bytes: bytes)
    }
}
