import DynamoModel

/// What the secondary indexes of a table demand of an item's attributes: an attribute that is part of an index key
/// may be absent (the item is then not in the index), but if present it must be usable as a key.
struct IndexKeyRules: Sendable {
    /// One key attribute of one index.
    struct Use: Sendable {
        let index: String
        let attribute: KeyAttribute
        let isHash: Bool
    }

    /// Ordered by index name, since DynamoDB names the first index in that order.
    let uses: [Use]

    init(indexes: [IndexDefinition], definitions: [AttributeDefinition]) throws(WireError) {
        var uses: [Use] = []
        for index in indexes.sorted(by: { $0.name < $1.name }) {
            let rules = try KeyRules(schema: index.keySchema, definitions: definitions)
            uses.append(Use(index: index.name, attribute: rules.hash, isHash: true))
            if let range = rules.range {
                uses.append(Use(index: index.name, attribute: range, isHash: false))
            }
        }
        self.uses = uses
    }

    /// Checks an item that is put as a whole.
    func validate(put item: Item) throws(WireError) {
        for use in uses {
            guard let value = item[use.attribute.name] else { continue }
            try validateType(value, use)
            if let kind = value.emptyKind {
                throw .validation(
                    "One or more parameter values are not valid. A value specified for a secondary index key is not "
                        + "supported. The AttributeValue for a key attribute cannot contain an empty \(kind) value. "
                        + "IndexName: \(use.index), IndexKey: \(use.attribute.name)")
            }
            try validateSize(value, use)
        }
    }

    /// Checks what an update makes of an item. An attribute that the update leaves alone is not looked at: an item
    /// written before the index existed stays writable.
    func validate(update new: Item, from old: Item?) throws(WireError) {
        for use in uses {
            guard let value = new[use.attribute.name], value != old?[use.attribute.name] else { continue }
            try validateType(value, use)
            if let kind = value.emptyKind {
                throw .validation(
                    "One or more parameter values are not valid. The update expression attempted to update a "
                        + "secondary index key to a value that is not supported. The AttributeValue for a key "
                        + "attribute cannot contain an empty \(kind) value.")
            }
            try validateSize(value, use)
        }
    }

    private func validateType(_ value: AttributeValue, _ use: Use) throws(WireError) {
        guard !use.attribute.type.accepts(value) else { return }
        throw .validation(
            "\(KeyMessage.invalid): Type mismatch for Index Key \(use.attribute.name) "
                + "Expected: \(use.attribute.type.rawValue) Actual: \(value.type.rawValue) IndexName: \(use.index)")
    }

    private func validateSize(_ value: AttributeValue, _ use: Use) throws(WireError) {
        let maximum = use.isHash ? KeyMessage.maximumHashBytes : KeyMessage.maximumRangeBytes
        guard value.keyByteCount > maximum else { return }
        throw .validation(
            "\(KeyMessage.invalid): Size limit exceeded for Index Key \(use.attribute.name) "
                + "Actual Size: \(value.keyByteCount) bytes Max Size: \(maximum) bytes IndexName: \(use.index)")
    }
}
