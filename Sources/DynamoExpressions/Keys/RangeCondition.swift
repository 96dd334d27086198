package import DynamoModel

/// What a key condition asks of a key attribute.
package enum RangeCondition: Hashable, Sendable {
    case equal(AttributeValue)
    case less(AttributeValue)
    case lessOrEqual(AttributeValue)
    case greater(AttributeValue)
    case greaterOrEqual(AttributeValue)
    /// Both bounds included.
    case between(AttributeValue, AttributeValue)
    case beginsWith(AttributeValue)

    /// The values that the key is compared with.
    package var values: [AttributeValue] {
        switch self {
        case .equal(let value), .less(let value), .lessOrEqual(let value), .greater(let value),
            .greaterOrEqual(let value), .beginsWith(let value):
            [value]
        case .between(let lower, let upper): [lower, upper]
        }
    }

    /// Whether a key value satisfies the condition.
    package func matches(_ key: AttributeValue) -> Bool {
        switch self {
        case .equal(let value): key == value
        case .less(let value): key.isOrdered(before: value) ?? false
        case .lessOrEqual(let value): value.isOrdered(before: key).map { !$0 } ?? false
        case .greater(let value): value.isOrdered(before: key) ?? false
        case .greaterOrEqual(let value): key.isOrdered(before: value).map { !$0 } ?? false
        case .between(let lower, let upper):
            RangeCondition.greaterOrEqual(lower).matches(key) && RangeCondition.lessOrEqual(upper).matches(key)
        case .beginsWith(let prefix): key.beginsWith(prefix)
        }
    }

    init?(_ comparator: Comparator, _ value: AttributeValue) {
        switch comparator {
        case .equal: self = .equal(value)
        case .less: self = .less(value)
        case .lessOrEqual: self = .lessOrEqual(value)
        case .greater: self = .greater(value)
        case .greaterOrEqual: self = .greaterOrEqual(value)
        case .notEqual: return nil
        }
    }
}

/// What a Query asks of the key of its table or index.
package struct KeyCondition: Hashable, Sendable {
    /// The values of the partition key's attributes, in the order of the schema.
    package let partition: [AttributeValue]
    /// The conditions on the first attributes of the sort key, in the order of the schema: equalities, but for the last
    /// one. Empty if the query does not narrow the sort key.
    package let sort: [RangeCondition]

    package init(partition: [AttributeValue], sort: [RangeCondition] = []) {
        self.partition = partition
        self.sort = sort
    }

    /// On a key of one attribute each.
    package init(hash: AttributeValue, range: RangeCondition? = nil) {
        self.init(partition: [hash], sort: range.map { [$0] } ?? [])
    }

    /// The value of the partition key, of several attributes that of the first.
    package var hash: AttributeValue { partition[0] }
}
