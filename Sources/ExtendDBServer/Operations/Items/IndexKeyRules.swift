import DynamoModel
import ExtendDBLayout

/// What the secondary indexes of a table demand of an item's attributes: an attribute that is part of an index key
/// may be absent (the item is then not in the index), but if present it must be usable as a key.
struct IndexKeyRules: Sendable {
    /// One key attribute of one index.
    struct Use: Sendable {
        let index: String
        let column: KeyColumn
        let maximumBytes: Int
    }

    /// Whose words an error uses.
    enum Origin: Sendable {
        /// An item that is put as a whole.
        case put
        /// An item as an update leaves it. All of it counts, not only what the update names: DynamoDB refuses every
        /// update of an item that is older than an index whose key its attributes do not fit.
        case update
    }

    /// Ordered by index name, since DynamoDB names the first index in that order.
    let uses: [Use]
    /// Keys of several attributes, which have a limit together.
    private let composites: [(columns: [KeyColumn], limit: Int)]

    init(_ indexes: [IndexView]) {
        var uses: [Use] = []
        var composites: [(columns: [KeyColumn], limit: Int)] = []
        for index in indexes.sorted(by: { $0.name < $1.name }) {
            let key = index.physical.key
            for (columns, limit) in [(key.partition, Limits.partitionKeySize), (key.sort, Limits.sortKeySize)] {
                uses += columns.map { Use(index: index.name, column: $0, maximumBytes: limit) }
                if columns.count > 1 { composites.append((columns, limit)) }
            }
        }
        self.uses = uses
        self.composites = composites
    }

    func validate(_ item: Item, _ origin: Origin) throws(WireError) {
        for use in uses {
            let name = use.column.attribute
            guard let value = item[name] else { continue }
            guard value.type == use.column.type.attributeType else {
                throw .invalidParameter(
                    "Type mismatch for Index Key \(name) Expected: \(use.column.type.rawValue) "
                        + "Actual: \(value.type.rawValue) IndexName: \(use.index)")
            }
            if let kind = value.emptyKind {
                throw Self.empty(kind, use, origin)
            }
            if value.keyByteCount > use.maximumBytes {
                throw .invalidParameter(
                    "Size limit exceeded for Index Key \(name) Actual Size: \(value.keyByteCount) bytes "
                        + "Max Size: \(use.maximumBytes) bytes IndexName: \(use.index)")
            }
        }
        for (columns, limit) in composites {
            let size = columns.reduce(0) { $0 + (item[$1.attribute]?.keyByteCount ?? 0) }
            guard size <= limit else { throw KeyValidation.tooLong(limit: limit) }
        }
    }

    private static func empty(_ kind: String, _ use: Use, _ origin: Origin) -> WireError {
        let emptiness = "The AttributeValue for a key attribute cannot contain an empty \(kind) value."
        return switch origin {
        case .put:
            .validation(
                "One or more parameter values are not valid. A value specified for a secondary index key is not "
                    + "supported. \(emptiness) IndexName: \(use.index), IndexKey: \(use.column.attribute)")
        case .update:
            .validation(
                "One or more parameter values are not valid. The update expression attempted to update a secondary "
                    + "index key to a value that is not supported. \(emptiness)")
        }
    }
}
