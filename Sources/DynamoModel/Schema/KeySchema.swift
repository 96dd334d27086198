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
///
/// A table and a local index have one partition key attribute and at most one sort key attribute, a global index up to
/// four of each ("Multi-attribute key schema", Developer Guide).
package struct KeySchema: Hashable, Sendable {
    /// The partition key's attributes; at least one.
    package let partition: [Text]
    /// The sort key's attributes, in the order in which items are sorted; none if there is no sort key.
    package let sort: [Text]

    package init(hash: Text, range: Text? = nil) {
        partition = [hash]
        sort = range.map { [$0] } ?? []
    }

    /// The partition key, of several attributes the first.
    package var hash: Text { partition[0] }
    /// The sort key, of several attributes the first.
    package var range: Text? { sort.first }
    /// Whether one of its keys has several attributes, as only a global index's can.
    package var isMultiAttribute: Bool { partition.count > 1 || sort.count > 1 }

    /// The partition key, then the sort key.
    package var attributeNames: [Text] { partition + sort }

    package func contains(_ name: Text) -> Bool { partition.contains(name) || sort.contains(name) }

    /// Reads `[{"AttributeName": …, "KeyType": "HASH" | "RANGE"}]`.
    package init(json: JSONValue) throws(WireError) {
        let elements = try KeySchemaElement.elements(json)
        try self.init(elements: elements)
    }

    init(elements: [KeySchemaElement]) throws(WireError) {
        guard elements.first?.keyType == .hash else {
            throw .validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
        }
        let hashes = elements.prefix { $0.keyType == .hash }
        let ranges = elements.dropFirst(hashes.count)
        guard ranges.allSatisfy({ $0.keyType == .range }) else {
            throw .validation(
                "Invalid KeySchema: All HASH key attributes must precede RANGE key attributes in the KeySchema")
        }
        for (type, part) in [(KeyType.hash, hashes), (.range, ranges)] where part.count > Limits.attributesPerKey {
            throw .validation(
                "Invalid KeySchema: The KeySchema exceeds the maximum allowed number of \(type.rawValue) key attributes"
            )
        }
        partition = hashes.map(\.name)
        sort = ranges.map(\.name)
    }

    package func write(to json: inout JSONWriter) {
        json.beginArray()
        for (names, type) in [(partition, KeyType.hash), (sort, .range)] {
            for name in names {
                json.beginObject()
                json.name("AttributeName")
                json.string(name.string)
                json.name("KeyType")
                json.string(type.rawValue)
                json.endObject()
            }
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
