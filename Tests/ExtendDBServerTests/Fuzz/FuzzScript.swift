import DynamoModel
import TestSupport

/// Generated requests: valid ones, nearly valid ones, and garbage.
struct FuzzScript {
    var random: SeededGenerator

    /// How far from valid a request is. Only valid ones are about table `fuzz`, so that the model knows all of it; the
    /// others are about `other`.
    enum Kind: Sendable {
        /// The model says what must be answered.
        case valid(ItemModelStep)
        /// A valid request with something in it changed; whatever is answered is an answer.
        case broken(operation: String, body: String)
        /// Bytes that are hardly a request.
        case garbage(operation: String, body: [UInt8])
    }

    mutating func next() -> Kind {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<5: return .valid(step())
        case 5..<8:
            let (operation, body) = request(of: step())
            return .broken(operation: operation, body: mutated(body.replacing(#""fuzz""#, with: #""other""#)))
        case 8:
            return .broken(operation: pick(Self.operations), body: text(anything(depth: 0)))
        default:
            return .garbage(operation: pick(Self.operations), body: bytes())
        }
    }

    static let operations = [
        "PutItem", "GetItem", "UpdateItem", "DeleteItem", "Query", "Scan", "BatchGetItem", "BatchWriteItem",
        "CreateTable",
        "DescribeTable", "ListTables", "DescribeTimeToLive", "UpdateTimeToLive", "DescribeLimits",
    ]

    mutating func pick<T>(_ values: [T]) -> T { values[Int.random(in: 0..<values.count, using: &random)] }
    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    // MARK: Valid requests

    mutating func key() -> Item {
        [
            "pk": .string(pick(["a", "b", "é"])),
            "sk": .number(DynamoNumber(Int.random(in: -3...6, using: &random))),
        ]
    }

    mutating func value(_ depth: Int = 0) -> AttributeValue {
        switch Int.random(in: 0..<(depth < 3 ? 10 : 7), using: &random) {
        case 0: return .string(Text(pick(["", "x", "hello", "😀é", "a\"b\\c", "\n\u{1}"])))
        case 1: return .number(number())
        case 2:
            return .binary(
                (0..<Int.random(in: 0...4, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) })
        case 3: return .bool(chance(50))
        case 4: return .null
        case 5: return .stringSet(Set((0...Int.random(in: 0...3, using: &random)).map { Text("s\($0)") }))
        case 6: return .numberSet([number(), number()])
        case 7, 8:
            return .list((0..<Int.random(in: 0...3, using: &random)).map { _ in value(depth + 1) })
        default:
            var members: Item = [:]
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                members[Text(pick(["a", "b", "c d", ""]))] = value(depth + 1)
            }
            return .map(members)
        }
    }

    private mutating func number() -> DynamoNumber {
        let text = pick([
            "0", "1", "-1", "2.5", "1E3", "-0.001", "123456789012345678901234567890", "1E-130", "9E125", "7",
        ])
        guard let number = try? DynamoNumber(text) else { return DynamoNumber(0) }
        return number
    }

    mutating func step() -> ItemModelStep {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<3:
            var item = key()
            for name in ["v", "n", "l", "m"] where chance(50) {
                item[Text(name)] = name == "n" ? .number(DynamoNumber(Int.random(in: 0...9, using: &random))) : value()
            }
            return .put(item, condition: condition())
        case 3..<5: return .get(key())
        case 5..<8: return .update(key(), change(), condition: condition())
        case 8: return .delete(key(), condition: condition())
        default:
            return .query(
                pick(["a", "b", "é"]), from: chance(50) ? Int.random(in: -3...6, using: &random) : nil,
                limit: chance(50) ? Int.random(in: 1...5, using: &random) : nil, forward: chance(50))
        }
    }

