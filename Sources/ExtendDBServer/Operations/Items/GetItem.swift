import DynamoExpressions
package import DynamoModel
import ExtendDBLayout
import Postgres

extension ItemOperations {
    package func getItem(_ request: GetItemRequest, _ context: RequestContext) async throws(WireError) -> [UInt8] {
        let projection = try request.projection()
        let table = try await table(request.tableName, context)
        let key = try table.physical.key(exactly: request.key)
        let cell = try await database.read(table.physical.statements.select(key)).first?[0]
        let mode = request.returnConsumedCapacity
        let item = projection == nil && mode == .none ? nil : try cell?.item
        var writer = JSONWriter()
        writer.beginObject()
        if mode != .none {
            let units = CapacityUnits.read(bytes: item.map(itemSize) ?? 0, consistent: request.consistentRead)
            writer.name("ConsumedCapacity")
            ConsumedCapacity(tableName: table.name, table: units).write(into: &writer, detailed: mode == .indexes)
        }
        if let projection, let item {
            writer.name("Item")
            writer.item(projection.project(item))
        } else if let cell {
            writer.name("Item")
            writer.stored(cell)
        }
        writer.endObject()
        return writer.bytes
    }
}
