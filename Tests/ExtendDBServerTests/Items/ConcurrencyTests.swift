import DynamoModel
import Testing

extension ItemTests {
    /// Writes to the same items at the same time.
    @Suite struct ConcurrencyTests {
        /// Sends all requests at once, and counts the answers by HTTP status and error.
        private func race(_ server: WireHarness, _ calls: [(String, String)]) async throws -> [String: Int] {
            try await withThrowingTaskGroup(of: String.self) { tasks in
                for (operation, json) in calls {
                    tasks.addTask {
                        let (status, body) = try await server.call(operation, json)
                        return status == 200 ? "OK" : WireFailure(status: status, body: body).type
                    }
                }
                var counts: [String: Int] = [:]
                for try await outcome in tasks {
                    counts[outcome, default: 0] += 1
                }
                return counts
            }
        }

        @Test(arguments: [false, true])
        func `of many conditional puts exactly one wins`(indexed: Bool) async throws {
            try await withServer { server in
                if indexed {
                    try await server.makeIndexedTable()
                } else {
                    try await server.makeTable(key: "pk:S,sk:N")
                }
                for round in 0..<5 {
                    let key = #""pk":{"S":"a"},"sk":{"N":"\#(round)"}"#
                    let counts = try await race(
                        server,
                        (0..<20).map { number in
                            (
                                "PutItem",
                                #"{"TableName":"items","Item":{\#(key),"gpk":{"S":"\#(number)"},"gsk":{"N":"1"}},"#
                                    + #""ConditionExpression":"attribute_not_exists(pk)"}"#
                            )
                        })
                    #expect(counts == ["OK": 1, "ConditionalCheckFailedException": 19])
                    let winner = try await server.get("{\(key)}")
                    if indexed {
                        let entries = try await server.items("Scan", #""IndexName":"gsi1""#)
                        #expect(entries.count == round + 1)
                        #expect(entries.contains { $0 == winner })
                    }
                }
            }
        }

        @Test func `counters add up, from a missing item on`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S")
                let add =
                    #"{"TableName":"items","Key":{"pk":{"S":"a"}},"UpdateExpression":"ADD n :one","#
                    + #""ExpressionAttributeValues":{":one":{"N":"1"}}}"#
                #expect(try await race(server, Array(repeating: ("UpdateItem", add), count: 50)) == ["OK": 50])
                #expect(try await server.get(#"{"pk":{"S":"a"}}"#)?["n"] == .number(DynamoNumber(50)))
            }
        }

        /// Unconditional puts take the way of one statement; conditional writes beside them must see them.
        @Test func `plain puts and deletes beside conditional puts lose nothing`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S")
                for _ in 0..<5 {
                    var calls: [(String, String)] = []
                    for number in 0..<10 {
                        calls.append(
                            ("PutItem", #"{"TableName":"items","Item":{"pk":{"S":"a"},"plain":{"N":"\#(number)"}}}"#))
                        calls.append(("DeleteItem", #"{"TableName":"items","Key":{"pk":{"S":"a"}}}"#))
                        calls.append(
                            (
                                "UpdateItem",
                                #"{"TableName":"items","Key":{"pk":{"S":"a"}},"UpdateExpression":"SET seen = if_not_exists(plain, :n)","#
                                    + #""ExpressionAttributeValues":{":n":{"N":"-1"}}}"#
                            ))
                    }
                    #expect(try await race(server, calls) == ["OK": 30])
                    // Whatever came last: an update saw the item that it was applied to.
                    if let item = try await server.get(#"{"pk":{"S":"a"}}"#), let seen = item["seen"] {
                        #expect(seen == item["plain"] ?? .number(DynamoNumber(-1)))
                    }
                }
            }
        }

        /// Batches over the same keys in different orders, some of them missing.
        @Test(arguments: [false, true])
        func `batches that share keys do not lock each other out`(indexed: Bool) async throws {
            try await withServer { server in
                if indexed {
                    try await server.makeIndexedTable()
                } else {
                    try await server.makeTable(key: "pk:S,sk:N")
                }
                for round in 0..<3 {
                    let calls = (0..<12).map { batch in
                        let writes = (0..<10).shuffled().map { number in
                            let key = #""pk":{"S":"a"},"sk":{"N":"\#(number)"}"#
                            return (number + batch) % 3 == 0
                                ? #"{"DeleteRequest":{"Key":{\#(key)}}}"#
                                : #"{"PutRequest":{"Item":{\#(key),"gpk":{"S":"\#(batch % 4)"},"gsk":{"N":"\#(round)"}}}}"#
                        }
                        return ("BatchWriteItem", #"{"RequestItems":{"items":[\#(writes.joined(separator: ","))]}}"#)
                    }
                    #expect(try await race(server, calls) == ["OK": 12])
                    if indexed {
                        let items = try await server.items("Scan", #""Limit":100"#)
                        #expect(try await Set(server.items("Scan", #""IndexName":"gsi1""#)) == Set(items))
                    }
                }
            }
        }

        @Test func `an index has one entry for each item under concurrent moves`() async throws {
            try await withServer { server in
                try await server.makeIndexedTable()
                let calls = (0..<60).map { number in
                    let key = #"{"pk":{"S":"a"},"sk":{"N":"\#(number % 3)"}}"#
                    return number % 5 == 4
                        ? ("DeleteItem", #"{"TableName":"items","Key":\#(key)}"#)
                        : (
                            "UpdateItem",
                            #"{"TableName":"items","Key":\#(key),"UpdateExpression":"SET gpk = :g, gsk = :n","#
                                + #""ExpressionAttributeValues":{":g":{"S":"\#(number % 4)"},":n":{"N":"\#(number)"}}}"#
                        )
                }
                #expect(try await race(server, calls) == ["OK": 60])
                let items = try await server.items("Scan", #""Limit":100"#)
                let entries = try await server.items("Scan", #""IndexName":"gsi1""#)
                #expect(entries.count == items.count)
                #expect(Set(entries) == Set(items))
            }
        }
    }
}
