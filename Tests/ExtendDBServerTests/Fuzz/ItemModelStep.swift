import DynamoModel

/// A request on table `fuzz` (keys pk, a string, and sk, a number) of which a model in memory says what it comes to.
enum ItemModelStep: Sendable {
    enum Condition: Sendable {
        case exists, absent
        case numberIs(Int)
        case numberBelow(Int)

        var expression: String {
            switch self {
            case .exists: "attribute_exists(pk)"
            case .absent: "attribute_not_exists(pk)"
            case .numberIs: "n = :c"
            case .numberBelow: "n < :c"
            }
        }

        var value: Int? {
            switch self {
            case .exists, .absent: nil
            case .numberIs(let value), .numberBelow(let value): value
            }
        }

        func holds(_ item: Item?) -> Bool {
            switch self {
            case .exists: return item != nil
            case .absent: return item == nil
            case .numberIs(let value): return item?["n"] == .number(DynamoNumber(value))
            case .numberBelow(let value):
                guard case .number(let number)? = item?["n"] else { return false }
                return number < DynamoNumber(value)
            }
        }
    }

    enum Change: Sendable {
        case set(Text, AttributeValue)
        case setIfAbsent(Text, AttributeValue)
        case remove(Text)
        /// To attribute n.
        case add(Int)
        case nothing

        /// The member `UpdateExpression`, with a comma in front.
        var expression: String {
            switch self {
            case .set(let name, _): #","UpdateExpression":"SET \#(name) = :v""#
            case .setIfAbsent(let name, _): #","UpdateExpression":"SET \#(name) = if_not_exists(\#(name), :v)""#
            case .remove(let name): #","UpdateExpression":"REMOVE \#(name)""#
            case .add: #","UpdateExpression":"ADD n :v""#
            case .nothing: ""
            }
        }

        var values: [(String, String)] {
            switch self {
            case .set(_, let value), .setIfAbsent(_, let value): [(":v", value.json)]
            case .add(let number): [(":v", #"{"N":"\#(number)"}"#)]
            case .remove, .nothing: []
            }
        }

        /// - Returns: the item afterwards; nil for none.
        func apply(_ key: Item, _ item: Item?) -> Item? {
            var changed = item ?? key
            switch self {
            case .set(let name, let value): changed[name] = value
            case .setIfAbsent(let name, let value): changed[name] = changed[name] ?? value
            case .remove(let name):
                guard item != nil else { return nil }
                changed[name] = nil
            case .add(let number):
                guard case .number(let old)? = changed["n"] else {
                    changed["n"] = .number(DynamoNumber(number))
                    break
                }
                guard let sum = try? old.adding(DynamoNumber(number)) else { return item }
                changed["n"] = .number(sum)
            case .nothing: break
            }
            return changed
        }
    }

    case put(Item, condition: Condition?)
    case get(Item)
    case update(Item, Change, condition: Condition?)
    case delete(Item, condition: Condition?)
    case query(String, from: Int?, limit: Int?, forward: Bool)
}

/// The table, in memory.
struct FuzzModel {
    private(set) var items: [Item: Item] = [:]

    /// What a step must be answered with.
    enum Answer: Hashable {
        case item(Item?, member: String)
        case items([Item], hasMore: Bool)
        case conditionFailed
    }

    private static func key(_ item: Item) -> Item { item.filter { $0.key == "pk" || $0.key == "sk" } }

    mutating func perform(_ step: ItemModelStep) -> Answer {
        switch step {
        case .put(let item, let condition):
            let key = Self.key(item)
            let old = items[key]
            guard condition?.holds(old) ?? true else { return .conditionFailed }
            items[key] = item
            return .item(old, member: "Attributes")
        case .get(let key): return .item(items[key], member: "Item")
        case .delete(let key, let condition):
            let old = items[key]
            guard condition?.holds(old) ?? true else { return .conditionFailed }
            items[key] = nil
            return .item(old, member: "Attributes")
        case .update(let key, let change, let condition):
            guard condition?.holds(items[key]) ?? true else { return .conditionFailed }
            items[key] = change.apply(key, items[key])
            return .item(items[key], member: "Attributes")
        case .query(let pk, let from, let limit, let forward):
            var found = items.values.filter { item in
                guard item["pk"] == .string(Text(pk)), case .number(let sk)? = item["sk"] else { return false }
                return from.map { sk >= DynamoNumber($0) } ?? true
            }
            found.sort { Self.sortKey($0) < Self.sortKey($1) }
            if !forward { found.reverse() }
            guard let limit, limit <= found.count else { return .items(found, hasMore: false) }
            return .items(Array(found.prefix(limit)), hasMore: true)
        }
    }

    private static func sortKey(_ item: Item) -> DynamoNumber {
        if case .number(let number)? = item["sk"] { number } else { .zero }
    }
}

extension AttributeValue {
    fileprivate var json: String {
        var writer = JSONWriter()
        writer.attributeValue(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
