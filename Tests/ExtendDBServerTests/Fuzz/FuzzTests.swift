import DynamoModel
import HTTPClient
import TestSupport
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Whatever is sent, the server answers: never with 500, never by ending, and valid requests as a model in memory says.
///
/// `Scripts/fuzz` sends as many requests as it is told; the test suite some thousand.
@Suite struct FuzzTests {
    private static let count = ProcessInfo.processInfo.environment["ENVCTL_FUZZ_COUNT"].flatMap { Int($0) } ?? 3_000

    @Test func `generated requests`() async throws {
        try await withServer { server in
            for table in ["fuzz", "other"] { try await server.makeTable(table, key: "pk:S,sk:N") }
            var script = FuzzScript(random: SeededGenerator(label: "fuzz"))
            var model = FuzzModel()
            var tally: [String: Int] = [:]
            for number in 0..<Self.count {
                switch script.next() {
                case .valid(let step):
                    let (operation, body) = script.request(of: step)
                    let expected = model.perform(step)
                    let (status, answer) = try await server.call(operation, body)
                    tally["valid, \(status)", default: 0] += 1
                    #expect(
                        try Self.answer(to: step, status, answer) == expected, "request \(number): \(operation) \(body)"
                    )
                case .broken(let operation, let body):
                    let (status, answer) = try await server.call(operation, body)
                    tally["nearly valid, \(status)", default: 0] += 1
                    Self.checkRefusal(status, answer, "request \(number): \(operation) \(body)")
                case .garbage(let operation, let body):
                    let response = try await server.response(operation, body)
                    tally["garbage, \(response.status)", default: 0] += 1
                    Self.checkRefusal(
                        response.status, try JSONValue(parsing: response.body), "request \(number): \(body)")
                }
            }
            #expect(
                try await Set(server.allItems("Scan", #""ConsistentRead":true"#, table: "fuzz"))
                    == Set(model.items.values))
            print("fuzz: \(Self.count) requests: \(tally.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" })")
            #expect(tally.keys.allSatisfy { $0.hasSuffix("200") || $0.hasSuffix("400") })
        }
    }

    private static func checkRefusal(_ status: Int, _ answer: JSONValue, _ comment: String) {
        #expect(status == 200 || status == 400, "\(comment)")
        #expect(status == 200 || answer["__type"]?.stringValue?.contains("#") == true, "\(comment)")
    }

    /// The server's answer in the terms of the model.
    private static func answer(to step: ItemModelStep, _ status: Int, _ body: JSONValue) throws -> FuzzModel.Answer? {
        guard status == 200 else {
            let failure = WireFailure(status: status, body: body)
            return failure.type == "ConditionalCheckFailedException" ? .conditionFailed : nil
        }
        switch step {
        case .get: return .item(try body["Item"].map { try Item(json: $0) }, member: "Item")
        case .put, .update, .delete:
            return .item(try body["Attributes"].map { try Item(json: $0) }, member: "Attributes")
        case .query: return .items(try body.items, hasMore: body["LastEvaluatedKey"] != nil)
        }
    }
}
