import DynamoExpressions
import DynamoModel
import Testing

@Suite struct UpdateTests {
    static let item: Item = [
        "pk": s("1"), "num": n(10), "str": s("x"), "arr": list(n(0), n(1), n(2)), "strs": ss("a", "b", "c"),
        "doc": map(["k": n(1), "in": map(["a": n(1), "b": n(2)]), "arr": list(n(7), map(["q": n(1)]))]),
    ]

    static let values: [String: AttributeValue] = [
        ":one": n(1), ":five": n(5), ":s": s("new"), ":l": list(n(8), n(9)), ":el": .list([]), ":a": ss("a"),
        ":z": ss("z"),
        ":abc": ss("a", "b", "c"), ":ns": ns(3), ":m": map(["new": n(1)]),
    ]

    private func apply(_ text: String, to item: Item = item) throws -> UpdateResult {
        var context = ExpressionContext(names: ["#in": "in"], values: Self.values)
        let update = try UpdateExpression(parsing: text, context: &context)
        return try update.apply(to: item)
    }

    /// What an update makes of one attribute; nil if that is gone.
    @Test(
        arguments: [
            ("SET str = :s", "str", s("new")),
            ("SET brandNew = :s", "brandNew", s("new")),
            ("SET str = num", "str", n(10)),
            ("SET num = num + :one", "num", n(11)),
            ("SET num = num - :one", "num", n(9)),
            ("SET num = (num - :one)", "num", n(9)),
            ("SET num = (num) - (:one)", "num", n(9)),
            ("SET num = :one - num", "num", n(-9)),
            ("SET num = if_not_exists(num, :one) + :five", "num", n(15)),
            ("SET fresh = if_not_exists(fresh, :one) + :five", "fresh", n(6)),
            ("SET num = (if_not_exists(num, :one) - :five)", "num", n(5)),
            ("SET str = if_not_exists(str, :s)", "str", s("x")),
            ("SET a = if_not_exists(nope, if_not_exists(gone, str))", "a", s("x")),
            ("SET a = list_append(if_not_exists(nope, :el), :l)", "a", list(n(8), n(9))),
            ("SET arr = list_append(:l, arr)", "arr", list(n(8), n(9), n(0), n(1), n(2))),
            ("SET arr = list_append(arr, :l)", "arr", list(n(0), n(1), n(2), n(8), n(9))),
            ("SET arr[1] = :s", "arr", list(n(0), s("new"), n(2))),
            ("SET arr[3] = :s", "arr", list(n(0), n(1), n(2), s("new"))),
            ("SET arr[100] = :s", "arr", list(n(0), n(1), n(2), s("new"))),
            ("SET arr[9] = :s, arr[7] = :five", "arr", list(n(0), n(1), n(2), n(5), s("new"))),
            ("SET arr[3] = :one, arr[5] = :five, arr[4] = :s", "arr", list(n(0), n(1), n(2), n(1), s("new"), n(5))),
            ("REMOVE arr[0]", "arr", list(n(1), n(2))),
            ("REMOVE arr[0], arr[2]", "arr", list(n(1))),
            ("REMOVE arr[2], arr[0]", "arr", list(n(1))),
            ("REMOVE arr[7]", "arr", list(n(0), n(1), n(2))),
            ("REMOVE arr[0] SET arr[1] = :s", "arr", list(s("new"), n(2))),
            ("SET arr[1] = :s REMOVE arr[0]", "arr", list(s("new"), n(2))),
            ("SET arr[3] = :s REMOVE arr[0]", "arr", list(n(1), n(2), s("new"))),
            // Index 3 was beyond the end before the update, so nothing is there to remove.
            ("SET arr[9] = :s REMOVE arr[3]", "arr", list(n(0), n(1), n(2), s("new"))),
            ("REMOVE arr[0], arr[1], arr[2]", "arr", .list([])),
            ("REMOVE str", "str", nil),
            ("REMOVE nope", "nope", nil),
            ("ADD num :five", "num", n(15)),
            ("ADD ctr :five", "ctr", n(5)),
            ("ADD strs :z", "strs", ss("a", "b", "c", "z")),
            ("ADD strs :a", "strs", ss("a", "b", "c")),
            ("ADD tags :z", "tags", ss("z")),
            ("ADD arr[1] :five", "arr", list(n(0), n(6), n(2))),
            ("DELETE strs :a", "strs", ss("b", "c")),
            ("DELETE strs :z", "strs", ss("a", "b", "c")),
            ("DELETE strs :abc", "strs", nil),
            ("DELETE nope :a", "nope", nil),
        ] as [(String, Text, AttributeValue?)])
    func topLevel(text: String, attribute: Text, expected: AttributeValue?) throws {
        let result = try apply(text).item
        #expect(result[attribute] == expected)
        for (name, value) in Self.item where name != attribute { #expect(result[name] == value) }
    }

    @Test(
        arguments: [
            ("SET doc.k = :s", ["k": s("new")]),
            ("SET doc.n = :s", ["n": s("new")]),
            ("SET doc.n = doc.k + num", ["n": n(11)]),
            ("SET doc.#in.a = :s", ["in": map(["a": s("new"), "b": n(2)])]),
            ("SET doc.arr[1].q = :s", ["arr": list(n(7), map(["q": s("new")]))]),
            ("SET doc.arr[5] = :s", ["arr": list(n(7), map(["q": n(1)]), s("new"))]),
            ("REMOVE doc.arr[0], doc.arr[1].q", ["arr": list(map([:]))]),
            ("ADD doc.k :five", ["k": n(6)]),
            ("ADD doc.c :five", ["c": n(5)]),
            ("SET doc.k = :five, doc.#in.b = doc.k", ["k": n(5), "in": map(["a": n(1), "b": n(1)])]),
        ] as [(String, Item)])
    func nested(text: String, changes: Item) throws {
        guard case .map(var expected)? = Self.item["doc"] else { return }
        expected.merge(changes) { $1 }
        #expect(try apply(text).item["doc"] == .map(expected))
    }

    @Test func nestedRemoval() throws {
        let result = try apply("REMOVE doc.k, doc.#in.a, doc.nope").item
        #expect(result["doc"] == map(["in": map(["b": n(2)]), "arr": list(n(7), map(["q": n(1)]))]))
    }

    /// All operands are read before anything is written.
    @Test func readsTheOriginal() throws {
        let result = try apply("SET num = str, str = num REMOVE arr").item
        #expect(result["num"] == s("x"))
        #expect(result["str"] == n(10))
        #expect(try apply("SET dup = arr REMOVE arr").item["dup"] == Self.item["arr"])
        #expect(try apply("REMOVE num SET dup = num ADD strs :z").item["dup"] == n(10))
    }

    @Test func newItem() throws {
        let key: Item = ["pk": s("1")]
        let result = try apply("SET str = :s ADD num :one, strs :a", to: key)
        #expect(result.item == ["pk": s("1"), "str": s("new"), "num": n(1), "strs": ss("a")])
        #expect(result.updatedOld == [:])
        #expect(result.updatedNew == ["str": s("new"), "num": n(1), "strs": ss("a")])
    }

    @Test(
        arguments: [
            ("SET str = :s", ["str": s("x")], ["str": s("new")]),
            ("SET fresh = :s", [:], ["fresh": s("new")]),
            ("REMOVE str", ["str": s("x")], [:]),
            ("SET doc.k = :s", ["doc": map(["k": n(1)])], ["doc": map(["k": s("new")])]),
            (
                "SET doc.#in.a = :s, doc.k = :five", ["doc": map(["in": map(["a": n(1)]), "k": n(1)])],
                ["doc": map(["in": map(["a": s("new")]), "k": n(5)])]
            ),
            ("SET doc.fresh = :s", [:], ["doc": map(["fresh": s("new")])]),
            ("SET arr[1] = :s", ["arr": list(n(1))], ["arr": list(s("new"))]),
            ("SET arr[2] = :s, arr[0] = :five", ["arr": list(n(0), n(2))], ["arr": list(n(5), s("new"))]),
            ("SET arr[9] = :s", [:], [:]),
            ("REMOVE arr[0]", ["arr": list(n(0))], [:]),
            ("SET arr[1] = :s REMOVE arr[0]", ["arr": list(n(0), n(1))], ["arr": list(s("new"))]),
            (
                "SET doc.arr[1].q = :s", ["doc": map(["arr": list(map(["q": n(1)]))])],
                ["doc": map(["arr": list(map(["q": s("new")]))])]
            ),
            (
                "SET arr = list_append(arr, :l)", ["arr": list(n(0), n(1), n(2))],
                ["arr": list(n(0), n(1), n(2), n(8), n(9))]
            ),
            (
                "ADD num :one DELETE strs :a", ["num": n(10), "strs": ss("a", "b", "c")],
                ["num": n(11), "strs": ss("b", "c")]
            ),
            ("DELETE strs :abc", ["strs": ss("a", "b", "c")], [:]),
            ("SET str = str", ["str": s("x")], ["str": s("x")]),
        ] as [(String, Item, Item)])
    func returnValues(text: String, old: Item, new: Item) throws {
        let result = try apply(text)
        #expect(result.updatedOld == old)
        #expect(result.updatedNew == new)
    }

    @Test func sectionsInAnyOrderAndCase() throws {
        let result = try apply("remove str Add num :one dElEtE strs :a set doc.k = :s").item
        #expect(result["str"] == nil)
        #expect(result["num"] == n(11))
        #expect(result["strs"] == ss("b", "c"))
    }

    @Test func paths() throws {
        let update = try makeUpdate("SET a.b = :s REMOVE c[1] ADD d :n")
        #expect(update.paths.map(\.description) == ["[a, b]", "[c, [1]]", "[d]"])
        #expect(update.paths.map(\.root) == ["a", "c", "d"])
    }
}
