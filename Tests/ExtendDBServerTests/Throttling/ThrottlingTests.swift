import DynamoModel
import ExtendDBServer
import Synchronization
import Testing

/// A server that holds tables to their units.
@Suite struct ThrottlingTests {
    /// Seconds since the server was started, which the test moves.
    private final class Time: Sendable {
        private let passed = Mutex(0.0)
        private let start = WallClock.system.now()

        var clock: WallClock { WallClock { self.start + self.passed.withLock { $0 } } }

        func pass(_ seconds: Double) { passed.withLock { $0 += seconds } }
    }

    private static let units = #""ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}"#
    private static let tableExceeded =
        "The level of configured provisioned throughput for the table was exceeded. Consider increasing your "
        + "provisioning level with the UpdateTable API."

    private func withThrottling(
        throttles: Bool = true, _ body: @Sendable @escaping (WireHarness, Time) async throws -> Void
    ) async throws {
        let time = Time()
        try await withDeployment(.standard) { database, data, credentials in
            let configuration = ServerConfiguration(
                port: 0, region: WireHarness.region, database: database, dataDatabase: data, throttles: throttles)
            try await withServer(configuration, credentials, clock: time.clock) { try await body($0, time) }
        }
    }

    private func make(_ server: WireHarness, index: Bool = false) async throws {
        let global = """
            ,"GlobalSecondaryIndexes":[{"IndexName":"gsi","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],
            "Projection":{"ProjectionType":"KEYS_ONLY"},
            "ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}]
            """
        try await server.succeed(
            "CreateTable",
            """
            {"TableName":"items","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
            "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}\(
                index ? #",{"AttributeName":"g","AttributeType":"S"}"# : "")],
            "ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":\(index ? 100 : 1)}\(index ? global : "")}
            """)
    }

    private static func item(_ key: String, kilobytes: Int = 0) -> String {
        let text = String(repeating: "x", count: max(0, kilobytes * 1024 - 64))
        return #"{"pk":{"S":"\#(key)"},"g":{"S":"g"},"t":{"S":"\#(text)"}}"#
    }