    private mutating func condition() -> ItemModelStep.Condition? {
        guard chance(40) else { return nil }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return .exists
        case 1: return .absent
        case 2: return .numberIs(Int.random(in: 0...9, using: &random))
        default: return .numberBelow(Int.random(in: 0...9, using: &random))
        }
    }

    private mutating func change() -> ItemModelStep.Change {
        switch Int.random(in: 0..<5, using: &random) {
        case 0: return .set("v", value())
        case 1: return .remove("v")
        case 2: return .add(Int.random(in: -5...5, using: &random))
        case 3: return .setIfAbsent("w", value())
        default: return .nothing
        }
    }

    // MARK: Requests as text

    func request(of step: ItemModelStep) -> (operation: String, body: String) {
        switch step {
        case .put(let item, let condition):
            (
                "PutItem",
                #"{"TableName":"fuzz","Item":\#(item.json),"ReturnValues":"ALL_OLD"\#(Self.text(condition, []))}"#
            )
        case .get(let key): ("GetItem", #"{"TableName":"fuzz","Key":\#(key.json),"ConsistentRead":true}"#)
        case .delete(let key, let condition):
            (
                "DeleteItem",
                #"{"TableName":"fuzz","Key":\#(key.json),"ReturnValues":"ALL_OLD"\#(Self.text(condition, []))}"#
            )
        case .update(let key, let change, let condition):
            (
                "UpdateItem",
                #"{"TableName":"fuzz","Key":\#(key.json),"ReturnValues":"ALL_NEW"\#(change.expression)\#(Self.text(condition, change.values))}"#
            )
        case .query(let pk, let from, let limit, let forward):
            (
                "Query",
                #"{"TableName":"fuzz","KeyConditionExpression":"pk = :p\#(from == nil ? "" : " AND sk >= :s")","#
                    + #""ExpressionAttributeValues":{":p":{"S":"\#(pk)"}\#(from.map { #",":s":{"N":"\#($0)"}"# } ?? "")},"#
                    + #""ScanIndexForward":\#(forward),"ConsistentRead":true\#(limit.map { #","Limit":\#($0)"# } ?? "")}"#
            )
        }
    }

    private static func text(_ condition: ItemModelStep.Condition?, _ values: [(String, String)]) -> String {
        var values = values
        var text = ""
        if let condition {
            text += #","ConditionExpression":"\#(condition.expression)""#
            if let value = condition.value { values.append((":c", #"{"N":"\#(value)"}"#)) }
        }
        guard !values.isEmpty else { return text }
        return text + #","ExpressionAttributeValues":{"# + values.map { #""\#($0)":\#($1)"# }.joined(separator: ",")
            + "}"
    }

    // MARK: Requests that are not quite right

    /// Words of expressions and JSON, out of place.
    private static let words = [
        "AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "(", ")", "((", "[", "]", "[0]", ",", ".", "=",
        "<>", "<",
        "+", "-", "#", ":", ":p", "#a", "size(v)", "attribute_exists(pk)", "begins_with(pk, :p)", "list_append(l, l)",
        "if_not_exists(n, :p)", "null", "true", "{}", "\"", "{\"N\":\"x\"}", "{\"S\":1}", "{\"SS\":[]}",
        "{\"NULL\":false}", "1e999",
        "\\u0000", "\\ud800", "é", "9999999999", "status", "pk", "sk", "v", "m.a.b", "l[99]", "x",
    ]

    private mutating func mutated(_ body: String) -> String {
        var bytes = Array(body.utf8)
        for _ in 0...Int.random(in: 0...2, using: &random) {
            guard !bytes.isEmpty else { break }
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.remove(at: place)
            case 1: bytes.insert(contentsOf: Array((" " + pick(Self.words) + " ").utf8), at: place)
            case 2:
                // A word for another, so that the JSON often stays whole.
                let end = min(bytes.count, place + Int.random(in: 1...6, using: &random))
                bytes.replaceSubrange(place..<end, with: Array(pick(Self.words).utf8))
            default: bytes.replaceSubrange(place..<(place + 1), with: [UInt8.random(in: 0x20...0x7E, using: &random)])
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let members = [
        "TableName", "Key", "Item", "ExpressionAttributeValues", "ExpressionAttributeNames", "UpdateExpression",
        "Limit",
        "ConditionExpression", "KeyConditionExpression", "FilterExpression", "ProjectionExpression", "RequestItems",
        "Keys",
        "Select", "IndexName", "ExclusiveStartKey", "Expected", "AttributeUpdates", "KeyConditions", "QueryFilter",
        "AttributesToGet", "ReturnValues", "Segment", "TotalSegments", "KeySchema", "AttributeDefinitions", "S", "N",
        "M", "L", "pk",
    ]

    private mutating func anything(depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth < 6 ? 9 : 6), using: &random) {
        case 0: return .null
        case 1: return .bool(chance(50))
        case 2: return .number(pick(["0", "-1", "1.5", "1e400", "99999999999999999999"]))
        case 3, 4: return .string(pick(Self.words))
        case 5: return .string("other")
        case 6: return .array((0..<Int.random(in: 0...3, using: &random)).map { _ in anything(depth: depth + 1) })
        default:
            return .object(
                (0..<Int.random(in: 0...4, using: &random)).map { _ in
                    JSONMember(name: pick(Self.members), value: anything(depth: depth + 1))
                })
        }
    }

    private func text(_ json: JSONValue) -> String { json.text }

    private mutating func bytes() -> [UInt8] {
        (0..<Int.random(in: 0...200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
}
