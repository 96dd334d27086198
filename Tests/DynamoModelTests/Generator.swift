import DynamoModel

/// SplitMix64: the same values for the same seed on every platform, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    let seed: UInt64
    private var state: UInt64

    /// A new seed for each run, printed, unless one is given.
    init(seed: UInt64 = .random(in: 0...UInt64.max), _ test: String = #function) {
        self.seed = seed
        state = seed
        print("seed of \(test): \(seed)")
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    mutating func chance(_ one: Int) -> Bool { int(1...one) == 1 }
}

extension SeededGenerator {
    /// Strings with what breaks codecs: quotes, control characters, several bytes a character, combining marks.
    mutating func string(_ length: ClosedRange<Int> = 0...12) -> String {
        let alphabet: [Unicode.Scalar] = [
            "a", "b", "Z", "0", " ", "\"", "\\", "/", "\n", "\r", "\t", "\u{8}", "\u{C}", "\u{1}", "\u{1F}", "\u{7F}",
            "é", "e", "\u{301}", "ß", "€", "中", "\u{FFFD}", "\u{FFFF}", "😀", "\u{10FFFF}", "\u{0}",
        ]
        var string = String.UnicodeScalarView()
        for _ in 0..<int(length) { string.append(alphabet[int(0...(alphabet.count - 1))]) }
        return String(string)
    }

    /// Digits and a decimal exponent: a number that is in range more often than not.
    mutating func numberText() -> String {
        var text = chance(2) ? "-" : ""
        let digits = int(1...38)
        for _ in 0..<digits { text += String(int(0...9)) }
        if chance(3) {
            text += "."
            for _ in 0..<int(1...4) { text += String(int(0...9)) }
        }
        if chance(2) { text += "E" + String(int(-100...80)) }
        return text
    }

    mutating func number() -> DynamoNumber {
        while true {
            if let number = try? DynamoNumber(numberText()) { return number }
        }
    }

    mutating func bytes() -> [UInt8] { (0..<int(0...9)).map { _ in UInt8(int(0...255)) } }

    mutating func value(depth: Int = 4) -> AttributeValue {
        switch int(0...(depth > 0 ? 9 : 7)) {
        case 0: .string(Text(string()))
        case 1: .number(number())
        case 2: .binary(bytes())
        case 3: .bool(chance(2))
        case 4: .null
        case 5: .stringSet(Set((0..<int(1...4)).map { _ in Text(string()) }))
        case 6: .numberSet(Set((0..<int(1...4)).map { _ in number() }))
        case 7: .binarySet(Set((0..<int(1...4)).map { _ in bytes() }))
        case 8: .list((0..<int(0...4)).map { _ in value(depth: depth - 1) })
        default: .map(item(depth: depth - 1))
        }
    }

    mutating func item(depth: Int = 4) -> Item {
        var item = Item()
        for _ in 0..<int(0...5) { item[Text(string(1...8))] = value(depth: depth) }
        return item
    }

    mutating func json(depth: Int = 4) -> JSONValue {
        switch int(0...(depth > 0 ? 5 : 3)) {
        case 0: .null
        case 1: .bool(chance(2))
        case 2: .number(["0", "-1", "12.50", "1e9", "-0.001E-7", "123456789012345678901234567890"][int(0...5)])
        case 3: .string(string())
        case 4: .array((0..<int(0...4)).map { _ in json(depth: depth - 1) })
        default: .object((0..<int(0...4)).map { _ in JSONMember(name: string(), value: json(depth: depth - 1)) })
        }
    }
}

extension JSONValue {
    /// The JSON of a literal in a test.
    init(_ text: String) throws {
        try self.init(parsing: text)
    }

    var text: String {
        var writer = JSONWriter()
        writer.value(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// The message of the wire error that the body throws, or what happened instead.
func message(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "no error"
    } catch let error as WireError {
        return error.message
    } catch {
        return "\(error)"
    }
}

/// A request, or a part of one, and the message that refuses it.
struct Refusal: Sendable, CustomStringConvertible {
    let json: String
    let expected: String

    /// - Parameter expected: the parts of one message.
    init(_ json: String, _ expected: String...) {
        self.json = json
        self.expected = expected.joined()
    }

    var description: String { json }
}
