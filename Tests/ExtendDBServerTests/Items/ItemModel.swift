import DynamoModel
import TestSupport

/// A table `items` as `makeIndexedTable` makes it, in memory: what the server must answer.
struct ItemModel {
    private(set) var items: [Item: Item] = [:]

    static func key(_ item: Item) -> Item {
        item.filter { $0.key == "pk" || $0.key == "sk" }
    }

    mutating func put(_ item: Item) { items[Self.key(item)] = item }
    mutating func delete(_ key: Item) { items[key] = nil }

    mutating func set(_ key: Item, _ name: Text, _ value: AttributeValue?) {
        items[key, default: key][name] = value
    }

    /// The items that have these attributes, ordered as a query by them orders.
    func sorted(_ hash: Text, _ value: AttributeValue, _ range: Text) -> [Item] {
        items.values.filter { $0[hash] == value && $0[range] != nil }.sorted { a, b in
            for name in [range, "pk", "sk"] {
                guard let x = a[name], let y = b[name], x != y else { continue }
                return x.precedes(y)
            }
            return false
        }
    }
}

extension AttributeValue {
    fileprivate func precedes(_ other: AttributeValue) -> Bool {
        switch (self, other) {
        case (.string(let a), .string(let b)): a < b
        case (.number(let a), .number(let b)): a < b
        default: false
        }
    }
}

/// Random operations on few keys, so that they meet.
struct ItemScript {
    var random: SeededGenerator

    mutating func key() -> Item {
        [
            "pk": .string(["a", "b", "é"].randomElement(using: &random) ?? "a"),
            "sk": .number(DynamoNumber(Int.random(in: -2...4, using: &random))),
        ]
    }

    mutating func item() -> Item {
        var item = key()
        if Bool.random(using: &random) { item["gpk"] = globalHash() }
        if Bool.random(using: &random) { item["gsk"] = number() }
        if Bool.random(using: &random) { item["lsk"] = localRange() }
        if Bool.random(using: &random) { item["v"] = .list([number(), .bool(true), .binary([0, 255])]) }
        return item
    }

    mutating func globalHash() -> AttributeValue {
        .string(["g", "h"].randomElement(using: &random) ?? "g")
    }

    mutating func localRange() -> AttributeValue {
        .string(["x", "X", "xx", "ä"].randomElement(using: &random) ?? "x")
    }

    mutating func number() -> AttributeValue {
        .number(DynamoNumber(Int.random(in: 0...3, using: &random)))
    }
}
