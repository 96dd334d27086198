import DynamoExpressions
import DynamoModel
import Postgres

/// The response of a BatchGetItem as it grows, up to 16 MB of items.
struct BatchGetResponse: Sendable {
    private let capacity: ReturnConsumedCapacity
    /// Whether the sizes of the items must be known.
    private let measures: Bool
    private var responses = JSONWriter()
    private var unprocessed = JSONWriter()
    private var consumed: [ConsumedCapacity] = []
    /// The size of the items so far; an upper bound of it as long as nothing comes near the limit.
    private var bytes = 0
    /// Nothing more goes in; what is left becomes `UnprocessedKeys`.
    private(set) var isFull = false

    init(capacity: ReturnConsumedCapacity, measures: Bool = false) {
        self.capacity = capacity
        self.measures = measures || capacity != .none
        responses.beginObject()
        unprocessed.beginObject()
    }

    /// Adds what was found of a table, and tells what it cost.
    ///
    /// - Parameter rows: (position of the key from 1, `item_data`); `nil` if nothing was looked for any more.
    mutating func add(
        _ lookup: BatchLookup, _ table: ItemTable, _ rows: PostgresResult?
    ) throws(WireError) -> ConsumedCapacity {
        let consistent = lookup.request.consistentRead
        var units = CapacityUnits.zero
        var left = Array(lookup.admitted..<lookup.request.keys.count)
        var notFound = Set(0..<lookup.admitted)
        responses.name(lookup.request.tableName)
        responses.beginArray()
        if let rows {
            for row in rows {
                let position = try row.keyPosition
                notFound.remove(position)
                guard let size = try append(row[1], lookup.projection) else {
                    isFull = true
                    left.append(position)
                    continue
                }
                units += .read(bytes: size, consistent: consistent)
            }
            for _ in notFound {
                units += .read(bytes: 0, consistent: consistent)
            }
        } else {
            left = Array(lookup.request.keys.indices)
        }
        responses.endArray()
        let used = ConsumedCapacity(tableName: table.name, table: units)
        consumed.append(used)
        if !left.isEmpty {
            unprocessed.name(lookup.request.tableName)
            unprocessed.keys(of: lookup.request, left.sorted())
        }
        return used
    }

    /// Appends an item.
    ///
    /// - Returns: its size, or the length of its stored JSON if nobody needs the size; `nil` if it does not fit.
    private mutating func append(
        _ cell: PostgresCell, _ projection: ProjectionExpression?
    ) throws(WireError) -> Int? {
        guard !isFull else { return nil }
        let stored = cell.withUTF8 { $0.count }
        let isNearLimit = bytes + stored > Limits.batchGetResponseSize
        let item = projection != nil || measures || isNearLimit ? try cell.item : nil
        let size = item.map(itemSize) ?? stored
        guard bytes + size <= Limits.batchGetResponseSize else { return nil }
        bytes += size
        if let projection, let item {
            responses.item(projection.project(item))
        } else {
            responses.stored(cell)
        }
        return size
    }

    func json() -> [UInt8] {
        var (responses, unprocessed) = (responses, unprocessed)
        responses.endObject()
        unprocessed.endObject()
        var writer = JSONWriter()
        writer.beginObject()
        if capacity != .none {
            writer.consumedCapacity(consumed, detailed: capacity == .indexes)
        }
        writer.name("Responses")
        writer.raw(responses.bytes)
        writer.name("UnprocessedKeys")
        writer.raw(unprocessed.bytes)
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    /// The part of a request for one table that has not been answered, in the form of a request.
    fileprivate mutating func keys(of request: BatchGetItemRequest.KeysAndAttributes, _ positions: [Int]) {
        beginObject()
        if let names = request.attributesToGet {
            name("AttributesToGet")
            beginArray()
            for name in names { string(name.string) }
            endArray()
        }
        name("ConsistentRead")
        bool(request.consistentRead)
        if let names = request.expressionAttributeNames {
            name("ExpressionAttributeNames")
            beginObject()
            for (placeholder, attribute) in names.sorted(by: { $0.key < $1.key }) {
                name(placeholder)
                string(attribute)
            }
            endObject()
        }
        name("Keys")
        beginArray()
        for position in positions { item(request.keys[position]) }
        endArray()
        if let expression = request.projectionExpression {
            name("ProjectionExpression")
            string(expression)
        }
        endObject()
    }

    /// `ConsumedCapacity` of a batch: one for each table.
    mutating func consumedCapacity(_ consumed: [ConsumedCapacity], detailed: Bool) {
        name("ConsumedCapacity")
        beginArray()
        for consumed in consumed { consumed.write(into: &self, detailed: detailed) }
        endArray()
    }

    /// An item as it is stored, without decoding it.
    mutating func stored(_ cell: PostgresCell) {
        cell.withUTF8 { raw($0) }
    }
}
