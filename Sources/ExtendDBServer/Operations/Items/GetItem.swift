import DynamoExpressions
package import DynamoModel
import ExtendDBLayout
import Postgres

extension ItemOperations {
    package func getItem(_ request: GetItemRequest, _ context: RequestContext) async throws(WireError) -> [UInt8] {
        let projection = try request.projection()
        let table = try await table(request.tableName, context)
        let key = try table.physical.key(exactly: request.key)
        try table.throttle?.admit(table, .read)
        let cell = try await database.read(table.physical.statements.select(key)).first?[0]
        let mode = request.returnConsumedCapacity
        let measures = mode != .none || table.throttle != nil
        let item = projection == nil && !measures ? nil : try cell?.item
        let units = CapacityUnits.read(bytes: item.map(itemSize) ?? 0, consistent: request.consistentRead)
        let consumed = ConsumedCapacity(tableName: table.name, table: units)
        table.throttle?.charge(consumed, table, .read)
        var writer = JSONWriter()
        writer.beginObject()
        if mode != .none {
            writer.name("ConsumedCapacity")
            consumed.write(into: &writer, detailed: mode == .indexes)
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
