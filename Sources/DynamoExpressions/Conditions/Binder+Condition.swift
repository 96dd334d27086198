import DynamoModel

/// The functions of conditions, and how many operands each takes.
enum ConditionFunction: String, CaseIterable {
    case attributeExists = "attribute_exists"
    case attributeNotExists = "attribute_not_exists"
    case attributeType = "attribute_type"
    case beginsWith = "begins_with"
    case contains
    case size

    var operandCount: Int {
        switch self {
        case .attributeExists, .attributeNotExists, .size: 1
        case .attributeType, .beginsWith, .contains: 2
        }
    }
}

extension Binder {
    mutating func condition(_ node: ConditionSyntaxNode) -> Condition {
        switch node {
        case .comparison(let comparator, let a, let b):
            return comparison(comparator, operand(a), operand(b))
        case .between(let a, let lower, let upper):
            return between(operand(a), operand(lower), operand(upper))
        case .isIn(let a, let candidates):
            return isIn(operand(a), operands(candidates))
        case .function(let function):
            return condition(function)
        case .not(let node):
            return .not(condition(node))
        case .and(let nodes):
            return .and(conditions(nodes))
        case .or(let nodes):
            return .or(conditions(nodes))
        }
    }

    private mutating func conditions(_ nodes: [ConditionSyntaxNode]) -> [Condition] {
        var conditions: [Condition] = []
        conditions.reserveCapacity(nodes.count)
        for node in nodes { conditions.append(condition(node)) }
        return conditions
    }

    // MARK: Operands

    /// An operand that could be bound, or nil if a part of it is not defined.
    private mutating func operand(_ syntax: OperandSyntax) -> ConditionOperand? {
        switch syntax {
        case .path(let syntax): return .path(path(syntax))
        case .value(let placeholder): return value(placeholder).map { .value($0) }
        case .function(let function):
            // Only `size` has a value; the others are conditions.
            if let known = knownFunction(function), known != .size { addMisuseError(function.name) }
            let operands = operands(function.arguments)
            check(function, operands)
            guard let operand = operands.first ?? nil else { return nil }
            return .size(operand)
        }
    }

    private mutating func operands(_ syntax: [OperandSyntax]) -> [ConditionOperand?] {
        var operands: [ConditionOperand?] = []
        operands.reserveCapacity(syntax.count)
        for operand in syntax { operands.append(self.operand(operand)) }
        return operands
    }

    /// What takes the place of an operand that is not defined; the binder has an error then.
    private static let missing = ConditionOperand.value(.null)

    // MARK: Operators

    private mutating func comparison(
        _ comparator: Comparator, _ a: ConditionOperand?, _ b: ConditionOperand?
    ) -> Condition {
        checkDistinct(comparator.rawValue, [a, b])
        if comparator.isOrdering { checkOrdered(comparator.rawValue, [a, b]) }
        return .comparison(comparator, a ?? Self.missing, b ?? Self.missing)
    }

    private mutating func between(
        _ a: ConditionOperand?, _ lower: ConditionOperand?, _ upper: ConditionOperand?
    ) -> Condition {
        checkDistinct("BETWEEN", [a, lower, upper])
        checkOrdered("BETWEEN", [a, lower, upper])
        if let lower = lower?.value, let upper = upper?.value { checkBounds(lower, upper) }
        return .between(a ?? Self.missing, lower: lower ?? Self.missing, upper: upper ?? Self.missing)
    }

    private mutating func checkBounds(_ lower: AttributeValue, _ upper: AttributeValue) {
        let fault: String
        if lower.type != upper.type {
            fault = "same data type for lower and upper bounds"
        } else if upper.isOrdered(before: lower) == true {
            fault = "upper bound to be greater than or equal to lower bound"
        } else {
            return
        }
        errors.add(
            .operandType,
            "The BETWEEN operator requires \(fault); lower bound operand: AttributeValue: {\(lower.typedText)}, "
                + "upper bound operand: AttributeValue: {\(upper.typedText)}")
    }

    private mutating func isIn(_ a: ConditionOperand?, _ candidates: [ConditionOperand?]) -> Condition {
        if candidates.count > Limits.inOperands {
            errors.add(
                .operandCount,
                "The IN operator is provided with too many operands; number of operands: \(candidates.count)")
        }
        checkDistinct("IN", [a] + candidates)
        return .isIn(a ?? Self.missing, candidates.map { $0 ?? Self.missing })
    }

