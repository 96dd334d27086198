import DynamoModel

extension PartiQLParser {
    mutating func statement() throws(WireError) -> PartiQLStatementSyntax {
        let statement: PartiQLStatementSyntax
        if skip(word: "SELECT") {
            statement = .select(try select())
        } else if skip(word: "EXISTS") {
            statement = .exists(try exists())
        } else if skip(word: "INSERT") {
            statement = .insert(try insert())
        } else if skip(word: "UPDATE") {
            statement = .update(try update())
        } else if skip(word: "DELETE") {
            statement = .delete(try delete())
        } else {
            throw malformed("Expected data manipulation")
        }
        try expectEnd()
        return statement
    }

    // MARK: SELECT

    private mutating func select() throws(WireError) -> PartiQLSelectSyntax {
        for word in ["DISTINCT", "VALUE", "PIVOT"] where isAt(word: word) { throw unsupported("clause") }
        let projection = try projection()
        guard skip(word: "FROM") else { throw malformed("Expected FROM after SELECT list") }
        let source = try source()
        guard !isAt(.comma), !isAtJoin else {
            throw .validation("Only select from a single table or index is supported.")
        }
        let condition = skip(word: "WHERE") ? try expression() : nil
        try refuseClauses()
        var order: [PartiQLSelectSyntax.Order] = []
        if skip(word: "ORDER") {
            try expect(word: "BY")
            repeat { order.append(try self.order()) } while skip(.comma)
        }
        try refuseClauses()
        return PartiQLSelectSyntax(projection: projection, source: source, condition: condition, order: order)
    }

    private mutating func projection() throws(WireError) -> [PartiQLPath]? {
        if skip(.star) {
            guard !isAt(.comma) else {
                throw malformed(
                    "Other expressions may not be present in the select list when '*' is used without dot notation.")
            }
            return nil
        }
        var paths: [PartiQLPath] = []
        repeat {
            guard !isAt(.star) else {
                throw malformed(
                    "Other expressions may not be present in the select list when '*' is used without dot notation.")
            }
            let start = self
            guard case .path(let path) = try expression() else { throw start.unsupported("expression") }
            if isAt(word: "AS") { throw unsupported("clause") }
            paths.append(path)
        } while skip(.comma)
        return paths
    }

    private mutating func order() throws(WireError) -> PartiQLSelectSyntax.Order {
        let attribute = try path()
        let descending = isAt(word: "DESC")
        if descending || isAt(word: "ASC") { advance() }
        guard attribute.elements.count == 1, case .attribute(let name) = attribute.elements[0] else {
            throw .validation("Variable reference \(attribute.text) in ORDER BY clause must be part of the primary key")
        }
        return PartiQLSelectSyntax.Order(attribute: name, descending: descending)
    }

    private var isAtJoin: Bool {
        ["JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "OUTER"].contains { isAt(word: $0) }
    }

    private func refuseClauses() throws(WireError) {
        for word in ["GROUP", "HAVING", "LIMIT", "OFFSET", "UNION", "INTERSECT", "EXCEPT"] where isAt(word: word) {
            throw unsupported("clause")
        }
    }

    private mutating func exists() throws(WireError) -> PartiQLSelectSyntax {
        try expect(.openParenthesis)
        try expect(word: "SELECT")
        let select = try select()
        try expect(.closeParenthesis)
        return select
    }

    /// A table, or an index of it.
    private mutating func source() throws(WireError) -> PartiQLSource {
        guard token.kind == .quotedIdentifier || (token.kind == .identifier && keyword == nil) else {
            if keyword != nil || token.kind == .end { throw unexpectedTerm() }
            throw malformed("Unexpected from source")
        }
        return try target()
    }

    private mutating func target() throws(WireError) -> PartiQLSource {
        let table = try name(or: "Expected identifier for simple path")
        let index = skip(.dot) ? try name(or: "Invalid path dot component") : nil
        if isAt(.dot) || isAt(.openBracket) || isAt(.minus) { throw malformed("Unexpected from source") }
        return PartiQLSource(table: table, index: index)
    }

    // MARK: INSERT

    private mutating func insert() throws(WireError) -> PartiQLInsertSyntax {
        try expect(word: "INTO")
        let target = try self.target()
        guard skip(word: "VALUE") else {
            // Without VALUE, what follows is read as an expression; this may say better what is wrong.
            _ = try expression()
            throw malformed("Expected keyword VALUE")
        }
        let value = try expression()
        for word in ["ON", "RETURNING"] where isAt(word: word) { throw unsupported("clause") }
        return PartiQLInsertSyntax(target: target, value: value)
    }

    // MARK: UPDATE

    private mutating func update() throws(WireError) -> PartiQLUpdateSyntax {
        let table = try name(or: "Expected identifier for simple path")
        let index = skip(.dot) ? try name(or: "Invalid path dot component") : nil
        var actions: [PartiQLUpdateSyntax.Action] = []
        while true {
            if skip(word: "SET") {
                repeat { actions.append(try assignment()) } while skip(.comma)
            } else if skip(word: "REMOVE") {
                repeat { actions.append(.remove(try path())) } while skip(.comma)
            } else {
                break
            }
        }
        guard !actions.isEmpty else { throw malformed("Expected data manipulation") }
        let condition = skip(word: "WHERE") ? try expression() : nil
        return PartiQLUpdateSyntax(
            target: PartiQLSource(table: table, index: index), actions: actions, condition: condition,
            returning: try returning())
    }

    private mutating func assignment() throws(WireError) -> PartiQLUpdateSyntax.Action {
        let path = try path()
        guard skip(.equal) else { throw malformed("Expected '='") }
        return .set(path, try expression())
    }

    // MARK: DELETE

    private mutating func delete() throws(WireError) -> PartiQLDeleteSyntax {
        try expect(word: "FROM")
        let target = try target()
        let condition = skip(word: "WHERE") ? try expression() : nil
        return PartiQLDeleteSyntax(target: target, condition: condition, returning: try returning())
    }

    private mutating func returning() throws(WireError) -> PartiQLReturning? {
        guard skip(word: "RETURNING") else { return nil }
        let scope: String
        if skip(word: "ALL") {
            scope = "ALL"
        } else if skip(word: "MODIFIED") {
            scope = "MODIFIED"
        } else {
            throw malformed("Expected ALL or MODIFIED in a returning clause.")
        }
        let state: String
        if skip(word: "OLD") {
            state = "OLD"
        } else if skip(word: "NEW") {
            state = "NEW"
        } else {
            throw malformed("Expected OLD or NEW in a returning clause.")
        }
        try expect(.star)
        return PartiQLReturning(rawValue: "\(scope) \(state)")
    }
}

extension PartiQLPath {
    /// As it is written without quotes: `a.b[3]`.
    var text: String {
        var text = ""
        for element in elements {
            switch element {
            case .attribute(let name): text += (text.isEmpty ? "" : ".") + name
            case .index(let index): text += "[\(index)]"
            }
        }
        return text
    }
}
