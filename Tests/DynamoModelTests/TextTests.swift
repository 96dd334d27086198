import DynamoModel
import Testing

@Suite struct TextTests {
    @Test func `canonically equivalent strings are different`() {
        let composed = Text("\u{E9}")
        let decomposed = Text("e\u{301}")
        #expect(composed.string == decomposed.string)
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
    }

    @Test func `order is that of the bytes`() {
        // U+FF61 sorts after U+1F600 by UTF-16 code units, before it by UTF-8 bytes.
        #expect(Text("\u{FF61}") < Text("\u{1F600}"))
        #expect(Text("Z") < Text("a"))
        #expect(Text("a") < Text("aa"))
        #expect(!(Text("a") < Text("a")))
        #expect(Text("") < Text("\u{0}"))
    }

    @Test func `prefix and containment are those of the bytes`() {
        #expect(Text("e\u{301}x").hasPrefix("e"))
        #expect(Text("abc").hasPrefix(""))
        #expect(!Text("ab").hasPrefix("abc"))
        #expect(Text("xe\u{301}").contains("\u{301}"))
        #expect(Text("abc").contains(""))
        #expect(!Text("abc").contains("abcd"))
        #expect(Text("aab").contains("ab"))
    }

    @Test func `comparison agrees with the arrays of bytes`() {
        var random = SeededGenerator()
        for _ in 0..<2000 {
            let (a, b) = (random.string(0...3), random.string(0...3))
            let (left, right) = (Array(a.utf8), Array(b.utf8))
            #expect((Text(a) == Text(b)) == (left == right))
            #expect((Text(a) < Text(b)) == left.lexicographicallyPrecedes(right))
        }
    }
}

@Suite struct Base64Tests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `has the vectors of RFC 4648`(_ plain: String, _ encoded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(plain.utf8))
    }

    @Test(arguments: ["Z", "Zg", "Zg=", "Zg= =", "Zh==", "Zm9=", "Z===", "====", "Zm9v\n", "Zm-_", "Zg==Zg==", "=m9v"])
    func `refuses what is not strict`(_ text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test func `round trips`() {
        var random = SeededGenerator()
        for _ in 0..<500 {
            let bytes = random.bytes()
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
    }
}
