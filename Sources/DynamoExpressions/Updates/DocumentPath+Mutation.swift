import DynamoModel

extension DocumentPath {
    static let invalidForUpdate = WireError.validation(
        "The document path provided in the update expression is invalid for update")

    /// The index that the path ends with, or -1 if it ends with an attribute.
    var lastIndex: Int {
        if case .index(let index)? = elements.last { index } else { -1 }
    }

    /// Whether there is something at the path.
    /// - Throws: ``invalidForUpdate`` if there is nothing that could hold it.
    func exists(in item: Item) throws(WireError) -> Bool {
        guard !isTopLevel else { return item[root] != nil }
        let parent = DocumentPath(root: root, Array(elements.dropFirst().dropLast()))
        switch (parent.value(in: item), elements.last) {
        case (.map(let members), .attribute(let name)): return members[name] != nil
        case (.list(let values), .index(let index)): return index < values.count
        default: throw Self.invalidForUpdate
        }
    }

    /// An order in which the elements of a list come by index, and what is in them likewise.
    func precedes(_ other: DocumentPath) -> Bool {
        for (left, right) in zip(elements, other.elements) where left != right {
            switch (left, right) {
            case (.index(let a), .index(let b)): return a < b
            case (.attribute(let a), .attribute(let b)): return a < b
            case (.attribute, .index): return true
            case (.index, .attribute): return false
            }
        }
        return elements.count < other.elements.count
    }
}

extension Item {
    /// Puts a value at a path: replaces what is there, adds a member to a map, or appends to a list.
    /// - Throws: ``DocumentPath/invalidForUpdate`` if nothing holds the path, and the error of too deep documents.
    mutating func assign(_ value: AttributeValue, at path: DocumentPath) throws(WireError) {
        guard !path.isTopLevel else {
            self[path.root] = value
            return
        }
        guard path.elements.count - 1 + value.nestingDepth < Limits.nestingDepth else {
            throw AttributeValue.nestingError
        }
        guard var holder = removeValue(forKey: path.root) else { throw DocumentPath.invalidForUpdate }
        try holder.assign(value, at: path.elements.dropFirst())
        self[path.root] = holder
    }

    /// Takes away what is at a path that exists.
    mutating func remove(_ path: DocumentPath) {
        guard !path.isTopLevel, var holder = self[path.root] else {
            removeValue(forKey: path.root)
            return
        }
        holder.remove(path.elements.dropFirst())
        self[path.root] = holder
    }
}

extension AttributeValue {
    /// - Parameter path: below this value, not empty.
    fileprivate mutating func assign(
        _ value: AttributeValue, at path: ArraySlice<DocumentPath.Element>
    ) throws(WireError) {
        let rest = path.dropFirst()
        switch (self, path.first) {
        case (.map(var members), .attribute(let name)):
            self = .null
            if rest.isEmpty {
                members[name] = value
            } else {
                guard var child = members.removeValue(forKey: name) else { throw DocumentPath.invalidForUpdate }
                try child.assign(value, at: rest)
                members[name] = child
            }
            self = .map(members)
        case (.list(var values), .index(let index)):
            self = .null
            if rest.isEmpty {
                if index < values.count { values[index] = value } else { values.append(value) }
            } else {
                guard index < values.count else { throw DocumentPath.invalidForUpdate }
                try values[index].assign(value, at: rest)
            }
            self = .list(values)
        default:
            throw DocumentPath.invalidForUpdate
        }
    }

    fileprivate mutating func remove(_ path: ArraySlice<DocumentPath.Element>) {
        let rest = path.dropFirst()
        switch (self, path.first) {
        case (.map(var members), .attribute(let name)):
            self = .null
            if rest.isEmpty { members[name] = nil } else { members[name]?.remove(rest) }
            self = .map(members)
        case (.list(var values), .index(let index)) where index < values.count:
            self = .null
            if rest.isEmpty { values.remove(at: index) } else { values[index].remove(rest) }
            self = .list(values)
        default:
            break
        }
    }
}
