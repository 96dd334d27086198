/// A piece of a statement's text.
struct PartiQLToken: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// A bare word: a name, a function or a keyword.
        case identifier
        /// A name between double quotes.
        case quotedIdentifier
        /// Text between single quotes.
        case string
        case number
        /// `?`
        case parameter
        case symbol(Symbol)
        case end
    }

    enum Symbol: String, Hashable, Sendable {
        case equal = "="
        case notEqual = "<>"
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case openParenthesis = "("
        case closeParenthesis = ")"
        case openBracket = "["
        case closeBracket = "]"
        case openBrace = "{"
        case closeBrace = "}"
        case openBag = "<<"
        case closeBag = ">>"
        case comma = ","
        case dot = "."
        case colon = ":"
        case semicolon = ";"
        case plus = "+"
        case minus = "-"
        case star = "*"
        /// A character, or the start of an unfinished string, that the grammar does not know.
        case unknown = "?"

        /// As the parser's messages call what they miss.
        var name: String {
            switch self {
            case .closeParenthesis: "RIGHT_PAREN"
            case .openParenthesis: "LEFT_PAREN"
            case .closeBracket: "RIGHT_BRACKET"
            case .closeBrace: "RIGHT_CURLY"
            case .closeBag: "RIGHT_DOUBLE_ANGLE_BRACKET"
            case .colon: "COLON"
            case .star: "STAR"
            default: rawValue
            }
        }

        /// Whether the symbol is an operator, which no term begins with.
        var isOperator: Bool {
            switch self {
            case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .plus, .minus, .star: true
            default: false
            }
        }
    }

    let kind: Kind
    /// Offsets into the statement's UTF-8.
    let range: Range<Int>
}
