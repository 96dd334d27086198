import DynamoExpressions
import DynamoModel
import ExtendDBLayout

/// `ExclusiveStartKey` and `LastEvaluatedKey`: the key attributes of the table and, for an index, those of the index.
///
/// The messages differ between the two operations as those of DynamoDB do, which others have measured.
struct StartKeyRules: Sendable {
    /// Where a page continues: the values of the columns by which the relation is ordered.
    typealias Position = [KeyValue]

    let table: ItemTable
    let index: IndexView?

    private static let invalid = "The provided starting key is invalid"
    private static let schemaMismatch = "The provided key element does not match the schema"

    private var attributes: Set<Text> {
        index?.physical.positionAttributes ?? Set(table.keySchema.attributeNames)
    }

    /// The attributes of an item that tell where it lies.
    func key(of item: Item) -> Item {
        let attributes = attributes
        return item.filter { attributes.contains($0.key) }
    }

    /// The position of a start key in a scan. For a table the message says more than for an index.
    func scanPosition(_ key: Item) throws(WireError) -> Position {
        do throws(WireError) {
            guard attributes == Set(key.keys) else { throw .validation(Self.schemaMismatch) }
            return try position(key, query: false)
        } catch {
            guard error.code == .validationException else { throw error }
            throw .validation(index == nil ? "\(Self.invalid): \(error.message)" : Self.invalid)
        }
    }

    /// The position of a start key in a query.
    func queryPosition(_ key: Item, _ condition: KeyCondition) throws(WireError) -> Position {
        let position: Position
        do throws(WireError) {
            guard attributes == Set(key.keys) else { throw .validation(Self.schemaMismatch) }
            position = try self.position(key, query: true)
        } catch {
            guard error.code == .validationException else { throw error }
            throw .validation(Self.invalid)
        }
        let schema = index?.definition.keySchema ?? table.keySchema
        guard schema.partition.map({ key[$0] }) == condition.partition.map(Optional.some) else {
            throw .validation(
                "The provided starting key is outside query boundaries based on provided conditions")
        }
        for (range, wanted) in zip(schema.sort, condition.sort) {
            guard let value = key[range], !wanted.matches(value) else { continue }
            throw .validation("The provided starting key does not match the range key predicate")
        }
        return position
    }

    /// The position of a row that was read.
    func position(of entry: Item, query: Bool) throws(WireError) -> Position {
        try position(key(of: entry), query: query)
    }

    private func position(_ key: Item, query: Bool) throws(WireError) -> Position {
        if let index {
            let position = try index.physical.position(exactly: key)
            return query ? position.queryPosition : position.scanPosition
        }
        let stored = try table.physical.key(exactly: key)
        return query ? table.physical.queryPosition(stored) : table.physical.scanPosition(stored)
    }
}
