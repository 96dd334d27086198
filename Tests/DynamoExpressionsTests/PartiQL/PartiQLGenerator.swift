import DynamoModel

@testable import DynamoExpressions

/// Random statements. Each `?` gets its position when the statement is complete, in the order in which it is printed.
struct PartiQLGenerator {
    var random: SeededGenerator
    private var parameters = 0

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    static let names = ["a", "b", "Select", "two words", "qu\"ote", "é", "$x_1", ""]
    static let texts = ["", "x", "it's", "a ? b", "-- no comment", "/*", "日本"]

    mutating func statement() -> PartiQLStatementSyntax {
        switch random.count(0...5) {
        case 0: .insert(PartiQLInsertSyntax(target: source(), value: .map(members(depth: 2))))
        case 1: .update(update())
        case 2: .delete(PartiQLDeleteSyntax(target: source(), condition: condition(), returning: returning()))
        case 3: .exists(select())
        default: .select(select())
        }
    }

    private mutating func select() -> PartiQLSelectSyntax {
        let projection = random.chance(40) ? nil : (0..<random.count(1...3)).map { _ in path() }
        return PartiQLSelectSyntax(
            projection: projection, source: source(), condition: condition(),
            order: (0..<random.count(0...2)).map { _ in
                .init(attribute: random.pick(Self.names), descending: random.chance(50))
            })
    }

    private mutating func update() -> PartiQLUpdateSyntax {
        let target = PartiQLSource(table: random.pick(Self.names), index: nil)
        let actions = (0..<random.count(1...3)).map { _ -> PartiQLUpdateSyntax.Action in
            random.chance(30) ? .remove(path()) : .set(path(), value(depth: 2))
        }
        return PartiQLUpdateSyntax(target: target, actions: actions, condition: condition(), returning: returning())
    }

    private mutating func returning() -> PartiQLReturning? {
        random.chance(50) ? nil : random.pick(PartiQLReturning.allCases)
    }

    private mutating func source() -> PartiQLSource {
        PartiQLSource(table: random.pick(Self.names), index: random.chance(30) ? random.pick(Self.names) : nil)
    }

    private mutating func path() -> PartiQLPath {
        var elements: [PartiQLPath.Element] = [.attribute(random.pick(Self.names))]
        while random.chance(30), elements.count < 4 {
            elements.append(
                random.chance(50) ? .attribute(random.pick(Self.names)) : .index(random.count(0...3)))
        }
        return PartiQLPath(elements: elements)
    }

    private mutating func condition() -> PartiQLExpression? { random.chance(25) ? nil : truth(depth: 3) }

    private mutating func truth(depth: Int) -> PartiQLExpression {
        guard depth > 0 else { return .isMissing(.path(path())) }
        switch random.count(0...8) {
        case 0: return .and((0..<random.count(2...3)).map { _ in truth(depth: depth - 1) })
        case 1: return .or((0..<random.count(2...3)).map { _ in truth(depth: depth - 1) })
        case 2: return .not(truth(depth: depth - 1))
        case 3:
            let operand = value(depth: 1)
            let lower = value(depth: 1)
            return .between(operand, lower: lower, upper: value(depth: 1))
        case 4:
            let operand = value(depth: 1)
            return .isIn(operand, (0..<random.count(1...3)).map { _ in value(depth: 1) })
        case 5: return .isNull(.path(path()))
        case 6:
            let operand = value(depth: 1)
            return .call("begins_with", [operand, value(depth: 1)])
        default:
            let operand = value(depth: 1)
            return .comparison(random.pick(Comparator.allCases), operand, value(depth: 1))
        }
    }

    private mutating func value(depth: Int) -> PartiQLExpression {
        guard depth > 0 else { return scalar() }
        switch random.count(0...9) {
        case 0: return .list((0..<random.count(0...3)).map { _ in value(depth: depth - 1) })
        case 1: return .bag((0..<random.count(0...3)).map { _ in value(depth: depth - 1) })
        case 2: return .map(members(depth: depth - 1))
        case 3:
            let left = value(depth: depth - 1)
            return .sum(left, value(depth: depth - 1))
        case 4:
            let left = value(depth: depth - 1)
            return .difference(left, value(depth: depth - 1))
        case 5: return .call("size", [.path(path())])
        default: return scalar()
        }
    }

    private mutating func members(depth: Int) -> [PartiQLExpression.Member] {
        (0..<random.count(0...3)).map { _ in
            let name = random.pick(Self.texts)
            return PartiQLExpression.Member(name: name, value: value(depth: depth))
        }
    }

    private mutating func scalar() -> PartiQLExpression {
        switch random.count(0...7) {
        case 0: .string(random.pick(Self.texts))
        case 1: .number(random.pick(["0", "1", "-1", "1.50", "2e10", "-3E-5", "12345678901234567890"]))
        case 2: .bool(random.chance(50))
        case 3: .null
        case 4: .missing
        case 5: parameter()
        default: .path(path())
        }
    }

    /// Values are made in the order in which they are printed.
    private mutating func parameter() -> PartiQLExpression {
        defer { parameters += 1 }
        return .parameter(parameters)
    }
}
