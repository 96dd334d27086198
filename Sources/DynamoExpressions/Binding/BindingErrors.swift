import DynamoModel

/// The errors found while an expression is bound: the first of each category.
///
/// The service reports only one, and by category: an undefined name wins over a wrong operand type, wherever in the
/// text the two stand. The order differs between kinds of expressions.
struct BindingErrors {
    enum Category: Hashable, CaseIterable {
        case parentheses
        case unknownFunction
        case misusedFunction
        case reservedWord
        case repeatedSection
        case undefinedPlaceholder
        case overlappingPaths
        case conflictingPaths
        case operandCount
        case sameOperands
        case operandType
    }

    private var reasons: [Category: String] = [:]

    static let redundantParentheses = "The expression has redundant parentheses;"

    /// Keeps the reason unless the category has one already.
    mutating func add(_ category: Category, _ reason: @autoclosure () -> String) {
        if reasons[category] == nil { reasons[category] = reason() }
    }

    func check(_ kind: ExpressionKind) throws(WireError) {
        if let reason = reason(kind) { throw kind.error(reason) }
    }

    /// What the service reports of all that is wrong with an expression of the kind.
    func reason(_ kind: ExpressionKind) -> String? {
        guard !reasons.isEmpty else { return nil }
        return Self.order(kind).lazy.compactMap { reasons[$0] }.first
    }

    private static func order(_ kind: ExpressionKind) -> [Category] {
        switch kind {
        case .condition, .filter, .keyCondition:
            [
                .parentheses, .unknownFunction, .misusedFunction, .reservedWord, .undefinedPlaceholder,
                .operandCount, .sameOperands, .operandType,
            ]
        case .update:
            [
                .parentheses, .reservedWord, .unknownFunction, .repeatedSection, .undefinedPlaceholder,
                .overlappingPaths, .conflictingPaths, .operandCount, .operandType,
            ]
        case .projection:
            [.reservedWord, .undefinedPlaceholder, .overlappingPaths, .conflictingPaths]
        }
    }
}
