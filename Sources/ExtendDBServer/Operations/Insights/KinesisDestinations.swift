package import DynamoModel
import ExtendDBLayout

/// Kinesis streaming destinations. There is no Kinesis here, so no stream can be found, and no table has a destination.
extension TableOperations {
    package func enableKinesisDestination(
        _ request: KinesisDestinationRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        _ = try await existing(request.tableName, context)
        throw WireError(
            .resourceNotFoundException,
            "Requested resource not found: Kinesis Data Stream: \(request.streamARN) not found")
    }

    /// DisableKinesisStreamingDestination and UpdateKinesisStreamingDestination, which want an active destination.
    ///
    /// - Parameter operation: the first word of the operation's name.
    package func changeKinesisDestination(
        _ request: KinesisDestinationRequest, _ operation: String, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        _ = try await existing(request.tableName, context)
        throw .validation(
            "Table is not in a valid state to \(operation) Kinesis Streaming Destination: "
                + "KinesisStreamingDestination must be ACTIVE to perform \(operation.uppercased()) operation.")
    }

    package func describeKinesisDestination(
        _ request: OneTableRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let record = try await existing(request.tableName, context)
        var json = JSONWriter()
        json.beginObject()
        json.name("TableName")
        json.string(record.definition.name)
        json.name("KinesisDataStreamDestinations")
        json.beginArray()
        json.endArray()
        json.endObject()
        return json.bytes
    }
}