    private mutating func checkOrdered(_ operation: String, _ operands: [ConditionOperand?]) {
        for case let type? in operands.map({ $0?.staticType }) where !type.isOrdered {
            addOperandTypeError(operation, type: type.rawValue)
        }
    }

    /// An attribute compared with itself is a mistake, says the service.
    private mutating func checkDistinct(_ operation: String, _ operands: [ConditionOperand?]) {
        guard let path = operands.first??.path, operands.dropFirst().contains(.path(path)) else { return }
        errors.add(
            .sameOperands,
            "The first operand must be distinct from the remaining operands for this operator or function; "
                + "operator: \(operation), first operand: \(path)")
    }

    // MARK: Functions

    private mutating func condition(_ function: FunctionSyntax) -> Condition {
        let known = knownFunction(function)
        if known == .size { addMisuseError(function.name) }
        let operands = operands(function.arguments)
        check(function, operands)
        let first = operands.first ?? nil
        let second = operands.count > 1 ? operands[1] : nil
        switch known {
        case .attributeExists: return .attributeExists(first?.path ?? DocumentPath(root: ""))
        case .attributeNotExists: return .attributeNotExists(first?.path ?? DocumentPath(root: ""))
        case .attributeType:
            return .attributeType(first ?? Self.missing, second?.value?.namedType ?? .null)
        case .beginsWith: return .beginsWith(first ?? Self.missing, second ?? Self.missing)
        case .contains: return .contains(first ?? Self.missing, second ?? Self.missing)
        case .size, nil: return .or([])
        }
    }

    private mutating func knownFunction(_ function: FunctionSyntax) -> ConditionFunction? {
        if let known = ConditionFunction(rawValue: function.name) { return known }
        errors.add(
            .unknownFunction,
            UpdateFunction(rawValue: function.name) == nil
                ? "Invalid function name; function: \(function.name)"
                : "The function is not allowed in a condition expression; function: \(function.name)")
        return nil
    }

    private mutating func addMisuseError(_ name: String) {
        errors.add(
            .misusedFunction, "The function is not allowed to be used this way in an expression; function: \(name)")
    }

    private mutating func check(_ function: FunctionSyntax, _ operands: [ConditionOperand?]) {
        guard let known = ConditionFunction(rawValue: function.name) else { return }
        guard operands.count == known.operandCount else { return addOperandCountError(function) }
        checkDistinct(function.name, operands)
        switch known {
        case .attributeExists, .attributeNotExists:
            if let operand = operands[0], operand.path == nil { addPathRequiredError(function.name) }
        case .attributeType:
            checkTypeName(operands[1])
        case .beginsWith:
            for case let type? in operands.map({ $0?.staticType }) where type != .string && type != .binary {
                addOperandTypeError(function.name, type: type.rawValue)
            }
        case .size:
            if let type = operands[0]?.staticType, [.number, .bool, .null].contains(type) {
                addOperandTypeError(function.name, type: type.rawValue)
            }
        case .contains:
            break
        }
    }

    private mutating func checkTypeName(_ operand: ConditionOperand?) {
        guard let operand else { return }
        let name = ConditionFunction.attributeType.rawValue
        guard let type = operand.staticType else {
            return addOperandTypeError(name, type: "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}")
        }
        guard case .value(.string(let typeName)) = operand else {
            return addOperandTypeError(name, type: type.rawValue)
        }
        if AttributeType(rawValue: typeName.string) == nil {
            errors.add(
                .operandType,
                "Invalid attribute type name found; type: \(typeName), valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}")
        }
    }
}

extension AttributeValue {
    fileprivate var namedType: AttributeType? {
        guard case .string(let name) = self else { return nil }
        return AttributeType(rawValue: name.string)
    }

    /// As the service prints a scalar in messages: `N:5`.
    fileprivate var typedText: String {
        switch self {
        case .string(let text): "S:\(text)"
        case .number(let number): "N:\(number)"
        case .binary(let bytes): "B:\(Base64.encode(bytes))"
        default: type.rawValue
        }
    }
}
