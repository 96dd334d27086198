package import Postgres
import Synchronization

/// Where the pages of a scan lie among those of the other segments.
package struct ScanSegment: Sendable, Hashable {
    package let segment: Int
    package let total: Int

    package init(segment: Int, total: Int) {
        self.segment = segment
        self.total = total
    }
}

/// SELECTs over a range of one relation in key order, page after page: the next page starts behind the last key of the
/// one before ("keyset paging"), so no page costs more than another.
///
/// The SQL text depends only on which bounds there are. Each text is made once and kept, so that the connection finds
/// its prepared statement again.
package final class RangeStatements: Sendable {
    private struct Shape: Hashable {
        var query: Bool
        var segmented: Bool
        /// How many leading sort columns are held to a value.
        var equal: Int
        /// Whether the bound is inclusive; `nil` for none.
        var lower: Bool?
        var upper: Bool?
        var cursor: Bool
        var ascending: Bool
    }

    private let relation: String
    private let sort: [KeyColumn]
    /// The columns behind `pk` and the sort columns that make a position unique.
    private let tail: [KeyColumn]
    private let texts = Mutex<[Shape: String]>([:])

    init(relation: String, sort: [KeyColumn], tail: [KeyColumn]) {
        self.relation = relation
        self.sort = sort
        self.tail = tail
    }

    /// Items of one partition, by sort key.
    ///
    /// - Parameters:
    ///   - after: the position behind which to start: the values of the sort columns and of the base key's columns
    ///     in an index. Empty in a table without a sort key, which has nothing behind its only item.
    ///   - limit: the largest number of rows.
    /// - Returns: a statement with the one column `item_data`.
    package func query(
        hash: KeyValue, range: SortRange = .all, after: [KeyValue]? = nil, ascending: Bool = true, limit: Int
    ) -> PostgresQuery {
        let after = after.flatMap { $0.isEmpty ? nil : $0 }
        precondition(after == nil || after?.count == orderColumns(query: true).count, "a position of another relation")
        let shape = Shape(
            query: true, segmented: false, equal: range.leading.count, lower: range.lower?.inclusive,
            upper: range.upper?.inclusive,
            cursor: after != nil, ascending: ascending)
        var parameters = [hash.parameter] + range.leading.map(\.parameter)
        if let lower = range.lower { parameters.append(lower.value.parameter) }
        if let upper = range.upper { parameters.append(upper.value.parameter) }
        if let after { parameters += after.map(\.parameter) }
        parameters.append(.int(limit))
        return PostgresQuery(text(shape), parameters)
    }

    /// Items of all partitions in the order of the primary key; that order means nothing to DynamoDB.
    ///
    /// - Parameter after: the values of `pk`, the sort columns, and in an index the base key's columns.
    package func scan(after: [KeyValue]? = nil, segment: ScanSegment? = nil, limit: Int) -> PostgresQuery {
        precondition(after == nil || after?.count == orderColumns(query: false).count, "a position of another relation")
        let shape = Shape(
            query: false, segmented: segment != nil, equal: 0, lower: nil, upper: nil, cursor: after != nil,
            ascending: true)
        var parameters: [PostgresValue] = []
        if let segment { parameters += [.int(segment.total), .int(segment.segment)] }
        if let after { parameters += after.map(\.parameter) }
        parameters.append(.int(limit))
        return PostgresQuery(text(shape), parameters)
    }

    private func text(_ shape: Shape) -> String {
        texts.withLock { texts in
            if let text = texts[shape] { return text }
            let text = makeText(shape)
            texts[shape] = text
            return text
        }
    }

    /// Equality needs no collation, since PostgreSQL's deterministic ones agree on it, and would lose the index of a
    /// column with another collation. A scan follows each column's own collation, in which the primary key is sorted.
    private func orderColumns(query: Bool) -> [String] {
        let first = query ? [] : ["pk"]
        return first + sort.map { query ? $0.ordered : $0.name } + tail.map(\.name)
    }

    private func makeText(_ shape: Shape) -> String {
        var count = 0
        func parameter() -> String {
            count += 1
            return "$\(count)"
        }
        var conditions: [String] = []
        if shape.query { conditions.append("pk = \(parameter())") }
        if shape.segmented {
            // ExtendDB's own rule, so that segments agree between servers.
            conditions.append("(hashtext(pk)::bigint & 2147483647) % \(parameter())::bigint = \(parameter())::bigint")
        }
        for column in sort.prefix(shape.equal) { conditions.append("\(column.name) = \(parameter())") }
        if let sort = sort.dropFirst(shape.equal).first {
            if let inclusive = shape.lower {
                conditions.append("\(sort.ordered) \(inclusive ? ">=" : ">") \(parameter())")
            }
            if let inclusive = shape.upper {
                conditions.append("\(sort.ordered) \(inclusive ? "<=" : "<") \(parameter())")
            }
        }
        let order = orderColumns(query: shape.query)
        if shape.cursor {
            let values = order.map { _ in parameter() }.joined(separator: ", ")
            conditions.append("(\(order.joined(separator: ", "))) \(shape.ascending ? ">" : "<") (\(values))")
        }
        var text = "SELECT item_data FROM \(relation)"
        if !conditions.isEmpty { text += " WHERE " + conditions.joined(separator: " AND ") }
        if !order.isEmpty {
            text += " ORDER BY " + order.map { $0 + (shape.ascending ? "" : " DESC") }.joined(separator: ", ")
        }
        return text + " LIMIT \(parameter())::bigint"
    }
}
