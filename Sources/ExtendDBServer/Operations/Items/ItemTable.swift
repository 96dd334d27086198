import DynamoModel
import ExtendDBLayout
import Postgres

/// A table as the item operations use it, worked out once of its record.
struct ItemTable: Sendable {
    let record: TableRecord
    let indexes: [IndexView]
    let indexKeys: IndexKeyRules
    let inserts: StrictInserts
    /// The stream that every change is recorded in, if there is one.
    let stream: TableStream?
    /// The types of all key attributes.
    let keyTypes: [Text: KeyAttributeType]
    /// How the request names the table: by its name or its ARN. `ConsumedCapacity` repeats it ("If you had specified
    /// the Amazon Resource Name (ARN) of a table in the input, you'll see the table ARN in the response").
    var name: String
    /// The time of the request in seconds since 1970, which stream records tell.
    var now = 0.0
    /// Where writes note what makes work for later.
    var changes: TimedChanges?
    /// What holds requests to the table's units; `nil` if nothing does, as for work that no request asks for.
    var throttle: Throttle?

    /// Whether a change has effects beside the item's own row, for which the old item must be known.
    var hasEffects: Bool { !indexes.isEmpty || stream != nil }
    /// Whether the old item must be known to tell what a write costs, or does beside the item's own row.
    var needsOldItem: Bool { hasEffects || throttle != nil }

    var physical: PhysicalTable { record.physical }
    var keySchema: KeySchema { record.definition.keySchema }
    var hasLocalIndexes: Bool { indexes.contains { $0.definition.kind == .local } }

    init(_ record: TableRecord) {
        self.record = record
        name = record.definition.name
        var indexes: [IndexView] = []
        // One that is being filled is maintained already; one that is being deleted no longer.
        for (index, physical) in zip(record.indexes, record.physical.indexes) where index.status != .deleting {
            indexes.append(
                IndexView(
                    definition: index.definition, physical: physical, isBackfilling: index.status == .creating))
        }
        self.indexes = indexes
        indexKeys = IndexKeyRules(indexes)
        inserts = StrictInserts(record.physical)
        stream = TableStream(record)
        keyTypes = Dictionary(
            record.definition.attributeDefinitions.map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
    }

    /// The index that a Query or Scan names.
    func index(named name: String) throws(WireError) -> IndexView {
        guard let index = indexes.first(where: { $0.name == name }) else {
            throw .validation("The table does not have the specified index: \(name)")
        }
        if index.isBackfilling {
            throw .validation("Cannot read from backfilling global secondary index: \(name)")
        }
        return index
    }

    /// The key attributes of an item of this table.
    func key(of item: Item) -> Item {
        var key: Item = [:]
        for name in keySchema.attributeNames {
            key[name] = item[name]
        }
        return key
    }

    /// Checks an item that is to be put, and makes its row.
    func row(put item: Item) throws(WireError) -> ItemRow {
        let key = try physical.key(of: item)
        try indexKeys.validate(item, .put)
        guard itemSize(item) <= Limits.itemSize else { throw .itemTooLarge }
        noteExpiry(of: item)
        return ItemRow(key: key, item: item, json: try StoredItem.encode(item))
    }

    /// The same in a batch, where a key that is missing or of another type is said of the key as a whole.
    func row(batchPut item: Item) throws(WireError) -> ItemRow {
        for column in physical.columns {
            guard item[column.attribute]?.type == column.type.attributeType else {
                throw .validation("The provided key element does not match the schema")
            }
        }
        return try row(put: item)
    }

    /// Checks an item as an update leaves it, and makes its row.
    func row(updated item: Item, _ key: StoredKey) throws(WireError) -> ItemRow {
        try indexKeys.validate(item, .update)
        guard itemSize(item) <= Limits.itemSize else {
            throw .validation("Item size to update has exceeded the maximum allowed size")
        }
        guard item.values.allSatisfy({ $0.nestingDepth < Limits.nestingDepth }) else {
            throw AttributeValue.nestingError
        }
        noteExpiry(of: item)
        return ItemRow(key: key, item: item, json: try StoredItem.encode(item))
    }
}

/// Inserts that fail with a unique violation (SQLSTATE 23505) if a row exists, so that they undo the whole pipeline
/// that they are in.
struct StrictInserts: Sendable {
    private let columns: [KeyColumn]
    private let oneText: String
    private let manyText: String

    init(_ table: PhysicalTable) {
        columns = table.columns
        let names = columns.map(\.name)
        let target = "INSERT INTO \(table.relation) (\((names + ["item_data"]).joined(separator: ", ")))"
        oneText = target + " VALUES (\((1...names.count + 1).map { "$\($0)" }.joined(separator: ", ")))"
        let arrays =
            columns.enumerated().map { "$\($0 + 1)::\($1.storage.rawValue)[]" }
            + ["$\(names.count + 1)::JSONB[]"]
        manyText =
            target + " SELECT * FROM unnest(\(arrays.joined(separator: ", ")))"
    }

    func insert(_ row: ItemRow) -> PostgresQuery {
        PostgresQuery(oneText, row.key.parameters + [.utf8(row.json)])
    }

    /// In the order given: callers sort by key, so that two of them cannot wait for each other.
    func insert(_ rows: [ItemRow]) -> PostgresQuery {
        var parameters: [PostgresValue] = []
        for position in columns.indices {
            parameters.append(columns[position].storage.array(rows.map { $0.key.values[position] }))
        }
        parameters.append(.utf8Array(rows.map(\.json)))
        return PostgresQuery(manyText, parameters)
    }
}
