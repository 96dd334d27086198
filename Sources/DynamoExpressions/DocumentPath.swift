package import DynamoModel

/// Where a value lies in an item: an attribute, then members of maps and elements of lists below it.
package struct DocumentPath: Hashable, Sendable, CustomStringConvertible {
    package enum Element: Hashable, Sendable {
        case attribute(Text)
        case index(Int)
    }

    /// Never empty; the first one is an attribute.
    package let elements: [Element]
    /// The top-level attribute that the path is in.
    package let root: Text

    /// A path below a top-level attribute.
    package init(root: Text, _ rest: [Element] = []) {
        self.root = root
        elements = [.attribute(root)] + rest
    }

    /// Whether the path is a top-level attribute as a whole.
    package var isTopLevel: Bool { elements.count == 1 }

    /// The value at this path, or nil if there is none or something on the way is of another type.
    package func value(in item: Item) -> AttributeValue? {
        guard var value = item[root] else { return nil }
        for element in elements.dropFirst() {
            guard let next = value.child(element) else { return nil }
            value = next
        }
        return value
    }

    /// What a select list calls the value: the last attribute of the path and the list indexes behind it.
    var columnName: Text {
        var name = ""
        for element in elements {
            switch element {
            case .attribute(let attribute): name = attribute.string
            case .index(let index): name += "[\(index)]"
            }
        }
        return Text(name)
    }

    /// As the service prints paths in its messages: `a.b[3]` is `[a, b, [3]]`.
    package var description: String {
        let parts = elements.map { element in
            switch element {
            case .attribute(let name): name.string
            case .index(let index): "[\(index)]"
            }
        }
        return "[\(parts.joined(separator: ", "))]"
    }
}

extension AttributeValue {
    /// The member or element directly below, if this is a map or a list that has it.
    func child(_ element: DocumentPath.Element) -> AttributeValue? {
        switch (self, element) {
        case (.map(let members), .attribute(let name)): members[name]
        case (.list(let values), .index(let index)): index < values.count ? values[index] : nil
        default: nil
        }
    }
}
