package enum KeyType: String, Hashable, Sendable, CaseIterable {
    case hash = "HASH"
    case range = "RANGE"
}

/// The types that a key attribute can have.
package enum KeyAttributeType: String, Hashable, Sendable, CaseIterable {
    case string = "S"
    case number = "N"
    case binary = "B"

    package var attributeType: AttributeType {
        switch self {
        case .string: .string
        case .number: .number
        case .binary: .binary
        }
    }
}

/// The attributes of a primary key or an index key.
package struct KeySchema: Hashable, Sendable {
    package var hash: Text
    package var range: Text?

    package init(hash: Text, range: Text? = nil) {
        self.hash = hash
        self.range = range
    }

    /// The partition key, then the sort key.
    package var attributeNames: [Text] { range.map { [hash, $0] } ?? [hash] }

    package func contains(_ name: Text) -> Bool { name == hash || name == range }

    /// Reads `[{"AttributeName": …, "KeyType": "HASH" | "RANGE"}]`.
    package init(json: JSONValue) throws(WireError) {
        let elements = try KeySchemaElement.elements(json)
        try self.init(elements: elements)
    }

    init(elements: [KeySchemaElement]) throws(WireError) {
        guard let first = elements.first, first.keyType == .hash else {
            throw .invalidParameter(
                "Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
        }
        guard elements.count <= 2 else {
            throw .invalidParameter("Invalid KeySchema: at most one HASH and one RANGE key are supported")
        }
        if elements.count == 2, elements[1].keyType != .range {
            throw .invalidParameter(
                "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
        }
        hash = elements[0].name
        range = elements.count == 2 ? elements[1].name : nil
    }

    package func write(to json: inout JSONWriter) {
        json.beginArray()
        for (name, type) in zip(attributeNames, KeyType.allCases) {
            json.beginObject()
            json.name("AttributeName")
            json.string(name.string)
            json.name("KeyType")
            json.string(type.rawValue)
            json.endObject()
        }
        json.endArray()
    }
}

/// An element of a key schema as it came, before the order and number of elements are checked.
struct KeySchemaElement: Hashable, Sendable {
    let name: Text
    let keyType: KeyType

    static func elements(_ json: JSONValue) throws(WireError) -> [KeySchemaElement] {
        guard let values = json.arrayValue else { throw .serialization("Unexpected field type") }
        var elements: [KeySchemaElement] = []
        for value in values {
            guard let name = value["AttributeName"]?.stringValue,
                let type = value["KeyType"]?.stringValue.flatMap(KeyType.init(rawValue:))
            else { throw .invalidParameter("Invalid KeySchema") }
            elements.append(KeySchemaElement(name: Text(name), keyType: type))
        }
        return elements
    }
}

package struct AttributeDefinition: Hashable, Sendable {
    package var name: Text
    package var type: KeyAttributeType

    package init(name: Text, type: KeyAttributeType) {
        self.name = name
        self.type = type
    }

    /// Reads `{"AttributeName": …, "AttributeType": "S" | "N" | "B"}`.
    package init(json: JSONValue) throws(WireError) {
        guard let name = json["AttributeName"]?.stringValue,
            let type = json["AttributeType"]?.stringValue.flatMap(KeyAttributeType.init(rawValue:))
        else { throw .invalidParameter("Invalid AttributeDefinitions") }
        self.init(name: Text(name), type: type)
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.name("AttributeName")
        json.string(name.string)
        json.name("AttributeType")
        json.string(type.rawValue)
        json.endObject()
    }
}
