import DynamoModel
import ExtendDBServer
import Postgres
import TestSupport
import Testing

extension StreamTests {
    /// Streams as ExtendDB's own server leaves them, written by hand from its layout.
    @Suite struct ForeignStreamTests {
        @Test func `what ExtendDB's server recorded is read, and recorded on`() async throws {
            try await TestPostgres.withDatabase { database in
                let credentials = try await makeLayout(in: database)
                let configuration = ServerConfiguration(port: 0, region: WireHarness.region, database: database)
                try await withServer(configuration, credentials) { try await $0.makeTable("a.b", key: "pk:S") }
                try await withPostgresPool(database) { pool in
                    try await pool.withConnection { connection in
                        try await connection.execute(script: Self.rows)
                    }
                }
                try await withServer(configuration, credentials) { server in
                    let arn = try await server.streamARN("a.b")
                    #expect(arn.hasSuffix(":table/a.b/stream/2026-11-22T21:00:00"))
                    let stream = try await server.describeStream(arn)
                    #expect(stream["StreamStatus"] == .string("ENABLED"))
                    #expect(stream["CreationRequestDateTime"]?.doubleValue == 1_795_381_200)
                    #expect(
                        stream["Shards"]?.arrayValue?.compactMap { $0["ShardId"]?.stringValue }
                            == (0..<4).map { "shardId-a.b-000000000000000\($0)" })
                    let record = try #require(try await server.allRecords(arn).first)
                    #expect(record["eventID"] == .string("5b4b9a52-6a1c-4c4e-9b4e-0d5f0b7c2a11"))
                    #expect(record["dynamodb"]?["NewImage"]?.text == #"{"pk":{"S":"one"}}"#)

                    try await server.put(#"{"pk":{"S":"one"},"n":{"N":"2"}}"#, table: "a.b")
                    let all = try await server.allRecords(arn)
                    #expect(all.count == 2)
                    #expect(all.last?["eventName"] == .string("INSERT"), "the item itself was never there")
                    // crc32("one") = 0x7A6C86F1, modulo 4.
                    let shards = try await server.rows("SELECT DISTINCT shard_id FROM stream_records")
                    #expect(shards == [["shardId-a.b-0000000000000001"]])
                }
            }
        }

        private static let rows = """
            UPDATE tables SET stream_label = '2026-11-22T21:00:00',
                stream_specification = '{"StreamEnabled": true, "StreamViewType": "NEW_IMAGE"}';
            INSERT INTO stream_shards (shard_id, table_id, starting_sequence_number)
                SELECT 'shardId-a.b-000000000000000' || i, table_id, repeat('0', 21)
                FROM tables, generate_series(0, 3) AS i;
            INSERT INTO stream_records (shard_id, sequence_number, table_id, event_name, record_data)
                SELECT 'shardId-a.b-0000000000000001', lpad(nextval('stream_seq')::text, 21, '0'), table_id, 'Insert',
                    '{"eventID": "5b4b9a52-6a1c-4c4e-9b4e-0d5f0b7c2a11", "eventName": "INSERT", "eventVersion": "1.1",
                    "eventSource": "aws:dynamodb", "awsRegion": "eu-central-1", "dynamodb":
                    {"ApproximateCreationDateTime": 1795000000, "Keys": {"pk": {"S": "one"}}, "NewImage":
                    {"pk": {"S": "one"}}, "SequenceNumber": "1", "SizeBytes": 10, "StreamViewType": "NEW_IMAGE"}}'
                FROM tables;
            """
    }
}
