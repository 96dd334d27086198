package import DynamoModel
import ExtendDBLayout

/// Global tables, of both versions. There is one region here, so there is no global table and none can be made.
extension TableOperations {
    package func createGlobalTable(
        _ request: GlobalTableRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        guard try await tables.record(request.name, context.accountID) != nil else {
            throw WireError(.tableNotFoundException, "Table not found: table '\(request.name)' in region \(region)")
        }
        // A global table takes the tables of that name in the other regions together.
        if let other = request.regions.first(where: { $0 != region }) {
            throw WireError(.tableNotFoundException, "Table not found: table '\(request.name)' in region \(other)")
        }
        throw .invalidParameter("ReplicationGroup must name more regions than \(region)")
    }

    /// Operations on a global table that must be there.
    package func missingGlobalTable(_ request: GlobalTableRequest) throws(WireError) -> [UInt8] {
        throw WireError(
            .globalTableNotFoundException, "Global table with name: '\(request.name)' does not exist.")
    }

    package func listGlobalTables(_ request: ListGlobalTablesRequest) -> [UInt8] {
        Array(#"{"GlobalTables":[]}"#.utf8)
    }

    package func describeTableReplicaAutoScaling(
        _ request: OneTableRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let record = try await existing(request.tableName, context)
        var json = JSONWriter()
        json.beginObject()
        json.name("TableAutoScalingDescription")
        json.beginObject()
        json.name("TableName")
        json.string(record.definition.name)
        json.name("TableStatus")
        json.string(record.status.rawValue)
        json.name("Replicas")
        json.beginArray()
        json.endArray()
        json.endObject()
        json.endObject()
        return json.bytes
    }

    package func updateTableReplicaAutoScaling(
        _ request: UpdateTableReplicaAutoScalingRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let record = try await existing(request.tableName, context)
        throw .invalidParameter("Table is not a global table: \(record.definition.name)")
    }
}
