import DynamoModel

/// An attribute that is part of a key, with the type that the table's attribute definitions give it.
struct KeyAttribute: Hashable, Sendable {
    let name: Text
    let type: KeyAttributeType
}

/// What the primary key of a table demands of a request: names, types, emptiness and size, with the messages of
/// DynamoDB.
struct KeyRules: Sendable {
    let hash: KeyAttribute
    let range: KeyAttribute?

    /// The key attributes in order: partition key, then sort key.
    var attributes: [KeyAttribute] {
        if let range { [hash, range] } else { [hash] }
    }

    /// Resolves the types of a key's attributes; a key attribute without a definition is a broken catalog.
    init(schema: KeySchema, definitions: [AttributeDefinition]) throws(WireError) {
        self.hash = try Self.attribute(schema.hash, in: definitions)
        if let name = schema.range {
            self.range = try Self.attribute(name, in: definitions)
        } else {
            self.range = nil
        }
    }

    private static func attribute(
        _ name: Text, in definitions: [AttributeDefinition]
    ) throws(WireError) -> KeyAttribute {
        guard let definition = definitions.first(where: { $0.name == name }) else {
            throw WireError(.InternalServerError, "The key attribute \(name) has no definition in the catalog")
        }
        return KeyAttribute(name: name, type: definition.type)
    }

    func isKey(_ name: Text) -> Bool {
        name == hash.name || name == range?.name
    }

    /// The key attributes of an item that is known to have them.
    func key(of item: Item) -> Item {
        var key: Item = [:]
        for attribute in attributes {
            key[attribute.name] = item[attribute.name]
        }
        return key
    }

    /// Checks the `Key` member of a request: exactly the key attributes, of their types, not empty, not too long.
    func validate(key: Item) throws(WireError) {
        let attributes = attributes
        guard key.count == attributes.count else {
            throw .validation(KeyMessage.schemaMismatch)
        }
        for attribute in attributes {
            guard let value = key[attribute.name], attribute.type.accepts(value) else {
                throw .validation(KeyMessage.schemaMismatch)
            }
        }
        try validateContents(key)
    }

    /// Checks the key attributes of an item that is to be put.
    func validate(item: Item) throws(WireError) {
        for attribute in attributes {
            guard let value = item[attribute.name] else {
                throw .validation("\(KeyMessage.invalid): Missing the key \(attribute.name) in the item")
            }
            guard attribute.type.accepts(value) else {
                throw .validation(
                    "\(KeyMessage.invalid): Type mismatch for key \(attribute.name) "
                        + "expected: \(attribute.type.rawValue) actual: \(value.type.rawValue)")
            }
        }
        try validateContents(item)
    }

    private func validateContents(_ item: Item) throws(WireError) {
        for attribute in attributes {
            guard let value = item[attribute.name], let kind = value.emptyKind else { continue }
            throw .validation(
                "One or more parameter values are not valid. The AttributeValue for a key attribute "
                    + "cannot contain an empty \(kind) value. Key: \(attribute.name)")
        }
        if let value = item[hash.name], value.keyByteCount > KeyMessage.maximumHashBytes {
            throw .validation(
                "\(KeyMessage.invalid): Size of hashkey has exceeded the maximum size limit of"
                    + "\(KeyMessage.maximumHashBytes) bytes")
        }
        if let range, let value = item[range.name], value.keyByteCount > KeyMessage.maximumRangeBytes {
            throw .validation(
                "\(KeyMessage.invalid): Aggregated size of all range keys has exceeded the size limit of "
                    + "\(KeyMessage.maximumRangeBytes) bytes")
        }
    }
}

/// Texts and limits that the checks of keys share. The limits are those of "Quotas in Amazon DynamoDB".
enum KeyMessage {
    static let invalid = "One or more parameter values were invalid"
    static let schemaMismatch = "The provided key element does not match the schema"
    static let maximumHashBytes = 2048
    static let maximumRangeBytes = 1024
}

extension KeyAttributeType {
    func accepts(_ value: AttributeValue) -> Bool {
        switch (self, value) {
        case (.S, .string), (.N, .number), (.B, .binary): true
        default: false
        }
    }
}

extension AttributeValue {
    /// `string` or `binary` if the value is an empty one of these, the wording of DynamoDB's message.
    var emptyKind: String? {
        switch self {
        case .string(let text) where text.utf8Count == 0: "string"
        case .binary(let bytes) where bytes.isEmpty: "binary"
        default: nil
        }
    }

    /// The bytes that count against the limit of a key's length; a number is always short enough.
    var keyByteCount: Int {
        switch self {
        case .string(let text): text.utf8Count
        case .binary(let bytes): bytes.count
        default: 0
        }
    }
}
