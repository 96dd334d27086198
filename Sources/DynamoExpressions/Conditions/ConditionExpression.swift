package import DynamoModel

/// The text of a condition, filter or key condition expression, parsed: independent of names and values, so that it
/// can be kept and bound again.
package struct ConditionSyntax: Hashable, Sendable {
    package let kind: ExpressionKind
    let root: ConditionSyntaxNode
    let hasRedundantParentheses: Bool

    /// - Throws: the service's error for text that is empty, too long, or not of the grammar.
    package init(parsing text: String, kind: ExpressionKind = .condition) throws(WireError) {
        var parser = try Parser(text, kind: kind)
        root = try parser.condition()
        self.kind = kind
        hasRedundantParentheses = parser.hasRedundantParentheses
    }
}

/// A `ConditionExpression` or a `FilterExpression`, or what a legacy parameter says in their place.
package struct ConditionExpression: Hashable, Sendable {
    package let condition: Condition

    package init(_ condition: Condition) {
        self.condition = condition
    }

    /// Parses and binds.
    /// - Parameter kind: ``ExpressionKind/condition`` or ``ExpressionKind/filter``.
    /// - Throws: the service's validation error; what the expression used is marked in the context.
    package init(
        parsing text: String, kind: ExpressionKind = .condition, context: inout ExpressionContext
    ) throws(WireError) {
        try self.init(binding: ConditionSyntax(parsing: text, kind: kind), context: &context)
    }

    package init(binding syntax: ConditionSyntax, context: inout ExpressionContext) throws(WireError) {
        var binder = Binder(context: context)
        if syntax.hasRedundantParentheses {
            binder.errors.add(.parentheses, BindingErrors.redundantParentheses)
        }
        condition = binder.condition(syntax.root)
        context = binder.context
        try binder.errors.check(syntax.kind)
    }

    /// Whether the item satisfies the condition; no item is one without attributes.
    package func matches(_ item: Item?) -> Bool { condition.matches(item ?? [:]) }

    /// The top-level attributes that the condition looks at.
    package var attributes: Set<Text> {
        var attributes: Set<Text> = []
        condition.forEachPath { attributes.insert($0.root) }
        return attributes
    }
}
