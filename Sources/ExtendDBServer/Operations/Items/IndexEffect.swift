import DynamoModel
import ExtendDBLayout

/// One secondary index of a table as reads and writes see it: which items are in it, and what of them.
struct IndexView: Sendable {
    let definition: IndexDefinition
    let physical: PhysicalIndex
    /// Whether items that are older than the index may be missing in it: it is written, not read.
    var isBackfilling = false

    var name: String { definition.name }

    /// What the index holds of an item; `nil` if the item lacks a key attribute of the index, or has one that is not
    /// usable as a key (an item may be older than the index).
    func entry(of item: Item) -> Item? {
        for column in physical.key.attributes {
            guard let value = item[column.attribute], value.type == column.type.attributeType,
                value.emptyKind == nil
            else { return nil }
        }
        return physical.projected(item)
    }

    /// What a write that turns `old` into `new` does to this index.
    func effect(from old: Item?, to new: Item?) -> IndexEffect {
        switch (old.flatMap(entry(of:)), new.flatMap(entry(of:))) {
        case (nil, nil):
            return .none
        case (nil, let new?):
            return .insert(new)
        case (let old?, nil):
            return .remove(old)
        case (let old?, let new?):
            if old == new { return .none }
            func differ(_ columns: [KeyColumn]) -> Bool {
                columns.contains { old[$0.attribute] != new[$0.attribute] }
            }
            if differ(physical.key.partition) { return .move(from: old, to: new, samePartition: false) }
            return differ(physical.key.sort)
                ? .move(from: old, to: new, samePartition: true) : .replace(old: old, new: new)
        }
    }
}

/// What a write of one item does to one index. Entries are projected items.
enum IndexEffect: Hashable, Sendable {
    /// The item is not in the index, or nothing of what the index holds of it changes.
    case none
    case insert(Item)
    case remove(Item)
    /// The index key stays, projected attributes change.
    case replace(old: Item, new: Item)
    /// The index key changes, in its partition key or only in its sort key.
    case move(from: Item, to: Item, samePartition: Bool)

    /// Whether a row goes away. A row's primary key is the index's partition key and the base item's key, so an entry
    /// that stays in its partition is overwritten instead.
    var deletesRow: Bool {
        switch self {
        case .remove, .move(_, _, samePartition: false): true
        case .none, .insert, .replace, .move: false
        }
    }

    /// Whether a row is inserted or overwritten.
    var writesRow: Bool {
        switch self {
        case .insert, .replace, .move: true
        case .none, .remove: false
        }
    }

    /// The write units that the effect costs, by "Provisioned throughput considerations for global secondary
    /// indexes": one write for an insert, a removal or a changed projected attribute, two for a changed key.
    var units: CapacityUnits {
        switch self {
        case .none: .zero
        case .insert(let entry), .remove(let entry): .write(bytes: itemSize(entry))
        case .replace(let old, let new): .write(bytes: max(itemSize(old), itemSize(new)))
        case .move(let old, let new, _): .write(bytes: itemSize(old)) + .write(bytes: itemSize(new))
        }
    }
}

extension AttributeValue {
    /// `string` or `binary` if the value is an empty one of these, the wording of DynamoDB's message.
    var emptyKind: String? {
        switch self {
        case .string(let text) where text.isEmpty: "string"
        case .binary(let bytes) where bytes.isEmpty: "binary"
        default: nil
        }
    }

    /// The bytes that count against the limit of a key's length; a number is always short enough.
    var keyByteCount: Int {
        switch self {
        case .string(let text): text.utf8Count
        case .binary(let bytes): bytes.count
        default: 0
        }
    }
}
