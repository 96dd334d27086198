@testable import DynamoExpressions

// Writes syntax trees as text, with just the parentheses that the grammar needs and whatever spacing the caller likes.

extension PathSyntax {
    var text: String {
        var text = ""
        for element in elements {
            switch element {
            case .identifier(let name), .placeholder(let name): text += (text.isEmpty ? "" : ".") + name
            case .index(let index): text += "[\(index)]"
            }
        }
        return text
    }
}

extension OperandSyntax {
    var text: String {
        switch self {
        case .path(let path): path.text
        case .value(let value): value
        case .function(let function): function.text
        }
    }
}

extension FunctionSyntax {
    var text: String { "\(name)(\(arguments.map(\.text).joined(separator: ", ")))" }
}

extension ConditionSyntaxNode {
    /// - Parameter precedence: of what is around: 0 nothing, 1 OR, 2 AND, 3 NOT.
    func text(within precedence: Int = 0) -> String {
        switch self {
        case .comparison(let comparator, let a, let b): return "\(a.text) \(comparator.rawValue) \(b.text)"
        case .between(let a, let lower, let upper): return "\(a.text) BETWEEN \(lower.text) AND \(upper.text)"
        case .isIn(let a, let values): return "\(a.text) IN (\(values.map(\.text).joined(separator: ",")))"
        case .function(let function): return function.text
        case .not(let node): return "NOT \(node.text(within: 3))"
        case .and(let nodes): return joined(nodes, " AND ", 2, within: precedence)
        case .or(let nodes): return joined(nodes, " OR ", 1, within: precedence)
        }
    }

    private func joined(_ nodes: [Self], _ word: String, _ own: Int, within precedence: Int) -> String {
        let text = nodes.map { $0.text(within: own) }.joined(separator: word)
        return precedence >= own ? "(\(text))" : text
    }
}

extension UpdateValueSyntax {
    var text: String {
        switch self {
        case .operand(let a): a.text
        case .sum(let a, let b): "\(a.text) + \(b.text)"
        case .difference(let a, let b): "\(a.text)-\(b.text)"
        }
    }
}
