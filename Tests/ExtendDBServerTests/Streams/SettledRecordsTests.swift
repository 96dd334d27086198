import DynamoModel
import ExtendDBLayout
import Postgres
import Synchronization
import TestSupport
import Testing

extension StreamTests {
    /// No reader misses a record, whatever the order in which its writers commit.
    @Suite struct SettledRecordsTests {
        private final class Progress: Sendable {
            let isOver = Atomic(false)
            let writes = Atomic(0)
        }

        /// Many clients change few items in every way; a reader pages along. Each write of an item carries the next
        /// number, taken under a condition, so that the records of an item must read like one chain of images: a record
        /// that is missed, doubled or out of order breaks it.
        @Test func `a reader sees every write once, in the order of its item`() async throws {
            let seed = SeededGenerator().seed
            try await withServer { server in
                try await server.makeStreamTable()
                let arn = try await server.streamARN()
                let progress = Progress()
                let chains = try await withThrowingTaskGroup(of: [String: [JSONValue]].self) { tasks in
                    tasks.addTask {
                        try await withThrowingDiscardingTaskGroup { writers in
                            for number in 0..<12 {
                                writers.addTask {
                                    var random = SeededGenerator(seed &+ UInt64(number))
                                    for round in 0..<40 {
                                        let count = try await write(server, "\(number)-\(round)", &random)
                                        progress.writes.add(count, ordering: .relaxed)
                                    }
                                }
                            }
                        }
                        progress.isOver.store(true, ordering: .releasing)
                        return [:]
                    }
                    tasks.addTask {
                        var random = SeededGenerator(seed)
                        let reader = try await StreamReader(server, arn)
                        var chains: [String: [JSONValue]] = [:]
                        while true {
                            let last = progress.isOver.load(ordering: .acquiring)
                            let page = try await reader.poll(limit: Int.random(in: 1...20, using: &random))
                            for record in page {
                                chains[record["dynamodb"]?["Keys"]?.text ?? "", default: []].append(record)
                            }
                            if last, page.isEmpty { return chains }
                        }
                    }
                    return try await tasks.reduce(into: [:]) { $0.merge($1) { old, _ in old } }
                }
                let stored = try await server.storedRecords()
                #expect(chains.values.map(\.count).reduce(0, +) == stored.count)
                #expect(stored.count == progress.writes.load(ordering: .relaxed), "one record for each write")
                for (key, chain) in chains {
                    var image: JSONValue?
                    var number = ""
                    for record in chain {
                        #expect(
                            record["dynamodb"]?["OldImage"].flatMap(item) == image.flatMap(item), "\(key) at \(number)")
                        #expect(record.sequenceNumber > number)
                        image = record["dynamodb"]?["NewImage"]
                        number = record.sequenceNumber
                    }
                    let now = try await server.get(key.replacing("\\", with: ""))
                    #expect(now == image.flatMap(item))
                }
            }
        }

        private func item(_ json: JSONValue) -> Item? { try? Item(json: json) }

