import DynamoModel

/// Which of all conditions can be a key condition (API Reference, Query, `KeyConditionExpression`).
extension KeyConditionExpression {
    init(_ condition: Condition) throws(WireError) {
        var conditions: [(attribute: Text, condition: RangeCondition)] = []
        try Self.collect(condition, into: &conditions)
        self.init(conditions: conditions)
    }

    private static func collect(
        _ condition: Condition, into found: inout [(attribute: Text, condition: RangeCondition)]
    ) throws(WireError) {
        if case .and(let conditions) = condition {
            for condition in conditions { try collect(condition, into: &found) }
            return
        }
        let (attribute, test) = try single(condition)
        guard !found.contains(where: { $0.attribute == attribute }) else {
            throw .validation("KeyConditionExpressions must only contain one condition per key")
        }
        found.append((attribute, test))
    }

    private static func single(
        _ condition: Condition
    ) throws(WireError) -> (attribute: Text, condition: RangeCondition) {
        switch condition {
        case .comparison(let comparator, let a, let b):
            if comparator == .notEqual { throw operatorError(comparator.rawValue) }
            let (attribute, values) = try split([a, b])
            let isMirrored = a.path == nil
            guard let test = RangeCondition(isMirrored ? comparator.mirrored : comparator, values[0]) else {
                throw operatorError(comparator.rawValue)
            }
            return (attribute, test)
        case .between(let a, let lower, let upper):
            try requirePathFirst(a, "BETWEEN")
            let (attribute, values) = try split([a, lower, upper])
            return (attribute, .between(values[0], values[1]))
        case .beginsWith(let a, let b):
            try requirePathFirst(a, "begins_with")
            let (attribute, values) = try split([a, b])
            return (attribute, .beginsWith(values[0]))
        case .isIn: throw operatorError("IN")
        case .not: throw operatorError("NOT")
        case .or: throw operatorError("OR")
        case .and: throw operatorError("AND")
        case .attributeExists: throw operatorError("attribute_exists")
        case .attributeNotExists: throw operatorError("attribute_not_exists")
        case .attributeType: throw operatorError("attribute_type")
        case .contains: throw operatorError("contains")
        }
    }

    private static func operatorError(_ operation: String) -> WireError {
        .validation("Invalid operator used in KeyConditionExpression: \(operation)")
    }

    private static func shapeError(_ reason: String) -> WireError {
        .validation("Invalid condition in KeyConditionExpression: \(reason)")
    }

    private static func requirePathFirst(_ operand: ConditionOperand, _ operation: String) throws(WireError) {
        if case .value = operand {
            throw shapeError("\(operation) operator must have the key attribute as its first operand")
        }
    }

    /// The one attribute among the operands, and the values.
    private static func split(
        _ operands: [ConditionOperand]
    ) throws(WireError) -> (attribute: Text, values: [AttributeValue]) {
        var attribute: Text?
        var values: [AttributeValue] = []
        for operand in operands {
            switch operand {
            case .path(let path):
                if attribute != nil { throw shapeError("Multiple attribute names used in one condition") }
                guard path.isTopLevel else {
                    throw .validation("KeyConditionExpressions cannot have conditions on nested attributes")
                }
                attribute = path.root
            case .value(let value): values.append(value)
            case .size: throw .validation("KeyConditionExpressions cannot contain nested operations")
            }
        }
        guard let attribute else { throw shapeError("No key attribute specified") }
        return (attribute, values)
    }
}
