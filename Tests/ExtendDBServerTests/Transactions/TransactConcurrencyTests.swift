import DynamoModel
import Postgres
import TestSupport
import Testing

extension TransactionTests {
    /// Transactions against each other and against single writes.
    @Suite struct TransactConcurrencyTests {
        private func key(_ number: Int) -> String { #"{"pk":{"S":"\#(number)"}}"# }

        /// Money goes from account to account, in transactions, while single writes change something else of the same
        /// items: what TransactGetItems reads adds up at every moment.
        @Test func `a bank whose books always balance`() async throws {
            try await withServer { server in
                try await server.makeTable(
                    key: "pk:S", attributes: "n:N", indexes: WireHarness.global("gsi1", "n", nil))
                try await server.makeTable("other", key: "pk:S")
                let accounts = 6
                func table(_ account: Int) -> String { account % 2 == 0 ? "items" : "other" }
                for account in 0..<accounts {
                    try await server.put(#"{"pk":{"S":"\#(account)"},"n":{"N":"100"}}"#, table: table(account))
                }
                var seeds = SeededGenerator(label: "bank")
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    for client in 0..<6 {
                        let random = SeededGenerator(seeds.next(), label: "client \(client)")
                        tasks.addTask { [random] in
                            var random = random
                            for _ in 0..<15 {
                                let from = Int.random(in: 0..<accounts, using: &random)
                                let to = (from + Int.random(in: 1..<accounts, using: &random)) % accounts
                                let amount = Int.random(in: 1...60, using: &random)
                                let values = #""ExpressionAttributeValues":{":n":{"N":"\#(amount)"}}"#
                                let (status, body) = try await server.call(
                                    "TransactWriteItems",
                                    WireHarness.writes([
                                        WireHarness.update(
                                            key(from), "SET n = n - :n",
                                            #","ConditionExpression":"n >= :n",\#(values)"#,
                                            table: table(from)),
                                        WireHarness.update(key(to), "SET n = n + :n", ",\(values)", table: table(to)),
                                    ]))
                                if status != 200 {
                                    // Too little money, and nothing else, may refuse a transfer.
                                    #expect(
                                        body["CancellationReasons"]?.arrayValue?.first?["Code"]
                                            == .string("ConditionalCheckFailed"), "\(body.text)")
                                }
                            }
                        }
                        tasks.addTask { [random] in
                            var random = random
                            for round in 0..<10 {
                                let account = Int.random(in: 0..<accounts, using: &random)
                                try await server.succeed(
                                    "UpdateItem",
                                    #"{"TableName":"\#(table(account))","Key":\#(key(account)),"UpdateExpression":"SET seen = :r","#
                                        + #""ExpressionAttributeValues":{":r":{"N":"\#(round)"}}}"#)
                                let gets = (0..<accounts).map {
                                    #"{"Get":{"TableName":"\#(table($0))","Key":\#(key($0)),"ProjectionExpression":"n"}}"#
                                }
                                let books = try await server.succeed(
                                    "TransactGetItems", #"{"TransactItems":[\#(gets.joined(separator: ","))]}"#)
                                let sums = (books["Responses"]?.arrayValue ?? []).map {
                                    $0["Item"]?["n"]?["N"]?.stringValue.flatMap { Int($0) } ?? -1_000
                                }
                                #expect(sums.allSatisfy { $0 >= 0 })
                                #expect(sums.reduce(0, +) == accounts * 100)
                            }
                        }
                    }
                    try await tasks.waitForAll()
                }
                let items = try await server.items("Scan", #""Limit":99"#)
                #expect(try await Set(server.items("Scan", #""IndexName":"gsi1""#)) == Set(items))
            }
        }

        /// Both of two transactions want the other's item to be missing: one of them has to fail, however they meet.
        @Test func `conditions on missing items hold until the end`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S")
                for round in 0..<25 {
                    let pair = ["\(round)a", "\(round)b"].map { #"{"pk":{"S":"\#($0)"}}"# }
                    let outcomes = try await withThrowingTaskGroup(of: (Int, String).self) { tasks in
                        for (mine, theirs) in [(pair[0], pair[1]), (pair[1], pair[0])] {
                            tasks.addTask {
                                let actions = [
                                    WireHarness.put(mine), WireHarness.check(theirs, "attribute_not_exists(pk)"),
                                ]
                                let (status, body) = try await server.call(
                                    "TransactWriteItems",
                                    WireHarness.writes(round % 2 == 0 ? actions : actions.reversed()))
                                return (status, body["__type"]?.stringValue ?? "")
                            }
                        }
                        return try await tasks.reduce(into: []) { $0.append($1) }
                    }
                    #expect(outcomes.filter { $0.0 == 200 }.count == 1, "\(outcomes)")
                    #expect(outcomes.allSatisfy { $0.0 == 200 || $0.1.hasSuffix("#TransactionCanceledException") })
                }
            }
        }

        /// Transactions that take the same items in opposite orders, some of them missing, with conditions, deletions and
        /// batches among them: nobody is refused for that.
        @Test(arguments: [false, true])
        func `reversed orders`(indexed: Bool) async throws {
            try await withServer { server in
                if indexed { try await server.makeIndexedTable() } else { try await server.makeTable(key: "pk:S,sk:N") }
                try await server.makeTable("other", key: "pk:S,sk:N")
                let before = try await deadlocks(server)
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    for client in 0..<12 {
                        tasks.addTask {
                            for round in 0..<4 {
                                let actions = (0..<10).map { number in
                                    let key = #""pk":{"S":"\#(number % 3)"},"sk":{"N":"\#(number)"}"#
                                    let table = number % 2 == 0 ? "items" : "other"
                                    return switch (number + client + round) % 4 {
                                    case 0: WireHarness.delete("{\(key)}", table: table)
                                    case 1:
                                        WireHarness.put(
                                            #"{\#(key),"gpk":{"S":"\#(client)"},"gsk":{"N":"1"}}"#, table: table)
                                    case 2: WireHarness.check("{\(key)}", "attribute_not_exists(q)", table: table)
                                    default:
                                        WireHarness.update(
                                            "{\(key)}", "SET gpk = :g, gsk = :n",
                                            #","ExpressionAttributeValues":{":g":{"S":"u"},":n":{"N":"\#(round)"}}"#,
                                            table: table)
                                    }
                                }
                                _ = try await server.transact(client % 2 == 0 ? actions : actions.reversed())
                                let puts = (0..<10).reversed().map {
                                    #"{"PutRequest":{"Item":{"pk":{"S":"\#($0 % 3)"},"sk":{"N":"\#($0)"}}}}"#
                                }
                                try await server.succeed(
                                    "BatchWriteItem", #"{"RequestItems":{"items":[\#(puts.joined(separator: ","))]}}"#)
                            }
                        }
                    }
                    try await tasks.waitForAll()
                }
                print("deadlocks that PostgreSQL ended: \(try await deadlocks(server) - before)")
                if indexed {
                    let items = try await server.items("Scan", #""Limit":99"#).filter {
                        $0["gpk"] != nil && $0["gsk"] != nil
                    }
                    #expect(try await Set(server.items("Scan", #""IndexName":"gsi1""#)) == Set(items))
                }
            }
        }

        private func deadlocks(_ server: WireHarness) async throws -> Int {
            try await withPostgresPool(server.database) { pool in
                let rows = try await pool.query(
                    "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
                return try rows.first.map { try $0[0].int } ?? 0
            }
        }

        /// A transaction that waits for a lock waits; it is not refused with TransactionConflict.
        @Test func `a locked item is waited for`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S")
                try await server.put(#"{"pk":{"S":"a"},"n":{"N":"0"}}"#)
                let add = WireHarness.writes([
                    WireHarness.update(
                        #"{"pk":{"S":"a"}}"#, "ADD n :n", #","ExpressionAttributeValues":{":n":{"N":"1"}}"#)
                ])
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    for _ in 0..<40 { tasks.addTask { try await server.succeed("TransactWriteItems", add) } }
                    try await tasks.waitForAll()
                }
                #expect(try await server.get(#"{"pk":{"S":"a"}}"#)?["n"] == .number(DynamoNumber(40)))
            }
        }
    }
}
