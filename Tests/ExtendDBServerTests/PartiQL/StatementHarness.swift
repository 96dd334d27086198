import DynamoModel
import Testing

/// What the tests of statements do again and again.
extension WireHarness {
    /// The parameters of ExecuteStatement.
    ///
    /// - Parameters:
    ///   - values: as DynamoDB JSON, with commas between them.
    ///   - more: further members, each with a comma in front.
    static func statement(_ text: String, _ values: String = "", _ more: String = "") -> String {
        let parameters = values.isEmpty ? "" : #","Parameters":[\#(values)]"#
        return #"{"Statement":\#(JSONValue.string(text).text)\#(parameters)\#(more)}"#
    }

    @discardableResult
    func execute(_ text: String, _ values: String = "", _ more: String = "") async throws -> JSONValue {
        try await succeed("ExecuteStatement", Self.statement(text, values, more))
    }

    func select(_ text: String, _ values: String = "", _ more: String = "") async throws -> [Item] {
        try await execute(text, values, more).items
    }

    /// All items of a statement, page after page, and the sizes of the pages.
    func pages(_ text: String, _ more: String = "") async throws -> (items: [Item], counts: [Int]) {
        var items: [Item] = []
        var counts: [Int] = []
        var next = ""
        while true {
            let page = try await execute(text, "", more + next)
            items += try page.items
            counts.append(try page.items.count)
            guard let token = page["NextToken"]?.stringValue else { return (items, counts) }
            next = #","NextToken":"\#(token)""#
        }
    }

    /// Expects a statement to fail with exactly this error.
    func expectRefused(
        _ text: String, _ values: String = "", _ more: String = "", type: String = "ValidationException",
        message: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let failure = try await fail("ExecuteStatement", Self.statement(text, values, more))
        #expect(failure.type == type, sourceLocation: sourceLocation)
        #expect(failure.message == message, sourceLocation: sourceLocation)
    }
}

extension JSONValue {
    /// As JSON text with the members of objects in order, since items have none.
    var sortedText: String { sorted.text }

    private var sorted: JSONValue {
        switch self {
        case .array(let elements): .array(elements.map(\.sorted))
        case .object(let members):
            .object(
                members.sorted { $0.name < $1.name }.map { JSONMember(name: $0.name, value: $0.value.sorted) })
        default: self
        }
    }
}
