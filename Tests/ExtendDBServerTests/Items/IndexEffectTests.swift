import DynamoModel
import ExtendDBLayout
import TestSupport
import Testing

@testable import ExtendDBServer

/// What a write does to an index.
@Suite struct IndexEffectTests {
    private func view(_ projection: Projection, range: Text? = "s") throws -> IndexView {
        let definition = IndexDefinition(
            name: "i", kind: .global, keySchema: KeySchema(hash: "h", range: range), projection: projection)
        let table = TableDefinition(
            name: "items", keySchema: KeySchema(hash: "pk", range: "sk"),
            attributeDefinitions: [
                .init(name: "pk", type: .string), .init(name: "sk", type: .number), .init(name: "h", type: .string),
                .init(name: "s", type: .number),
            ], indexes: [definition])
        let record = try TableRecord(new: table, accountID: "123456789012", region: "eu-central-1", creationDate: 0)
        return try #require(ItemTable(record).indexes.first)
    }

    private let base: Item = ["pk": .string("a"), "sk": .number(DynamoNumber(1))]

    private func item(_ h: String?, _ s: Int?, _ x: Int? = nil) -> Item {
        var item = base
        item["h"] = h.map { .string(Text($0)) }
        item["s"] = s.map { .number(DynamoNumber($0)) }
        item["x"] = x.map { .number(DynamoNumber($0)) }
        return item
    }

    @Test func `an item without an index key attribute is not in the index`() throws {
        let view = try view(.all)
        #expect(view.entry(of: item("a", 1)) != nil)
        #expect(view.entry(of: item("a", nil)) == nil)
        #expect(view.entry(of: item(nil, 1)) == nil)
        #expect(view.entry(of: item("", 1)) == nil)
        #expect(view.entry(of: item("a", 1).merging(["s": .string("1")]) { $1 }) == nil)
        #expect(view.effect(from: nil, to: item(nil, 1)) == .none)
        #expect(view.effect(from: item("a", 1), to: item("a", nil)) == .remove(item("a", 1)))
    }

    @Test func `only what the index holds counts`() throws {
        let keysOnly = try view(.keysOnly)
        #expect(keysOnly.effect(from: item("a", 1, 1), to: item("a", 1, 2)) == .none)
        let including = try view(Projection(type: .include, nonKeyAttributes: ["x"]))
        #expect(
            including.effect(from: item("a", 1, 1), to: item("a", 1, 2))
                == .replace(old: item("a", 1, 1), new: item("a", 1, 2)))
        #expect(including.entry(of: item("a", 1, 1).merging(["y": .null]) { $1 }) == item("a", 1, 1))
    }

    @Test func `a changed key costs two writes, and deletes a row only if the partition changes`() throws {
        let view = try view(.all)
        let sameP = view.effect(from: item("a", 1), to: item("a", 2))
        #expect(sameP.units.text == "2.0")
        #expect(!sameP.deletesRow && sameP.writesRow)
        let other = view.effect(from: item("a", 1), to: item("b", 1))
        #expect(other.units.text == "2.0")
        #expect(other.deletesRow && other.writesRow)
        #expect(view.effect(from: nil, to: item("a", 1)).units.text == "1.0")
        #expect(view.effect(from: item("a", 1), to: nil).units.text == "1.0")
        #expect(view.effect(from: item("a", 1, 1), to: item("a", 1, 2)).units.text == "1.0")
        #expect(view.effect(from: item("a", 1), to: item("a", 1)).units == .zero)
    }

    /// Applied to a set of rows, keyed as the relation's primary key is, the effects of any history leave exactly the
    /// entry of the last item.
    @Test func `property: effects keep the rows in line`() throws {
        var random = SeededGenerator(label: "effects")
        for projection in [Projection.all, .keysOnly, Projection(type: .include, nonKeyAttributes: ["x"])] {
            let view = try view(projection)
            for _ in 0..<300 {
                var old: Item?
                var rows: [AttributeValue: Item] = [:]
                for _ in 0..<20 {
                    let new =
                        Int.random(in: 0..<4, using: &random) == 0
                        ? nil
                        : item(
                            ["a", "b", nil].randomElement(using: &random) ?? nil,
                            [1, 2, nil].randomElement(using: &random) ?? nil, Int.random(in: 0...2, using: &random))
                    let effect = view.effect(from: old, to: new)
                    if effect.deletesRow, let hash = old?["h"] { rows[hash] = nil }
                    if effect.writesRow, let new, let hash = new["h"] { rows[hash] = view.entry(of: new) }
                    old = new
                    #expect(Array(rows.values) == [new.flatMap(view.entry(of:))].compactMap { $0 })
                }
            }
        }
    }
}
