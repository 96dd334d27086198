package import DynamoModel

extension Condition {
    /// Whether the item satisfies the condition. What an item lacks is unequal to everything, and has no order.
    package func matches(_ item: Item) -> Bool {
        switch self {
        case .comparison(let comparator, let a, let b):
            Self.compare(comparator, a.value(in: item), b.value(in: item))
        case .between(let a, let lower, let upper):
            Self.isBetween(a.value(in: item), lower.value(in: item), upper.value(in: item))
        case .isIn(let a, let candidates):
            a.value(in: item).map { value in candidates.contains { $0.value(in: item) == value } } ?? false
        case .attributeExists(let path): path.value(in: item) != nil
        case .attributeNotExists(let path): path.value(in: item) == nil
        case .attributeType(let a, let type): a.value(in: item)?.type == type
        case .beginsWith(let a, let b): Self.test(a, b, in: item) { $0.beginsWith($1) }
        case .contains(let a, let b): Self.test(a, b, in: item) { $0.contains($1) }
        case .not(let condition): !condition.matches(item)
        case .and(let conditions): conditions.allSatisfy { $0.matches(item) }
        case .or(let conditions): conditions.contains { $0.matches(item) }
        }
    }

    private static func test(
        _ a: ConditionOperand, _ b: ConditionOperand, in item: Item, _ body: (AttributeValue, AttributeValue) -> Bool
    ) -> Bool {
        guard let left = a.value(in: item), let right = b.value(in: item) else { return false }
        return body(left, right)
    }

    private static func compare(_ comparator: Comparator, _ a: AttributeValue?, _ b: AttributeValue?) -> Bool {
        guard let a, let b else { return comparator == .notEqual }
        return switch comparator {
        case .equal: a == b
        case .notEqual: a != b
        case .less: a.isOrdered(before: b) ?? false
        case .lessOrEqual: b.isOrdered(before: a).map { !$0 } ?? false
        case .greater: b.isOrdered(before: a) ?? false
        case .greaterOrEqual: a.isOrdered(before: b).map { !$0 } ?? false
        }
    }

    private static func isBetween(_ a: AttributeValue?, _ lower: AttributeValue?, _ upper: AttributeValue?) -> Bool {
        compare(.greaterOrEqual, a, lower) && compare(.lessOrEqual, a, upper)
    }
}

extension ConditionOperand {
    func value(in item: Item) -> AttributeValue? {
        switch self {
        case .path(let path): path.value(in: item)
        case .value(let value): value
        case .size(let operand): operand.value(in: item)?.expressionSize.map { .number(DynamoNumber($0)) }
        }
    }
}
