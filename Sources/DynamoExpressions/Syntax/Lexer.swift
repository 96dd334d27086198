/// Splits an expression into tokens. It never fails: what it does not know becomes a token that no grammar accepts.
struct Lexer {
    private let bytes: [UInt8]
    private var offset = 0

    /// The tokens of the text and, behind them, one ``Token/Kind/end``.
    static func tokens(of bytes: [UInt8]) -> [Token] {
        var lexer = Lexer(bytes: bytes)
        var tokens: [Token] = []
        tokens.reserveCapacity(bytes.count / 3 + 1)
        while let token = lexer.next() { tokens.append(token) }
        tokens.append(Token(kind: .end, range: bytes.count..<bytes.count))
        return tokens
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func next() -> Token? {
        while offset < bytes.count, Self.isSpace(bytes[offset]) { offset += 1 }
        guard offset < bytes.count else { return nil }
        let start = offset
        let kind = scan(bytes[offset])
        return Token(kind: kind, range: start..<offset)
    }

    private mutating func scan(_ byte: UInt8) -> Token.Kind {
        offset += 1
        switch byte {
        case UInt8(ascii: "#"): return scanPlaceholder(as: .name)
        case UInt8(ascii: ":"): return scanPlaceholder(as: .value)
        case UInt8(ascii: "0"): return .number
        case UInt8(ascii: "1")...UInt8(ascii: "9"):
            while offset < bytes.count, Self.isDigit(bytes[offset]) { offset += 1 }
            return .number
        case _ where Self.isLetter(byte):
            skipWord()
            return .identifier
        default: return .symbol(scanSymbol(byte))
        }
    }

    /// After the `#` or the `:`; alone they are nothing.
    private mutating func scanPlaceholder(as kind: Token.Kind) -> Token.Kind {
        let start = offset
        skipWord()
        return offset > start ? kind : .symbol(.unknown)
    }

    private mutating func skipWord() {
        while offset < bytes.count, Self.isWord(bytes[offset]) { offset += 1 }
    }

    private mutating func scanSymbol(_ byte: UInt8) -> Token.Symbol {
        switch byte {
        case UInt8(ascii: "="): return .equal
        case UInt8(ascii: "<"):
            if skip(UInt8(ascii: ">")) { return .notEqual }
            return skip(UInt8(ascii: "=")) ? .lessOrEqual : .less
        case UInt8(ascii: ">"): return skip(UInt8(ascii: "=")) ? .greaterOrEqual : .greater
        case UInt8(ascii: "("): return .open
        case UInt8(ascii: ")"): return .close
        case UInt8(ascii: "["): return .openBracket
        case UInt8(ascii: "]"): return .closeBracket
        case UInt8(ascii: ","): return .comma
        case UInt8(ascii: "."): return .dot
        case UInt8(ascii: "+"): return .plus
        case UInt8(ascii: "-"): return .minus
        default:
            // A character outside ASCII is one token, whatever its length.
            while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
            return .unknown
        }
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard offset < bytes.count, bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// A bare name starts with a letter; `_name` is a syntax error at the `_`, as the service answers.
    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

    private static func isWord(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) || byte == 0x5F }
}
