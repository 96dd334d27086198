import DynamoModel
import ExtendDBLayout
import ExtendDBServer
import HTTPClient
import Postgres
import Synchronization
import TestSupport
import Testing

/// The present moment, for rows that a test writes itself.
enum WallClockNow {
    static var seconds: Double { WallClock.system.now() }
}

/// A clock that runs ahead of the real one by what a test says.
final class AdvancedClock: Sendable {
    private let ahead = Atomic<Int>(0)
    var clock: WallClock { WallClock { WallClock.system.now() + Double(self.ahead.load(ordering: .relaxed)) } }
    func advance(seconds: Int) { ahead.add(seconds, ordering: .relaxed) }
    /// Unix seconds, for signatures.
    var now: Int64 { Int64(clock.now()) }
}

extension StreamTests {
    @Suite struct StreamOperationsTests {
        /// Ends the stream of the table `items` as UpdateTable does.
        private func disable(_ server: WireHarness, at time: Double) async throws {
            try await withPostgresPool(server.database) { pool in
                try await pool.transaction { connection in
                    let catalog = Catalog()
                    let table = try #require(
                        try await catalog.loadTable("items", account: WireHarness.accountID, on: connection))
                    try await catalog.disableStream(table: table, unixSeconds: time, on: connection)
                }
            }
        }

