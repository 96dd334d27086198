package import DynamoModel
import Synchronization

/// Random operations on a few items that each hold a number, as events of a history.
package struct RegisterWorkload: Sendable {
    /// How an answer came: nil if none did.
    package typealias Send = @Sendable (_ operation: String, _ json: String) async -> (status: Int, body: JSONValue)?

    /// A clock that all clients share.
    private final class Ticks: Sendable {
        private let last = Mutex(0)

        func next() -> Int {
            last.withLock {
                $0 += 1
                return $0
            }
        }
    }

    /// The items' table has the key `pk` (S) and `sk` (N); the items are one partition of it.
    private static let table = "items"
    private let items: Int
    private let send: Send
    private let ticks = Ticks()

    package init(items: Int, send: @escaping Send) {
        self.items = items
        self.send = send
    }

    /// The answer of an operation that was neither carried out nor refused by its condition.
    package struct UnexpectedAnswer: Error {
        package let operation: String
        package let status: Int
        package let body: JSONValue
    }

    /// What all the clients did.
    package func history(clients: Int, steps: Int, seeds: inout SeededGenerator) async throws -> [HistoryEvent] {
        try await withThrowingTaskGroup(of: [HistoryEvent].self) { tasks in
            for client in 0..<clients {
                let random = SeededGenerator(seeds.next(), label: "client \(client)")
                tasks.addTask { [random] in
                    var random = random
                    var events: [HistoryEvent] = []
                    for _ in 0..<steps { events += try await step(&random) }
                    return events
                }
            }
            return try await tasks.reduce(into: []) { $0 += $1 }
        }
    }

    private func step(_ random: inout SeededGenerator) async throws -> [HistoryEvent] {
        let item = Int.random(in: 0..<items, using: &random)
        let other = (item + Int.random(in: 1..<items, using: &random)) % items
        let value = Int.random(in: 0..<3, using: &random)
        let expected = Bool.random(using: &random) ? Int?.none : Int.random(in: 0..<3, using: &random)
        let token = String(random.next())
        switch Int.random(in: 0..<11, using: &random) {
        case 0: return try await read(item)
        case 1: return try await readAll("Query")
        case 2: return try await readAll("TransactGetItems")
        case 3: return try await single(item, "PutItem", #""Item":\#(text(item, value))"#, .write(value))
        case 4: return try await single(item, "DeleteItem", #""Key":\#(key(item))"#, .delete)
        case 5, 6: return try await increment(item)
        case 7: return try await exchange(item, expected, value)
        case 8: return try await batch(item, value, deleting: other)
        default: return try await transaction(item, expected, value, counting: other, token)
        }
    }

    // MARK: - Operations

    private func read(_ item: Int) async throws -> [HistoryEvent] {
        let start = ticks.next()
        guard let body = try await call("GetItem", #"\#(Self.named),"Key":\#(key(item)),"ConsistentRead":true"#)
        else { return [] }
        return [HistoryEvent(start, ticks.next(), [item: .read(number(body["Item"]))])]
    }

    /// All items: as one moment by a transaction, each for itself by a query, whose isolation is only that of its items.
    private func readAll(_ operation: String) async throws -> [HistoryEvent] {
        let start = ticks.next()
        guard operation == "TransactGetItems" else {
            let condition = #""KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"p"}}"#
            guard let body = try await call(operation, #"\#(Self.named),\#(condition),"ConsistentRead":true"#)
            else { return [] }
            let found = body["Items"]?.arrayValue ?? []
            let end = ticks.next()
            return (0..<items).map { item in
                let one = found.first { $0["sk"]?["N"]?.stringValue == String(item) }
                return HistoryEvent(start, end, [item: .read(number(one))])
            }
        }
        let gets = (0..<items).map { #"{"Get":{\#(Self.named),"Key":\#(key($0))}}"# }.joined(separator: ",")
        guard let body = try await call(operation, #""TransactItems":[\#(gets)]"#) else { return [] }
        let found = body["Responses"]?.arrayValue ?? []
        let reads = found.enumerated().map { ($0.offset, RegisterOperation.read(number($0.element["Item"]))) }
        return [HistoryEvent(start, ticks.next(), Dictionary(uniqueKeysWithValues: reads))]
    }

    private func single(
        _ item: Int, _ operation: String, _ rest: String, _ change: RegisterOperation
    ) async throws -> [HistoryEvent] {
        let start = ticks.next()
        let body = try await call(operation, "\(Self.named),\(rest)")
        return [HistoryEvent(start, body == nil ? nil : ticks.next(), [item: change])]
    }

    private func increment(_ item: Int) async throws -> [HistoryEvent] {
        let start = ticks.next()
        let body = try await call(
            "UpdateItem",
            #"\#(Self.named),"Key":\#(key(item)),"UpdateExpression":"ADD n :one","#
                + #""ExpressionAttributeValues":{":one":{"N":"1"}},"ReturnValues":"UPDATED_NEW""#)
        guard let body else { return [HistoryEvent(start, nil, [item: .increment(result: nil)])] }
        return [HistoryEvent(start, ticks.next(), [item: .increment(result: number(body["Attributes"]) ?? -1)])]
    }

    private func exchange(_ item: Int, _ expected: Int?, _ value: Int) async throws -> [HistoryEvent] {
        let start = ticks.next()
        let body = try await call(
            "PutItem", #"\#(Self.named),"Item":\#(text(item, value)),\#(condition(expected))"#,
            refusal: "ConditionalCheckFailedException")
        let succeeded = body.map { $0["__type"] == nil }
        return [
            HistoryEvent(
                start, body == nil ? nil : ticks.next(),
                [item: .exchange(expected: expected, new: value, succeeded: succeeded)])
        ]
    }

    /// A batch is no transaction: each of its writes happens for itself.
    private func batch(_ item: Int, _ value: Int, deleting other: Int) async throws -> [HistoryEvent] {
        let start = ticks.next()
        let writes =
            #"{"PutRequest":{"Item":\#(text(item, value))}},{"DeleteRequest":{"Key":\#(key(other))}}"#
        let body = try await call("BatchWriteItem", #""RequestItems":{"\#(Self.table)":[\#(writes)]}"#)
        let end = body == nil ? nil : ticks.next()
        return [HistoryEvent(start, end, [item: .write(value)]), HistoryEvent(start, end, [other: .delete])]
    }

    /// Puts one item if it is as expected, and adds one to another. It has a token, so it is sent until it is answered, and
    /// happens once.
    private func transaction(
        _ item: Int, _ expected: Int?, _ value: Int, counting other: Int, _ token: String
    ) async throws -> [HistoryEvent] {
        let put = #"{"Put":{\#(Self.named),"Item":\#(text(item, value)),\#(condition(expected))}}"#
        let add =
            #"{"Update":{\#(Self.named),"Key":\#(key(other)),"UpdateExpression":"ADD n :one","#
            + #""ExpressionAttributeValues":{":one":{"N":"1"}}}}"#
        let start = ticks.next()
        for _ in 0..<20 {
            let body = try await call(
                "TransactWriteItems", #""TransactItems":[\#(put),\#(add)],"ClientRequestToken":"\#(token)""#,
                refusal: "TransactionCanceledException")
            guard let body else { continue }
            let succeeded = body["__type"] == nil
            let codes = body["CancellationReasons"]?.arrayValue?.map { $0["Code"]?.stringValue }
            guard succeeded || codes == ["ConditionalCheckFailed", "None"] else {
                throw UnexpectedAnswer(operation: "TransactWriteItems", status: 400, body: body)
            }
            var operations = [
                item: RegisterOperation.exchange(expected: expected, new: value, succeeded: succeeded)
            ]
            if succeeded { operations[other] = .increment(result: nil) }
            return [HistoryEvent(start, ticks.next(), operations)]
        }
        throw UnexpectedAnswer(operation: "TransactWriteItems", status: 0, body: .null)
    }

    /// - Returns: the answer, or that of the one refusal that may be; nil if none came.
    private func call(_ operation: String, _ json: String, refusal: String? = nil) async throws -> JSONValue? {
        guard let (status, body) = await send(operation, "{\(json)}") else { return nil }
        let type = body["__type"]?.stringValue
        guard status == 200 || refusal.map({ type?.hasSuffix("#\($0)") == true }) == true else {
            throw UnexpectedAnswer(operation: operation, status: status, body: body)
        }
        return body
    }

    // MARK: - JSON

    private static let named = #""TableName":"\#(table)""#

    private func key(_ item: Int) -> String { #"{"pk":{"S":"p"},"sk":{"N":"\#(item)"}}"# }

    private func text(_ item: Int, _ value: Int) -> String {
        #"{"pk":{"S":"p"},"sk":{"N":"\#(item)"},"n":{"N":"\#(value)"}}"#
    }

    private func condition(_ expected: Int?) -> String {
        guard let expected else { return #""ConditionExpression":"attribute_not_exists(pk)""# }
        return #""ConditionExpression":"n = :e","ExpressionAttributeValues":{":e":{"N":"\#(expected)"}}"#
    }

    private func number(_ item: JSONValue?) -> Int? { item?["n"]?["N"]?.stringValue.flatMap { Int($0) } }
}
