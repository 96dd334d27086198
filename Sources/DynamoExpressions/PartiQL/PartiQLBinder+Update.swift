import DynamoModel

/// What only the right side of a `SET` can call (Developer Guide, "PartiQL update statements for DynamoDB").
private enum PartiQLUpdateFunction: String {
    case listAppend = "list_append"
    case setAdd = "set_add"
    case setDelete = "set_delete"
}

extension PartiQLBinder {
    /// An action of DynamoDB's update expressions that does the same.
    mutating func action(_ action: PartiQLUpdateSyntax.Action) throws(WireError) -> UpdateActionSyntax {
        switch action {
        case .remove(let path):
            return .remove(try self.path(path))
        case .set(let target, .call(let name, let arguments)):
            let call = PartiQLExpression.call(name, arguments)
            guard let function = PartiQLUpdateFunction(rawValue: name) else { throw Self.unsupported(call) }
            switch function {
            case .listAppend:
                return .set(try path(target), .operand(try operand(call)))
            case .setAdd:
                return .add(try path(target), value: try setArgument(of: function, target, arguments))
            case .setDelete:
                return .delete(try path(target), value: try setArgument(of: function, target, arguments))
            }
        case .set(let target, let value):
            return .set(try path(target), try updateValue(value))
        }
    }

    private mutating func updateValue(_ expression: PartiQLExpression) throws(WireError) -> UpdateValueSyntax {
        switch expression {
        case .sum(let a, let b): .sum(try operand(a), try operand(b))
        case .difference(let a, let b): .difference(try operand(a), try operand(b))
        default: .operand(try operand(expression))
        }
    }

    private mutating func operand(_ expression: PartiQLExpression) throws(WireError) -> OperandSyntax {
        switch expression {
        case .path(let path):
            return .path(try self.path(path))
        case .call(PartiQLUpdateFunction.listAppend.rawValue, let arguments):
            var operands: [OperandSyntax] = []
            for argument in arguments { operands.append(try operand(argument)) }
            return .function(FunctionSyntax(name: UpdateFunction.listAppend.rawValue, arguments: operands))
        default:
            return .value(try placeholder(expression))
        }
    }

    /// The set that is added to, or taken out of, the attribute that is assigned: `SET a = set_add(a, <<'x'>>)`.
    private mutating func setArgument(
        of function: PartiQLUpdateFunction, _ target: PartiQLPath, _ arguments: [PartiQLExpression]
    ) throws(WireError) -> String {
        guard arguments.count == 2 else {
            throw .validation(
                "Incorrect number of operands for operator or function; operator or function: \(function.rawValue), "
                    + "number of operands: \(arguments.count)")
        }
        guard arguments[0] == .path(target) else {
            throw .validation(
                "Unsupported expression: the first operand of \(function.rawValue) must be the attribute that is set")
        }
        let value = try value(arguments[1])
        switch value {
        case .stringSet, .numberSet, .binarySet: return register(value)
        default:
            throw .validation(
                "Incorrect operand type for operator or function; operator or function: \(function.rawValue), "
                    + "operand type: \(value.type.rawValue)")
        }
    }
}
