import DynamoModel
import ExtendDBServer
import HTTPClient
import Logging
import Postgres
import TestSupport
import Testing

extension StreamTests {
    /// Items that go when their time has come.
    @Suite struct ExpiryTests {
        private func now() -> Int64 { Int64(WallClock.system.now()) }

        private func enable(_ server: WireHarness, _ attribute: String = "ttl", _ enabled: Bool = true) async throws {
            try await server.succeed(
                "UpdateTimeToLive",
                #"{"TableName":"items","TimeToLiveSpecification":{"AttributeName":"\#(attribute)","Enabled":\#(enabled)}}"#
            )
        }

        /// Looks until a condition holds; the test's own time limit is far above what it takes.
        private func wait(
            _ what: Comment, _ condition: () async throws -> Bool, sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            let deadline = ContinuousClock.now + .seconds(30)
            while ContinuousClock.now < deadline {
                if try await condition() { return }
                try await Task.sleep(for: .milliseconds(50))
            }
            Issue.record(what, sourceLocation: sourceLocation)
        }

        private func keys(_ server: WireHarness) async throws -> Set<String> {
            Set(
                try await server.allItems("Scan", #""ConsistentRead":true"#).compactMap { item in
                    if case .string(let text)? = item["pk"] { text.string } else { nil }
                })
        }

