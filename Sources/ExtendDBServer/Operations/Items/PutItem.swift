package import DynamoModel
import ExtendDBLayout

extension ItemOperations {
    package func putItem(_ request: PutItemRequest, _ context: RequestContext) async throws(WireError) -> [UInt8] {
        let condition = try request.condition()
        let table = try await table(request.tableName, context)
        let row = try table.row(put: request.item)
        let needsOld =
            condition != nil || request.returnValues != .none || request.returnConsumedCapacity != .none
            || table.needsOldItem
        var response = WriteResponse()
        if needsOld {
            let write = try await write(
                table, row.key, condition: condition,
                returnsItem: request.returnValuesOnConditionCheckFailure == .allOld, make: { _ in (row, ()) }
            ).write
            if request.returnValues == .allOld {
                response.attributes = write.old
            }
            response.consume(request.returnConsumedCapacity, write, table)
        } else {
            try await database.write([table.physical.statements.upsert(row)])
        }
        if request.returnItemCollectionMetrics == .size {
            response.collection = try await database.itemCollection(table, of: request.item)
        }
        return response.json()
    }
}
