package import DynamoModel
import ExtendDBLayout
import Postgres

extension StreamOperations {
    package func getRecords(
        _ request: GetRecordsRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let iterator = try ShardIterator(request.shardIterator)
        try iterator.checkAge(at: context.now)
        let stream = try await stream(iterator.streamARN, context)
        let horizon = context.now - EndedStream.retention
        let page = try await PostgresErrors.wire {
            try await retryingTransient(isRead: true) {
                // Each statement has a snapshot of its own: who writes, then whether the shard is open, then records.
                let results = try await databases.data.pipeline(
                    StreamStatements.bound + [
                        StreamShards.find(iterator.shardID, owner: stream.shardOwner),
                        StreamStatements.read(
                            shard: iterator.shardID, after: iterator.after.map(SequenceNumber.text) ?? "",
                            limit: request.limit, bytes: StreamPage.maximumBytes,
                            // A place in the middle must notice that what follows it is too old.
                            since: iterator.after == nil ? horizon : 0),
                    ])
                return try results[2].first.map { shard in
                    try StreamPage(
                        iterator, bound: StreamBound(results[..<2]), start: shard[0].int64,
                        isClosed: !shard[1].isNull, rows: results[3], horizon: horizon)
                }
            }
        }
        guard let page else { throw Self.shardNotFound(iterator.shardID, stream.arn) }
        return page.json(at: context.now)
    }
}

/// What one GetRecords reads.
struct StreamPage: Sendable {
    /// "GetRecords can retrieve a maximum of 1 MB of data or 1000 stream records, whichever comes first."
    static let maximumBytes = 1_048_576

    private let iterator: ShardIterator
    private let records: ArraySlice<PostgresRow>
    /// Where the next page starts.
    private let after: Int64?
    /// There is nothing behind this page, and never will be.
    private let isLast: Bool

    /// - Parameters:
    ///   - start: the shard's starting number.
    ///   - rows: (`sequence_number`, `record_data`, unix seconds of the record, whether there are more).
    ///   - horizon: unix seconds; records from before are gone.
    /// - Throws: `TrimmedDataAccessException` if the records that follow the iterator are gone.
    init(
        _ iterator: ShardIterator, bound: StreamBound, start: Int64, isClosed: Bool, rows: PostgresResult,
        horizon: Double
    ) throws {
        self.iterator = iterator
        guard !iterator.isTrimmed(before: start) else { throw WireError.trimmedData }
        if iterator.after != nil, let first = rows.first, try first[2].double < horizon {
            throw WireError.trimmedData
        }
        // Closing a shard waited for its writers, so all that is in it is settled.
        var settled = rows.count
        if !isClosed {
            let numbers = try rows.map { try $0[0].int64 }
            settled = numbers.firstIndex { $0 > bound.number } ?? numbers.count
        }
        records = Array(rows)[..<settled]
        after = try records.last.map { try $0[0].int64 } ?? iterator.after
        isLast = try isClosed && !(rows.last.map { try $0[3].bool } ?? false)
    }

    func json(at now: Double) -> [UInt8] {
        var json = JSONWriter(reserving: 1024)
        json.beginObject()
        json.name("Records")
        json.beginArray()
        for record in records {
            record[1].withUTF8 { json.raw($0) }
        }
        json.endArray()
        if !isLast {
            json.name("NextShardIterator")
            json.string(iterator.moved(to: after, at: now).text)
        }
        json.endObject()
        return json.bytes
    }
}
