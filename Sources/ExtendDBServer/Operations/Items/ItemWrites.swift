import DynamoExpressions
import DynamoModel
import ExtendDBLayout
import Postgres

/// What PutItem, UpdateItem and DeleteItem share.
extension ItemOperations {
    /// A write that was carried out, and what else its maker wants to know.
    struct Written<Extra: Sendable>: Sendable {
        let write: ItemWrite
        let extra: Extra
    }

    /// Reads an item under a lock, checks the condition, and writes what `make` makes of it.
    ///
    /// - Parameters:
    ///   - returnsItem: `ReturnValuesOnConditionCheckFailure: ALL_OLD`.
    ///   - make: the new row of the old item, `nil` for none, and the extra.
    func write<Extra: Sendable>(
        _ table: ItemTable, _ key: StoredKey, condition: ConditionExpression?, returnsItem: Bool,
        make: (Item?) throws(WireError) -> (ItemRow?, Extra)
    ) async throws(WireError) -> Written<Extra> {
        try table.throttle?.admit(table, .write)
        do throws(WireError) {
            let written = try await change(table, key, condition: condition, returnsItem: returnsItem, make: make)
            table.throttle?.charge(written.write.consumed(table), table, .write)
            return written
        } catch {
            // "If a ConditionExpression evaluates to false during a conditional write, DynamoDB still consumes write
            // capacity from the table."
            if error.code == .conditionalCheckFailedException {
                let size = error.item.map(itemSize) ?? 0
                table.throttle?.charge(
                    ConsumedCapacity(tableName: table.name, table: .write(bytes: size)), table, .write)
            }
            throw error
        }
    }

    private func change<Extra: Sendable>(
        _ table: ItemTable, _ key: StoredKey, condition: ConditionExpression?, returnsItem: Bool,
        make: (Item?) throws(WireError) -> (ItemRow?, Extra)
    ) async throws(WireError) -> Written<Extra> {
        try await database.transaction(locking: table.physical.statements.lock(key)) { rows in
            do throws(WireError) {
                let old = try rows.first.map { (row) throws(WireError) in try row[0].item }
                if let condition, !condition.matches(old) {
                    throw WireError(
                        .conditionalCheckFailedException, "The conditional request failed",
                        item: returnsItem ? old : nil)
                }
                let (new, extra) = try make(old)
                let write = ItemWrite(table, key, from: old, to: new)
                return .commit(try write.statements(table), Written(write: write, extra: extra))
            } catch {
                return .refuse(error)
            }
        }
    }
}

/// The response of an operation that writes one item.
struct WriteResponse: Sendable {
    /// Left out if there are none.
    var attributes: Item?
    var consumed: ConsumedCapacity?
    /// `ReturnConsumedCapacity: INDEXES`
    var detailed = false
    var collection: ItemCollection?

    mutating func consume(_ mode: ReturnConsumedCapacity, _ write: ItemWrite, _ table: ItemTable) {
        guard mode != .none else { return }
        consumed = write.consumed(table)
        detailed = mode == .indexes
    }

    func json() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        if let attributes, !attributes.isEmpty {
            writer.name("Attributes")
            writer.item(attributes)
        }
        if let consumed {
            writer.name("ConsumedCapacity")
            consumed.write(into: &writer, detailed: detailed)
        }
        if let collection {
            writer.name("ItemCollectionMetrics")
            collection.write(into: &writer)
        }
        writer.endObject()
        return writer.bytes
    }
}
