import DynamoExpressions
import DynamoModel
import ExtendDBLayout
import Postgres

/// The rows that a Query or Scan goes through: of a table or an index, of one partition or of all.
struct PageSource: Sendable {
    enum Rows: Sendable {
        /// A query's partition, narrowed by the sort key.
        case partition(KeyValue, SortRange)
        /// A scan of everything, or of one segment.
        case all(ScanSegment?)
    }

    let table: ItemTable
    let index: IndexView?
    let rows: Rows
    let forward: Bool

    private var ranges: RangeStatements {
        index?.physical.statements.ranges ?? table.physical.statements.ranges
    }

    var isQuery: Bool {
        if case .partition = rows { true } else { false }
    }

    /// Whether nothing can come after a position: a query of a table without a sort key has one row.
    func isExhausted(after: StartKeyRules.Position?) -> Bool {
        after?.isEmpty ?? false
    }

    /// The statement that reads the next chunk; its one column is `item_data`.
    func statement(after: StartKeyRules.Position?, chunk: PagePlanner.Chunk) -> PostgresQuery {
        let query =
            switch rows {
            case .partition(let hash, let range):
                ranges.query(hash: hash, range: range, after: after, ascending: forward, limit: chunk.rows)
            case .all(let segment):
                ranges.scan(after: after, segment: segment, limit: chunk.rows)
            }
        guard let bytes = chunk.storedBytes else { return query }
        return Self.bounded(query, bytes)
    }

    /// Stops a statement where its rows together exceed so many stored bytes, after the first row at the earliest.
    ///
    /// The lengths come from the rows' headers, so a large value beyond the bound is not even fetched. The window has
    /// no order of its own: it adds up the rows in the order in which the inner statement gives them, and nothing above
    /// it sorts.
    private static func bounded(_ query: PostgresQuery, _ bytes: Int) -> PostgresQuery {
        PostgresQuery(
            "SELECT item_data FROM (SELECT item_data, sum(pg_column_size(item_data)) "
                + "OVER (ROWS UNBOUNDED PRECEDING) - pg_column_size(item_data) AS before "
                + "FROM (\(query.sql)) AS rows) AS sums WHERE before <= $\(query.parameters.count + 1)::bigint",
            query.parameters + [.int(bytes)])
    }
}

extension PageSource {
    /// The rows of a query.
    ///
    /// - Parameter condition: on keys of the right types.
    init(
        _ table: ItemTable, _ index: IndexView?, _ condition: KeyCondition, forward: Bool
    ) throws(WireError) {
        let key = index?.physical.key ?? table.physical.key
        try Self.checkSizes(condition)
        self.table = table
        self.index = index
        self.forward = forward
        guard let partition = try key.hashValue(condition.partition) else { throw Self.wrongType }
        rows = .partition(partition, try Self.sortRange(condition.sort, key.sort))
    }

    private static func checkSizes(_ condition: KeyCondition) throws(WireError) {
        if condition.partition.reduce(0, { $0 + $1.keyByteCount }) > Limits.partitionKeySize {
            throw KeyValidation.tooLong(limit: Limits.partitionKeySize)
        }
        // What has to be equal, together with either end of the last condition.
        let leading = condition.sort.dropLast().flatMap(\.values).reduce(0) { $0 + $1.keyByteCount }
        if (condition.sort.last?.values ?? []).contains(where: { leading + $0.keyByteCount > Limits.sortKeySize }) {
            throw KeyValidation.tooLong(limit: Limits.sortKeySize)
        }
    }

    private static let wrongType = WireError.invalidParameter("Condition parameter type does not match schema type")

    private static func stored(_ value: AttributeValue, _ column: KeyColumn) throws(WireError) -> KeyValue {
        guard let stored = try column.value(of: value) else { throw wrongType }
        return stored
    }

    private static func sortRange(
        _ conditions: [RangeCondition], _ columns: [KeyColumn]
    ) throws(WireError) -> SortRange {
        guard let last = conditions.last, conditions.count <= columns.count else { return .all }
        var leading: [KeyValue] = []
        for (condition, column) in zip(conditions.dropLast(), columns) {
            leading.append(try stored(condition.values[0], column))
        }
        return try sortRange(last, columns[conditions.count - 1]).behind(leading)
    }

    private static func sortRange(
        _ condition: RangeCondition, _ column: KeyColumn
    ) throws(WireError) -> SortRange {
        switch condition {
        case .equal(let value): .equal(try stored(value, column))
        case .less(let value): .less(than: try stored(value, column))
        case .lessOrEqual(let value): .less(than: try stored(value, column), orEqual: true)
        case .greater(let value): .greater(than: try stored(value, column))
        case .greaterOrEqual(let value): .greater(than: try stored(value, column), orEqual: true)
        case .between(let low, let high): .between(try stored(low, column), try stored(high, column))
        case .beginsWith(let prefix): .beginsWith(try stored(prefix, column))
        }
    }
}
