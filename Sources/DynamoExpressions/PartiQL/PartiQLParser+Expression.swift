import DynamoModel

extension PartiQLParser {
    /// Binding from weak to strong: OR, AND, NOT, comparisons, sums, signs.
    mutating func expression() throws(WireError) -> PartiQLExpression {
        try nested { (parser: inout PartiQLParser) throws(WireError) in try parser.disjunction() }
    }

    private mutating func disjunction() throws(WireError) -> PartiQLExpression {
        var nodes = [try conjunction()]
        while skip(word: "OR") { nodes.append(try conjunction()) }
        return nodes.count == 1 ? nodes[0] : .or(nodes)
    }

    private mutating func conjunction() throws(WireError) -> PartiQLExpression {
        var nodes = [try negation()]
        while skip(word: "AND") { nodes.append(try negation()) }
        return nodes.count == 1 ? nodes[0] : .and(nodes)
    }

    private mutating func negation() throws(WireError) -> PartiQLExpression {
        guard skip(word: "NOT") else { return try comparison() }
        return .not(try nested { (parser: inout PartiQLParser) throws(WireError) in try parser.negation() })
    }

    // MARK: Comparisons

    private mutating func comparison() throws(WireError) -> PartiQLExpression {
        let left = try sum()
        if case .symbol(let symbol) = token.kind, let comparator = Comparator(rawValue: symbol.rawValue) {
            advance()
            return .comparison(comparator, left, try sum())
        }
        if skip(word: "IS") {
            let isNegated = skip(word: "NOT")
            let test = try stateTest(left)
            return isNegated ? .not(test) : test
        }
        let isNegated = isAt(word: "NOT") && isRangeWord(text(of: nextToken))
        if isNegated { advance() }
        if isAt(word: "LIKE") { throw unsupported("operator") }
        guard let test = try rangeTest(left) else { return left }
        return isNegated ? .not(test) : test
    }

    private func isRangeWord(_ word: String) -> Bool { ["IN", "BETWEEN", "LIKE"].contains(word.uppercased()) }

    private mutating func stateTest(_ operand: PartiQLExpression) throws(WireError) -> PartiQLExpression {
        if skip(word: "NULL") { return .isNull(operand) }
        if skip(word: "MISSING") { return .isMissing(operand) }
        throw malformed("Expected type name")
    }

    private mutating func rangeTest(_ operand: PartiQLExpression) throws(WireError) -> PartiQLExpression? {
        if skip(word: "BETWEEN") {
            let lower = try sum()
            try expect(word: "AND")
            return .between(operand, lower: lower, upper: try sum())
        }
        if skip(word: "IN") {
            return .isIn(operand, try candidates())
        }
        return nil
    }

    /// The right side of `IN`: a list, in brackets or parentheses, or a bag.
    private mutating func candidates() throws(WireError) -> [PartiQLExpression] {
        if skip(.openBracket) { return try elements(until: .closeBracket) }
        if skip(.openBag) { return try elements(until: .closeBag) }
        guard skip(.openParenthesis) else { throw unexpectedTerm() }
        return try elements(until: .closeParenthesis)
    }

    // MARK: Values

    private mutating func sum() throws(WireError) -> PartiQLExpression {
        var left = try term()
        while true {
            if skip(.plus) {
                left = .sum(left, try term())
            } else if skip(.minus) {
                left = .difference(left, try term())
            } else {
                return left
            }
        }
    }

    private mutating func term() throws(WireError) -> PartiQLExpression {
        switch token.kind {
        case .string:
            defer { advance() }
            return .string(unquoted(token))
        case .number:
            defer { advance() }
            return .number(text(of: token))
        case .parameter:
            advance()
            parameterCount += 1
            return .parameter(parameterCount - 1)
        case .quotedIdentifier:
            return .path(try path())
        case .identifier:
            return try word()
        case .symbol(let symbol):
            return try collection(symbol)
        case .end:
            throw unexpectedTerm()
        }
    }

    /// A literal that is a word, a function call or a path.
    private mutating func word() throws(WireError) -> PartiQLExpression {
        for (word, literal) in Self.literals where skip(word: word) { return literal }
        guard keyword == nil else { throw unexpectedTerm() }
        guard nextToken.kind == .symbol(.openParenthesis) else { return .path(try path()) }
        let name = text(of: token).lowercased()
        advance()
        advance()
        return .call(name, try elements(until: .closeParenthesis))
    }

    private static let literals: [(String, PartiQLExpression)] = [
        ("TRUE", .bool(true)), ("FALSE", .bool(false)), ("NULL", .null), ("MISSING", .missing),
    ]

    private mutating func collection(_ symbol: PartiQLToken.Symbol) throws(WireError) -> PartiQLExpression {
        switch symbol {
        case .openParenthesis:
            advance()
            let expression = try expression()
            try expect(.closeParenthesis)
            return expression
        case .openBracket:
            advance()
            return .list(try elements(until: .closeBracket))
        case .openBag:
            advance()
            return .bag(try elements(until: .closeBag))
        case .openBrace:
            advance()
            return .map(try members())
        case .plus, .minus:
            guard nextToken.kind == .number else { throw unexpectedTerm() }
            advance()
            defer { advance() }
            return .number((symbol == .minus ? "-" : "") + text(of: token))
        default:
            throw unexpectedTerm()
        }
    }

    private mutating func elements(until close: PartiQLToken.Symbol) throws(WireError) -> [PartiQLExpression] {
        var elements: [PartiQLExpression] = []
        if skip(close) { return elements }
        repeat { elements.append(try expression()) } while skip(.comma)
        try expect(close)
        return elements
    }

    private mutating func members() throws(WireError) -> [PartiQLExpression.Member] {
        var members: [PartiQLExpression.Member] = []
        if skip(.closeBrace) { return members }
        repeat {
            guard token.kind == .string else { throw unexpectedTerm() }
            let name = unquoted(token)
            advance()
            try expect(.colon)
            members.append(PartiQLExpression.Member(name: name, value: try expression()))
        } while skip(.comma)
        try expect(.closeBrace)
        return members
    }

    // MARK: Paths

    mutating func path() throws(WireError) -> PartiQLPath {
        var elements = [PartiQLPath.Element.attribute(try name(or: "Expected identifier for simple path"))]
        while true {
            if skip(.dot) {
                elements.append(.attribute(try name(or: "Invalid path dot component")))
            } else if skip(.openBracket) {
                guard token.kind == .number, let index = Int(text(of: token)), index <= Parser.highestIndex else {
                    throw malformed("Invalid path component")
                }
                advance()
                try expect(.closeBracket)
                elements.append(.index(index))
            } else {
                break
            }
        }
        return PartiQLPath(elements: elements)
    }

    /// A name, bare or quoted.
    mutating func name(or reason: String) throws(WireError) -> String {
        defer { advance() }
        switch token.kind {
        case .quotedIdentifier: return unquoted(token)
        case .identifier where keyword == nil: return text(of: token)
        default: throw malformed(reason)
        }
    }
}
