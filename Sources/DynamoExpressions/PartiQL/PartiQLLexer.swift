/// Splits a statement into tokens. It never fails: what it does not know becomes a token that no grammar accepts.
struct PartiQLLexer {
    private let bytes: [UInt8]
    private var offset = 0

    /// The tokens of the text and, behind them, one ``PartiQLToken/Kind/end``.
    static func tokens(of bytes: [UInt8]) -> [PartiQLToken] {
        var lexer = PartiQLLexer(bytes: bytes)
        var tokens: [PartiQLToken] = []
        tokens.reserveCapacity(bytes.count / 3 + 1)
        while let token = lexer.next() { tokens.append(token) }
        tokens.append(PartiQLToken(kind: .end, range: bytes.count..<bytes.count))
        return tokens
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func next() -> PartiQLToken? {
        skipSpaceAndComments()
        guard offset < bytes.count else { return nil }
        let start = offset
        let kind = scan(bytes[offset])
        return PartiQLToken(kind: kind, range: start..<offset)
    }

    private mutating func scan(_ byte: UInt8) -> PartiQLToken.Kind {
        switch byte {
        case UInt8(ascii: "'"): return quoted(byte) ? .string : .symbol(.unknown)
        case UInt8(ascii: "\""): return quoted(byte) ? .quotedIdentifier : .symbol(.unknown)
        case UInt8(ascii: "?"):
            offset += 1
            return .parameter
        case _ where Self.isDigit(byte) || (byte == UInt8(ascii: ".") && isDigit(at: offset + 1)):
            scanNumber()
            return .number
        case _ where Self.isNameStart(byte):
            while offset < bytes.count, Self.isName(bytes[offset]) { offset += 1 }
            return .identifier
        default:
            return .symbol(scanSymbol(byte))
        }
    }

    // MARK: Space and comments

    private mutating func skipSpaceAndComments() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0A, 0x0D: offset += 1
            case UInt8(ascii: "-") where byte(at: offset + 1) == UInt8(ascii: "-"):
                while offset < bytes.count, bytes[offset] != 0x0A { offset += 1 }
            case UInt8(ascii: "/") where byte(at: offset + 1) == UInt8(ascii: "*"):
                guard let end = endOfComment else { return }
                offset = end
            default: return
            }
        }
    }

    /// Behind the end of the comment that starts here, or nil if it has none.
    private var endOfComment: Int? {
        var position = offset + 2
        while position + 1 < bytes.count {
            if bytes[position] == UInt8(ascii: "*"), bytes[position + 1] == UInt8(ascii: "/") { return position + 2 }
            position += 1
        }
        return nil
    }

    // MARK: Literals

    /// Skips a quoted text; a quote within it is doubled.
    /// - Returns: whether it ends.
    private mutating func quoted(_ quote: UInt8) -> Bool {
        offset += 1
        while offset < bytes.count {
            if bytes[offset] == quote {
                guard byte(at: offset + 1) == quote else {
                    offset += 1
                    return true
                }
                offset += 1
            }
            offset += 1
        }
        return false
    }

    private mutating func scanNumber() {
        skipDigits()
        if byte(at: offset) == UInt8(ascii: ".") {
            offset += 1
            skipDigits()
        }
        guard let e = byte(at: offset), e | 0x20 == UInt8(ascii: "e") else { return }
        let sign = byte(at: offset + 1)
        let digits = sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") ? offset + 2 : offset + 1
        guard isDigit(at: digits) else { return }
        offset = digits
        skipDigits()
    }

    private mutating func skipDigits() {
        while isDigit(at: offset) { offset += 1 }
    }

    // MARK: Symbols

    private mutating func scanSymbol(_ byte: UInt8) -> PartiQLToken.Symbol {
        offset += 1
        switch byte {
        case UInt8(ascii: "<"):
            if skip(UInt8(ascii: "<")) { return .openBag }
            if skip(UInt8(ascii: ">")) { return .notEqual }
            return skip(UInt8(ascii: "=")) ? .lessOrEqual : .less
        case UInt8(ascii: ">"):
            if skip(UInt8(ascii: ">")) { return .closeBag }
            return skip(UInt8(ascii: "=")) ? .greaterOrEqual : .greater
        case UInt8(ascii: "!"): return skip(UInt8(ascii: "=")) ? .notEqual : .unknown
        case UInt8(ascii: "="): return .equal
        case UInt8(ascii: "("): return .openParenthesis
        case UInt8(ascii: ")"): return .closeParenthesis
        case UInt8(ascii: "["): return .openBracket
        case UInt8(ascii: "]"): return .closeBracket
        case UInt8(ascii: "{"): return .openBrace
        case UInt8(ascii: "}"): return .closeBrace
        case UInt8(ascii: ","): return .comma
        case UInt8(ascii: "."): return .dot
        case UInt8(ascii: ":"): return .colon
        case UInt8(ascii: ";"): return .semicolon
        case UInt8(ascii: "+"): return .plus
        case UInt8(ascii: "-"): return .minus
        case UInt8(ascii: "*"): return .star
        default:
            // A character outside ASCII is one token, whatever its length.
            while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
            return .unknown
        }
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard self.byte(at: offset) == byte else { return false }
        offset += 1
        return true
    }

    // MARK: Bytes

    private func byte(at position: Int) -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private func isDigit(at position: Int) -> Bool { byte(at: position).map(Self.isDigit) ?? false }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isNameStart(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$")
    }

    private static func isName(_ byte: UInt8) -> Bool { isNameStart(byte) || isDigit(byte) }
}
