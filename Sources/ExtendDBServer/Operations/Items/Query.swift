import DynamoExpressions
package import DynamoModel
import ExtendDBLayout

extension ItemOperations {
    package func query(_ request: QueryRequest, _ context: RequestContext) async throws(WireError) -> [UInt8] {
        var (keyCondition, output) = try request.expressions()
        let table = try await table(request.tableName, context)
        let index = try request.indexName.map { (name) throws(WireError) in try table.index(named: name) }
        let schema = index?.definition.keySchema ?? table.keySchema
        let condition = try keyCondition.resolve(keySchema: schema, attributeTypes: table.keyTypes)
        try Self.checkConsistency(request.consistentRead, index)
        if let name = schema.attributeNames.first(where: { output.filter?.attributes.contains($0) ?? false }) {
            let parameter = request.filterExpression == nil ? "QueryFilter" : "Filter Expression"
            throw .validation(
                "\(parameter) can only contain non-primary key attributes: Primary key attribute: \(name)")
        }
        let choice = AttributeChoice(
            select: request.select, projected: output.projection?.attributes, filtered: output.filter?.attributes)
        let fetchesItems = try choice.fetchesItems(index)
        let source = try PageSource(table, index, condition, forward: request.scanIndexForward)
        let start = try request.exclusiveStartKey.map { (key) throws(WireError) in
            try StartKeyRules(table: table, index: index).queryPosition(key, condition)
        }
        output.countsOnly = request.select == .count
        output.measures = request.returnConsumedCapacity != .none || table.throttle != nil
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

    /// Global indexes are eventually consistent, as far as the protocol is concerned.
    static func checkConsistency(_ consistentRead: Bool, _ index: IndexView?) throws(WireError) {
        guard consistentRead, index?.definition.kind == .global else { return }
        throw .validation("Consistent reads are not supported on global secondary indexes")
    }
}
