package import DynamoModel

/// What the `WHERE` of a statement says of keys. What is read by a key is filtered by the whole condition afterwards,
/// so finding less than there is costs reads and changes no result.
extension Condition {
    /// The partitions that hold every item that can satisfy the condition, each once, in the order of the text; nil if
    /// that may be all of them ("To ensure that a SELECT statement does not result in a full table scan, the WHERE
    /// clause condition must specify a partition key. Use the equality or IN operator", "PartiQL select statements").
    package func partitions(of hash: Text) -> [AttributeValue]? {
        switch self {
        case .comparison(.equal, let a, let b):
            return Self.constant(a, b, of: hash).map { [$0] }
        case .isIn(let a, let candidates):
            guard a.path == DocumentPath(root: hash) else { return nil }
            var values: [AttributeValue] = []
            for candidate in candidates {
                guard let value = candidate.value else { return nil }
                if !values.contains(value) { values.append(value) }
            }
            return values
        case .and(let conditions):
            return conditions.lazy.compactMap { $0.partitions(of: hash) }.first
        case .or(let conditions):
            var all: [AttributeValue] = []
            for condition in conditions {
                guard let some = condition.partitions(of: hash) else { return nil }
                all += some.filter { !all.contains($0) }
            }
            return all
        default:
            return nil
        }
    }

    /// A condition that every item that satisfies this one satisfies in its sort key; nil if there is none.
    package func rangeCondition(on range: Text) -> RangeCondition? {
        var lower: AttributeValue?
        var upper: AttributeValue?
        var first: RangeCondition?
        for condition in conjuncts.compactMap({ $0.simpleRangeCondition(on: range) }) {
            if case .equal = condition { return condition }
            if first == nil { first = condition }
            if case .greaterOrEqual(let value) = condition, lower == nil { lower = value }
            if case .lessOrEqual(let value) = condition, upper == nil { upper = value }
        }
        if let lower, let upper, upper.isOrdered(before: lower) == false { return .between(lower, upper) }
        return first
    }

    /// The one item that the condition is about, and what else it says.
    /// - Returns: nil unless every key attribute has to be equal to a value.
    package func primaryKey(_ schema: KeySchema) -> (key: Item, rest: Condition?)? {
        var key: Item = [:]
        var rest: [Condition] = []
        for condition in conjuncts {
            if case .comparison(.equal, let a, let b) = condition,
                let name = schema.attributeNames.first(where: { Self.constant(a, b, of: $0) != nil }),
                key[name] == nil
            {
                key[name] = Self.constant(a, b, of: name)
            } else {
                rest.append(condition)
            }
        }
        guard key.count == schema.attributeNames.count else { return nil }
        return (key, rest.count > 1 ? .and(rest) : rest.first)
    }

    // MARK: Parts

    /// The conditions that all have to hold.
    private var conjuncts: [Condition] {
        guard case .and(let conditions) = self else { return [self] }
        return conditions.flatMap(\.conjuncts)
    }

    /// The value, if one operand is the attribute and the other one a value.
    private static func constant(
        _ a: ConditionOperand, _ b: ConditionOperand, of attribute: Text
    ) -> AttributeValue? {
        let path = DocumentPath(root: attribute)
        if a.path == path { return b.value }
        return b.path == path ? a.value : nil
    }

    private func simpleRangeCondition(on range: Text) -> RangeCondition? {
        let path = DocumentPath(root: range)
        switch self {
        case .comparison(let comparator, let a, let b):
            guard let value = Self.constant(a, b, of: range) else { return nil }
            return RangeCondition(a.path == path ? comparator : comparator.mirrored, value)
        case .between(let a, let lower, let upper):
            guard a.path == path, let low = lower.value, let high = upper.value else { return nil }
            return .between(low, high)
        case .beginsWith(let a, let b):
            guard a.path == path, let prefix = b.value else { return nil }
            return .beginsWith(prefix)
        default:
            return nil
        }
    }
}

extension Condition {
    /// The key conditions of the queries that together read all that can satisfy the condition, one for each
    /// partition; nil if a scan has to.
    ///
    /// - Throws: the service's error for values that cannot be keys.
    package func keyConditions(
        _ schema: KeySchema, attributeTypes types: [Text: KeyAttributeType]
    ) throws(WireError) -> [KeyCondition]? {
        var combinations: [[(attribute: Text, condition: RangeCondition)]] = [[]]
        for name in schema.partition {
            guard let values = partitions(of: name) else { return nil }
            combinations = combinations.flatMap { some in values.map { some + [(name, .equal($0))] } }
        }
        let sort = sortConditions(on: schema.sort)
        var keys: [KeyCondition] = []
        for partition in combinations {
            let conditions = KeyConditionExpression(conditions: partition + sort)
            keys.append(try conditions.resolve(keySchema: schema, attributeTypes: types))
        }
        return keys
    }

    /// Conditions on the first of these attributes, as far as each but the last is held to a value.
    private func sortConditions(on attributes: [Text]) -> [(attribute: Text, condition: RangeCondition)] {
        var found: [(attribute: Text, condition: RangeCondition)] = []
        for name in attributes {
            guard let condition = rangeCondition(on: name) else { break }
            found.append((name, condition))
            guard case .equal = condition else { break }
        }
        return found
    }
}
