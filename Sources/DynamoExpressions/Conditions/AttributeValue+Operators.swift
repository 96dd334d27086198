package import DynamoModel

extension AttributeValue {
    /// Whether this value comes before the other: numbers by value, strings and binaries by unsigned bytes.
    /// - Returns: nil if the types differ or have no order.
    package func isOrdered(before other: AttributeValue) -> Bool? {
        switch (self, other) {
        case (.number(let a), .number(let b)): a < b
        case (.string(let a), .string(let b)): a < b
        case (.binary(let a), .binary(let b)): a.lexicographicallyPrecedes(b)
        default: nil
        }
    }

    /// What the function `size` answers: UTF-16 units of a string (as measured on the service), bytes of a binary,
    /// elements of a set, list or map; nil for the types that have no size.
    var expressionSize: Int? {
        switch self {
        case .string(let text): text.string.utf16.count
        case .binary(let bytes): bytes.count
        case .list(let values): values.count
        case .map(let members): members.count
        case .stringSet(let set): set.count
        case .numberSet(let set): set.count
        case .binarySet(let set): set.count
        case .number, .bool, .null: nil
        }
    }

    /// The function `begins_with`: strings and binaries only.
    package func beginsWith(_ prefix: AttributeValue) -> Bool {
        switch (self, prefix) {
        case (.string(let text), .string(let prefix)): text.hasPrefix(prefix)
        case (.binary(let bytes), .binary(let prefix)): bytes.starts(with: prefix)
        default: false
        }
    }

    /// The function `contains`: a part of a string or a binary, an element of a set or a list.
    func contains(_ part: AttributeValue) -> Bool {
        switch (self, part) {
        case (.string(let text), .string(let part)): text.contains(part)
        case (.binary(let bytes), .binary(let part)): bytes.containsSubsequence(part)
        case (.stringSet(let set), .string(let element)): set.contains(element)
        case (.numberSet(let set), .number(let element)): set.contains(element)
        case (.binarySet(let set), .binary(let element)): set.contains(element)
        case (.list(let values), _): values.contains(part)
        default: false
        }
    }
}

extension [UInt8] {
    fileprivate func containsSubsequence(_ part: [UInt8]) -> Bool {
        guard part.count <= count else { return false }
        return (0...(count - part.count)).contains { self[$0...].starts(with: part) }
    }
}

extension AttributeType {
    /// Whether `<` and its kin accept a value of the type.
    var isOrdered: Bool { self == .string || self == .number || self == .binary }
}
