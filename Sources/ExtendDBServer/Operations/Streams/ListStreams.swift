package import DynamoModel
import ExtendDBLayout
import Postgres

extension StreamOperations {
    package func listStreams(
        _ request: ListStreamsRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let ended = try await endedStreams(context)
        let catalog = try await gate.catalog()
        let enabled = try await PostgresErrors.wire {
            try await retryingTransient(isRead: true) {
                try await catalog.streams(of: context.accountID, on: databases.catalog)
            }
        }
        var streams = enabled + ended.map { (arn: $0.arn, table: $0.tableName, label: $0.label) }
        if let table = request.tableName {
            streams = streams.filter { $0.table == table }
            if streams.isEmpty, try await tables.record(table, context.accountID) == nil {
                throw WireError(
                    .resourceNotFoundException, "Requested resource not found: Table: \(table) not found")
            }
        }
        streams.sort { $0.arn < $1.arn }
        if let start = request.exclusiveStartStreamARN {
            streams.removeAll { $0.arn <= start }
        }
        var json = JSONWriter()
        json.beginObject()
        json.name("Streams")
        json.beginArray()
        for stream in streams.prefix(request.limit) {
            json.beginObject()
            for (name, value) in [
                ("StreamArn", stream.arn), ("TableName", stream.table), ("StreamLabel", stream.label),
            ] {
                json.name(name)
                json.string(value)
            }
            json.endObject()
        }
        json.endArray()
        if streams.count > request.limit {
            json.name("LastEvaluatedStreamArn")
            json.string(streams[request.limit - 1].arn)
        }
        json.endObject()
        return json.bytes
    }
}
