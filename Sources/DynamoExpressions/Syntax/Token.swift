/// A piece of an expression's text.
struct Token: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// A bare word: an attribute name, a function name or a keyword.
        case identifier
        /// `#name`
        case name
        /// `:value`
        case value
        /// A list index: `0`, or digits without a leading zero.
        case number
        case symbol(Symbol)
        case end
    }

    enum Symbol: Hashable, Sendable {
        case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
        case open, close, openBracket, closeBracket
        case comma, dot, plus, minus
        /// A character that no grammar knows.
        case unknown
    }

    let kind: Kind
    /// Offsets into the expression's UTF-8.
    let range: Range<Int>
}
