package import DynamoModel

/// The text of an update expression, parsed; see ``ConditionSyntax``.
package struct UpdateSyntax: Hashable, Sendable {
    let actions: [UpdateActionSyntax]
    let repeatedSection: String?
    let hasRedundantParentheses: Bool

    package init(parsing text: String) throws(WireError) {
        var parser = try Parser(text, kind: .update)
        (actions, repeatedSection) = try parser.update()
        hasRedundantParentheses = parser.hasRedundantParentheses
    }
}

/// An `UpdateExpression` or an `AttributeUpdates`: changes that are worked out on one item.
package struct UpdateExpression: Hashable, Sendable {
    /// In the order of the request. No two of their paths overlap.
    package let actions: [UpdateAction]
    /// Whether the update came as `AttributeUpdates`, whose errors read differently.
    let isLegacy: Bool

    package init(parsing text: String, context: inout ExpressionContext) throws(WireError) {
        try self.init(binding: UpdateSyntax(parsing: text), context: &context)
    }

    package init(binding syntax: UpdateSyntax, context: inout ExpressionContext) throws(WireError) {
        var binder = Binder(context: context)
        if syntax.hasRedundantParentheses {
            binder.errors.add(.parentheses, BindingErrors.redundantParentheses)
        }
        if let section = syntax.repeatedSection {
            binder.errors.add(
                .repeatedSection, "The \"\(section)\" section can only be used once in an update expression;")
        }
        var registry = PathRegistry()
        var actions: [UpdateAction] = []
        actions.reserveCapacity(syntax.actions.count)
        for syntax in syntax.actions { actions.append(binder.action(syntax, registry: &registry)) }
        context = binder.context
        try binder.errors.check(.update)
        self.init(actions: actions, isLegacy: false)
    }

    init(actions: [UpdateAction], isLegacy: Bool) {
        self.actions = actions
        self.isLegacy = isLegacy
    }

    /// What the update writes to; a request may not write to a key attribute.
    package var paths: [DocumentPath] { actions.map(\.path) }
}