    @Test func `writes and reads until the burst is used up, and again later`() async throws {
        try await withThrottling { server, time in
            try await make(server)
            try await server.put(Self.item("a", kilobytes: 300))
            let failure = try await server.fail(
                "PutItem", #"{"TableName":"items","Item":\#(Self.item("b"))}"#)
            #expect(failure.type == "ProvisionedThroughputExceededException" && failure.status == 400)
            #expect(failure.message == Self.tableExceeded)
            let reason = failure.body["ThrottlingReasons"]?.arrayValue?.first
            #expect(reason?["reason"] == .string("TableWriteProvisionedThroughputExceeded"))
            #expect(reason?["resource"]?.stringValue?.hasSuffix("table/items") == true)
            for operation in ["DeleteItem", "UpdateItem"] {
                let other = try await server.fail(operation, #"{"TableName":"items","Key":{"pk":{"S":"b"}}}"#)
                #expect(other.type == "ProvisionedThroughputExceededException")
            }
            // Reads have units of their own: 75 of 300 for each strongly consistent look at the item.
            for _ in 0..<4 { #expect(try await server.get(#"{"pk":{"S":"a"}}"#) != nil) }
            for (operation, rest) in [
                ("GetItem", #""Key":{"pk":{"S":"a"}}"#), ("Scan", #""Limit":1"#),
                (
                    "Query",
                    #""KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"a"}}"#
                ),
            ] {
                let other = try await server.fail(operation, #"{"TableName":"items",\#(rest)}"#)
                #expect(other.type == "ProvisionedThroughputExceededException")
                #expect(
                    other.body["ThrottlingReasons"]?.arrayValue?.first?["reason"]
                        == .string("TableReadProvisionedThroughputExceeded"))
            }
            time.pass(2)
            try await server.put(Self.item("b"))
            #expect(try await server.get(#"{"pk":{"S":"b"}}"#) != nil)
            let described = try await server.succeed("DescribeTable", #"{"TableName":"items"}"#)
            #expect(described["Table"]?["ItemCount"] == .number("2"), "operations on tables are not throttled")
        }
    }

    @Test func `batches leave the rest unprocessed, and fail when that is all`() async throws {
        try await withThrottling { server, time in
            try await make(server)
            try await server.put(Self.item("a", kilobytes: 298))
            let requests = (0..<4).map { #"{"PutRequest":{"Item":{"pk":{"S":"\#($0)"}}}}"# }.joined(separator: ",")
            let batch = #"{"RequestItems":{"items":[\#(requests)]}}"#
            let written = try await server.succeed("BatchWriteItem", batch)
            let left = written["UnprocessedItems"]?["items"]?.arrayValue ?? []
            #expect(left.map { $0["PutRequest"]?["Item"]?["pk"]?["S"] } == [.string("2"), .string("3")])
            let failure = try await server.fail("BatchWriteItem", batch)
            #expect(failure.type == "ProvisionedThroughputExceededException")
            // 75 units each; what is left admits none after the fourth.
            for _ in 0..<4 { _ = try await server.get(#"{"pk":{"S":"a"}}"#) }
            time.pass(1)
            let keys = (0..<4).map { #"{"pk":{"S":"\#($0)"}}"# }.joined(separator: ",")
            let gets = #"{"RequestItems":{"items":{"Keys":[\#(keys)]}}}"#
            let read = try await server.succeed("BatchGetItem", gets)
            #expect(read["Responses"]?["items"]?.arrayValue?.count == 2)
            #expect(read["UnprocessedKeys"]?["items"]?["Keys"]?.arrayValue?.count == 2)
            let refused = try await server.fail("BatchGetItem", gets)
            #expect(refused.type == "ProvisionedThroughputExceededException")
        }
    }

    @Test func `transactions are cancelled`() async throws {
        try await withThrottling { server, _ in
            try await make(server)
            try await server.put(Self.item("a", kilobytes: 300))
            let failure = try await server.fail(
                "TransactWriteItems",
                #"{"TransactItems":[{"Put":{"TableName":"items","Item":{"pk":{"S":"b"}}}}]}"#)
            #expect(failure.type == "TransactionCanceledException")
            let reason = failure.body["CancellationReasons"]?.arrayValue?.first
            #expect(reason?["Code"] == .string("ProvisionedThroughputExceeded"))
            #expect(reason?["Message"] == .string(Self.tableExceeded))
        }
    }

    @Test func `an index that is behind holds up its table`() async throws {
        try await withThrottling { server, time in
            try await make(server, index: true)
            for number in 0..<300 { try await server.put(Self.item("\(number)")) }
            let failure = try await server.fail("PutItem", #"{"TableName":"items","Item":\#(Self.item("x"))}"#)
            #expect(failure.message.contains("one or more global secondary indexes of the table"))
            #expect(
                failure.body["ThrottlingReasons"]?.arrayValue?.first?["resource"]?.stringValue?
                    .hasSuffix("table/items/index/gsi") == true)
            time.pass(1)
            try await server.put(Self.item("x"))
        }
    }

    @Test func `a maximum on demand`() async throws {
        try await withThrottling { server, _ in
            try await server.succeed(
                "CreateTable",
                """
                {"TableName":"items","BillingMode":"PAY_PER_REQUEST",
                "KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
                "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],
                "OnDemandThroughput":{"MaxWriteRequestUnits":1}}
                """)
            try await server.put(Self.item("a", kilobytes: 300))
            let failure = try await server.fail("PutItem", #"{"TableName":"items","Item":\#(Self.item("b"))}"#)
            #expect(failure.type == "ThrottlingException")
            #expect(failure.message == "Throughput exceeds the maximum OnDemandThroughput configured on table or index")
            #expect(
                failure.body["throttlingReasons"]?.arrayValue?.first?["reason"]
                    == .string("TableWriteMaxOnDemandThroughputExceeded"))
            for _ in 0..<10 { _ = try await server.get(#"{"pk":{"S":"a"}}"#) }
        }
    }

    @Test func `nothing is throttled unless it is asked for`() async throws {
        try await withThrottling(throttles: false) { server, _ in
            try await make(server)
            for _ in 0..<3 { try await server.put(Self.item("a", kilobytes: 300)) }
        }
    }
}