        /// - Returns: how many items it changed.
        private func write(
            _ server: WireHarness, _ stamp: String, _ random: inout SeededGenerator
        ) async throws -> Int {
            let keys = (0..<8).shuffled(using: &random).map { #""pk":{"S":"p\#($0 % 4)"},"sk":{"N":"\#($0)"}"# }
            let stamped = #""stamp":{"S":"\#(stamp)"}"#
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1:
                try await server.put("{\(keys[0]),\(stamped)}")
                return 1
            case 2:
                try await server.succeed(
                    "UpdateItem",
                    #"{"TableName":"items","Key":{\#(keys[0])},"UpdateExpression":"SET stamp = :s ADD n :one","#
                        + #""ExpressionAttributeValues":{":s":{"S":"\#(stamp)"},":one":{"N":"1"}}}"#)
                return 1
            case 3:
                let old = try await server.succeed(
                    "DeleteItem", #"{"TableName":"items","Key":{\#(keys[0])},"ReturnValues":"ALL_OLD"}"#)
                return old["Attributes"] == nil ? 0 : 1
            default:
                let puts = keys.prefix(5).map { #"{"PutRequest":{"Item":{\#($0),\#(stamped)}}}"# }
                try await server.succeed(
                    "BatchWriteItem", #"{"RequestItems":{"items":[\#(puts.joined(separator: ","))]}}"#)
                return 5
            }
        }

        /// Transactions that draw numbers and then take their time, some of them in vain, while a reader pages along. Of
        /// what each of them commits the reader sees everything, once, and a transaction's own records in their order.
        @Test func `whatever the order of commits, a reader misses nothing`() async throws {
            let seed = SeededGenerator().seed
            try await withServer { server in
                try await server.makeTable(
                    key: "pk:S",
                    indexes: #","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}"#)
                let arn = try await server.streamARN()
                let progress = Progress()
                try await withPostgresPool(server.database, limits: .init(maximum: 10)) { pool in
                    let (committed, seen) = try await withThrowingTaskGroup(of: ([String], [String]).self) { tasks in
                        tasks.addTask {
                            let all = try await withThrowingTaskGroup(of: [String].self) { writers in
                                for number in 0..<8 {
                                    writers.addTask {
                                        try await transactions(
                                            number, SeededGenerator(seed &+ UInt64(number)), server, pool)
                                    }
                                }
                                return try await writers.reduce(into: []) { $0 += $1 }
                            }
                            progress.isOver.store(true, ordering: .releasing)
                            return (all, [])
                        }
                        tasks.addTask {
                            let reader = try await StreamReader(server, arn)
                            var seen: [String] = []
                            while true {
                                let isLast = progress.isOver.load(ordering: .acquiring)
                                let page = try await reader.poll()
                                seen += page.compactMap { $0["eventID"]?.stringValue }
                                if isLast, page.isEmpty { return ([], seen) }
                            }
                        }
                        return try await tasks.reduce(into: ([], [])) { $0 = ($0.0 + $1.0, $0.1 + $1.1) }
                    }
                    #expect(committed.count > 200)
                    #expect(Set(committed).subtracting(seen).isEmpty, "missed")
                    #expect(Set(seen).subtracting(committed).isEmpty, "made up")
                    #expect(seen.count == Set(seen).count, "seen twice")
                }
            }
        }

        /// - Returns: the ids of the records that were committed.
        private func transactions(
            _ writer: Int, _ random: SeededGenerator, _ server: WireHarness, _ pool: PostgresPool
        ) async throws -> [String] {
            var random = random
            var committed: [String] = []
            for round in 0..<30 {
                let ids = (0..<Int.random(in: 1...3, using: &random)).map { "\(writer)-\(round)-\($0)" }
                let milliseconds = Int.random(in: 0...15, using: &random)
                let isKept = Int.random(in: 0..<10, using: &random) > 0
                let statements = try await ids.asyncMap { try await record($0, server, pool) }
                try await pool.withConnection { connection in
                    _ = try await connection.pipeline(["BEGIN"] + statements)
                    // The time that a commit may take, on the server's side.
                    try await connection.query(PostgresQuery("SELECT pg_sleep(\(milliseconds) / 1000.0)"))
                    try await connection.query(PostgresQuery(isKept ? "COMMIT" : "ROLLBACK"))
                }
                if isKept { committed += ids }
            }
            return committed
        }

        /// The case that pages by number get wrong: the smaller number is committed after the greater one.
        @Test func `a record that is committed late is not passed by`() async throws {
            try await withServer { server in
                try await server.makeTable(
                    key: "pk:S",
                    indexes: #","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}"#)
                let arn = try await server.streamARN()
                let reader = try await StreamReader(server, arn)
                try await withPostgresPool(server.database) { pool in
                    try await pool.withConnection { late in
                        try await late.query("BEGIN")
                        try await late.query(try await record("late", server, pool))
                        try await server.put(#"{"pk":{"S":"early"}}"#)
                        let latest = try await StreamReader(server, arn, from: "LATEST")
                        #expect(try await reader.poll().isEmpty, "nothing is settled behind an open number")
                        try await late.query("COMMIT")
                        let seen = try await reader.poll().map { $0["eventID"]?.stringValue }
                        #expect(seen.count == 2)
                        #expect(seen.contains("late"))
                        #expect(try await latest.poll().contains { $0["eventID"] == .string("late") })
                        #expect(try await reader.poll().isEmpty)
                    }
                    // A number that its writer gives up holds nobody up.
                    try await pool.withConnection { lost in
                        try await lost.query("BEGIN")
                        try await lost.query(try await record("lost", server, pool))
                        try await server.put(#"{"pk":{"S":"other"}}"#)
                        try await lost.query("ROLLBACK")
                    }
                }
                #expect(try await reader.poll().count == 1)
            }
        }

        /// The statement that a writer of ours would run.
        private func record(_ id: String, _ server: WireHarness, _ pool: PostgresPool) async throws -> PostgresQuery {
            let catalog = Catalog()
            var table = try #require(
                try await catalog.loadTable("items", account: WireHarness.accountID, on: pool))
            table.streamShards = try await StreamShards.open(of: table.tableID, on: pool)
            let stream = try #require(TableStream(table))
            let key: Item = ["pk": .string(Text(id))]
            let row = try table.physical.row(for: key)
            let record = try #require(
                StreamRecord(
                    of: stream, key: row.key, keys: key, from: nil, to: row, origin: .client, time: 1,
                    eventID: id))
            return StreamStatements.insert([record], tableID: table.tableID, time: WallClockNow.seconds)
        }

        @Test func `the bound is the least of what was drawn and what writers hold`() {
            #expect(StreamBound(drawn: 10, writers: []).number == 10)
            #expect(StreamBound(drawn: 10, writers: [12, 11]).number == 10)
            #expect(StreamBound(drawn: 10, writers: [7, 9]).number == 7)
            #expect(StreamBound(drawn: 7, writers: []).sequenceNumber == "000000000000000000007")
        }
    }
}

extension Array {
    fileprivate func asyncMap<T>(_ transform: (Element) async throws -> T) async throws -> [T] {
        var values: [T] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
