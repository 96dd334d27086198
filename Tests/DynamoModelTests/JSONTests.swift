import DynamoModel
import Testing

@Suite struct JSONTests {
    @Test func `reads every kind of value`() throws {
        let json = try JSONValue(#" {"a":[1,-2.50e+3,true,false,null,"x"],"b":{},"c":[]} "#)
        #expect(json["a"]?.arrayValue?.count == 6)
        #expect(json["a"]?.arrayValue?[1] == .number("-2.50e+3"))
        #expect(json["b"] == .object([]))
        #expect(json["missing"] == nil)
        #expect(try JSONValue("7").intValue == 7)
    }

    @Test func `the last duplicate wins`() throws {
        #expect(try JSONValue(#"{"a":1,"b":2,"a":3}"#)["a"] == .number("3"))
    }

    @Test(arguments: [
        (#""\u00e9\u20AC\ud83d\uDE00""#, "é€😀"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
        (#""\u0000""#, "\u{0}"),
    ])
    func `decodes escapes`(_ text: String, _ expected: String) throws {
        let string = try #require(try JSONValue(text).stringValue)
        #expect(Text(string) == Text(expected))
    }

    @Test(arguments: [
        "", " ", "{", "[", "]", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "01", "1.", ".5", "+1", "-", "1e",
        "1e+",
        "tru", "nulL", "\"", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", #""\ud800""#, #""\udc00""#,
        #""\ud800\u0041""#,
        #""\ud800x""#, "\"\n\"", "\"\u{1}\"", "1 2", "[1 2]", "{\"a\":1 \"b\":2}", "NaN", "'a'", "[1]]", "// x",
        "\u{FEFF}1",
    ])
    func `refuses what is not JSON`(_ text: String) {
        #expect(throws: JSONError.self) { try JSONValue(text) }
    }

    @Test(arguments: [
        [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22],
        [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0x5C, 0x6E, 0x80, 0x22],
    ])
    func `refuses invalid UTF-8`(_ bytes: [Int]) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: bytes.map { UInt8($0) }) }
    }

    @Test func `says where it stopped`() {
        do {
            _ = try JSONValue(parsing: "[1, x]")
            Issue.record("it should not parse")
        } catch {
            #expect(error.offset == 4)
            #expect(error.description == "invalid JSON at byte 4: expected a value")
        }
    }

    @Test func `refuses deep nesting without using the stack up`() throws {
        for bracket in ["[", "{\"a\":"] {
            let deep = String(repeating: bracket, count: 100_000)
            #expect(throws: JSONError.self) { try JSONValue(parsing: deep) }
        }
        let allowed = String(repeating: "[", count: Limits.jsonDepth) + String(repeating: "]", count: Limits.jsonDepth)
        #expect(throws: Never.self) { try JSONValue(parsing: allowed) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: "[" + allowed + "]") }
    }

    @Test func `round trips`() throws {
        var random = SeededGenerator()
        for _ in 0..<1500 {
            let json = random.json()
            #expect(try JSONValue(parsing: json.text) == json, "seed \(random.seed)")
        }
    }

    @Test func `mutilated input never crashes`() throws {
        var random = SeededGenerator()
        var refused = 0
        for _ in 0..<3000 {
            var bytes = Array(random.json().text.utf8)
            for _ in 0..<random.int(1...3) {
                let at = random.int(0...bytes.count)
                switch random.int(0...2) {
                case 0 where at < bytes.count: bytes[at] = UInt8(random.int(0...255))
                case 1 where at < bytes.count: bytes.remove(at: at)
                default: bytes.insert(UInt8(random.int(0...255)), at: at)
                }
            }
            // What still parses must survive a round trip.
            if let json = try? JSONValue(parsing: bytes) {
                #expect(try JSONValue(parsing: json.text) == json)
            } else {
                refused += 1
            }
            _ = try? Item(storedJSON: bytes)
        }
        #expect(refused > 500)
    }

    @Test func `writes commas and escapes`() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("a\"\u{1f}\n")
        writer.beginArray()
        writer.number(1)
        writer.string("é\\")
        writer.null()
        writer.beginObject()
        writer.endObject()
        writer.raw(Array("[2]".utf8))
        writer.endArray()
        writer.name("b")
        writer.bool(false)
        writer.name("c")
        writer.string("d")
        writer.endObject()
        #expect(
            String(decoding: writer.bytes, as: UTF8.self) == #"{"a\"\u001f\n":[1,"é\\",null,{},[2]],"b":false,"c":"d"}"#
        )
    }
}
