import DynamoModel
import Testing

/// Reads a stream as a client does: a place in every shard, moved page by page.
final class StreamReader {
    let server: WireHarness
    let arn: String
    /// Shards and the next iterator of each; `nil` behind the end of a closed one.
    private(set) var iterators: [(shard: String, iterator: String?)] = []

    init(_ server: WireHarness, _ arn: String, from type: String = "TRIM_HORIZON") async throws {
        self.server = server
        self.arn = arn
        for shard in try await server.shards(arn) {
            let id = try #require(shard["ShardId"]?.stringValue)
            iterators.append((id, try await server.iterator(arn, id, type)))
        }
    }

    var isAtEnd: Bool { iterators.allSatisfy { $0.iterator == nil } }

    /// One page of every shard.
    func poll(limit: Int? = nil) async throws -> [JSONValue] {
        var records: [JSONValue] = []
        for position in iterators.indices {
            guard let iterator = iterators[position].iterator else { continue }
            let page = try await server.records(iterator, limit: limit)
            records += page["Records"]?.arrayValue ?? []
            iterators[position].iterator = page["NextShardIterator"]?.stringValue
        }
        return records
    }
}

extension WireHarness {
    /// The ARN of a table's latest stream.
    func streamARN(_ table: String = "items") async throws -> String {
        let description = try await succeed("DescribeTable", #"{"TableName":"\#(table)"}"#)
        return try #require(description["Table"]?["LatestStreamArn"]?.stringValue)
    }

    func describeStream(_ arn: String, _ more: String = "") async throws -> JSONValue {
        let body = try await succeed("DescribeStream", #"{"StreamArn":"\#(arn)"\#(more)}"#)
        return try #require(body["StreamDescription"])
    }

    func shards(_ arn: String) async throws -> [JSONValue] {
        try await describeStream(arn)["Shards"]?.arrayValue ?? []
    }

    func iterator(_ arn: String, _ shard: String, _ type: String, _ number: String? = nil) async throws -> String {
        let number = number.map { #","SequenceNumber":"\#($0)""# } ?? ""
        let body = try await succeed(
            "GetShardIterator",
            #"{"StreamArn":"\#(arn)","ShardId":"\#(shard)","ShardIteratorType":"\#(type)"\#(number)}"#)
        return try #require(body["ShardIterator"]?.stringValue)
    }

    func records(_ iterator: String, limit: Int? = nil) async throws -> JSONValue {
        let limit = limit.map { #","Limit":\#($0)"# } ?? ""
        return try await succeed("GetRecords", #"{"ShardIterator":"\#(iterator)"\#(limit)}"#)
    }

    /// All records of a stream from its beginning.
    func allRecords(_ arn: String) async throws -> [JSONValue] {
        let reader = try await StreamReader(self, arn)
        var all: [JSONValue] = []
        while true {
            let records = try await reader.poll()
            guard !records.isEmpty else { return all }
            all += records
        }
    }
}

extension JSONValue {
    var sequenceNumber: String { self["dynamodb"]?["SequenceNumber"]?.stringValue ?? "" }
}
