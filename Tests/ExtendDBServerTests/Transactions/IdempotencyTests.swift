import DynamoModel
import ExtendDBServer
import HTTPClient
import Postgres
import Synchronization
import TestSupport
import Testing

extension TransactionTests {
    /// `ClientRequestToken`: ten minutes of idempotency.
    @Suite struct IdempotencyTests {
        /// A clock that a test sets. Requests are signed by it too.
        private final class TestClock: Sendable {
            private let time = Mutex<Double>(1_790_000_000)

            var clock: WallClock { WallClock { self.time.withLock { $0 } } }

            func advance(_ seconds: Double) { time.withLock { $0 += seconds } }

            func call(
                _ server: WireHarness, _ operation: String, _ json: String
            ) async throws -> (status: Int, body: JSONValue) {
                let response = try await server.response(
                    operation, Array(json.utf8), time: Int64(clock.now()))
                return (response.status, try JSONValue(parsing: response.body))
            }
        }

        private func add(_ amount: Int, _ rest: String = "") -> String {
            WireHarness.writes(
                [
                    WireHarness.update(
                        #"{"pk":{"S":"a"}}"#, "ADD n :n", #","ExpressionAttributeValues":{":n":{"N":"\#(amount)"}}"#)
                ], #","ClientRequestToken":"one"\#(rest)"#)
        }

        private let makeTable =
            #"{"TableName":"items","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"#
            + #""AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}]}"#

        @Test func `a token stands for one request for ten minutes`() async throws {
            let time = TestClock()
            try await withServer(clock: time.clock) { server in
                func number() async throws -> String? {
                    let (_, body) = try await time.call(
                        server, "GetItem", #"{"TableName":"items","Key":{"pk":{"S":"a"}}}"#)
                    return body["Item"]?["n"]?["N"]?.stringValue
                }
                #expect(try await time.call(server, "CreateTable", makeTable).status == 200)
                let capacity = #","ReturnConsumedCapacity":"TOTAL""#
                let first = try await time.call(server, "TransactWriteItems", add(1, capacity))
                #expect(
                    first.body.text
                        == #"{"ConsumedCapacity":[{"CapacityUnits":2.0,"WriteCapacityUnits":2.0,"TableName":"items"}]}"#
                )
                time.advance(599)
                let second = try await time.call(server, "TransactWriteItems", add(1, capacity))
                #expect(
                    second.body.text
                        == #"{"ConsumedCapacity":[{"CapacityUnits":2.0,"ReadCapacityUnits":2.0,"TableName":"items"}]}"#)
                // The order of members does not make another request, nor does what is returned.
                let same =
                    #"{"ClientRequestToken":"one","TransactItems":[{"Update":{"ExpressionAttributeValues":{":n":{"N":"1"}},"#
                    + #""UpdateExpression":"ADD n :n","Key":{"pk":{"S":"a"}},"TableName":"items"}}]}"#
                #expect(try await time.call(server, "TransactWriteItems", same).body.text == "{}")
                #expect(try await number() == "1")
                let (status, body) = try await time.call(server, "TransactWriteItems", add(2))
                let failure = WireFailure(status: status, body: body)
                #expect(failure.status == 400)
                #expect(failure.type == "IdempotentParameterMismatchException")
                #expect(body["Message"] != nil)
                #expect(try await number() == "1")
                time.advance(1)
                #expect(try await time.call(server, "TransactWriteItems", add(2)).status == 200)
                #expect(try await number() == "3")
            }
        }

        @Test func `a cancelled transaction leaves no token`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S")
                let put = WireHarness.put(#"{"pk":{"S":"b"}}"#, #","ConditionExpression":"attribute_exists(pk)""#)
                let token = #","ClientRequestToken":"again""#
                try await server.expectCancelled(WireHarness.writes([put], token), [conditionFailed])
                try await server.put(#"{"pk":{"S":"b"},"v":{"S":"x"}}"#)
                _ = try await server.transact([put], token)
                #expect(try await server.get(#"{"pk":{"S":"b"}}"#)?["v"] == nil)
            }
        }

        /// A request that is repeated while the first one is still under way waits for it.
        @Test func `many at once with one token count once`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S")
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    for _ in 0..<20 {
                        tasks.addTask { _ = try await server.succeed("TransactWriteItems", add(1)) }
                    }
                    try await tasks.waitForAll()
                }
                #expect(try await server.get(#"{"pk":{"S":"a"}}"#)?["n"] == .number(DynamoNumber(1)))
            }
        }

        @Test func `tokens that are too old go away`() async throws {
            let time = TestClock()
            try await withServer(clock: time.clock) { server in
                #expect(try await time.call(server, "CreateTable", makeTable).status == 200)
                for token in ["x", "y"] {
                    let json = WireHarness.writes(
                        [WireHarness.put(#"{"pk":{"S":"a"}}"#)], #","ClientRequestToken":"\#(token)""#)
                    #expect(try await time.call(server, "TransactWriteItems", json).status == 200)
                    time.advance(601)
                }
                let tokens = try await withPostgresPool(server.database) { pool in
                    try await pool.query("SELECT token FROM idempotency_tokens").map { try $0[0].string }
                }
                #expect(tokens == ["y"])
            }
        }
    }
}
