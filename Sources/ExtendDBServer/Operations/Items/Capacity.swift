import DynamoModel

/// Capacity units, counted in halves, since an eventually consistent read costs half a unit.
struct CapacityUnits: Hashable, Sendable {
    var halves: Int

    static let zero = CapacityUnits(halves: 0)

    /// A write: one unit for each KiB or part of it, at least one.
    static func write(bytes: Int) -> CapacityUnits {
        CapacityUnits(halves: 2 * max(1, (bytes + 1023) / 1024))
    }

    /// A read: one unit (half a unit if eventually consistent) for each 4 KiB or part of it, at least one.
    static func read(bytes: Int, consistent: Bool) -> CapacityUnits {
        CapacityUnits(halves: (consistent ? 2 : 1) * max(1, (bytes + 4095) / 4096))
    }

    static func + (a: CapacityUnits, b: CapacityUnits) -> CapacityUnits {
        CapacityUnits(halves: a.halves + b.halves)
    }

    /// In a transaction: each item is read or written twice, once to prepare and once to commit ("Capacity management
    /// for transactions").
    var doubled: CapacityUnits { CapacityUnits(halves: halves * 2) }

    static func += (a: inout CapacityUnits, b: CapacityUnits) {
        a.halves += b.halves
    }

    /// As DynamoDB writes it: always with one decimal.
    var text: String {
        "\(halves / 2).\(halves % 2 == 0 ? "0" : "5")"
    }
}

/// What one operation used of one table, and the member `ConsumedCapacity` that tells it.
struct ConsumedCapacity: Sendable {
    /// What one index used.
    struct Index: Sendable {
        let name: String
        let kind: IndexDefinition.Kind
        var units: CapacityUnits
    }

    /// What a transaction's units are for: only transactions tell it, beside the sum.
    enum Direction: String, Sendable {
        case read = "ReadCapacityUnits"
        case write = "WriteCapacityUnits"
    }

    let tableName: String
    var table: CapacityUnits
    var indexes: [Index]
    private var direction: Direction?

    init(tableName: String, table: CapacityUnits, indexes: [Index] = []) {
        self.tableName = tableName
        self.table = table
        self.indexes = indexes
    }

    mutating func add(_ index: IndexView, _ units: CapacityUnits) {
        indexes.append(Index(name: index.name, kind: index.definition.kind, units: units))
    }

    /// Adds what another operation used of the same table.
    mutating func add(_ other: ConsumedCapacity) {
        table += other.table
        for index in other.indexes {
            if let position = indexes.firstIndex(where: { $0.name == index.name }) {
                indexes[position].units += index.units
            } else {
                indexes.append(index)
            }
        }
    }

    /// The same work as part of a transaction. An index costs what it costs outside of one, as measured: it is the
    /// item that is written twice.
    func transactional(_ direction: Direction) -> ConsumedCapacity {
        var consumed = self
        consumed.direction = direction
        consumed.table = table.doubled
        return consumed
    }

    var total: CapacityUnits {
        indexes.reduce(table) { $0 + $1.units }
    }

    /// Writes the object; `detailed` is `ReturnConsumedCapacity: INDEXES`, which splits the sum by table and index.
    func write(into writer: inout JSONWriter, detailed: Bool) {
        writer.beginObject()
        writeUnits(total, into: &writer)
        if detailed {
            write(.global, as: "GlobalSecondaryIndexes", into: &writer)
            write(.local, as: "LocalSecondaryIndexes", into: &writer)
            writer.name("Table")
            write(table, into: &writer)
        }
        writer.name("TableName")
        writer.string(tableName)
        writer.endObject()
    }

    private func write(_ kind: IndexDefinition.Kind, as name: String, into writer: inout JSONWriter) {
        let matching = indexes.filter { $0.kind == kind }
        guard !matching.isEmpty else { return }
        writer.name(name)
        writer.beginObject()
        for index in matching {
            writer.name(index.name)
            write(index.units, into: &writer)
        }
        writer.endObject()
    }

    private func write(_ units: CapacityUnits, into writer: inout JSONWriter) {
        writer.beginObject()
        writeUnits(units, into: &writer)
        writer.endObject()
    }

    private func writeUnits(_ units: CapacityUnits, into writer: inout JSONWriter) {
        writer.name("CapacityUnits")
        writer.number(text: units.text)
        if let direction {
            writer.name(direction.rawValue)
            writer.number(text: units.text)
        }
    }
}
