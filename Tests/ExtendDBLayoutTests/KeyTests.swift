import DynamoModel
import ExtendDBLayout
import TestSupport
import Testing

@Suite struct KeyTests {
    func table(_ type: KeyAttributeType, range: KeyAttributeType? = nil) throws -> PhysicalTable {
        try PhysicalTable(
            tableID: "id",
            definition: TableDefinition(
                name: "t", keySchema: KeySchema(hash: "h", range: range == nil ? nil : "r"),
                attributeDefinitions: [AttributeDefinition(name: "h", type: type)]
                    + (range.map { [AttributeDefinition(name: "r", type: $0)] } ?? [])),
            indexes: [])
    }

    @Test func partitionKeysAreText() throws {
        #expect(try table(.string).key(of: ["h": .string("é")]).hash == .text("é"))
        #expect(try table(.number).key(of: ["h": .number(DynamoNumber("1.50E1"))]).hash == .text("15"))
        #expect(try table(.number).key(of: ["h": .number(DynamoNumber("-.050"))]).hash == .text("-0.05"))
        #expect(try table(.binary).key(of: ["h": .binary([0xFF, 0xFE])]).hash == .text("//4="))
    }

    @Test func sortKeysHaveColumnsOfTheirTypes() throws {
        let numeric = try table(.string, range: .number)
        #expect(numeric.range?.name == "sk_n")
        #expect(try numeric.key(of: ["h": .string("a"), "r": .number(7)]).values == [.text("a"), .numeric(7)])
        let binary = try table(.string, range: .binary)
        #expect(binary.range?.name == "sk_b")
        #expect(try binary.key(of: ["h": .string("a"), "r": .binary([0])]).range == .bytea([0]))
        let text = try table(.string, range: .string)
        #expect(text.range?.name == "sk_s")
        #expect(text.range?.ordered == #"sk_s COLLATE "C""#)
        #expect(numeric.range?.ordered == "sk_n")
    }

    func message(_ body: () throws -> StoredKey) -> String? {
        do {
            _ = try body()
            return nil
        } catch let error as WireError {
            return error.code == .validationException ? error.message : "\(error)"
        } catch {
            return "\(error)"
        }
    }

