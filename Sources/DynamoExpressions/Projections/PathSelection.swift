import DynamoModel

/// Document paths as a tree, for taking parts out of items.
struct PathSelection: Hashable, Sendable {
    private indirect enum Node: Hashable, Sendable {
        /// All of the value.
        case whole
        case members([Text: Node])
        case elements([Int: Node])
    }

    private var roots: [Text: Node] = [:]

    /// - Parameter paths: where one is within another, the outer one counts.
    init(_ paths: [DocumentPath]) {
        for path in paths {
            roots[path.root] = Self.adding(path.elements.dropFirst(), to: roots[path.root])
        }
    }

    private static func adding(_ path: ArraySlice<DocumentPath.Element>, to node: Node?) -> Node {
        if node == .whole { return .whole }
        guard let first = path.first else { return .whole }
        switch (first, node) {
        case (.attribute(let name), .members(var members)):
            members[name] = adding(path.dropFirst(), to: members[name])
            return .members(members)
        case (.attribute(let name), _):
            return .members([name: adding(path.dropFirst(), to: nil)])
        case (.index(let index), .elements(var elements)):
            elements[index] = adding(path.dropFirst(), to: elements[index])
            return .elements(elements)
        case (.index(let index), _):
            return .elements([index: adding(path.dropFirst(), to: nil)])
        }
    }

    func select(from item: Item) -> Item { Self.select(roots, from: item) }

    private static func select(_ nodes: [Text: Node], from members: Item) -> Item {
        var selected: Item = [:]
        selected.reserveCapacity(min(nodes.count, members.count))
        for (name, node) in nodes {
            if let value = members[name], let part = select(node, from: value) { selected[name] = part }
        }
        return selected
    }

    /// The selected part of the value, or nil if nothing of it is selected.
    private static func select(_ node: Node, from value: AttributeValue) -> AttributeValue? {
        switch (node, value) {
        case (.whole, _):
            return value
        case (.members(let nodes), .map(let members)):
            let selected = select(nodes, from: members)
            return selected.isEmpty ? nil : .map(selected)
        case (.elements(let nodes), .list(let values)):
            let selected = nodes.keys.sorted().compactMap { index in
                index < values.count ? nodes[index].flatMap { select($0, from: values[index]) } : nil
            }
            return selected.isEmpty ? nil : .list(selected)
        default:
            return nil
        }
    }
}
