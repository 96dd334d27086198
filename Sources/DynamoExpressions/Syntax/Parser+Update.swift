import DynamoModel

extension Parser {
    /// The grammar of update expressions (Developer Guide, "Using update expressions").
    /// - Returns: the actions in the order of the text, and the first section that stands there twice.
    mutating func update() throws(WireError) -> (actions: [UpdateActionSyntax], repeatedSection: String?) {
        var actions: [UpdateActionSyntax] = []
        var sections: Set<String> = []
        var repeated: String?
        repeat {
            guard let section = keyword else { throw syntaxError() }
            advance()
            if !sections.insert(section).inserted, repeated == nil { repeated = section }
            repeat {
                actions.append(try action(in: section))
            } while skip(.comma)
        } while token.kind != .end
        try checkOperatorCount()
        return (actions, repeated)
    }

    private mutating func action(in section: String) throws(WireError) -> UpdateActionSyntax {
        let target = try path()
        switch section {
        case "SET":
            try expect(.equal)
            return .set(target, try updateValue())
        case "ADD": return .add(target, value: try value())
        case "DELETE": return .delete(target, value: try value())
        default: return .remove(target)
        }
    }

    private mutating func value() throws(WireError) -> String {
        guard token.kind == .value else { throw syntaxError() }
        defer { advance() }
        return text(of: token)
    }

    /// An operand, or one sum or difference of two; parentheses may stand around the whole and around each operand.
    private mutating func updateValue() throws(WireError) -> UpdateValueSyntax {
        var open = 0
        while skip(.open) { open += 1 }
        let left = try operand(parenthesised: false)
        var closed = 0
        while closed < open, skip(.close) { closed += 1 }
        if closed > 1 { hasRedundantParentheses = true }

        let value: UpdateValueSyntax
        if isAt(.plus) || isAt(.minus) {
            let isSum = isAt(.plus)
            operatorCount += 1
            advance()
            let right = try operand()
            value = isSum ? .sum(left, right) : .difference(left, right)
        } else {
            value = .operand(left)
        }
        if open - closed > 1 { hasRedundantParentheses = true }
        for _ in closed..<open { try expect(.close) }
        return value
    }
}
