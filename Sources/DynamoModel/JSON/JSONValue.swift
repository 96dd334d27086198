/// A JSON document. Numbers stay text, so that no digit is lost; members keep their order and duplicates.
package enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([JSONMember])

    /// The value of the last member of that name, as the service reads duplicates; nil if this is no object.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    package var isNull: Bool { self == .null }

    package var stringValue: String? {
        guard case .string(let string) = self else { return nil }
        return string
    }

    /// The number, if it is written as an integer that fits.
    package var intValue: Int? {
        guard case .number(let text) = self else { return nil }
        return Int(text)
    }

    package var doubleValue: Double? {
        guard case .number(let text) = self else { return nil }
        return Double(text)
    }

    package var boolValue: Bool? {
        guard case .bool(let bool) = self else { return nil }
        return bool
    }

    package var arrayValue: [JSONValue]? {
        guard case .array(let values) = self else { return nil }
        return values
    }

    package var objectValue: [JSONMember]? {
        guard case .object(let members) = self else { return nil }
        return members
    }
}

package struct JSONMember: Sendable, Hashable {
    package let name: String
    package let value: JSONValue

    package init(name: String, value: JSONValue) {
        self.name = name
        self.value = value
    }
}

/// Why bytes are not the JSON that was expected, and where.
package struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Offset of the offending byte.
    package let offset: Int
    package let reason: String

    package init(offset: Int, reason: String) {
        self.offset = offset
        self.reason = reason
    }

    package var description: String { "invalid JSON at byte \(offset): \(reason)" }
}
