package import DynamoModel
import ExtendDBLayout
import Postgres

extension ItemOperations {
    package func batchWriteItem(
        _ request: BatchWriteItemRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        var batches: [WriteBatch] = []
        for writes in request.requestItems {
            let table = try await table(writes.tableName, context)
            batches.append(try WriteBatch(writes, table))
        }
        let measures = request.returnConsumedCapacity != .none
        var response = BatchWriteResponse(capacity: request.returnConsumedCapacity)
        if throttle != nil { response.unprocessed = try admit(request.requestItems, &batches) }
        // Each table's writes are one transaction; the batch as a whole is none, by definition.
        for batch in batches {
            let consumed = try await write(batch, measures: measures)
            batch.table.throttle?.charge(consumed, batch.table, .write)
            response.consumed.append(consumed)
            if request.returnItemCollectionMetrics == .size {
                try await response.collections.add(batch.table, batch.tableName, batch.partitions, database)
            }
        }
        return response.json()
    }

    /// Leaves writes aside for which there are no units.
    ///
    /// - Returns: those that are left, by table.
    /// - Throws: the service's error if that is all of them.
    private func admit(
        _ requests: [BatchWriteItemRequest.TableWrites], _ batches: inout [WriteBatch]
    ) throws(WireError) -> [BatchWriteItemRequest.TableWrites] {
        var left: [BatchWriteItemRequest.TableWrites] = []
        var admitted: [WriteBatch] = []
        var refusal: WireError?
        for (request, batch) in zip(requests, batches) {
            let costs = request.writes.map { write in
                if case .put(let item) = write { itemSize(item) } else { 0 }
            }.map { CapacityUnits.write(bytes: $0) }
            var count = 0
            do throws(WireError) {
                count = try batch.table.throttle?.admitted(costs, batch.table, .write) ?? costs.count
            } catch {
                refusal = error
            }
            if count == costs.count {
                admitted.append(batch)
                continue
            }
            var (first, rest) = (request, request)
            first.writes = Array(request.writes.prefix(count))
            rest.writes = Array(request.writes.dropFirst(count))
            if count > 0 { admitted.append(try WriteBatch(first, batch.table)) }
            left.append(rest)
        }
        if let refusal, admitted.isEmpty { throw refusal }
        batches = admitted
        return left
    }

    /// Carries out the writes to one table in two round trips, or in one if no old item is needed.
    ///
    /// The rows that exist are locked in the order of their keys, and new ones are inserted in that order, so that two
    /// batches that share keys wait for each other instead of waiting in a circle.
    func write(_ batch: WriteBatch, measures: Bool) async throws(WireError) -> ConsumedCapacity {
        let table = batch.table
        guard measures || table.needsOldItem else {
            let statements = table.physical.statements
            var queries: [PostgresQuery] = ["BEGIN", statements.lock(batch.keys)]
            if !batch.deletes.isEmpty { queries.append(statements.delete(batch.deletes)) }
            if !batch.puts.isEmpty { queries.append(statements.upsert(batch.puts)) }
            try await database.write(queries + ["COMMIT"])
            return ConsumedCapacity(tableName: table.name, table: .zero)
        }
        return try await database.transaction(locking: table.physical.statements.lock(batch.keys)) { rows in
            do throws(WireError) {
                let writes = try batch.writes(over: rows)
                let statements = ItemWrite.rowStatements(table, writes) + (try ItemWrite.consequences(table, writes))
                return .commit(statements, batch.consumed(writes))
            } catch {
                return .refuse(error)
            }
        }
    }
}

/// The writes of a BatchWriteItem to one table, in the order of their keys.
struct WriteBatch: Sendable {
    let table: ItemTable
    let tableName: String
    let keys: [StoredKey]
    /// One for each key: the row to put, or `nil` to delete.
    private let rows: [ItemRow?]
    /// The partition keys of the items, as attributes.
    let partitions: [AttributeValue]

