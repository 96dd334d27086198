import DynamoModel

/// Reads tokens into a syntax tree; the grammars are extensions, one a file.
///
/// Nothing here recurses over the depth of the text: nesting is kept on explicit stacks and ends with the service's
/// limit on operators, so that hostile text cannot exhaust a thread's stack.
struct Parser {
    let kind: ExpressionKind
    /// Operators and functions read so far.
    var operatorCount = 0
    /// Whether a pair of parentheses directly encloses another pair.
    var hasRedundantParentheses = false

    private let bytes: [UInt8]
    private let tokens: [Token]
    private var index = 0
    private let keywords: Set<String>

    /// Nesting that no expression within the limit of operators can reach without redundant parentheses.
    static let nestingLimit = Limits.expressionOperators + 100

    init(_ text: String, kind: ExpressionKind) throws(WireError) {
        self.kind = kind
        bytes = Array(text.utf8)
        // The service counts the text as sent, before names are substituted.
        guard bytes.count <= Limits.expressionSize else {
            throw kind.error(
                "Expression size has exceeded the maximum allowed size; expression size: \(bytes.count)")
        }
        tokens = Lexer.tokens(of: bytes)
        guard tokens.count > 1 else { throw kind.error("The expression can not be empty;") }
        keywords = kind.keywords
    }

    // MARK: Tokens

    var token: Token { tokens[index] }

    /// The token behind the current one.
    var nextToken: Token { tokens[min(index + 1, tokens.count - 1)] }

    mutating func advance() {
        if index < tokens.count - 1 { index += 1 }
    }

    func text(of token: Token) -> String { String(decoding: bytes[token.range], as: UTF8.self) }

    /// The keyword that the current token is, in upper case.
    var keyword: String? {
        guard token.kind == .identifier, token.range.count <= 7 else { return nil }
        let word = text(of: token).uppercased()
        return keywords.contains(word) ? word : nil
    }

    func isAt(_ symbol: Token.Symbol) -> Bool { token.kind == .symbol(symbol) }

    mutating func skip(_ symbol: Token.Symbol) -> Bool {
        guard isAt(symbol) else { return false }
        advance()
        return true
    }

    mutating func expect(_ symbol: Token.Symbol) throws(WireError) {
        guard skip(symbol) else { throw syntaxError() }
    }

    func expectEnd() throws(WireError) {
        guard token.kind == .end else { throw syntaxError() }
    }

    // MARK: Errors

    /// The current token is what does not fit. `near` is the text from the token before it to the one behind it.
    func syntaxError() -> WireError {
        let start = index > 0 ? tokens[index - 1].range.lowerBound : token.range.lowerBound
        let end = nextToken.kind == .end && token.kind != .end ? token.range.upperBound : nextToken.range.upperBound
        let near = String(decoding: bytes[start..<end], as: UTF8.self)
        let found = token.kind == .end ? "<EOF>" : text(of: token)
        return kind.error("Syntax error; token: \"\(found)\", near: \"\(near)\"")
    }

    func tooManyOperatorsError() -> WireError {
        kind.error("The expression contains too many operators; operator count: \(operatorCount)")
    }

    /// To be called when a tree is complete.
    func checkOperatorCount() throws(WireError) {
        if operatorCount > Limits.expressionOperators { throw tooManyOperatorsError() }
    }

    /// Ends text that nests deeper than any valid expression: what does not nest by operators nests by parentheses.
    func checkNesting(_ depth: Int) throws(WireError) {
        guard depth > Self.nestingLimit else { return }
        try checkOperatorCount()
        throw kind.error(BindingErrors.redundantParentheses)
    }
}
