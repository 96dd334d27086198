/// An element of an XML document: its children in order, and the text directly in it.
package struct XMLElement: Sendable, Hashable {
    /// The name without a namespace prefix.
    package var name: String
    package var children: [XMLElement]
    /// All character data directly in this element; entities are resolved.
    package var text: String

    package init(name: String, children: [XMLElement] = [], text: String = "") {
        self.name = name
        self.children = children
        self.text = text
    }

    /// The first child of that name.
    package subscript(name: String) -> XMLElement? {
        children.first { $0.name == name }
    }
}

/// Why a reply is not what was expected, and where in it. Says names of elements, never their text.
package struct XMLDecodingError: Error, Sendable, Hashable, CustomStringConvertible {
    package let reason: String

    package init(_ reason: String) {
        self.reason = reason
    }

    package var description: String { reason }
}

// Reading a reply's members. A member that is absent is nil; one that is there and unreadable is an error, since a
// decision taken on half a reply would be a wrong one.
extension XMLElement {
    /// The text of a child; nil also for an empty element, which RDS sends for members that are not set.
    package func string(_ name: String) -> String? {
        guard let text = self[name]?.text, !text.isEmpty else { return nil }
        return text
    }

    package func required(_ name: String) throws(XMLDecodingError) -> String {
        guard let text = string(name) else { throw XMLDecodingError("<\(self.name)> lacks <\(name)>") }
        return text
    }

    package func integer(_ name: String) throws(XMLDecodingError) -> Int? {
        guard let text = string(name) else { return nil }
        guard let value = Int(text) else { throw unreadable(name, "an integer") }
        return value
    }

    package func number(_ name: String) throws(XMLDecodingError) -> Double? {
        guard let text = string(name) else { return nil }
        guard let value = Double(text), value.isFinite else { throw unreadable(name, "a number") }
        return value
    }

    package func boolean(_ name: String) throws(XMLDecodingError) -> Bool? {
        switch string(name) {
        case nil: return nil
        case "true", "True": return true
        case "false", "False": return false
        default: throw unreadable(name, "a boolean")
        }
    }

    package func time(_ name: String) throws(XMLDecodingError) -> Timestamp? {
        guard let text = string(name) else { return nil }
        guard let time = Timestamp(iso8601: text) else { throw unreadable(name, "a time") }
        return time
    }

    /// The elements of a list that stands in `<name>`.
    package func list(_ name: String, of element: String) -> [XMLElement] {
        self[name]?.children.filter { $0.name == element } ?? []
    }

    package func strings(_ name: String, of element: String) -> [String] {
        list(name, of: element).map(\.text)
    }

    private func unreadable(_ name: String, _ kind: String) -> XMLDecodingError {
        XMLDecodingError("<\(name)> in <\(self.name)> is not \(kind)")
    }
}
