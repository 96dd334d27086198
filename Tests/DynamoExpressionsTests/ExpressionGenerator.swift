import DynamoModel

@testable import DynamoExpressions

// Random trees, values and items. Names come from a small pool, so that paths often lead somewhere.

extension SeededGenerator {
    static let attributes = ["a", "b", "c", "d"]

    mutating func count(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    mutating func path() -> PathSyntax {
        var elements: [PathSyntax.Element] = [name()]
        while chance(30), elements.count < 4 { elements.append(chance(50) ? name() : .index(count(0...3))) }
        return PathSyntax(elements: elements)
    }

    private mutating func name() -> PathSyntax.Element {
        let name = pick(Self.attributes)
        return chance(30) ? .placeholder("#" + name) : .identifier(name)
    }

    mutating func valueName() -> String { ":v\(count(0...9))" }

    mutating func operand(depth: Int = 2) -> OperandSyntax {
        switch count(0...9) {
        case 0 where depth > 0: .function(FunctionSyntax(name: "size", arguments: [operand(depth: depth - 1)]))
        case 0...4: .value(valueName())
        default: .path(path())
        }
    }

    mutating func condition(depth: Int) -> ConditionSyntaxNode {
        guard depth > 0, chance(60) else { return comparison() }
        switch count(0...4) {
        case 0: return .not(condition(depth: depth - 1))
        // A chain directly within a chain of its kind, to its left, is one chain in the text.
        case 1, 2:
            let nodes = conditions(depth - 1)
            if case .and(let first) = nodes[0] { return .and(first + nodes.dropFirst()) }
            return .and(nodes)
        default:
            let nodes = conditions(depth - 1)
            if case .or(let first) = nodes[0] { return .or(first + nodes.dropFirst()) }
            return .or(nodes)
        }
    }

    private mutating func conditions(_ depth: Int) -> [ConditionSyntaxNode] {
        (0..<count(2...3)).map { _ in condition(depth: depth) }
    }

    private mutating func comparison() -> ConditionSyntaxNode {
        switch count(0...9) {
        case 0: return .between(operand(), lower: operand(), upper: operand())
        case 1: return .isIn(operand(), (0..<count(1...4)).map { _ in operand() })
        case 2:
            let name = pick(["attribute_exists", "attribute_not_exists"])
            return .function(FunctionSyntax(name: name, arguments: [.path(path())]))
        case 3, 4:
            let name = pick(["begins_with", "contains"])
            return .function(FunctionSyntax(name: name, arguments: [operand(), operand()]))
        default: return .comparison(pick(Comparator.allCases), operand(), operand())
        }
    }

    mutating func value(depth: Int = 2) -> AttributeValue {
        switch count(0...(depth > 0 ? 10 : 7)) {
        case 0, 1: .number(DynamoNumber(count(-2...4)))
        case 2, 3: .string(Text(pick(["", "a", "ab", "b", "é"])))
        case 4: .binary(pick([[], [1], [1, 2]]))
        case 5: chance(50) ? .bool(chance(50)) : .null
        case 6: .stringSet(Set((0..<count(1...2)).map { _ in Text(pick(["a", "ab", "b"])) }))
        case 7: .numberSet(Set((0..<count(1...2)).map { _ in DynamoNumber(count(0...2)) }))
        case 8, 9: .list((0..<count(0...3)).map { _ in value(depth: depth - 1) })
        default: .map(members(depth: depth - 1))
        }
    }

    private mutating func members(depth: Int) -> Item {
        var members: Item = [:]
        for name in Self.attributes where chance(60) { members[Text(name)] = value(depth: depth) }
        return members
    }

    mutating func item() -> Item { members(depth: 2) }

    mutating func context() -> ExpressionContext {
        let names = Dictionary(uniqueKeysWithValues: Self.attributes.map { ("#" + $0, $0) })
        var values: [String: AttributeValue] = [:]
        for index in 0...9 { values[":v\(index)"] = value(depth: 1) }
        return ExpressionContext(names: names, values: values)
    }

    mutating func updateOperand(depth: Int = 2) -> OperandSyntax {
        guard depth > 0, chance(30) else { return chance(50) ? .value(valueName()) : .path(path()) }
        let isCheck = chance(50)
        let first: OperandSyntax = isCheck ? .path(path()) : updateOperand(depth: depth - 1)
        return .function(
            FunctionSyntax(
                name: isCheck ? "if_not_exists" : "list_append",
                arguments: [first, updateOperand(depth: depth - 1)]))
    }

    mutating func updateValue() -> UpdateValueSyntax {
        switch count(0...3) {
        case 0: .sum(updateOperand(), updateOperand())
        case 1: .difference(updateOperand(), updateOperand())
        default: .operand(updateOperand())
        }
    }

    /// An update as text, and its actions in the order of the text.
    mutating func update() -> (text: String, actions: [UpdateActionSyntax]) {
        var parts: [String] = []
        var actions: [UpdateActionSyntax] = []
        for section in ["SET", "REMOVE", "ADD", "DELETE"].shuffled(using: &self).prefix(count(1...3)) {
            var texts: [String] = []
            for _ in 0..<count(1...3) {
                let path = path()
                let value = valueName()
                switch section {
                case "SET":
                    let assigned = updateValue()
                    actions.append(.set(path, assigned))
                    texts.append("\(path.text) = \(assigned.text)")
                case "REMOVE":
                    actions.append(.remove(path))
                    texts.append(path.text)
                case "ADD":
                    actions.append(.add(path, value: value))
                    texts.append("\(path.text) \(value)")
                default:
                    actions.append(.delete(path, value: value))
                    texts.append("\(path.text) \(value)")
                }
            }
            parts.append(section + " " + texts.joined(separator: ", "))
        }
        return (parts.joined(separator: " "), actions)
    }
}
