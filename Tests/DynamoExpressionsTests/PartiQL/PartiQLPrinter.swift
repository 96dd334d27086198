@testable import DynamoExpressions

// Writes statements as text, with just the parentheses that the grammar needs. Keywords come in any case.

extension String {
    /// A name between double quotes.
    fileprivate var quotedName: String { "\"" + replacing("\"", with: "\"\"") + "\"" }

    fileprivate var quotedText: String { "'" + replacing("'", with: "''") + "'" }
}

extension PartiQLPath {
    var quoted: String {
        var text = ""
        for element in elements {
            switch element {
            case .attribute(let name): text += (text.isEmpty ? "" : ".") + name.quotedName
            case .index(let index): text += "[\(index)]"
            }
        }
        return text
    }
}

extension PartiQLSource {
    var quoted: String { table.quotedName + (index.map { "." + $0.quotedName } ?? "") }
}

extension PartiQLExpression {
    /// How strongly an expression binds: 1 OR, 2 AND, 3 NOT, 4 comparisons, 5 sums, 6 terms.
    private var precedence: Int {
        switch self {
        case .or: 1
        case .and: 2
        case .not: 3
        case .comparison, .between, .isIn, .isNull, .isMissing: 4
        case .sum, .difference: 5
        default: 6
        }
    }

    /// - Parameter precedence: the weakest binding that needs no parentheses here.
    func text(atLeast precedence: Int = 1) -> String {
        self.precedence < precedence ? "(\(bare))" : bare
    }

    private var bare: String {
        switch self {
        case .path(let path): path.quoted
        case .string(let text): text.quotedText
        case .number(let text): text
        case .bool(let bool): bool ? "TRUE" : "false"
        case .null: "null"
        case .missing: "MISSING"
        case .parameter: "?"
        case .list(let elements): "[\(Self.joined(elements))]"
        case .bag(let elements): "<<\(Self.joined(elements))>>"
        case .map(let members):
            "{" + members.map { "\($0.name.quotedText): \($0.value.text())" }.joined(separator: ",") + "}"
        case .call(let name, let arguments): "\(name)(\(Self.joined(arguments)))"
        case .sum(let a, let b): "\(a.text(atLeast: 5)) + \(b.text(atLeast: 6))"
        case .difference(let a, let b): "\(a.text(atLeast: 5)) - \(b.text(atLeast: 6))"
        case .comparison(let comparator, let a, let b):
            "\(a.text(atLeast: 5)) \(comparator.rawValue) \(b.text(atLeast: 5))"
        case .between(let a, let lower, let upper):
            "\(a.text(atLeast: 5)) BETWEEN \(lower.text(atLeast: 5)) AND \(upper.text(atLeast: 5))"
        case .isIn(let a, let candidates): "\(a.text(atLeast: 5)) IN [\(Self.joined(candidates))]"
        case .isNull(let a): "\(a.text(atLeast: 5)) IS NULL"
        case .isMissing(let a): "\(a.text(atLeast: 5)) is missing"
        case .not(let a): "NOT \(a.text(atLeast: 3))"
        case .and(let nodes): nodes.map { $0.text(atLeast: 3) }.joined(separator: " and ")
        case .or(let nodes): nodes.map { $0.text(atLeast: 2) }.joined(separator: " OR ")
        }
    }

    private static func joined(_ expressions: [Self]) -> String {
        expressions.map { $0.text() }.joined(separator: ", ")
    }
}

extension PartiQLStatementSyntax {
    var text: String {
        switch self {
        case .select(let select): select.text
        case .exists(let select): "EXISTS(\(select.text))"
        case .insert(let insert): "INSERT INTO \(insert.target.quoted) VALUE \(insert.value.text())"
        case .update(let update): update.text
        case .delete(let delete):
            "DELETE FROM \(delete.target.quoted)" + delete.condition.clause + delete.returning.clause
        }
    }
}

extension PartiQLSelectSyntax {
    fileprivate var text: String {
        var text = "SELECT \(projection?.map(\.quoted).joined(separator: ", ") ?? "*") FROM \(source.quoted)"
        text += condition.clause
        if !order.isEmpty {
            let keys = order.map {
                PartiQLPath(elements: [.attribute($0.attribute)]).quoted + ($0.descending ? " DESC" : "")
            }
            text += " ORDER BY " + keys.joined(separator: ", ")
        }
        return text
    }
}

extension PartiQLUpdateSyntax {
    fileprivate var text: String {
        var text = "UPDATE \(target.quoted)"
        for action in actions {
            switch action {
            case .set(let path, let value): text += " SET \(path.quoted) = \(value.text())"
            case .remove(let path): text += " REMOVE \(path.quoted)"
            }
        }
        return text + condition.clause + returning.clause
    }
}

extension PartiQLExpression? {
    fileprivate var clause: String { map { " WHERE " + $0.text() } ?? "" }
}

extension PartiQLReturning? {
    fileprivate var clause: String { map { " RETURNING \($0.rawValue) *" } ?? "" }
}
