package import DynamoModel
import ExtendDBLayout
import Postgres

extension StreamOperations {
    package func getShardIterator(
        _ request: GetShardIteratorRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let stream = try await stream(request.streamARN, context)
        let (start, bound) = try await PostgresErrors.wire {
            try await retryingTransient(isRead: true) {
                let results = try await databases.data.pipeline(
                    StreamStatements.bound + [StreamShards.find(request.shardID, owner: stream.shardOwner)])
                let bound = try StreamBound(results[..<2])
                return (try results[2].first.map { try $0[0].int64 }, bound)
            }
        }
        guard let start else { throw Self.shardNotFound(request.shardID, stream.arn) }
        let after: Int64? =
            switch request.start {
            case .trimHorizon: nil
            // Whoever is still writing with a number up to the newest one will be read: its record is not there yet.
            case .latest: bound.number
            case .at(let number): number - 1
            case .after(let number): number
            }
        let iterator = ShardIterator(
            streamARN: stream.arn, shardID: request.shardID, after: after, issuedAt: context.now)
        guard !iterator.isTrimmed(before: start) else { throw .trimmedData }
        var json = JSONWriter()
        json.beginObject()
        json.name("ShardIterator")
        json.string(iterator.text)
        json.endObject()
        return json.bytes
    }
}