        @Test func `what has expired goes, with its index rows and a record that says who did it`() async throws {
            try await withServer { server in
                try await server.makeTable(
                    key: "pk:S", attributes: "g:S",
                    indexes: WireHarness.global("by-g", "g", nil)
                        + #","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"OLD_IMAGE"}"#)
                try await enable(server)
                let arn = try await server.streamARN()
                let soon = now() + 1
                try await server.put(#"{"pk":{"S":"soon"},"g":{"S":"x"},"ttl":{"N":"\#(soon)"}}"#)
                try await server.put(#"{"pk":{"S":"past"},"g":{"S":"x"},"ttl":{"N":"\#(soon - 1000).5"}}"#)
                try await server.put(#"{"pk":{"S":"later"},"g":{"S":"x"},"ttl":{"N":"\#(soon + 3600)"}}"#)
                try await server.put(#"{"pk":{"S":"ancient"},"ttl":{"N":"1"}}"#)
                try await server.put(#"{"pk":{"S":"text"},"ttl":{"S":"\#(soon - 1000)"}}"#)
                try await server.put(#"{"pk":{"S":"huge"},"ttl":{"N":"1E125"}}"#)
                try await server.put(#"{"pk":{"S":"none"}}"#)
                try await wait("two items expire") { try await keys(server).count == 5 }
                #expect(now() >= soon)
                #expect(try await keys(server) == ["later", "ancient", "text", "huge", "none"])
                #expect(try await server.items("Scan", #""IndexName":"by-g""#).count == 1)

                // The last writer's lock goes a moment after what it wrote can be seen, and its record is read after that.
                try await wait("both removals can be read") {
                    try await server.allRecords(arn).count { $0["eventName"] == .string("REMOVE") } >= 2
                }
                let removals = try await server.allRecords(arn).filter { $0["eventName"] == .string("REMOVE") }
                #expect(removals.count == 2)
                for record in removals {
                    #expect(record["userIdentity"]?["Type"] == .string("Service"))
                    #expect(record["userIdentity"]?["PrincipalId"] == .string("dynamodb.amazonaws.com"))
                    #expect(record["dynamodb"]?["OldImage"]?["ttl"] != nil)
                }
            }
        }

        @Test func `an item that is extended in time stays, and one that is brought forward goes`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S")
                try await enable(server)
                try await server.put(#"{"pk":{"S":"extended"},"ttl":{"N":"\#(now() + 2)"}}"#)
                try await server.put(#"{"pk":{"S":"shortened"},"ttl":{"N":"\#(now() + 5000)"}}"#)
                for (key, time) in [("extended", now() + 5000), ("shortened", now() + 2)] {
                    try await server.succeed(
                        "UpdateItem",
                        #"{"TableName":"items","Key":{"pk":{"S":"\#(key)"}},"UpdateExpression":"SET #t = :t","#
                            + ##""ExpressionAttributeNames":{"#t":"ttl"},"ExpressionAttributeValues":{":t":{"N":"\##(time)"}}}"##
                    )
                }
                try await wait("one item expires") { try await keys(server) == ["extended"] }
            }
        }

        @Test func `enabling finds what has expired already, and makes an index that takes every number`() async throws
        {
            try await withServer { server in
                try await server.makeTable(key: "pk:S")
                let writes = (0..<25).map {
                    #"{"PutRequest":{"Item":{"pk":{"S":"\#($0)"},"t'l":{"N":"\#(now() - 9)"}}}}"#
                }
                for batch in 0..<5 {
                    let items = writes.map { $0.replacing(#""pk":{"S":""#, with: #""pk":{"S":"\#(batch)-"#) }
                    try await server.succeed(
                        "BatchWriteItem", #"{"RequestItems":{"items":[\#(items.joined(separator: ","))]}}"#)
                }
                try await enable(server, "t'l")
                try await wait("all items expire") { try await keys(server).isEmpty }
                try await server.put(#"{"pk":{"S":"a"},"t'l":{"N":"-1.5"}}"#)
                let index = try await server.rows(
                    """
                    SELECT indexdef ~ 'numeric', (SELECT ttl_index_ready FROM tables) FROM pg_indexes
                    WHERE indexname LIKE 'idx_expiry_%'
                    """)
                #expect(index == [["t", "f"]])
                try await enable(server, "t'l", false)
                #expect(try await server.rows("SELECT 1 FROM pg_indexes WHERE indexname LIKE 'idx_expiry_%'").isEmpty)
            }
        }

        /// ExtendDB's index refuses items with other numbers: it gives way to ours.
        @Test func `a database that ExtendDB served expires items and takes every number`() async throws {
            try await TestPostgres.withDatabase { database in
                let credentials = try await makeLayout(in: database)
                let configuration = ServerConfiguration(port: 0, region: WireHarness.region, database: database)
                try await withServer(configuration, credentials) { server in
                    try await server.makeTable(key: "pk:S")
                    try await server.put(#"{"pk":{"S":"past"},"ttl":{"N":"\#(now() - 9)"}}"#)
                }
                try await withPostgresPool(database) { pool in
                    let id = try await pool.query("SELECT table_id FROM tables")[0][0].string
                    let attribute = "((item_data->'ttl'->>'N'))"
                    for statement in [
                        "UPDATE tables SET ttl_attribute = 'ttl', ttl_index_ready = true",
                        "CREATE INDEX \"idx_ttl__ddb_\(id)\" ON \"_ddb_\(id)\" ((\(attribute)::BIGINT)) "
                            + "WHERE \(attribute) IS NOT NULL",
                    ] {
                        try await pool.query(PostgresQuery(statement))
                    }
                }
                // A server that starts over it, as after a restart: the first request has it look.
                try await withServer(configuration, credentials) { server in
                    try await wait("the item expires") { try await keys(server).isEmpty }
                    try await wait("the index gives way") {
                        try await server.rows("SELECT 1 FROM pg_indexes WHERE indexname LIKE 'idx_ttl_%'").isEmpty
                    }
                    try await server.put(#"{"pk":{"S":"a"},"ttl":{"N":"1.5"}}"#)
                }
            }
        }

        @Test func `a server that is told so deletes nothing, or later`() async throws {
            for settings in [TimeToLiveSettings(deletes: false), TimeToLiveSettings(delay: 1000)] {
                try await TestPostgres.withDatabase { database in
                    let credentials = try await makeLayout(in: database)
                    let configuration = ServerConfiguration(
                        port: 0, region: WireHarness.region, database: database, timeToLive: settings)
                    let time = AdvancedClock()
                    try await withServer(configuration, credentials, clock: time.clock) { server in
                        try await server.makeTable(key: "pk:S")
                        try await enable(server)
                        try await server.put(#"{"pk":{"S":"a"},"ttl":{"N":"\#(now() - 9)"}}"#)
                        // Longer than the work that would do it is apart from the next one.
                        try await Task.sleep(for: .seconds(2))
                        #expect(try await keys(server) == ["a"])
                    }
                }
            }
        }

        @Test func `old stream records and ended streams go, and their shards say so`() async throws {
            let time = AdvancedClock()
            try await withServer(clock: time.clock) { server in
                func request(_ operation: String, _ json: String) async throws {
                    let response = try await server.response(operation, Array(json.utf8), time: time.now)
                    #expect(response.status == 200)
                }
                try await server.makeStreamTable()
                try await server.makeStreamTable("gone")
                try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"1"}}"#)
                try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"1"}}"#, table: "gone")
                try await server.succeed("DeleteTable", #"{"TableName":"gone"}"#)
                let old = try await server.rows("SELECT max(sequence_number) FROM stream_records")[0][0]
                time.advance(seconds: 86_400 + 3_700)
                // The clock jumped: a request has the server see it.
                try await request("PutItem", #"{"TableName":"items","Item":{"pk":{"S":"a"},"sk":{"N":"2"}}}"#)
                try await wait("one record is left") {
                    try await server.rows("SELECT count(*) FROM stream_records") == [["1"]]
                }
                try await wait("the stream of the deleted table is forgotten") {
                    try await server.rows("SELECT 1 FROM settings WHERE key LIKE 'envctl_stream:%'").isEmpty
                }
                let shards = try await server.rows(
                    "SELECT count(*), max(starting_sequence_number) <= '\(old)' FROM stream_shards")
                #expect(shards == [["4", "t"]])
            }
        }

        /// An environment that nobody uses must be able to sleep.
        @Test func `deleting needs no request, and leaves no connection behind`() async throws {
            try await TestPostgres.withDatabase { database in
                let credentials = try await makeLayout(in: database)
                var database = database
                database.applicationName = "extenddb-server"
                let configuration = ServerConfiguration(
                    port: 0, region: WireHarness.region, database: database, connectionIdle: .milliseconds(200))
                try await withServer(configuration, credentials) { server in
                    try await server.makeTable(key: "pk:S")
                    try await enable(server)
                    try await server.put(#"{"pk":{"S":"a"},"ttl":{"N":"\#(now() + 2)"}}"#)
                    let mine =
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                        + "AND application_name = 'extenddb-server' AND pid <> pg_backend_pid()"
                    try await wait("the item is gone without a request, and so are the connections") {
                        let id = try await server.rows("SELECT table_id FROM tables")[0][0]
                        let count = try await server.rows("SELECT count(*) FROM \"_ddb_\(id)\"")
                        return try await server.rows(mine) == [["0"]] && count == [["0"]]
                    }
                }
            }
        }
    }
}
