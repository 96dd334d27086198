import DynamoModel

extension Parser {
    /// The highest list index that the service accepts, as measured on it.
    static let highestIndex = 4_294_967_294

    /// Elements of a document path, the attribute included (Developer Guide, "Constraints": 32 levels).
    static let pathLimit = 32

    mutating func path() throws(WireError) -> PathSyntax {
        var elements = [try pathName()]
        while true {
            if skip(.dot) {
                elements.append(try pathName())
            } else if skip(.openBracket) {
                elements.append(.index(try listIndex()))
                try expect(.closeBracket)
            } else {
                break
            }
        }
        guard elements.count <= Self.pathLimit else {
            throw kind.error("The document path has too many nesting elements; nesting levels: \(elements.count)")
        }
        return PathSyntax(elements: elements)
    }

    private mutating func pathName() throws(WireError) -> PathSyntax.Element {
        let element: PathSyntax.Element
        switch token.kind {
        case .identifier where keyword == nil: element = .identifier(text(of: token))
        case .name: element = .placeholder(text(of: token))
        default: throw syntaxError()
        }
        advance()
        return element
    }

    private mutating func listIndex() throws(WireError) -> Int {
        guard token.kind == .number else { throw syntaxError() }
        let digits = text(of: token)
        guard let index = Int(digits), index <= Self.highestIndex else {
            throw kind.error("List index is not within the allowable range; index: [\(digits)]")
        }
        advance()
        return index
    }

    /// A function call that is being read: the name, what it has so far, and the parentheses open around it.
    private struct OpenCall {
        var function: FunctionSyntax
        let parentheses: Int
    }

    /// A path, a value or a function with its arguments.
    /// - Parameter parenthesised: whether parentheses may stand around it.
    mutating func operand(parenthesised: Bool = true) throws(WireError) -> OperandSyntax {
        var calls: [OpenCall] = []
        var parentheses = 0
        while true {
            while parenthesised || !calls.isEmpty, skip(.open) { parentheses += 1 }
            if token.kind == .identifier, keyword == nil, nextToken.kind == .symbol(.open) {
                operatorCount += 1
                let function = FunctionSyntax(name: text(of: token), arguments: [])
                calls.append(OpenCall(function: function, parentheses: parentheses))
                parentheses = 0
                advance()
                advance()
                try checkNesting(calls.count)
                continue
            }
            var operand = try atom()
            // Closes what the operand ends: parentheses around it, then the calls that it is the last argument of.
            while true {
                if parentheses > 1 { hasRedundantParentheses = true }
                for _ in 0..<parentheses { try expect(.close) }
                guard var call = calls.popLast() else { return operand }
                call.function.arguments.append(operand)
                if skip(.comma) {
                    calls.append(call)
                    parentheses = 0
                    break
                }
                try expect(.close)
                operand = .function(call.function)
                parentheses = call.parentheses
            }
        }
    }

    private mutating func atom() throws(WireError) -> OperandSyntax {
        guard token.kind == .value else { return .path(try path()) }
        let value = text(of: token)
        advance()
        return .value(value)
    }
}