    var puts: [ItemRow] { rows.compactMap { $0 } }
    var deletes: [StoredKey] { zip(keys, rows).compactMap { $1 == nil ? $0 : nil } }

    init(_ request: BatchWriteItemRequest.TableWrites, _ table: ItemTable) throws(WireError) {
        var seen = Set<StoredKey>()
        var entries: [(key: StoredKey, row: ItemRow?)] = []
        var partitions: [AttributeValue] = []
        for write in request.writes {
            let entry: (key: StoredKey, row: ItemRow?)
            switch write {
            case .put(let item):
                let row = try table.row(batchPut: item)
                entry = (row.key, row)
                partitions += item[table.keySchema.hash].map { [$0] } ?? []
            case .delete(let key):
                entry = (try table.physical.key(exactly: key), nil)
                partitions += key[table.keySchema.hash].map { [$0] } ?? []
            }
            guard seen.insert(entry.key).inserted else {
                throw .duplicateKeys
            }
            entries.append(entry)
        }
        entries.sort { $0.key.precedes($1.key) }
        self.table = table
        tableName = request.tableName
        keys = entries.map(\.key)
        rows = entries.map(\.row)
        self.partitions = partitions
    }

    /// Rows to put, each with a key of its own.
    init(puts: [ItemRow], _ table: ItemTable) {
        let sorted = puts.sorted { $0.key.precedes($1.key) }
        self.table = table
        tableName = table.name
        keys = sorted.map(\.key)
        rows = sorted
        partitions = sorted.compactMap { $0.item[table.keySchema.hash] }
    }

    /// The writes, given the rows that exist.
    ///
    /// - Parameter locked: (position of the key from 1, `item_data`).
    func writes(over locked: PostgresResult) throws(WireError) -> [ItemWrite] {
        var old: [Item?] = Array(repeating: nil, count: keys.count)
        for row in locked {
            old[try row.keyPosition] = try row[1].item
        }
        return keys.indices.map { ItemWrite(table, keys[$0], from: old[$0], to: rows[$0]) }
    }

    /// The sum over the writes, index by index.
    func consumed(_ writes: [ItemWrite]) -> ConsumedCapacity {
        var consumed = ConsumedCapacity(tableName: table.name, table: .zero)
        for write in writes {
            consumed.add(write.consumed(table))
        }
        return consumed
    }
}

extension StoredKey {
    /// A total order of keys, that of the database for strings in the "C" collation.
    func precedes(_ other: StoredKey) -> Bool {
        for (mine, theirs) in zip(values, other.values) where mine != theirs {
            switch (mine, theirs) {
            case (.text(let a), .text(let b)): return a < b
            case (.numeric(let a), .numeric(let b)): return a < b
            case (.bytea(let a), .bytea(let b)): return a.lexicographicallyPrecedes(b)
            default: return false
            }
        }
        return false
    }
}

/// The response of a BatchWriteItem. Only what is throttled is left unprocessed.
struct BatchWriteResponse: Sendable {
    let capacity: ReturnConsumedCapacity
    var consumed: [ConsumedCapacity] = []
    var collections = ItemCollections()
    var unprocessed: [BatchWriteItemRequest.TableWrites] = []

    init(capacity: ReturnConsumedCapacity) {
        self.capacity = capacity
    }

    func json() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        if capacity != .none {
            writer.consumedCapacity(consumed, detailed: capacity == .indexes)
        }
        collections.write(into: &writer)
        writer.name("UnprocessedItems")
        writer.beginObject()
        for table in unprocessed {
            writer.name(table.tableName)
            writer.beginArray()
            for write in table.writes {
                let (kind, member, attributes) =
                    switch write {
                    case .put(let item): ("PutRequest", "Item", item)
                    case .delete(let key): ("DeleteRequest", "Key", key)
                    }
                writer.beginObject()
                writer.name(kind)
                writer.beginObject()
                writer.name(member)
                writer.item(attributes)
                writer.endObject()
                writer.endObject()
            }
            writer.endArray()
        }
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }
}
