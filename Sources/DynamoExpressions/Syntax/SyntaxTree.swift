/// A document path as written: placeholders are not resolved yet.
struct PathSyntax: Hashable, Sendable {
    enum Element: Hashable, Sendable {
        /// A bare name.
        case identifier(String)
        /// A placeholder, with its `#`.
        case placeholder(String)
        case index(Int)
    }

    var elements: [Element]
}

/// What stands on a side of an operator or in the arguments of a function.
indirect enum OperandSyntax: Hashable, Sendable {
    case path(PathSyntax)
    /// A placeholder, with its `:`.
    case value(String)
    case function(FunctionSyntax)
}

struct FunctionSyntax: Hashable, Sendable {
    var name: String
    var arguments: [OperandSyntax]
}

/// The operators that compare two operands.
package enum Comparator: String, Hashable, Sendable, CaseIterable {
    case equal = "="
    case notEqual = "<>"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="

    init?(_ symbol: Token.Symbol) {
        switch symbol {
        case .equal: self = .equal
        case .notEqual: self = .notEqual
        case .less: self = .less
        case .lessOrEqual: self = .lessOrEqual
        case .greater: self = .greater
        case .greaterOrEqual: self = .greaterOrEqual
        default: return nil
        }
    }

    /// The comparator that says the same with its operands exchanged.
    var mirrored: Comparator {
        switch self {
        case .equal, .notEqual: self
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        }
    }

    /// Whether the operands must be of a type that has an order.
    var isOrdering: Bool { self != .equal && self != .notEqual }
}

indirect enum ConditionSyntaxNode: Hashable, Sendable {
    case comparison(Comparator, OperandSyntax, OperandSyntax)
    case between(OperandSyntax, lower: OperandSyntax, upper: OperandSyntax)
    case isIn(OperandSyntax, [OperandSyntax])
    case function(FunctionSyntax)
    case not(ConditionSyntaxNode)
    /// Two or more, in the order of the text.
    case and([ConditionSyntaxNode])
    case or([ConditionSyntaxNode])
}

enum UpdateActionSyntax: Hashable, Sendable {
    case set(PathSyntax, UpdateValueSyntax)
    case remove(PathSyntax)
    case add(PathSyntax, value: String)
    case delete(PathSyntax, value: String)
}

/// The right side of a `SET` action.
enum UpdateValueSyntax: Hashable, Sendable {
    case operand(OperandSyntax)
    case sum(OperandSyntax, OperandSyntax)
    case difference(OperandSyntax, OperandSyntax)
}
