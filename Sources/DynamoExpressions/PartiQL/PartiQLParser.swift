import DynamoModel

/// Reads a statement into a syntax tree by recursive descent; statements and expressions are extensions, one a file.
///
/// The messages are those that users of the service have met and published; the service reads statements with the
/// reference parser of PartiQL.
struct PartiQLParser {
    private let bytes: [UInt8]
    private let tokens: [PartiQLToken]
    private var index = 0
    private var depth = 0
    /// How many `?` were read.
    var parameterCount = 0

    /// Parentheses, lists, maps and operators of one operand within each other. Values nest 32 levels at most, so this
    /// is more than a valid statement needs, and little enough for a thread's stack.
    private static let depthLimit = 100

    init(_ text: String) {
        bytes = Array(text.utf8)
        tokens = PartiQLLexer.tokens(of: bytes)
    }

    // MARK: Tokens

    var token: PartiQLToken { tokens[index] }

    /// The token behind the current one.
    var nextToken: PartiQLToken { tokens[min(index + 1, tokens.count - 1)] }

    mutating func advance() {
        if index < tokens.count - 1 { index += 1 }
    }

    func text(of token: PartiQLToken) -> String { String(decoding: bytes[token.range], as: UTF8.self) }

    /// What stands between the quotes of the token.
    func unquoted(_ token: PartiQLToken) -> String {
        let quote = bytes[token.range.lowerBound]
        var content: [UInt8] = []
        content.reserveCapacity(token.range.count)
        var position = token.range.lowerBound + 1
        while position < token.range.upperBound - 1 {
            content.append(bytes[position])
            // The second one of a doubled quote.
            if bytes[position] == quote { position += 1 }
            position += 1
        }
        return String(decoding: content, as: UTF8.self)
    }

    /// The reserved word that the current token is, in upper case.
    var keyword: String? {
        guard token.kind == .identifier, token.range.count <= PartiQLKeywords.longest else { return nil }
        let word = text(of: token).uppercased()
        return PartiQLKeywords.contains(word) ? word : nil
    }

    /// Whether the current token is this word, reserved or not.
    func isAt(word: String) -> Bool {
        token.kind == .identifier && token.range.count == word.utf8.count && text(of: token).uppercased() == word
    }

    mutating func skip(word: String) -> Bool {
        guard isAt(word: word) else { return false }
        advance()
        return true
    }

    mutating func expect(word: String) throws(WireError) {
        guard skip(word: word) else { throw malformed("Expected keyword \(word)") }
    }

    func isAt(_ symbol: PartiQLToken.Symbol) -> Bool { token.kind == .symbol(symbol) }

    mutating func skip(_ symbol: PartiQLToken.Symbol) -> Bool {
        guard isAt(symbol) else { return false }
        advance()
        return true
    }

    mutating func expect(_ symbol: PartiQLToken.Symbol) throws(WireError) {
        guard skip(symbol) else { throw malformed("Expected \(symbol.name)") }
    }

    /// A semicolon may end the statement.
    mutating func expectEnd() throws(WireError) {
        let hasSemicolon = skip(.semicolon)
        guard token.kind != .end else { return }
        throw malformed(
            hasSemicolon
                ? "Unexpected token after semicolon. (Only one query is allowed.)"
                : "Unexpected token after expression")
    }

    /// Reads something that lies within what is being read.
    mutating func nested<Value>(
        _ read: (inout PartiQLParser) throws(WireError) -> Value
    ) throws(WireError) -> Value {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else { throw malformed("Expression is nested too deeply") }
        return try read(&self)
    }

    // MARK: Errors

    func malformed(_ reason: String) -> WireError {
        .validation("Statement wasn't well formed, can't be processed: \(reason)")
    }

    /// The current token begins something that PartiQL has and DynamoDB has not. The place is line, column and length.
    func unsupported(_ what: String) -> WireError {
        let before = bytes[..<token.range.lowerBound]
        let line = 1 + before.count { $0 == 0x0A }
        let column = token.range.lowerBound - (before.lastIndex(of: 0x0A) ?? -1)
        return .validation(
            "Unsupported \(what): \(text(of: token).uppercased()) at \(line):\(column):\(token.range.count)")
    }

    /// The error of a token that no term begins with.
    func unexpectedTerm() -> WireError {
        if keyword != nil { return malformed("Unexpected keyword") }
        if case .symbol(let symbol) = token.kind, symbol.isOperator { return malformed("Unexpected operator") }
        return malformed("Unexpected term")
    }
}
