import DynamoExpressions
import DynamoModel
import Testing

// Short ways to write values and items in tests.

func s(_ text: String) -> AttributeValue { .string(Text(text)) }

func n(_ number: Int) -> AttributeValue { .number(DynamoNumber(number)) }

func list(_ values: AttributeValue...) -> AttributeValue { .list(values) }

func map(_ members: Item) -> AttributeValue { .map(members) }

func ss(_ elements: Text...) -> AttributeValue { .stringSet(Set(elements)) }

func ns(_ elements: Int...) -> AttributeValue { .numberSet(Set(elements.map(DynamoNumber.init))) }

/// The message of the error that `body` throws; a failed test if it throws none.
func errorMessage(
    _ location: SourceLocation = #_sourceLocation, of body: () throws(WireError) -> some Any
) -> String? {
    do throws(WireError) {
        let value = try body()
        Issue.record("no error, but \(value)", sourceLocation: location)
        return nil
    } catch {
        #expect(error.code == .validationException, sourceLocation: location)
        return error.message
    }
}

/// Placeholders that tests share: `#a` to `#d` and a value of every type.
enum Shared {
    static let names = ["#a": "a", "#b": "b", "#c": "c", "#d": "d", "#dot": "a.b", "#name": "name"]
    static let values: [String: AttributeValue] = [
        ":s": s("s"), ":t": s("t"), ":empty": s(""), ":n": n(1), ":m": n(5), ":b": .binary([1, 2]),
        ":bool": .bool(true),
        ":null": .null, ":l": list(n(1)), ":map": map(["k": n(1)]), ":ss": ss("a", "b"), ":ns": ns(1, 2),
        ":bs": .binarySet([[1]]), ":type": s("S"), ":badtype": s("X"),
    ]

    static var context: ExpressionContext { ExpressionContext(names: names, values: values) }
}

func makeCondition(_ text: String, kind: ExpressionKind = .condition) throws(WireError) -> ConditionExpression {
    var context = Shared.context
    return try ConditionExpression(parsing: text, kind: kind, context: &context)
}

func makeProjection(_ text: String) throws(WireError) -> ProjectionExpression {
    var context = Shared.context
    return try ProjectionExpression(parsing: text, context: &context)
}

func makeUpdate(_ text: String) throws(WireError) -> UpdateExpression {
    var context = Shared.context
    return try UpdateExpression(parsing: text, context: &context)
}

func makeKeyCondition(_ text: String) throws(WireError) -> KeyConditionExpression {
    var context = Shared.context
    return try KeyConditionExpression(parsing: text, context: &context)
}

/// Random numbers that a seed determines (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

    mutating func pick<T>(_ values: [T]) -> T { values[Int.random(in: 0..<values.count, using: &self)] }
}
