import DynamoExpressions
package import DynamoModel
import ExtendDBLayout
import Postgres

extension ItemOperations {
    package func scan(_ request: ScanRequest, _ context: RequestContext) async throws(WireError) -> [UInt8] {
        var output = try request.expressions()
        let table = try await table(request.tableName, context)
        let index = try request.indexName.map { (name) throws(WireError) in try table.index(named: name) }
        try Self.checkConsistency(request.consistentRead, index)
        let choice = AttributeChoice(
            select: request.select, projected: output.projection?.attributes, filtered: output.filter?.attributes)
        let fetchesItems = try choice.fetchesItems(index)
        let start = try request.exclusiveStartKey.map { (key) throws(WireError) in
            try StartKeyRules(table: table, index: index).scanPosition(key)
        }
        var segment: ScanSegment?
        if let number = request.segment, let total = request.totalSegments {
            segment = ScanSegment(segment: number, total: total)
            try await checkSegment(start, number, total)
        }
        output.countsOnly = request.select == .count
        output.measures = request.returnConsumedCapacity != .none || table.throttle != nil
        let source = PageSource(table: table, index: index, rows: .all(segment), forward: true)
        try table.throttle?.admit(table, .read, index)
        let page = try await PageReader(
            database: database, source: source, start: start, limit: request.limit, fetchesItems: fetchesItems,
            output: output
        ).read()
        let response = PageResponse(
            page: page, table: table, index: index, countsOnly: output.countsOnly,
            consistent: request.consistentRead, capacity: request.returnConsumedCapacity)
        table.throttle?.charge(response.consumed, table, .read)
        return response.json()
    }

    /// A start key must lie in the segment that is scanned. Segments go by PostgreSQL's hash of the partition key
    /// (extenddb-layout §6.2), which only it can tell.
    private func checkSegment(
        _ start: StartKeyRules.Position?, _ segment: Int, _ total: Int
    ) async throws(WireError) {
        guard let hash = start?.first else { return }
        let rows = try await database.read(
            PostgresQuery(
                "SELECT ((hashtext($1::text)::bigint & 2147483647) % $2::bigint)::bigint",
                [hash.parameter, .int(total)]))
        let actual = try await PostgresErrors.wire { () async throws(PostgresError) in try rows.first?[0].int }
        guard actual != segment else { return }
        throw .validation(
            "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with "
                + "correct Segment. TotalSegments: \(total) Segment: \(segment)")
    }
}
