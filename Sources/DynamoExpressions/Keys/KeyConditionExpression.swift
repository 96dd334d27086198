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
    /// - Throws: the service's error for conditions that are not an equality on each attribute of the partition key and
    ///   conditions on the first attributes of the sort key, all but the last one equalities, with values of the keys'
    ///   types ("Multi-attribute key schema", Developer Guide).
    package func resolve(
        keySchema: KeySchema, attributeTypes types: [Text: KeyAttributeType]
    ) throws(WireError) -> KeyCondition {
        if !keySchema.isMultiAttribute, !(1...2).contains(conditions.count) {
            throw .validation("Conditions can be of length 1 or 2 only")
        }
        var partition: [AttributeValue] = []
        for name in keySchema.partition {
            guard let hash = condition(on: name) else { throw Self.missingError(name) }
            guard case .equal(let value) = hash else { throw Self.unsupportedError }
            partition.append(value)
        }
        let sort = try sortConditions(keySchema.sort, count: conditions.count - partition.count)
        for (value, name) in zip(partition, keySchema.partition) { try Self.check([value], key: name, types) }
        for (condition, name) in zip(sort, keySchema.sort) { try Self.check(condition.values, key: name, types) }
        return KeyCondition(partition: partition, sort: sort)
    }

    /// - Parameter count: how many conditions are not on the partition key.
    private func sortConditions(_ attributes: [Text], count: Int) throws(WireError) -> [RangeCondition] {
        guard count <= attributes.count else { throw Self.unsupportedError }
        var sort: [RangeCondition] = []
        for name in attributes.prefix(count) {
            guard let condition = condition(on: name) else { throw Self.missingError(name) }
            if let last = sort.last {
                guard case .equal = last else { throw Self.unsupportedError }
            }
            sort.append(condition)
        }
        return sort
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
