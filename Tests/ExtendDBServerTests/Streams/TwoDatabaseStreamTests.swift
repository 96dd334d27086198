import DynamoModel
import ExtendDBServer
import Testing

extension StreamTests {
    /// Shards and records lie with the items, what streams there are lies in the catalog.
    @Suite struct TwoDatabaseStreamTests {
        @Test(arguments: DeploymentForm.allCases)
        func `streams and expiry work in every form of a deployment`(_ form: DeploymentForm) async throws {
            let time = AdvancedClock()
            try await withServer(form, clock: time.clock) { server in
                try await server.makeStreamTable()
                let arn = try await server.streamARN()
                try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"1"}}"#)
                try await server.succeed(
                    "UpdateTimeToLive",
                    #"{"TableName":"items","TimeToLiveSpecification":{"AttributeName":"ttl","Enabled":true}}"#)
                let soon = Int(WallClock.system.now()) + 1
                try await server.put(#"{"pk":{"S":"b"},"sk":{"N":"1"},"ttl":{"N":"\#(soon)"}}"#)
                let deadline = ContinuousClock.now + .seconds(30)
                while try await server.get(#"{"pk":{"S":"b"},"sk":{"N":"1"}}"#) != nil {
                    try #require(ContinuousClock.now < deadline, "the item is still there")
                    try await Task.sleep(for: .milliseconds(50))
                }
                var records = try await server.allRecords(arn)
                // The last writer's lock goes a moment after what it wrote can be seen, and its record is read after that.
                while records.count < 3 {
                    try #require(ContinuousClock.now < deadline, "the removal is not in the stream")
                    try await Task.sleep(for: .milliseconds(50))
                    records = try await server.allRecords(arn)
                }
                #expect(records.count == 3)
                #expect(records.contains { $0["userIdentity"] != nil })
                #expect(try await server.rows("SELECT count(*) FROM stream_records") == [["3"]])

                try await server.succeed("DeleteTable", #"{"TableName":"items"}"#)
                time.advance(seconds: 1)
                try await server.makeStreamTable(view: "KEYS_ONLY")
                #expect(try await server.allRecords(arn).count == 3)
                #expect(try await server.describeStream(arn)["StreamStatus"] == .string("DISABLED"))
                let listed = try await server.succeed("ListStreams", #"{"TableName":"items"}"#)
                #expect(listed["Streams"]?.arrayValue?.count == 2)
            }
        }
    }
}
