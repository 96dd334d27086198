import DynamoExpressions
package import DynamoModel

extension ItemOperations {
    package func executeStatement(
        _ request: ExecuteStatementRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let statement = try PartiQLStatement(parsing: request.text.statement)
        let command = try statement.bind(request.text.parameters)
        if case .select(let select) = command { return try await self.select(select, request, context) }
        guard request.nextToken == nil else { throw .validation("NextToken does not match request") }
        let returnsItem = request.text.returnValuesOnConditionCheckFailure == .allOld
        let written = try await write(command, returnsItem: returnsItem, context)
        var response = StatementResponse()
        if let item = written.returned { response.add(item) }
        if request.returnConsumedCapacity != .none { response.consumed = written.write.consumed(written.table) }
        response.detailed = request.returnConsumedCapacity == .indexes
        return response.json()
    }

    private func select(
        _ select: PartiQLSelect, _ request: ExecuteStatementRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let table = try await table(select.source.table, context)
        var plan = try SelectPlan(select, table, consistent: request.consistentRead)
        plan.output.measures = request.returnConsumedCapacity != .none
        let fingerprint = PageToken.fingerprint(request.text)
        let start = try request.nextToken.map { (text) throws(WireError) in
            try PageToken(text, of: fingerprint).position
        }
        let page = try await SelectReader(database: database, plan: plan, limit: request.limit).read(from: start)
        var response = StatementResponse()
        response.items = page.items
        response.lastKey = page.lastKey
        response.nextToken = page.next.map { PageToken($0, of: fingerprint).text }
        if plan.output.measures { response.consumed = page.consumed }
        response.detailed = request.returnConsumedCapacity == .indexes
        return response.json()
    }

    /// Carries out a statement that writes.
    func write(
        _ command: PartiQLCommand, returnsItem: Bool, _ context: RequestContext
    ) async throws(WireError) -> StatementWrite {
        switch command {
        case .insert(let insert): return try await self.insert(insert, context)
        case .update(let update): return try await self.update(update, returnsItem: returnsItem, context)
        case .delete(let delete): return try await self.delete(delete, returnsItem: returnsItem, context)
        case .select, .exists: throw .validation("EXISTS function can only be used in transactions.")
        }
    }
}

/// The response of ExecuteStatement.
struct StatementResponse: Sendable {
    /// As JSON, commas between them.
    var items: [UInt8] = []
    var lastKey: Item?
    var nextToken: String?
    var consumed: ConsumedCapacity?
    /// `ReturnConsumedCapacity: INDEXES`
    var detailed = false

    mutating func add(_ item: Item) {
        var writer = JSONWriter()
        writer.item(item)
        items = writer.bytes
    }

    func json() -> [UInt8] {
        var writer = JSONWriter(reserving: items.count + 256)
        writer.beginObject()
        if let consumed {
            writer.name("ConsumedCapacity")
            consumed.write(into: &writer, detailed: detailed)
        }
        writer.name("Items")
        writer.beginArray()
        if !items.isEmpty { writer.raw(items) }
        writer.endArray()
        if let lastKey {
            writer.name("LastEvaluatedKey")
            writer.item(lastKey)
        }
        if let nextToken {
            writer.name("NextToken")
            writer.string(nextToken)
        }
        writer.endObject()
        return writer.bytes
    }
}
