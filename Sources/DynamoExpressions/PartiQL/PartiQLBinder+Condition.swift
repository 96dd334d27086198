import DynamoModel

extension PartiQLBinder {
    /// A condition of DynamoDB's that says the same.
    mutating func conditionNode(_ expression: PartiQLExpression) throws(WireError) -> ConditionSyntaxNode {
        switch expression {
        case .comparison(let comparator, let a, let b):
            return .comparison(comparator, try operand(a), try operand(b))
        case .between(let a, let lower, let upper):
            return .between(try operand(a), lower: try operand(lower), upper: try operand(upper))
        case .isIn(let a, let candidates):
            return .isIn(try operand(a), try operands(candidates))
        case .isNull(let a):
            let type = register(.string(Text(AttributeType.null.rawValue)))
            return function(.attributeType, [try operand(a), .value(type)])
        case .isMissing(let a):
            return function(.attributeNotExists, [try operand(a)])
        case .not(let expression):
            return .not(try conditionNode(expression))
        case .and(let expressions):
            return .and(try conditionNodes(expressions))
        case .or(let expressions):
            return .or(try conditionNodes(expressions))
        case .call(let name, let arguments):
            guard let function = Self.function(name) else { throw Self.unsupported(expression) }
            return self.function(function, try operands(arguments))
        default:
            throw Self.unsupported(expression)
        }
    }

    private mutating func conditionNodes(
        _ expressions: [PartiQLExpression]
    ) throws(WireError) -> [ConditionSyntaxNode] {
        var nodes: [ConditionSyntaxNode] = []
        nodes.reserveCapacity(expressions.count)
        for expression in expressions { nodes.append(try conditionNode(expression)) }
        return nodes
    }

    private func function(_ function: ConditionFunction, _ arguments: [OperandSyntax]) -> ConditionSyntaxNode {
        .function(FunctionSyntax(name: function.rawValue, arguments: arguments))
    }

    /// The functions that PartiQL for DynamoDB has ("Use PartiQL functions with DynamoDB"); whether an attribute
    /// exists is asked with `IS MISSING`.
    private static func function(_ name: String) -> ConditionFunction? {
        guard let function = ConditionFunction(rawValue: name) else { return nil }
        return function == .attributeExists || function == .attributeNotExists ? nil : function
    }

    private mutating func operand(_ expression: PartiQLExpression) throws(WireError) -> OperandSyntax {
        switch expression {
        case .path(let path): return .path(try self.path(path))
        case .call(let name, let arguments):
            guard let function = Self.function(name) else { throw Self.unsupported(expression) }
            return .function(FunctionSyntax(name: function.rawValue, arguments: try operands(arguments)))
        default: return .value(try placeholder(expression))
        }
    }

    private mutating func operands(_ expressions: [PartiQLExpression]) throws(WireError) -> [OperandSyntax] {
        var operands: [OperandSyntax] = []
        operands.reserveCapacity(expressions.count)
        for expression in expressions { operands.append(try operand(expression)) }
        return operands
    }
}
