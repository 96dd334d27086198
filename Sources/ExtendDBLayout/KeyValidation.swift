package import DynamoModel

/// DynamoDB's checks of key attributes, with its messages.
package enum KeyValidation {
    /// The key of an item that is about to be stored.
    static func key(of item: Item, hash: KeyColumn, range: KeyColumn?) throws(WireError) -> StoredKey {
        let hashValue = try storedValue(of: item, hash, limit: Limits.partitionKeySize)
        guard let range else { return StoredKey(hash: hashValue) }
        return StoredKey(hash: hashValue, range: try storedValue(of: item, range, limit: Limits.sortKeySize))
    }

    /// The `Key` of a request: exactly the key attributes.
    static func key(exactly key: Item, hash: KeyColumn, range: KeyColumn?) throws(WireError) -> StoredKey {
        guard key.count == (range == nil ? 1 : 2) else { throw schemaMismatch }
        let stored = try value(ofKey: key, hash, limit: Limits.partitionKeySize)
        guard let range else { return StoredKey(hash: stored) }
        return StoredKey(hash: stored, range: try value(ofKey: key, range, limit: Limits.sortKeySize))
    }

    /// The value of one attribute of a key that a request gives.
    static func value(ofKey key: Item, _ column: KeyColumn, limit: Int) throws(WireError) -> KeyValue {
        guard let value = key[column.attribute], let stored = try column.value(of: value) else { throw schemaMismatch }
        try check(value, column.attribute, limit: limit)
        return stored
    }

    /// An index key attribute of an item; `nil` if the item lacks it and so has no row in the index.
    static func indexValue(
        of item: Item, _ column: KeyColumn, index: String, limit: Int
    ) throws(WireError) -> KeyValue? {
        guard let value = item[column.attribute] else { return nil }
        guard let stored = try column.value(of: value) else {
            throw .invalidParameter(
                "Type mismatch for Index Key \(column.attribute) Expected: \(column.type.rawValue) "
                    + "Actual: \(value.type.rawValue) IndexName: \(index)")
        }
        if let kind = emptyKind(value) {
            throw .validation(
                "One or more parameter values are not valid. A value specified for a secondary index key is not "
                    + "supported. The AttributeValue for a key attribute cannot contain an empty \(kind) value. "
                    + "IndexName: \(index), IndexKey: \(column.attribute)")
        }
        try checkSize(value, limit: limit)
        return stored
    }

    static let schemaMismatch = WireError.validation("The provided key element does not match the schema")

    private static func storedValue(of item: Item, _ column: KeyColumn, limit: Int) throws(WireError) -> KeyValue {
        guard let value = item[column.attribute] else {
            throw .invalidParameter("Missing the key \(column.attribute) in the item")
        }
        guard let stored = try column.value(of: value) else {
            throw .invalidParameter(
                "Type mismatch for key \(column.attribute) expected: \(column.type.rawValue) "
                    + "actual: \(value.type.rawValue)")
        }
        try check(value, column.attribute, limit: limit)
        return stored
    }

    private static func check(_ value: AttributeValue, _ attribute: Text, limit: Int) throws(WireError) {
        if let kind = emptyKind(value) {
            throw .validation(
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain "
                    + "an empty \(kind) value. Key: \(attribute)")
        }
        try checkSize(value, limit: limit)
    }

    private static func emptyKind(_ value: AttributeValue) -> String? {
        switch value {
        case .string(let text) where text.isEmpty: "string"
        case .binary(let bytes) where bytes.isEmpty: "binary"
        default: nil
        }
    }

    private static func checkSize(_ value: AttributeValue, limit: Int) throws(WireError) {
        let size: Int
        switch value {
        case .string(let text): size = text.utf8Count
        case .binary(let bytes): size = bytes.count
        default: return
        }
        guard size > limit else { return }
        throw tooLong(limit: limit)
    }

    /// Of a key's attributes together: the partition key's or the sort key's, as the limit tells.
    package static func tooLong(limit: Int) -> WireError {
        .invalidParameter(
            limit == Limits.partitionKeySize
                // The missing space is Amazon's.
                ? "Size of hashkey has exceeded the maximum size limit of\(limit) bytes"
                : "Aggregated size of all range keys has exceeded the size limit of \(limit) bytes")
    }
}
