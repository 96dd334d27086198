import DynamoModel

extension Parser {
    /// What an operator stack waits for.
    private enum Pending {
        case open, not, and, or

        /// How tightly it binds; an open parenthesis is closed by nothing but its partner.
        var precedence: Int {
            switch self {
            case .open: 0
            case .or: 1
            case .and: 2
            case .not: 3
            }
        }
    }

    private enum Content {
        case operand(OperandSyntax)
        case condition(ConditionSyntaxNode)
    }

    /// What has been read, and whether parentheses directly enclose it.
    private struct Part {
        var content: Content
        var isParenthesised = false
    }

    private struct Stacks {
        var parts: [Part] = []
        var pending: [Pending] = []
    }

    /// The grammar of condition, filter and key condition expressions: `NOT` binds tighter than `AND`, `AND` tighter
    /// than `OR` (Developer Guide, "Comparison operator and function reference").
    mutating func condition() throws(WireError) -> ConditionSyntaxNode {
        var stacks = Stacks()
        repeat {
            try openPart(&stacks)
        } while try closePart(&stacks)
        guard stacks.parts.count == 1, let part = stacks.parts.popLast(), case .condition(let node) = part.content
        else { throw syntaxError() }
        try checkOperatorCount()
        return node
    }

    /// What may stand before an operand, and the operand.
    private mutating func openPart(_ stacks: inout Stacks) throws(WireError) {
        while true {
            if keyword == "NOT" {
                operatorCount += 1
                advance()
                stacks.pending.append(.not)
            } else if skip(.open) {
                stacks.pending.append(.open)
            } else {
                break
            }
            try checkNesting(stacks.pending.count)
        }
        stacks.parts.append(Part(content: .operand(try operand(parenthesised: false))))
    }

    /// What may stand behind an operand, up to the connective that asks for another one.
    /// - Returns: whether there is such a connective.
    private mutating func closePart(_ stacks: inout Stacks) throws(WireError) -> Bool {
        while true {
            if let comparison = try comparison(&stacks) {
                stacks.parts[stacks.parts.count - 1] = Part(content: .condition(comparison))
            } else if isAt(.close) {
                try closeParenthesis(&stacks)
            } else if keyword == "AND" || keyword == "OR" {
                let pending: Pending = keyword == "AND" ? .and : .or
                try requireCondition(&stacks)
                reduce(&stacks, downTo: pending.precedence)
                operatorCount += 1
                stacks.pending.append(pending)
                advance()
                return true
            } else {
                try expectEnd()
                try requireCondition(&stacks)
                reduce(&stacks, downTo: 1)
                guard stacks.pending.isEmpty else { throw syntaxError() }
                return false
            }
        }
    }

    private mutating func closeParenthesis(_ stacks: inout Stacks) throws(WireError) {
        if stacks.pending.last != .open {
            try requireCondition(&stacks)
            reduce(&stacks, downTo: 1)
        }
        guard stacks.pending.last == .open else { throw syntaxError() }
        stacks.pending.removeLast()
        let last = stacks.parts.count - 1
        if stacks.parts[last].isParenthesised { hasRedundantParentheses = true }
        stacks.parts[last].isParenthesised = true
        advance()
    }

    /// A comparison with the last part on its left side, if that is an operand and a comparison follows.
    private mutating func comparison(_ stacks: inout Stacks) throws(WireError) -> ConditionSyntaxNode? {
        guard case .operand(let left)? = stacks.parts.last?.content else { return nil }
        if case .symbol(let symbol) = token.kind, let comparator = Comparator(symbol) {
            operatorCount += 1
            advance()
            return .comparison(comparator, left, try operand())
        }
        switch keyword {
        case "BETWEEN":
            operatorCount += 1
            advance()
            let lower = try operand()
            guard keyword == "AND" else { throw syntaxError() }
            advance()
            return .between(left, lower: lower, upper: try operand())
        case "IN":
            operatorCount += 1
            advance()
            return .isIn(left, try candidates())
        default:
            return nil
        }
    }

    private mutating func candidates() throws(WireError) -> [OperandSyntax] {
        try expect(.open)
        var candidates: [OperandSyntax] = []
        repeat { candidates.append(try operand()) } while skip(.comma)
        try expect(.close)
        return candidates
    }

    /// Makes the last part a condition; of all operands only a function can be one.
    private func requireCondition(_ stacks: inout Stacks) throws(WireError) {
        guard let part = stacks.parts.last, case .operand(let operand) = part.content else { return }
        guard case .function(let function) = operand else { throw syntaxError() }
        stacks.parts[stacks.parts.count - 1].content = .condition(.function(function))
    }

    private func reduce(_ stacks: inout Stacks, downTo precedence: Int) {
        while let pending = stacks.pending.last, pending.precedence >= precedence, pending != .open {
            stacks.pending.removeLast()
            guard let part = stacks.parts.popLast(), case .condition(let right) = part.content else { return }
            guard pending != .not else {
                stacks.parts.append(Part(content: .condition(.not(right))))
                continue
            }
            guard let leftPart = stacks.parts.popLast(), case .condition(let left) = leftPart.content else { return }
            let joined = Self.join(left, isOpen: !leftPart.isParenthesised, right, with: pending)
            stacks.parts.append(Part(content: .condition(joined)))
        }
    }

    /// `a AND b AND c` is one node of three, so that long chains are not deep.
    private static func join(
        _ left: ConditionSyntaxNode, isOpen: Bool, _ right: ConditionSyntaxNode, with pending: Pending
    ) -> ConditionSyntaxNode {
        switch (left, pending) {
        case (.and(let nodes), .and) where isOpen: .and(nodes + [right])
        case (.or(let nodes), .or) where isOpen: .or(nodes + [right])
        case (_, .and): .and([left, right])
        default: .or([left, right])
        }
    }
}
