import DynamoExpressions
import DynamoModel

/// How a `SELECT` is read: by which keys, in which order, and what becomes of the rows.
struct SelectPlan: Sendable {
    /// Which rows are read.
    enum Access: Sendable {
        /// One query for each partition, in this order.
        case query([KeyCondition])
        case scan
    }

    let table: ItemTable
    let index: IndexView?
    let access: Access
    /// Ascending by the sort key.
    let forward: Bool
    let consistent: Bool
    /// Items come from the table, since the select list names what the (local) index does not hold.
    let fetchesItems: Bool
    var output: PageOutput

    /// - Throws: what Query and Scan answer in the same situation, and the errors of `ORDER BY`.
    init(_ select: PartiQLSelect, _ table: ItemTable, consistent: Bool) throws(WireError) {
        let index = try select.source.index.map { (name) throws(WireError) in try table.index(named: name) }
        let schema = index?.definition.keySchema ?? table.keySchema
        let keys = try select.condition?.keyConditions(schema, attributeTypes: table.keyTypes)
        try ItemOperations.checkConsistency(consistent, index)
        let ordering = try SelectOrdering(select, schema, partitions: keys?.count)
        if let keys, keys.count > Limits.partitionsPerStatement {
            throw .validation(
                "The IN operator is provided with too many operands; number of operands: \(keys.count)")
        }
        self.table = table
        self.index = index
        self.consistent = consistent
        forward = ordering.forward
        access = keys.map { .query(ordering.sorted($0)) } ?? .scan
        output = PageOutput()
        output.projection = select.projection
        output.filter = select.condition.map { ConditionExpression($0) }
        fetchesItems = try AttributeChoice(
            select: nil, projected: select.projection?.attributes, filtered: output.filter?.attributes
        ).fetchesItems(index)
    }

    /// The number of sources that ``source(_:)`` has.
    var sourceCount: Int {
        switch access {
        case .query(let keys): keys.count
        case .scan: 1
        }
    }

    func source(_ position: Int) throws(WireError) -> PageSource {
        switch access {
        case .query(let keys): try PageSource(table, index, keys[position], forward: forward)
        case .scan: PageSource(table: table, index: index, rows: .all(nil), forward: true)
        }
    }

    /// Where a source goes on behind a key.
    func start(_ position: Int, after key: Item) throws(WireError) -> StartKeyRules.Position {
        let rules = StartKeyRules(table: table, index: index)
        return switch access {
        case .query(let keys): try rules.queryPosition(key, keys[position])
        case .scan: try rules.scanPosition(key)
        }
    }
}

/// `ORDER BY`: only by key attributes, and only within what a query reads.
private struct SelectOrdering {
    let forward: Bool
    /// The direction of the partitions; nil to keep the order of the text.
    private let descendingPartitions: Bool?

    init(_ select: PartiQLSelect, _ schema: KeySchema, partitions: Int?) throws(WireError) {
        guard let first = select.order.first else {
            (forward, descendingPartitions) = (true, nil)
            return
        }
        guard select.condition != nil else {
            throw .validation("Must have WHERE clause in the statement when using ORDER BY clause.")
        }
        guard let partitions else {
            throw .validation(
                "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.")
        }
        for order in select.order where !schema.contains(order.attribute) {
            throw .validation(
                "Variable reference \(order.attribute) in ORDER BY clause must be part of the primary key")
        }
        if partitions > 1, first.attribute != schema.hash {
            throw .validation(
                "Must have the hash key \(schema.hash) first in ORDER BY clause when WHERE clause has several values "
                    + "of it")
        }
        let hash = select.order.first { $0.attribute == schema.hash }
        let range = select.order.first { $0.attribute == schema.range }
        // Within one partition there is nothing to order by the partition key, and its direction is that of the rows.
        let leading = range ?? (partitions > 1 ? nil : hash)
        forward = !(leading?.descending ?? false)
        descendingPartitions = hash?.descending
    }

    func sorted(_ keys: [KeyCondition]) -> [KeyCondition] {
        guard let descendingPartitions else { return keys }
        return keys.sorted { a, b in
            descendingPartitions
                ? b.hash.isOrdered(before: a.hash) ?? false : a.hash.isOrdered(before: b.hash) ?? false
        }
    }
}