        @Test func `a stream is listed and described`() async throws {
            try await withServer { server in
                for name in ["one", "two", "three"] { try await server.makeStreamTable(name, view: "NEW_IMAGE") }
                try await server.makeTable("none", key: "pk:S")
                let first = try await server.succeed("ListStreams", #"{"Limit":2}"#)
                #expect(first["Streams"]?.arrayValue?.compactMap { $0["TableName"]?.stringValue } == ["one", "three"])
                let last = try #require(first["LastEvaluatedStreamArn"]?.stringValue)
                let rest = try await server.succeed("ListStreams", #"{"ExclusiveStartStreamArn":"\#(last)"}"#)
                let two = try #require(rest["Streams"]?.arrayValue?.first)
                #expect(rest["Streams"]?.arrayValue?.count == 1)
                #expect(rest["LastEvaluatedStreamArn"] == nil)
                #expect(try await server.succeed("ListStreams", #"{"TableName":"none"}"#).text == #"{"Streams":[]}"#)

                let arn = try #require(two["StreamArn"]?.stringValue)
                #expect(try await server.streamARN("two") == arn)
                let label = try #require(two["StreamLabel"]?.stringValue)
                #expect(arn.hasSuffix("table/two/stream/\(label)"))
                let stream = try await server.describeStream(arn)
                #expect(
                    stream.memberNames == [
                        "StreamArn", "StreamLabel", "StreamStatus", "StreamViewType", "CreationRequestDateTime",
                        "TableName", "KeySchema", "Shards",
                    ])
                #expect(stream["StreamStatus"] == .string("ENABLED"))
                #expect(stream["StreamViewType"] == .string("NEW_IMAGE"))
                #expect(stream["CreationRequestDateTime"]?.doubleValue == StreamLabel.unixSeconds(label))
                let shards = try #require(stream["Shards"]?.arrayValue)
                #expect(shards.count == 4)
                for shard in shards {
                    let id = try #require(shard["ShardId"]?.stringValue)
                    #expect((28...65).contains(id.utf8.count))
                    #expect(shard["SequenceNumberRange"]?.memberNames == ["StartingSequenceNumber"])
                }
                let page = try await server.describeStream(arn, #","Limit":1"#)
                #expect(page["Shards"]?.arrayValue == [shards[0]])
                #expect(page["LastEvaluatedShardId"] == shards[0]["ShardId"])
                let start = try #require(shards[2]["ShardId"]?.stringValue)
                let tail = try await server.describeStream(arn, #","ExclusiveStartShardId":"\#(start)""#)
                #expect(tail["Shards"]?.arrayValue == [shards[3]])
            }
        }

        @Test func `each type of iterator starts where it says`() async throws {
            try await withServer { server in
                try await server.makeStreamTable(view: "KEYS_ONLY")
                let arn = try await server.streamARN()
                for number in 0..<5 { try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"\#(number)"}}"#) }
                let all = try await server.allRecords(arn)
                #expect(all.count == 5)
                #expect(
                    all[0].memberNames.sorted() == [
                        "awsRegion", "dynamodb", "eventID", "eventName", "eventSource", "eventVersion",
                    ])
                let shard = try await server.rows("SELECT DISTINCT shard_id FROM stream_records")[0][0]
                func read(_ type: String, _ number: String? = nil) async throws -> [JSONValue] {
                    let iterator = try await server.iterator(arn, shard, type, number)
                    return try await server.records(iterator)["Records"]?.arrayValue ?? []
                }
                #expect(try await read("TRIM_HORIZON") == all)
                #expect(try await read("LATEST").isEmpty)
                #expect(try await read("AT_SEQUENCE_NUMBER", all[2].sequenceNumber) == Array(all[2...]))
                #expect(try await read("AFTER_SEQUENCE_NUMBER", all[2].sequenceNumber) == Array(all[3...]))
                let beginning = String(repeating: "0", count: 21)
                #expect(try await read("AT_SEQUENCE_NUMBER", beginning) == all)

                var iterator = try await server.iterator(arn, shard, "TRIM_HORIZON")
                var paged: [JSONValue] = []
                for count in [2, 2, 1, 0] {
                    let page = try await server.records(iterator, limit: 2)
                    #expect(page["Records"]?.arrayValue?.count == count)
                    paged += page["Records"]?.arrayValue ?? []
                    iterator = try #require(page["NextShardIterator"]?.stringValue)
                }
                #expect(paged == all)
            }
        }

        @Test func `a page ends at one megabyte`() async throws {
            try await withServer { server in
                try await server.makeStreamTable(view: "NEW_IMAGE")
                let arn = try await server.streamARN()
                let filler = String(repeating: "x", count: 300_000)
                for number in 0..<6 {
                    try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"\#(number)"},"f":{"S":"\#(filler)"}}"#)
                }
                let reader = try await StreamReader(server, arn)
                #expect(try await reader.poll().count == 4)
                #expect(try await reader.poll().count == 2)
            }
        }

        @Test func `a disabled stream is read to its end, for a day`() async throws {
            try await withServer { server in
                try await server.makeStreamTable()
                let arn = try await server.streamARN()
                for number in 0..<20 { try await server.put(#"{"pk":{"S":"\#(number)"},"sk":{"N":"1"}}"#) }
                try await disable(server, at: WallClockNow.seconds)
                // The server still believes in the stream: its writer finds the shards closed.
                try await server.put(#"{"pk":{"S":"later"},"sk":{"N":"1"}}"#)
                // A change of the table, which has the server read it anew.
                try await server.succeed(
                    "UpdateTimeToLive",
                    #"{"TableName":"items","TimeToLiveSpecification":{"AttributeName":"t","Enabled":true}}"#)

                let stream = try await server.describeStream(arn)
                #expect(stream["StreamStatus"] == .string("DISABLED"))
                for shard in stream["Shards"]?.arrayValue ?? [] {
                    let range = try #require(shard["SequenceNumberRange"])
                    #expect(range.memberNames == ["StartingSequenceNumber", "EndingSequenceNumber"])
                }
                let reader = try await StreamReader(server, arn)
                #expect(try await reader.poll().count == 20)
                #expect(reader.isAtEnd)
                let listed = try await server.succeed("ListStreams", #"{"TableName":"items"}"#)
                #expect(listed["Streams"]?.arrayValue?.count == 1)
            }
        }

        @Test func `the stream of a deleted table is read on, and its successor is another one`() async throws {
            let time = AdvancedClock()
            try await withServer(clock: time.clock) { server in
                try await server.makeStreamTable()
                let old = try await server.streamARN()
                try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"1"}}"#)
                try await server.succeed("DeleteTable", #"{"TableName":"items"}"#)
                time.advance(seconds: 1)
                try await server.makeStreamTable(view: "KEYS_ONLY")
                let new = try await server.streamARN()
                #expect(old != new)
                #expect(try await server.allRecords(old).count == 1)
                #expect(try await server.allRecords(new).isEmpty)
                #expect(try await server.describeStream(old)["StreamStatus"] == .string("DISABLED"))
                let listed = try await server.succeed("ListStreams", "{}")["Streams"]?.arrayValue
                #expect(listed?.compactMap { $0["StreamArn"]?.stringValue } == [old, new])
            }
        }

        @Test func `errors name what is wrong`() async throws {
            try await withServer { server in
                try await server.makeStreamTable()
                let arn = try await server.streamARN()
                let shard = try #require(try await server.shards(arn)[0]["ShardId"]?.stringValue)
                let missing = arn + "x"
                for (operation, json) in [
                    ("DescribeStream", #"{"StreamArn":"\#(missing)"}"#),
                    (
                        "GetShardIterator",
                        #"{"StreamArn":"\#(missing)","ShardId":"\#(shard)","ShardIteratorType":"LATEST"}"#
                    ),
                ] {
                    let failure = try await server.fail(operation, json)
                    #expect(
                        failure.body["__type"] == .string("com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"))
                    #expect(failure.message == "Requested resource not found: Stream: \(missing) not found")
                }
                let other = try await server.fail(
                    "GetShardIterator",
                    #"{"StreamArn":"\#(arn)","ShardId":"\#(shard)0","ShardIteratorType":"LATEST"}"#)
                #expect(other.type == "ResourceNotFoundException")
                for (operation, json) in [
                    ("DescribeStream", "{}"), ("DescribeStream", #"{"StreamArn":"short"}"#),
                    ("GetShardIterator", #"{"StreamArn":"\#(arn)","ShardId":"\#(shard)","ShardIteratorType":"X"}"#),
                    (
                        "GetShardIterator",
                        #"{"StreamArn":"\#(arn)","ShardId":"\#(shard)","ShardIteratorType":"AT_SEQUENCE_NUMBER"}"#
                    ),
                    ("GetRecords", #"{"ShardIterator":"nonsense"}"#), ("GetRecords", "{}"),
                    ("GetRecords", #"{"ShardIterator":"x","Limit":1001}"#), ("ListStreams", #"{"Limit":0}"#),
                ] {
                    #expect(
                        try await server.fail(operation, json).type == "ValidationException", "\(operation) \(json)")
                }
                #expect(
                    try await server.fail("ListStreams", #"{"TableName":"absent"}"#).type == "ResourceNotFoundException"
                )
                #expect(Operation(target: "DynamoDB_20120810.GetRecords") == nil)
                #expect(Operation(target: "DynamoDBStreams_20120810.PutItem") == nil)
            }
        }

        @Test func `an iterator is good for 15 minutes, records for 24 hours`() async throws {
            let time = AdvancedClock()
            try await withServer(clock: time.clock) { server in
                func call(_ operation: String, _ json: String) async throws -> WireFailure? {
                    let response = try await server.response(operation, Array(json.utf8), time: time.now)
                    guard response.status != 200 else { return nil }
                    return WireFailure(status: response.status, body: try JSONValue(parsing: response.body))
                }
                try await server.makeStreamTable()
                let arn = try await server.streamARN()
                try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"1"}}"#)
                try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"2"}}"#)
                let shard = try await server.rows("SELECT DISTINCT shard_id FROM stream_records")[0][0]
                let first = try await server.allRecords(arn)[0].sequenceNumber
                let iterator = try await server.iterator(arn, shard, "TRIM_HORIZON")
                time.advance(seconds: 880)
                #expect(try await call("GetRecords", #"{"ShardIterator":"\#(iterator)"}"#) == nil)
                time.advance(seconds: 40)
                #expect(
                    try await call("GetRecords", #"{"ShardIterator":"\#(iterator)"}"#)?.type
                        == "ExpiredIteratorException")

                time.advance(seconds: 86_400)
                func places(_ type: String, _ number: String) async throws -> (WireFailure?, WireFailure?, Int) {
                    let json =
                        #"{"StreamArn":"\#(arn)","ShardId":"\#(shard)","ShardIteratorType":"\#(type)"\#(number)}"#
                    let response = try await server.response("GetShardIterator", Array(json.utf8), time: time.now)
                    let body = try JSONValue(parsing: response.body)
                    guard let iterator = body["ShardIterator"]?.stringValue else {
                        return (WireFailure(status: response.status, body: body), nil, 0)
                    }
                    let page = try await server.response(
                        "GetRecords", Array(#"{"ShardIterator":"\#(iterator)"}"#.utf8), time: time.now)
                    let records = try JSONValue(parsing: page.body)
                    return page.status == 200
                        ? (nil, nil, records["Records"]?.arrayValue?.count ?? -1)
                        : (nil, WireFailure(status: page.status, body: records), 0)
                }
                let (refused, failed, count) = try await places("TRIM_HORIZON", "")
                #expect(refused == nil && failed == nil && count == 0)
                let (_, trimmed, _) = try await places(
                    "AFTER_SEQUENCE_NUMBER", #","SequenceNumber":"\#(first)""#)
                #expect(trimmed?.type == "TrimmedDataAccessException")
            }
        }
    }
}
