import DynamoModel
import ExtendDBServer
import Postgres
import Synchronization
import TestSupport
import Testing

private final class Flag: Sendable {
    private let state = Mutex(false)

    var isSet: Bool { state.withLock { $0 } }

    func set() {
        state.withLock { $0 = true }
    }
}

/// Indexes that are added to and deleted from a table while it is used.
@Suite struct IndexBackfillTests {
    private static func create(
        _ name: String = "by-g", _ key: String = "g:S", projection: String = #"{"ProjectionType":"ALL"}"#
    ) -> String {
        let keys = key.split(separator: ",").map { $0.split(separator: ":") }
        let definitions = keys.map { #"{"AttributeName":"\#($0[0])","AttributeType":"\#($0[1])"}"# }
        let schema = zip(keys, ["HASH", "RANGE"]).map { #"{"AttributeName":"\#($0[0])","KeyType":"\#($1)"}"# }
        return """
            {"TableName":"items","AttributeDefinitions":[\(definitions.joined(separator: ","))],
             "GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"\(name)",
             "KeySchema":[\(schema.joined(separator: ","))],"Projection":\(projection)}}]}
            """
    }

    private static let delete =
        #"{"TableName":"items","GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"by-g"}}]}"#

    private static let describe = #"{"TableName":"items"}"#

    @Test func `an index over items that are there holds those with usable keys`() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S,sk:N")
            for (number, attributes) in [
                #""g":{"S":"x"},"n":{"N":"1.5"},"other":{"S":"o"}"#, #""g":{"S":"x"},"n":{"N":"-2"}"#,
                #""g":{"N":"1"},"n":{"N":"1"}"#, #""g":{"S":"x"}"#, #""n":{"N":"3"}"#, #""g":{"S":""},"n":{"N":"3"}"#,
                #""g":{"S":"\#(String(repeating: "k", count: 2049))"},"n":{"N":"3"}"#,
                #""g":{"NULL":true},"n":{"N":"3"}"#,
            ].enumerated() {
                try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"\#(number)"},\#(attributes)}"#)
            }
            let answer = try await server.succeed(
                "UpdateTable",
                Self.create(
                    "by-g", "g:S,n:N", projection: #"{"ProjectionType":"INCLUDE","NonKeyAttributes":["other"]}"#))
            let index = answer["TableDescription"]?["GlobalSecondaryIndexes"]?.arrayValue?.first
            #expect(answer["TableDescription"]?["TableStatus"] == .string("UPDATING"))
            #expect(index?["IndexStatus"] == .string("CREATING"))
            #expect(index?["Backfilling"] == .bool(false))
            try await server.waitForIndexes()
            let table = try await server.succeed("DescribeTable", Self.describe)["Table"]
            #expect(table?["GlobalSecondaryIndexes"]?.arrayValue?.first?["Backfilling"] == nil)
            #expect(table?["AttributeDefinitions"]?.arrayValue?.count == 4)
            let items = try await server.items(
                "Query",
                #""IndexName":"by-g","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"x"}}"#)
            #expect(
                items == [
                    try item(#"{"pk":{"S":"a"},"sk":{"N":"1"},"g":{"S":"x"},"n":{"N":"-2"}}"#),
                    try item(#"{"pk":{"S":"a"},"sk":{"N":"0"},"g":{"S":"x"},"n":{"N":"1.5"},"other":{"S":"o"}}"#),
                ])
            try await server.expectConsistentIndex("by-g", hash: "g", sort: "n", projects: ["other"])
        }
    }

    @Test func `binary keys are found in an index that was added`() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:B,sk:B")
            try await server.put(#"{"pk":{"B":"AAE="},"sk":{"B":"/w=="},"g":{"B":"AQID"}}"#)
            try await server.put(#"{"pk":{"B":"AAI="},"sk":{"B":"/w=="},"g":{"B":"AQID"},"h":{"B":"AA=="}}"#)
            try await server.succeed("UpdateTable", Self.create("by-g", "g:B"))
            try await server.waitForIndexes()
            try await server.succeed("UpdateTable", Self.create("by-h", "g:B,h:B"))
            try await server.waitForIndexes()
            let query = #""KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"B":"AQID"}}"#
            #expect(try await server.items("Query", #""IndexName":"by-g",\#(query)"#).count == 2)
            #expect(try await server.items("Query", #""IndexName":"by-h",\#(query)"#).count == 1)
        }
    }

    @Test func `a deleted index is gone with its relation and its attribute`() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S")
            try await server.put(#"{"pk":{"S":"a"},"g":{"S":"x"}}"#)
            try await server.succeed("UpdateTable", Self.create())
            try await server.waitForIndexes()
            let answer = try await server.succeed("UpdateTable", Self.delete)["TableDescription"]
            #expect(answer?["GlobalSecondaryIndexes"]?.arrayValue?.first?["IndexStatus"] == .string("DELETING"))
            try await server.waitForIndexes()
            let table = try await server.succeed("DescribeTable", Self.describe)["Table"]
            #expect(table?["GlobalSecondaryIndexes"] == nil)
            #expect(table?["AttributeDefinitions"]?.arrayValue?.count == 1)
            // An attribute that is no key any more may have any type.
            try await server.put(#"{"pk":{"S":"b"},"g":{"N":"1"}}"#)
            #expect(try await server.relations(server.data) == 1)
            try await server.succeed("UpdateTable", Self.create("by-g", "g:N"))
            try await server.waitForIndexes()
            #expect(try await server.items("Scan", #""IndexName":"by-g""#).count == 1)
        }
    }

    /// Writers put, update and delete all the time while indexes are added and deleted. Afterwards the rows of each
    /// index are those that the items have.
    @Test func `an index is consistent with the items whatever was written meanwhile`() async throws {
        let seed = SeededGenerator().seed
        try await withServer { server in
            try await server.makeTable(key: "pk:S,sk:N")
            try await Self.fill(server, count: 3000)
            let isDone = Flag()
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for writer in 0..<6 {
                    tasks.addTask {
                        var generator = SeededGenerator(seed &+ UInt64(writer))
                        var writes = 0
                        while !isDone.isSet || writes < 20 {
                            try await Self.write(server, &generator)
                            writes += 1
                        }
                    }
                }
                try await server.succeed("UpdateTable", Self.create("by-g", "g:S,n:N"))
                let first = try await server.waitForIndexes()
                try await server.succeed(
                    "UpdateTable", Self.create("by-n", "n:N", projection: #"{"ProjectionType":"KEYS_ONLY"}"#))
                try await server.waitForIndexes()
                try await server.succeed("UpdateTable", Self.delete)
                try await server.waitForIndexes()
                try await server.succeed("UpdateTable", Self.create("by-g", "g:S,n:N"))
                try await server.waitForIndexes()
                #expect(first > 0)
                isDone.set()
                try await tasks.waitForAll()
            }
            try await server.expectConsistentIndex("by-g", hash: "g", sort: "n")
            try await server.expectConsistentIndex("by-n", hash: "n", sort: nil, projects: [])
        }
    }

    @Test func `a server that was stopped in the middle goes on when the table is used`() async throws {
        try await TestPostgres.withDatabase { database in
            let credentials = try await makeLayout(in: database)
            let configuration = ServerConfiguration(port: 0, region: WireHarness.region, database: database)
            try await withServer(configuration, credentials) { server in
                try await server.makeTable(key: "pk:S,sk:N")
                try await Self.fill(server, count: 200)
                try await server.succeed("UpdateTable", Self.create())
                try await server.waitForIndexes()
                // As it is after a crash: some rows are there, and the status says that others may be missing.
                _ = try await server.texts("UPDATE indexes SET index_status = 'CREATING' RETURNING 1")
                let relation = try #require(
                    try await server.texts("SELECT '_ddb_' || index_id FROM indexes").first)[0]
                _ = try await server.texts(
                    "DELETE FROM \(PostgresIdentifier.quote(relation)) WHERE base_sk_n % 2 = 0 RETURNING 1")
            }
            try await withServer(configuration, credentials) { server in
                let scan = try await server.call("Scan", #"{"TableName":"items","IndexName":"by-g"}"#)
                #expect(
                    scan.status == 200
                        || scan.body["message"] == .string("Cannot read from backfilling global secondary index: by-g"))
                try await server.waitForIndexes()
                try await server.expectConsistentIndex("by-g", hash: "g", sort: nil)
            }
        }
    }

    @Test func `a table whose index is being filled is not deleted, and reads of the index are refused`() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S,sk:N")
            try await Self.fill(server, count: 100)
            let relation = try #require(try await server.texts("SELECT '_ddb_' || table_id FROM tables").first)[0]
            try await withPostgresPool(server.data) { pool in
                try await pool.withConnection { connection in
                    // The lock of an item holds the backfill up.
                    _ = try await connection.query("BEGIN")
                    _ = try await connection.query(
                        PostgresQuery("SELECT 1 FROM \(PostgresIdentifier.quote(relation)) WHERE sk_n = 50 FOR UPDATE"))
                    try await server.succeed("UpdateTable", Self.create())
                    let table = try await server.succeed("DescribeTable", Self.describe)["Table"]
                    let index = table?["GlobalSecondaryIndexes"]?.arrayValue?.first
                    #expect(table?["TableStatus"] == .string("ACTIVE"))
                    #expect(index?["IndexStatus"] == .string("CREATING"))
                    #expect(index?["Backfilling"] == .bool(true))
                    try await server.expectInvalid(
                        "Scan", #"{"TableName":"items","IndexName":"by-g"}"#,
                        "Cannot read from backfilling global secondary index: by-g")
                    let refused = try await server.fail("DeleteTable", Self.describe)
                    #expect(refused.type == "ResourceInUseException")
                    let second = try await server.fail("UpdateTable", Self.create("by-n", "n:N"))
                    #expect(second.type == "LimitExceededException")
                    // What is written meanwhile must fit the index.
                    #expect(
                        try await server.fail(
                            "PutItem", #"{"TableName":"items","Item":{"pk":{"S":"a"},"sk":{"N":"7777"},"g":{"N":"1"}}}"#
                        ).type == "ValidationException")
                    _ = try await connection.query("COMMIT")
                }
            }
            try await server.waitForIndexes()
            try await server.expectConsistentIndex("by-g", hash: "g", sort: nil)
            try await server.succeed("DeleteTable", Self.describe)
        }
    }