    @Test func itemsThatDoNotFit() throws {
        let table = try table(.string, range: .binary)
        func put(_ item: Item) -> String? { message { try table.key(of: item) } }
        #expect(put(["h": .string("a"), "r": .binary([1]), "x": .null]) == nil)
        #expect(put(["r": .binary([1])]) == "One or more parameter values were invalid: Missing the key h in the item")
        #expect(
            put(["h": .string("a"), "r": .string("b")])
                == "One or more parameter values were invalid: Type mismatch for key r expected: B actual: S")
        #expect(
            put(["h": .string(""), "r": .binary([1])])
                == "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
                + "empty string value. Key: h")
        #expect(
            put(["h": .string("a"), "r": .binary([])])
                == "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
                + "empty binary value. Key: r")
        let long = Text(String(repeating: "é", count: 1_024))
        #expect(put(["h": .string(long), "r": .binary([1])]) == nil)
        #expect(
            put(["h": .string(Text(long.string + "x")), "r": .binary([1])])
                == "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit "
                + "of2048 bytes")
        #expect(
            put(["h": .string("a"), "r": .binary(Array(repeating: 1, count: 1_025))])
                == "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size "
                + "limit of 1024 bytes")
        #expect(put(["h": .string("a\u{0}"), "r": .binary([1])])?.contains("U+0000") == true)
    }

    @Test(
        arguments: [
            [:], ["h": .string("a")], ["h": .string("a"), "r": .string("b")],
            ["h": .string("a"), "r": .number(1), "x": .null], ["h": .string("a"), "x": .number(1)], ["r": .number(1)],
        ] as [Item])
    func keysThatDoNotMatchTheSchema(key: Item) throws {
        let table = try table(.string, range: .number)
        #expect(message { try table.key(exactly: key) } == "The provided key element does not match the schema")
    }

    @Test func indexKeys() throws {
        let definition = LayoutFixture.orders()
        let table = try PhysicalTable(
            tableID: "id", definition: definition,
            indexes: definition.indexes.map { IndexRecord(indexID: $0.name, definition: $0) })
        let index = try #require(table.index(named: "by-state"))
        #expect(try index.key(of: LayoutFixture.order("c", "o")) == nil)
        #expect(try index.key(of: LayoutFixture.order("c", "o", ["state": .string("s")])) == nil)
        let item = LayoutFixture.order("c", "o", ["state": .string("s"), "total": .number(1)])
        #expect(try index.key(of: item) == StoredKey(hash: .text("s"), range: .numeric(1)))
        func put(_ more: Item) -> String? { message { try table.row(for: item.merging(more) { $1 }).key } }
        #expect(
            put(["total": .string("1")])
                == "One or more parameter values were invalid: Type mismatch for Index Key total Expected: N Actual: S "
                + "IndexName: by-state")
        #expect(
            put(["state": .string("")])
                == "One or more parameter values are not valid. A value specified for a secondary index key is not "
                + "supported. The AttributeValue for a key attribute cannot contain an empty string value. "
                + "IndexName: by-state, IndexKey: state")
        #expect(index.projects("note"))
        #expect(!index.projects("big"))
        #expect(index.positionAttributes == ["customer", "order", "state", "total"])
        #expect(throws: WireError.self) { try index.position(exactly: item.filter { $0.key != "total" }) }
        #expect(throws: WireError.self) { try index.position(exactly: item.merging(["x": .null]) { $1 }) }
    }

    @Test func itemsWithTheZeroCharacter() throws {
        for value in [
            AttributeValue.string("a\u{0}"), .list([.string("\u{0}")]), .map(["\u{0}": .null]), .stringSet(["\\\u{0}"]),
        ] {
            #expect(throws: WireError.self) { try StoredItem.encode(["x": value]) }
        }
        for value in ["\\u0000", "\\\\u0000", "u0000", "\u{1}", "\\"] {
            let item: Item = ["x": .string(Text(value))]
            #expect(try Item(storedJSON: StoredItem.encode(item)) == item)
        }
    }

    /// `beginsWith` holds exactly the texts with the prefix.
    @Test func prefixesAsRanges() {
        var generator = SeededGenerator()
        let scalars: [Unicode.Scalar] = [
            "a", "b", "\u{7F}", "é", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}", "\u{10FFFF}",
        ]
        func text() -> Text {
            let count = Int.random(in: 0...4, using: &generator)
            let drawn = (0..<count).compactMap { _ in scalars.randomElement(using: &generator) }
            return Text(String(String.UnicodeScalarView(drawn)))
        }
        for _ in 0..<5_000 {
            let (prefix, value) = (text(), text())
            let range = SortRange.beginsWith(.text(prefix))
            #expect(contains(range, value) == value.hasPrefix(prefix), "\(prefix) \(value)")
        }
        for _ in 0..<5_000 {
            func bytes() -> [UInt8] {
                (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                    [0, 1, 254, 255].randomElement(using: &generator) ?? 0
                }
            }
            let (prefix, value) = (bytes(), bytes())
            let range = SortRange.beginsWith(.bytea(prefix))
            #expect(contains(range, value) == value.starts(with: prefix), "\(prefix) \(value)")
        }
    }

    private func contains(_ range: SortRange, _ value: Text) -> Bool {
        guard case .text(let low)? = range.lower?.value, low <= value else { return false }
        guard case .text(let high)? = range.upper?.value else { return true }
        return value < high
    }

    private func contains(_ range: SortRange, _ value: [UInt8]) -> Bool {
        guard case .bytea(let low)? = range.lower?.value, !value.lexicographicallyPrecedes(low) else { return false }
        guard case .bytea(let high)? = range.upper?.value else { return true }
        return value.lexicographicallyPrecedes(high)
    }
}
