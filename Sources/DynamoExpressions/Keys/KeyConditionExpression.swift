package import DynamoModel

/// A `KeyConditionExpression` or a `KeyConditions`: conditions on attributes of which it is not known yet whether they
/// are the key's. What is wrong whatever the table, is an error on the way here; the rest is one of ``resolve``.
package struct KeyConditionExpression: Hashable, Sendable {
    /// One condition an attribute, in the order of the request.
    package let conditions: [(attribute: Text, condition: RangeCondition)]

    package init(parsing text: String, context: inout ExpressionContext) throws(WireError) {
        try self.init(binding: ConditionSyntax(parsing: text, kind: .keyCondition), context: &context)
    }

    package init(binding syntax: ConditionSyntax, context: inout ExpressionContext) throws(WireError) {
        try self.init(ConditionExpression(binding: syntax, context: &context).condition)
    }

    init(conditions: [(attribute: Text, condition: RangeCondition)]) {
        self.conditions = conditions
    }

    package static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.conditions.elementsEqual(rhs.conditions) { $0 == $1 }
    }

    package func hash(into hasher: inout Hasher) {
        for (attribute, condition) in conditions {
            hasher.combine(attribute)
            hasher.combine(condition)
        }
    }

    /// Puts the conditions on the keys of a table or an index.
    /// - Parameter types: the types of the table's key attributes.
    /// - Throws: the service's error for conditions that are not an equality on the partition key and at most one
    ///   condition on the sort key, with values of the keys' types.
    package func resolve(
        keySchema: KeySchema, attributeTypes types: [Text: KeyAttributeType]
    ) throws(WireError) -> KeyCondition {
        guard (1...2).contains(conditions.count) else {
            throw .validation("Conditions can be of length 1 or 2 only")
        }
        guard let hash = condition(on: keySchema.hash) else { throw Self.missingError(keySchema.hash) }
        guard case .equal(let hashValue) = hash else { throw Self.unsupportedError }
        var range: RangeCondition?
        if conditions.count == 2 {
            guard let name = keySchema.range else { throw Self.unsupportedError }
            guard let condition = condition(on: name) else { throw Self.missingError(name) }
            range = condition
        }
        try Self.check([hashValue], key: keySchema.hash, types)
        if let range, let name = keySchema.range { try Self.check(range.values, key: name, types) }
        return KeyCondition(hash: hashValue, range: range)
    }

    private func condition(on attribute: Text) -> RangeCondition? {
        conditions.first { $0.attribute == attribute }?.condition
    }

    private static let unsupportedError = WireError.validation("Query key condition not supported")

    private static func missingError(_ attribute: Text) -> WireError {
        .validation("Query condition missed key schema element: \(attribute)")
    }

    private static func check(
        _ values: [AttributeValue], key: Text, _ types: [Text: KeyAttributeType]
    ) throws(WireError) {
        for value in values {
            if let type = types[key], value.type != type.attributeType {
                throw .invalidParameter("Condition parameter type does not match schema type")
            }
            let kind: String
            switch value {
            case .string(let text) where text.isEmpty: kind = "string"
            case .binary(let bytes) where bytes.isEmpty: kind = "binary"
            default: continue
            }
            throw .validation(
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain "
                    + "an empty \(kind) value. Key: \(key)")
        }
    }
}
