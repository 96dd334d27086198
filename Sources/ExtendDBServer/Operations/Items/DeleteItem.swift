package import DynamoModel
import ExtendDBLayout

extension ItemOperations {
    package func deleteItem(
        _ request: DeleteItemRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let condition = try request.condition()
        let table = try await table(request.tableName, context)
        let key = try table.physical.key(exactly: request.key)
        let needsOld =
            condition != nil || request.returnValues != .none || request.returnConsumedCapacity != .none
            || table.needsOldItem
        var response = WriteResponse()
        if needsOld {
            let write = try await write(
                table, key, condition: condition,
                returnsItem: request.returnValuesOnConditionCheckFailure == .allOld, make: { _ in (nil, ()) }
            ).write
            if request.returnValues == .allOld {
                response.attributes = write.old
            }
            response.consume(request.returnConsumedCapacity, write, table)
        } else {
            try await database.write([table.physical.statements.delete(key)])
        }
        if request.returnItemCollectionMetrics == .size {
            response.collection = try await database.itemCollection(table, of: request.key)
        }
        return response.json()
    }
}
