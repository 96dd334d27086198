import Cryptography
import DynamoModel
import Testing

extension StreamTests {
    /// What writes leave in `stream_records`, held against the layout that ExtendDB's server writes.
    @Suite struct StreamRecordTests {
        /// The values of "DynamoDB Streams" in the API reference: an item of 21 bytes under a key of 5.
        @Test func `each kind of change has its record, with the documented sizes`() async throws {
            try await withServer { server in
                try await server.makeTable(
                    key: "Id:N",
                    indexes: #","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"}"#)
                let key = #""Id":{"N":"101"}"#
                try await server.put(#"{\#(key),"Message":{"S":"New item!"}}"#)
                try await server.put(#"{\#(key),"Message":{"S":"This item has changed"}}"#)
                try await server.succeed("DeleteItem", #"{"TableName":"items","Key":{\#(key)}}"#)

                let records = try await server.storedRecords()
                #expect(records.map { $0["eventName"] } == [.string("INSERT"), .string("MODIFY"), .string("REMOVE")])
                #expect(records.map { $0["dynamodb"]?["SizeBytes"]?.intValue } == [26, 59, 38])
                #expect(records.map { $0["dynamodb"]?["OldImage"] != nil } == [false, true, true])
                #expect(records.map { $0["dynamodb"]?["NewImage"] != nil } == [true, true, false])
                for record in records {
                    #expect(record["eventVersion"] == .string("1.1"))
                    #expect(record["eventSource"] == .string("aws:dynamodb"))
                    #expect(record["awsRegion"] == .string(WireHarness.region))
                    #expect(record["userIdentity"] == nil)
                    #expect(record["dynamodb"]?["Keys"]?.text == #"{"Id":{"N":"101"}}"#)
                    #expect(record["dynamodb"]?["StreamViewType"] == .string("NEW_AND_OLD_IMAGES"))
                    #expect(record["dynamodb"]?["ApproximateCreationDateTime"]?.intValue != nil)
                }
                let rows = try await server.rows(
                    """
                    SELECT event_name, length(sequence_number), record_data->'dynamodb'->>'SequenceNumber' =
                        sequence_number, table_id = (SELECT table_id FROM tables), record_data->>'eventID' ~
                        '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' FROM stream_records ORDER BY sequence_number
                    """)
                #expect(rows == ["Insert", "Modify", "Remove"].map { [$0, "21", "t", "t", "t"] })
            }
        }

        @Test(
            arguments: [
                ("KEYS_ONLY", false, false), ("NEW_IMAGE", true, false), ("OLD_IMAGE", false, true),
                ("NEW_AND_OLD_IMAGES", true, true),
            ])
        func `a view type decides on the images`(view: String, new: Bool, old: Bool) async throws {
            try await withServer { server in
                try await server.makeStreamTable(view: view)
                let key = #""pk":{"S":"a"},"sk":{"N":"1"}"#
                try await server.put(#"{\#(key),"x":{"SS":["b","a"]}}"#)
                try await server.succeed(
                    "UpdateItem",
                    #"{"TableName":"items","Key":{\#(key)},"UpdateExpression":"SET y = :y","#
                        + #""ExpressionAttributeValues":{":y":{"B":"AAE="}}}"#)
                try await server.succeed("DeleteItem", #"{"TableName":"items","Key":{\#(key)}}"#)
                let first = try item(#"{\#(key),"x":{"SS":["a","b"]}}"#)
                let second = try item(#"{\#(key),"x":{"SS":["a","b"]},"y":{"B":"AAE="}}"#)
                let images = try await server.storedRecords().map { record in
                    try ["OldImage", "NewImage"].map { name in
                        try record["dynamodb"]?[name].map { try Item(json: $0) }
                    }
                }
                let shown = [(nil, first), (first, second), (second, nil)].map { [old ? $0 : nil, new ? $1 : nil] }
                #expect(images == shown)
            }
        }

        @Test func `what changes nothing is not recorded`() async throws {
            try await withServer { server in
                try await server.makeStreamTable()
                let stored = #"{"pk":{"S":"a"},"sk":{"N":"1"},"n":{"N":"1.50"}}"#
                try await server.put(stored)
                try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"1.0"},"n":{"N":"1.5"}}"#)
                try await server.succeed(
                    "UpdateItem",
                    #"{"TableName":"items","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"UpdateExpression":"SET n = :n","#
                        + #""ExpressionAttributeValues":{":n":{"N":"15e-1"}}}"#)
                try await server.succeed("DeleteItem", #"{"TableName":"items","Key":{"pk":{"S":"b"},"sk":{"N":"1"}}}"#)
                _ = try await server.fail(
                    "PutItem",
                    #"{"TableName":"items","Item":\#(stored),"ConditionExpression":"attribute_not_exists(pk)"}"#)
                #expect(try await server.storedRecords().count == 1)
            }
        }

        @Test func `a batch records each change once, in one statement`() async throws {
            try await withServer { server in
                try await server.makeStreamTable()
                try await server.put(#"{"pk":{"S":"old"},"sk":{"N":"1"}}"#)
                try await server.put(#"{"pk":{"S":"same"},"sk":{"N":"1"}}"#)
                let puts = (0..<20).map { #"{"PutRequest":{"Item":{"pk":{"S":"new\#($0)"},"sk":{"N":"1"}}}}"# }
                let others = [
                    #"{"DeleteRequest":{"Key":{"pk":{"S":"old"},"sk":{"N":"1"}}}}"#,
                    #"{"DeleteRequest":{"Key":{"pk":{"S":"missing"},"sk":{"N":"1"}}}}"#,
                    #"{"PutRequest":{"Item":{"pk":{"S":"same"},"sk":{"N":"1"}}}}"#,
                ]
                try await server.succeed(
                    "BatchWriteItem",
                    #"{"RequestItems":{"items":[\#((puts + others).joined(separator: ","))]}}"#)
                let names = try await server.storedRecords().dropFirst(2).compactMap { $0["eventName"]?.stringValue }
                #expect(names.sorted() == Array(repeating: "INSERT", count: 20) + ["REMOVE"])
            }
        }

        /// `crc32(partition key text) mod 4`, over the shards in the order of their ids; numbers by their normal form,
        /// binary by its Base64.
        @Test(arguments: [
            ("S", #"{"S":"kéy"}"#, "kéy"), ("N", #"{"N":"1.50E1"}"#, "15"), ("B", #"{"B":"AP8="}"#, "AP8="),
        ])
        func `a record lies in the shard of its partition key`(
            type: String, value: String, text: String
        ) async throws {
            try await withServer { server in
                try await server.makeTable(
                    key: "pk:\(type)",
                    indexes: #","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}"#)
                try await server.put(#"{"pk":\#(value)}"#)
                let shards = try await server.rows(
                    """
                    SELECT shard_id, starting_sequence_number, ending_sequence_number FROM stream_shards
                    WHERE table_id = (SELECT table_id FROM tables) ORDER BY shard_id
                    """)
                #expect(shards.count == 4)
                #expect(shards.allSatisfy { $0[1] == String(repeating: "0", count: 21) && $0[2] == "∅" })
                let wanted = shards[Int(CRC32.checksum(Array(text.utf8)) % 4)][0]
                #expect(try await server.rows("SELECT shard_id FROM stream_records") == [[wanted]])
            }
        }

        @Test func `a table without a stream writes no record`() async throws {
            try await withServer { server in
                try await server.makeIndexedTable()
                try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"1"},"gpk":{"S":"g"},"gsk":{"N":"1"}}"#)
                let counts = try await server.rows(
                    "SELECT (SELECT count(*) FROM stream_records), (SELECT count(*) FROM stream_shards)")
                #expect(counts == [["0", "0"]])
            }
        }
    }
}
