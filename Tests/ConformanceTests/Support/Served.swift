import DynamoModel
import Synchronization
import Testing

/// Gives a suite one server with the tables of the suite, for all its cases.
struct Served: SuiteTrait, TestScoping {
    @TaskLocal static var server: WireHarness?

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        // The server's task group ends within this call, and the function with it.
        try await withoutActuallyEscaping(function) { function in
            try await withServer { server in
                try await Fixture.make(on: server)
                try await Self.$server.withValue(server) { try await function() }
            }
        }
    }
}

extension Trait where Self == Served {
    static var served: Served { Served() }
}

extension Case {
    private static let counter = Atomic<Int>(0)

    /// Sends the request, and compares.
    func check() async throws {
        let server = try #require(Served.server)
        let key = "k\(Self.counter.wrappingAdd(1, ordering: .relaxed).newValue)"
        func filled(_ text: String) -> String { text.replacing("$KEY", with: key) }
        if let given {
            try await server.succeed("PutItem", filled(#"{"TableName":"hash","Item":\#(Self.item(given))}"#))
        }
        let (status, body) = try await server.call(operation, filled(request))
        compare(status, body, filled)
        guard let leaves else { return }
        let after = try await server.succeed(
            "GetItem", filled(#"{"TableName":"hash","Key":{"pk":{"S":"$KEY"}},"ConsistentRead":true}"#))
        let wanted = leaves.isEmpty ? nil : try JSONValue(filled(Self.item(leaves)))
        #expect(after["Item"]?.canonical == wanted?.canonical, "the item afterwards")
    }

    private static func item(_ attributes: String) -> String {
        let rest = attributes.dropFirst()
        return #"{"pk":{"S":"$KEY"}"# + (rest.hasPrefix("}") ? "" : ",") + rest
    }

    private func compare(_ status: Int, _ body: JSONValue, _ filled: (String) -> String) {
        switch expected {
        case .answers(let text):
            #expect(status == 200)
            #expect(body.canonical == (try? JSONValue(filled(text)).canonical))
        case .has(let text):
            #expect(status == 200)
            for member in (try? JSONValue(filled(text)).objectValue) ?? [] {
                #expect(body[member.name]?.canonical == member.value.canonical, "\(member.name)")
            }
        case .lacks(let names):
            #expect(status == 200)
            for name in names { #expect(body[name] == nil, "\(name)") }
        case .invalid(let message): compare(WireFailure(status: status, body: body), "ValidationException", message)
        case .fails(let type, let message): compare(WireFailure(status: status, body: body), type, message)
        }
    }

    private func compare(_ failure: WireFailure, _ type: String, _ message: String) {
        #expect(failure.status == 400)
        #expect(failure.type == type)
        #expect(failure.message == message)
    }
}

extension JSONValue {
    init(_ text: String) throws {
        try self.init(parsing: Array(text.utf8))
    }

    /// With members in order of their names, and elements of sets in order of their texts.
    var canonical: JSONValue {
        switch self {
        case .object(let members):
            .object(
                members.map { member in
                    let value = member.value.canonical
                    guard ["SS", "NS", "BS", "TableNames"].contains(member.name), case .array(let elements) = value
                    else { return JSONMember(name: member.name, value: value) }
                    return JSONMember(
                        name: member.name, value: .array(elements.sorted { $0.sortText < $1.sortText }))
                }.sorted { $0.name < $1.name })
        case .array(let elements): .array(elements.map(\.canonical))
        default: self
        }
    }

    private var sortText: String { stringValue ?? "" }
}
