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

/// `ItemCollectionMetrics` of an operation on several tables.
struct ItemCollections: Sendable {
    private var tables: [(name: String, collections: [ItemCollection])] = []

    /// Adds a table with local indexes: one collection for each partition key among those that were written to.
    mutating func add(
        _ table: ItemTable, _ name: String, _ partitions: [AttributeValue], _ database: ItemDatabase
    ) async throws(WireError) {
        var found: [ItemCollection] = []
        var seen = Set<AttributeValue>()
        for partition in partitions where seen.insert(partition).inserted {
            let key = [table.keySchema.hash: partition]
            if let collection = try await database.itemCollection(table, of: key) {
                found.append(collection)
            }
        }
        if !found.isEmpty { tables.append((name, found)) }
    }

    /// Writes the member, unless there is no collection.
    func write(into writer: inout JSONWriter) {
        guard !tables.isEmpty else { return }
        writer.name("ItemCollectionMetrics")
        writer.beginObject()
        for (name, collections) in tables {
            writer.name(name)
            writer.beginArray()
            for collection in collections { collection.write(into: &writer) }
            writer.endArray()
        }
        writer.endObject()
    }
}
