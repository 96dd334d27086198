package import DynamoModel

/// A condition on an item, ready to be evaluated.
package indirect enum Condition: Hashable, Sendable {
    case comparison(Comparator, ConditionOperand, ConditionOperand)
    case between(ConditionOperand, lower: ConditionOperand, upper: ConditionOperand)
    case isIn(ConditionOperand, [ConditionOperand])
    case attributeExists(DocumentPath)
    case attributeNotExists(DocumentPath)
    case attributeType(ConditionOperand, AttributeType)
    case beginsWith(ConditionOperand, ConditionOperand)
    case contains(ConditionOperand, ConditionOperand)
    case not(Condition)
    case and([Condition])
    case or([Condition])
}

/// What a condition compares.
package indirect enum ConditionOperand: Hashable, Sendable {
    case path(DocumentPath)
    case value(AttributeValue)
    /// The size of what the operand is: see ``AttributeValue/expressionSize``.
    case size(ConditionOperand)

    /// The type that is known without an item.
    var staticType: AttributeType? {
        switch self {
        case .path: nil
        case .value(let value): value.type
        case .size: .number
        }
    }

    var path: DocumentPath? {
        guard case .path(let path) = self else { return nil }
        return path
    }

    var value: AttributeValue? {
        guard case .value(let value) = self else { return nil }
        return value
    }
}

extension Condition {
    /// Calls `body` with every document path in the condition.
    package func forEachPath(_ body: (DocumentPath) -> Void) {
        switch self {
        case .comparison(_, let a, let b), .beginsWith(let a, let b), .contains(let a, let b):
            a.forEachPath(body)
            b.forEachPath(body)
        case .between(let a, let lower, let upper):
            for operand in [a, lower, upper] { operand.forEachPath(body) }
        case .isIn(let a, let candidates):
            a.forEachPath(body)
            for candidate in candidates { candidate.forEachPath(body) }
        case .attributeExists(let path), .attributeNotExists(let path): body(path)
        case .attributeType(let a, _): a.forEachPath(body)
        case .not(let condition): condition.forEachPath(body)
        case .and(let conditions), .or(let conditions):
            for condition in conditions { condition.forEachPath(body) }
        }
    }
}

extension ConditionOperand {
    func forEachPath(_ body: (DocumentPath) -> Void) {
        switch self {
        case .path(let path): body(path)
        case .value: break
        case .size(let operand): operand.forEachPath(body)
        }
    }
}
