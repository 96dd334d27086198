package import DynamoModel

/// A statement with its values, ready to be carried out on the table that it names.
package enum PartiQLCommand: Hashable, Sendable {
    case select(PartiQLSelect)
    /// Of a transaction: whether the one item that the SELECT names satisfies its condition.
    case exists(PartiQLSelect)
    case insert(PartiQLInsert)
    case update(PartiQLUpdate)
    case delete(PartiQLDelete)
}

package struct PartiQLSelect: Hashable, Sendable {
    package struct Order: Hashable, Sendable {
        package let attribute: Text
        package let descending: Bool
    }

    package let source: PartiQLSource
    /// nil for `*`.
    package let projection: ProjectionExpression?
    package let condition: Condition?
    package let order: [Order]
}

package struct PartiQLInsert: Hashable, Sendable {
    package let target: PartiQLSource
    package let item: Item
}

package struct PartiQLUpdate: Hashable, Sendable {
    package let target: PartiQLSource
    package let update: UpdateExpression
    package let condition: Condition?
    package let returning: PartiQLReturning?
}

package struct PartiQLDelete: Hashable, Sendable {
    package let target: PartiQLSource
    package let condition: Condition?
    package let returning: PartiQLReturning?
}
