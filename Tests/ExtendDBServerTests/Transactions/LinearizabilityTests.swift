import DynamoModel
import Synchronization
import TestSupport
import Testing

extension TransactionTests {
    /// Histories of many clients on few items, single operations and transactions mixed, against the checker.
    @Suite struct LinearizabilityTests {
        private final class Ticks: Sendable {
            private let last = Mutex(0)

            func next() -> Int {
                last.withLock {
                    $0 += 1
                    return $0
                }
            }
        }

        private static let clients = 8
        private static let steps = 12
        private static let keys = 3

        @Test(arguments: [false, true])
        func `single operations among transactions`(indexed: Bool) async throws {
            try await withServer { server in
                try await server.makeTable(
                    key: "pk:S", attributes: indexed ? "n:N" : "",
                    indexes: indexed ? WireHarness.global("gsi1", "n", nil) : "")
                var seeds = SeededGenerator(label: "linearizability")
                let ticks = Ticks()
                let histories = try await withThrowingTaskGroup(of: [(Int, HistoryEvent)].self) { tasks in
                    for client in 0..<Self.clients {
                        let random = SeededGenerator(seeds.next(), label: "client \(client)")
                        tasks.addTask { [random] in
                            var random = random
                            var events: [(Int, HistoryEvent)] = []
                            for _ in 0..<Self.steps { events += try await Self.step(server, ticks, &random) }
                            return events
                        }
                    }
                    return try await tasks.reduce(into: []) { $0 += $1 }
                }
                for key in 0..<Self.keys {
                    let events = histories.filter { $0.0 == key }.map(\.1)
                    #expect(events.count > Self.clients)
                    #expect(LinearizabilityChecker.isLinearizable(events), "item \(key): \(events)")
                }
            }
        }

        /// One operation of one client, on one item or, as a transaction, on two.
        private static func step(
            _ server: WireHarness, _ ticks: Ticks, _ random: inout SeededGenerator
        ) async throws -> [(Int, HistoryEvent)] {
            let key = Int.random(in: 0..<keys, using: &random)
            let other = (key + Int.random(in: 1..<keys, using: &random)) % keys
            let value = Int.random(in: 0..<3, using: &random)
            let expected = Bool.random(using: &random) ? Int?.none : Int.random(in: 0..<3, using: &random)
            let choice = Int.random(in: 0..<9, using: &random)
            let start = ticks.next()
            func events(_ operations: (Int, RegisterOperation)...) -> [(Int, HistoryEvent)] {
                let end = ticks.next()
                return operations.map { ($0.0, HistoryEvent(start: start, end: end, operation: $0.1)) }
            }
            switch choice {
            case 0: return events((key, .read(number(try await server.get(json(key))))))
            case 1:
                try await server.put(item(key, value))
                return events((key, .write(value)))
            case 2:
                try await server.succeed("DeleteItem", #"{"TableName":"items","Key":\#(json(key))}"#)
                return events((key, .delete))
            case 3, 4:
                let answer = try await server.succeed(
                    "UpdateItem",
                    #"{"TableName":"items","Key":\#(json(key)),"UpdateExpression":"ADD n :one","#
                        + #""ExpressionAttributeValues":{":one":{"N":"1"}},"ReturnValues":"UPDATED_NEW"}"#)
                let sum = answer["Attributes"]?["n"]?["N"]?.stringValue.flatMap { Int($0) }
                return events((key, .increment(result: sum ?? -1)))
            case 5:
                let (status, body) = try await server.call(
                    "PutItem", #"{"TableName":"items","Item":\#(item(key, value))\#(condition(expected))}"#)
                try requireOutcome(status, body, "ConditionalCheckFailedException")
                return events((key, .exchange(expected: expected, new: value, succeeded: status == 200)))
            case 6:
                let found = try await server.transactGet([json(key), json(other)])
                return events((key, .read(number(found[0]))), (other, .read(number(found[1]))))
            case 7:
                _ = try await server.transact([
                    WireHarness.put(item(key, value)), WireHarness.delete(json(other)),
                ])
                return events((key, .write(value)), (other, .delete))
            default:
                let (status, body) = try await server.call(
                    "TransactWriteItems", WireHarness.writes([WireHarness.put(item(key, value), condition(expected))]))
                try requireOutcome(status, body, "TransactionCanceledException")
                return events((key, .exchange(expected: expected, new: value, succeeded: status == 200)))
            }
        }

        private static func requireOutcome(_ status: Int, _ body: JSONValue, _ refusal: String) throws {
            if status != 200 { #expect(WireFailure(status: status, body: body).type == refusal) }
        }

        private static func json(_ key: Int) -> String { #"{"pk":{"S":"\#(key)"}}"# }

        private static func item(_ key: Int, _ value: Int) -> String {
            #"{"pk":{"S":"\#(key)"},"n":{"N":"\#(value)"}}"#
        }

        private static func condition(_ expected: Int?) -> String {
            guard let expected else { return #","ConditionExpression":"attribute_not_exists(pk)""# }
            return #","ConditionExpression":"n = :e","ExpressionAttributeValues":{":e":{"N":"\#(expected)"}}"#
        }

        private static func number(_ item: Item?) -> Int? {
            guard case .number(let number) = item?["n"] else { return nil }
            return Int(number.description)
        }
    }
}