    @Test func `an index can be given up while it is filled`() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S,sk:N")
            try await Self.fill(server, count: 100)
            let relation = try #require(try await server.texts("SELECT '_ddb_' || table_id FROM tables").first)[0]
            try await withPostgresPool(server.data) { pool in
                try await pool.withConnection { connection in
                    _ = try await connection.query("BEGIN")
                    _ = try await connection.query(
                        PostgresQuery("SELECT 1 FROM \(PostgresIdentifier.quote(relation)) WHERE sk_n = 50 FOR UPDATE"))
                    try await server.succeed("UpdateTable", Self.create())
                    try await server.succeed("UpdateTable", Self.delete)
                    _ = try await connection.query("COMMIT")
                }
            }
            try await server.waitForIndexes()
            let table = try await server.succeed("DescribeTable", Self.describe)["Table"]
            #expect(table?["GlobalSecondaryIndexes"] == nil)
        }
    }

    // MARK: Parts

    private static func fill(_ server: WireHarness, count: Int) async throws {
        for start in stride(from: 0, to: count, by: 25) {
            let puts = (start..<min(count, start + 25)).map { number in
                #"{"PutRequest":{"Item":{"pk":{"S":"p\#(number % 7)"},"sk":{"N":"\#(number)"},"g":{"S":"g\#(number % 5)"},"n":{"N":"\#(number % 11)"}}}}"#
            }
            try await server.succeed("BatchWriteItem", #"{"RequestItems":{"items":[\#(puts.joined(separator: ","))]}}"#)
        }
    }

    /// One random write. Types always fit the indexes, since an index makes the others invalid.
    private static func write(_ server: WireHarness, _ generator: inout SeededGenerator) async throws {
        let number = Int.random(in: 0..<3100, using: &generator)
        let key = #"{"pk":{"S":"p\#(number % 7)"},"sk":{"N":"\#(number)"}}"#
        let group = Int.random(in: 0..<5, using: &generator)
        let value = Int.random(in: 0..<11, using: &generator)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0:
            try await server.succeed("DeleteItem", #"{"TableName":"items","Key":\#(key)}"#)
        case 1:
            try await server.succeed(
                "UpdateItem",
                #"{"TableName":"items","Key":\#(key),"UpdateExpression":"SET n = :n REMOVE g","ExpressionAttributeValues":{":n":{"N":"\#(value)"}}}"#
            )
        case 2:
            try await server.succeed(
                "UpdateItem",
                #"{"TableName":"items","Key":\#(key),"UpdateExpression":"SET g = :g","ExpressionAttributeValues":{":g":{"S":"g\#(group)"}}}"#
            )
        case 3:
            let other = (number + 1) % 3100
            let puts = [number, other].map {
                #"{"PutRequest":{"Item":{"pk":{"S":"p\#($0 % 7)"},"sk":{"N":"\#($0)"},"g":{"S":"g\#(group)"},"n":{"N":"\#(value)"}}}}"#
            }
            try await server.succeed("BatchWriteItem", #"{"RequestItems":{"items":[\#(puts.joined(separator: ","))]}}"#)
        default:
            try await server.put(
                #"{"pk":{"S":"p\#(number % 7)"},"sk":{"N":"\#(number)"},"g":{"S":"g\#(group)"},"n":{"N":"\#(value)"}}"#)
        }
    }
}

extension WireHarness {
    /// Asks DescribeTable, as waiters do, until no index of `items` is being made or deleted.
    ///
    /// - Returns: how often it asked.
    @discardableResult
    func waitForIndexes() async throws -> Int {
        var count = 0
        while true {
            count += 1
            let table = try await succeed("DescribeTable", #"{"TableName":"items"}"#)["Table"]
            let statuses = table?["GlobalSecondaryIndexes"]?.arrayValue?.map { $0["IndexStatus"]?.stringValue ?? "" }
            if (statuses ?? []).allSatisfy({ $0 == "ACTIVE" }) { return count }
            try #require(count < 100_000, "the index is never ready: \(statuses ?? [])")
        }
    }

    /// The result of a statement on the catalog, as text.
    ///
    /// - Parameter ofData: on the database of the items instead.
    func texts(_ sql: String, ofData: Bool = false) async throws -> [[String]] {
        try await withPostgresPool(ofData ? data : database) { pool in
            let result = try await pool.query(PostgresQuery(sql, prepared: false))
            return try result.map { row in try (0..<row.count).map { try row[$0].string } }
        }
    }

    /// Compares the rows of an index with those that the items should have, in SQL that shares nothing with the server's.
    ///
    /// - Parameter projects: the attributes beside the keys that a row holds; nil: all.
    func expectConsistentIndex(
        _ name: String, hash: String, sort: String?, projects: [String]? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let names = try await texts(
            "SELECT '_ddb_' || t.table_id, '_ddb_' || i.index_id FROM tables t JOIN indexes i USING (table_id) "
                + "WHERE i.index_name = '\(name)' AND t.table_name = 'items'")
        let (base, index) = (
            PostgresIdentifier.quote(try #require(names.first)[0]), PostgresIdentifier.quote(names[0][1])
        )
        let keys = [hash] + (sort.map { [$0] } ?? [])
        var item = "item_data"
        if let projects {
            let kept = (["pk", "sk"] + keys + projects).map { "'\($0)'" }.joined(separator: ",")
            item = "(SELECT jsonb_object_agg(key, value) FROM jsonb_each(item_data) WHERE key IN (\(kept)))"
        }
        // In these tests the partition key is a string or a number, and the sort key a number.
        let usable =
            [
                "coalesce(item_data->'\(hash)'->>'S', item_data->'\(hash)'->>'N') IS NOT NULL",
                "octet_length(coalesce(item_data->'\(hash)'->>'S', 'n')) BETWEEN 1 AND 2048",
                hash == "g" ? "item_data->'g' ? 'S'" : "item_data->'\(hash)' ? 'N'",
            ] + (sort.map { ["item_data->'\($0)' ? 'N'"] } ?? [])
        let wanted =
            "SELECT coalesce(item_data->'\(hash)'->>'S', item_data->'\(hash)'->>'N') AS k, pk, sk_n AS s, \(item) AS i "
            + "FROM \(base) WHERE \(usable.joined(separator: " AND "))"
        let found = "SELECT pk AS k, base_pk, base_sk_n AS s, item_data AS i FROM \(index)"
        let missing = try await texts("SELECT k, s::text FROM (\(wanted) EXCEPT \(found)) m LIMIT 5", ofData: true)
        let surplus = try await texts("SELECT k, s::text FROM (\(found) EXCEPT \(wanted)) m LIMIT 5", ofData: true)
        #expect(missing == [], "rows that the index lacks", sourceLocation: sourceLocation)
        #expect(surplus == [], "rows that no item has", sourceLocation: sourceLocation)
        if let sort {
            let wrong = try await texts(
                "SELECT base_pk FROM \(index) WHERE sk_n IS DISTINCT FROM (item_data->'\(sort)'->>'N')::numeric LIMIT 5",
                ofData: true)
            #expect(wrong == [], "sort keys that are not the item's", sourceLocation: sourceLocation)
        }
    }
}
