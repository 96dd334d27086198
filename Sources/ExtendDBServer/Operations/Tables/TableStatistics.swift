import ExtendDBLayout
import Postgres

/// Items and bytes of a relation, as DescribeTable tells them.
struct RelationStatistics: Sendable, Hashable {
    var itemCount: Int
    var sizeBytes: Int
}

/// Counts what can be counted cheaply.
///
/// DynamoDB brings `ItemCount` and the sizes up to date about every six hours. A test environment is asked right
/// after a test wrote ten items, so a small relation is counted on each DescribeTable; a large one keeps the figures
/// that the import recorded, because counting it would read all of it.
struct TableStatistics: Sendable {
    /// Relations up to this size, TOAST included, are counted: a few milliseconds.
    static let countedSize = 4 << 20

    /// The statement for one relation: its size, then items and bytes, both 0 when it is too large to be counted.
    static func query(_ relation: String) -> PostgresQuery {
        let size = "(SELECT pg_table_size(\(PostgresLiteral.quote(relation))::regclass))"
        return PostgresQuery(
            "SELECT \(size), count(*), coalesce(sum(octet_length(item_data::text)), 0)::bigint FROM \(relation)"
                + " WHERE \(size) <= \(countedSize)",
            prepared: false)
    }

    /// - Returns: `nil` for a relation that is too large.
    static func read(_ result: PostgresResult) throws(PostgresError) -> RelationStatistics? {
        guard let row = result.first else { return nil }
        guard try row[0].int <= countedSize else { return nil }
        return RelationStatistics(itemCount: try row[1].int, sizeBytes: try row[2].int)
    }
}
