package import DynamoModel

/// The text of a projection expression, parsed; see ``ConditionSyntax``.
package struct ProjectionSyntax: Hashable, Sendable {
    let paths: [PathSyntax]

    package init(parsing text: String) throws(WireError) {
        var parser = try Parser(text, kind: .projection)
        paths = try parser.projection()
    }
}

/// A `ProjectionExpression` or an `AttributesToGet`: the parts of an item that are asked for.
package struct ProjectionExpression: Hashable, Sendable {
    /// In the order of the text.
    package let paths: [DocumentPath]
    private let selection: PathSelection
    /// The names of the paths' values in the result; nil to keep the maps and lists around them.
    private let columns: [Text]?

    package init(paths: [DocumentPath]) {
        self.paths = paths
        selection = PathSelection(paths)
        columns = nil
    }

    /// The select list of a PartiQL statement: each value comes at the top level of the result, under the last name of
    /// its path and the list indexes behind that.
    init(columns paths: [DocumentPath]) {
        self.paths = paths
        selection = PathSelection(paths)
        columns = paths.contains { !$0.isTopLevel } ? paths.map(\.columnName) : nil
    }

    package init(parsing text: String, context: inout ExpressionContext) throws(WireError) {
        try self.init(binding: ProjectionSyntax(parsing: text), context: &context)
    }

    package init(binding syntax: ProjectionSyntax, context: inout ExpressionContext) throws(WireError) {
        var binder = Binder(context: context)
        var registry = PathRegistry()
        var paths: [DocumentPath] = []
        for syntax in syntax.paths {
            let path = binder.path(syntax)
            registry.add(path, errors: &binder.errors)
            paths.append(path)
        }
        context = binder.context
        try binder.errors.check(.projection)
        self.init(paths: paths)
    }

    /// What the paths select of the item: maps keep the selected members, lists the selected elements in the order of
    /// their indexes. A path that leads nowhere selects nothing.
    package func project(_ item: Item) -> Item {
        guard let columns else { return selection.select(from: item) }
        var result = Item(minimumCapacity: columns.count)
        for (name, path) in zip(columns, paths) {
            if let value = path.value(in: item) { result[name] = value }
        }
        return result
    }

    /// The top-level attributes that the projection looks at.
    package var attributes: Set<Text> { Set(paths.map(\.root)) }
}
