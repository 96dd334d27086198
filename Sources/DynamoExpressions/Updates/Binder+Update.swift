import DynamoModel

/// The functions of update expressions; both take two operands.
enum UpdateFunction: String, CaseIterable {
    case ifNotExists = "if_not_exists"
    case listAppend = "list_append"
}

extension Binder {
    mutating func action(_ syntax: UpdateActionSyntax, registry: inout PathRegistry) -> UpdateAction {
        switch syntax {
        case .set(let target, let value):
            let path = self.target(target, registry: &registry)
            return .set(path, updateValue(value))
        case .remove(let target):
            return .remove(self.target(target, registry: &registry))
        case .add(let target, let placeholder):
            let path = self.target(target, registry: &registry)
            return .add(path, setOperand(placeholder, of: "ADD", accepting: Self.addTypes))
        case .delete(let target, let placeholder):
            let path = self.target(target, registry: &registry)
            return .delete(path, setOperand(placeholder, of: "DELETE", accepting: Self.setTypes))
        }
    }

    private static let setTypes: Set<AttributeType> = [.stringSet, .numberSet, .binarySet]
    private static let addTypes = setTypes.union([.number])

    private mutating func target(_ syntax: PathSyntax, registry: inout PathRegistry) -> DocumentPath {
        let path = path(syntax)
        registry.add(path, errors: &errors)
        return path
    }

    private mutating func setOperand(
        _ placeholder: String, of operation: String, accepting types: Set<AttributeType>
    ) -> AttributeValue {
        guard let value = value(placeholder) else { return .null }
        if !types.contains(value.type) {
            errors.add(
                .operandType,
                "Incorrect operand type for operator or function; operator: \(operation), "
                    + "operand type: \(value.type.longName)")
        }
        return value
    }

    // MARK: SET

    private mutating func updateValue(_ syntax: UpdateValueSyntax) -> UpdateValue {
        switch syntax {
        case .operand(let a):
            return .operand(updateOperand(a) ?? Self.missing)
        case .sum(let a, let b):
            let (left, right) = numbers(a, b, "+")
            return .sum(left, right)
        case .difference(let a, let b):
            let (left, right) = numbers(a, b, "-")
            return .difference(left, right)
        }
    }

    /// What takes the place of an operand that is not defined; the binder has an error then.
    private static let missing = UpdateOperand.value(.null)

    private mutating func numbers(
        _ a: OperandSyntax, _ b: OperandSyntax, _ operation: String
    ) -> (UpdateOperand, UpdateOperand) {
        let operands = [updateOperand(a), updateOperand(b)]
        check(operands, are: .number, operation)
        return (operands[0] ?? Self.missing, operands[1] ?? Self.missing)
    }

    private mutating func check(_ operands: [UpdateOperand?], are type: AttributeType, _ operation: String) {
        for case let other? in operands.map({ $0?.staticType }) where other != type {
            addOperandTypeError(operation, type: other.rawValue)
        }
    }

    private mutating func updateOperand(_ syntax: OperandSyntax) -> UpdateOperand? {
        switch syntax {
        case .path(let syntax): return .path(path(syntax))
        case .value(let placeholder): return value(placeholder).map { .value($0) }
        case .function(let function): return updateFunction(function)
        }
    }

    private mutating func updateFunction(_ function: FunctionSyntax) -> UpdateOperand? {
        let known = UpdateFunction(rawValue: function.name)
        if known == nil {
            errors.add(
                .unknownFunction,
                ConditionFunction(rawValue: function.name) == nil
                    ? "Invalid function name; function: \(function.name)"
                    : "The function is not allowed in an update expression; function: \(function.name)")
        }
        var operands: [UpdateOperand?] = []
        for argument in function.arguments { operands.append(updateOperand(argument)) }
        guard let known else { return nil }
        guard operands.count == 2 else {
            addOperandCountError(function)
            return nil
        }
        switch known {
        case .ifNotExists:
            if let first = operands[0] {
                guard case .path(let path) = first else {
                    addPathRequiredError(function.name)
                    return nil
                }
                return operands[1].map { .ifNotExists(path, $0) }
            }
            return nil
        case .listAppend:
            check(operands, are: .list, function.name)
            guard let first = operands[0], let second = operands[1] else { return nil }
            return .listAppend(first, second)
        }
    }
}

extension AttributeType {
    /// What messages about `ADD` and `DELETE` call the type.
    var longName: String {
        switch self {
        case .string: "STRING"
        case .number: "NUMBER"
        case .binary: "BINARY"
        case .bool: "BOOLEAN"
        case .null: "NULL"
        case .list: "LIST"
        case .map: "MAP"
        case .stringSet: "STRING_SET"
        case .numberSet: "NUMBER_SET"
        case .binarySet: "BINARY_SET"
        }
    }
}
