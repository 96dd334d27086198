package import DynamoModel
import ExtendDBLayout
import Postgres

extension StreamOperations {
    package func describeStream(
        _ request: DescribeStreamRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let stream = try await stream(request.streamARN, context)
        var shards = try await PostgresErrors.wire {
            try await retryingTransient(isRead: true) {
                try await StreamShards.all(of: stream.shardOwner, on: databases.data)
            }
        }
        if let parent = request.parentShardID {
            shards.removeAll { $0.parentShardID != parent }
        }
        if let start = request.exclusiveStartShardID {
            shards.removeAll { $0.shardID <= start }
        }
        var json = JSONWriter(reserving: 2048)
        json.beginObject()
        json.name("StreamDescription")
        json.beginObject()
        for (name, value) in [
            ("StreamArn", stream.arn), ("StreamLabel", stream.label),
            ("StreamStatus", stream.isEnabled ? "ENABLED" : "DISABLED"),
        ] {
            json.name(name)
            json.string(value)
        }
        if let viewType = stream.viewType {
            json.name("StreamViewType")
            json.string(viewType.rawValue)
        }
        if let created = StreamLabel.unixSeconds(stream.label) {
            json.name("CreationRequestDateTime")
            json.number(text: TableDescription.seconds(created))
        }
        json.name("TableName")
        json.string(stream.tableName)
        json.name("KeySchema")
        stream.keySchema.write(to: &json)
        json.name("Shards")
        json.beginArray()
        for shard in shards.prefix(request.limit) { json.shard(shard) }
        json.endArray()
        if shards.count > request.limit {
            json.name("LastEvaluatedShardId")
            json.string(shards[request.limit - 1].shardID)
        }
        json.endObject()
        json.endObject()
        return json.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func shard(_ shard: StreamShard) {
        beginObject()
        name("ShardId")
        string(shard.shardID)
        name("SequenceNumberRange")
        beginObject()
        name("StartingSequenceNumber")
        string(shard.startingSequenceNumber)
        if let ending = shard.endingSequenceNumber {
            name("EndingSequenceNumber")
            string(ending)
        }
        endObject()
        if let parent = shard.parentShardID {
            name("ParentShardId")
            string(parent)
        }
        endObject()
    }
}
