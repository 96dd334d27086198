import DynamoExpressions
import DynamoModel
import Testing

@Suite struct ConditionEvaluationTests {
    static let item: Item = [
        "str": s("hello"), "num": n(5), "bin": .binary([1, 2, 3]), "yes": .bool(true), "nil": .null,
        "arr": list(s("x"), n(1), map(["deep": list(n(7))])), "doc": map(["k": s("v"), "num": n(3)]),
        "strs": ss("a", "b"), "nums": ns(1, 2), "bins": .binarySet([[9]]), "uni": s("é𝄞"), "twin": n(5),
    ]

    static let values: [String: AttributeValue] = [
        ":hello": s("hello"), ":hel": s("hel"), ":ell": s("ell"), ":a": s("a"), ":v": s("v"), ":x": s("x"),
        ":five": n(5), ":six": n(6), ":one": n(1), ":two": n(2), ":three": n(3), ":seven": n(7), ":true": .bool(true),
        ":null": .null, ":bin": .binary([1, 2, 3]), ":pre": .binary([1, 2]), ":mid": .binary([2, 3]),
        ":nine": .binary([9]), ":ba": ss("b", "a"), ":doc": map(["num": n(3), "k": s("v")]), ":S": s("S"), ":L": s("L"),
        ":NULL": s("NULL"), ":map": map(["deep": list(n(7))]),
    ]

    private func matches(_ text: String, _ item: Item? = item) throws -> Bool {
        var context = ExpressionContext(values: Self.values)
        return try ConditionExpression(parsing: text, context: &context).matches(item)
    }

    @Test(arguments: [
        "str = :hello", "str <> :hel", "num = :five", "num < :six", "num <= :five", "num > :one", "num >= :five",
        "bin = :bin", "bin > :pre", "yes = :true", "nil = :null", "strs = :ba", "doc = :doc", "doc.k = :v",
        "arr[0] = :x", "arr[2].deep[0] = :seven", "num = twin", "doc.num < num", ":five = num", ":six > num",
        // Of different types: never equal, never ordered.
        "str <> :five", "NOT str = :five", "NOT str < :five", "NOT str > :five", "NOT num >= :hello",
        // Absent: unequal to everything.
        "nope <> :five", "nope <> gone", "NOT nope = :five", "NOT nope = gone", "NOT nope < :five", "NOT :five < nope",
        "num BETWEEN :one AND :six", "num BETWEEN :five AND :five", "str BETWEEN :a AND :x",
        "NOT num BETWEEN :a AND :x",
        "NOT nope BETWEEN :one AND :six", ":three BETWEEN :one AND num", "NOT num BETWEEN :six AND twin",
        "num IN (:one, :five)", "NOT num IN (:one, :six)", "NOT nope IN (:one)", "str IN (nope, :hello)",
        "num IN (twin)",
        "attribute_exists(str)", "attribute_exists(doc.k)", "attribute_exists(arr[2].deep)", "attribute_exists(nil)",
        "attribute_not_exists(nope)", "attribute_not_exists(doc.nope)", "attribute_not_exists(arr[3])",
        "attribute_not_exists(str.k)", "attribute_not_exists(doc[0])",
        "attribute_type(str, :S)", "attribute_type(arr, :L)", "attribute_type(nil, :NULL)",
        "NOT attribute_type(nope, :S)",
        "begins_with(str, :hel)", "begins_with(bin, :pre)", "NOT begins_with(str, :ell)", "NOT begins_with(num, :hel)",
        "NOT begins_with(nope, :hel)", "begins_with(:hello, :hel)",
        "contains(str, :ell)", "contains(bin, :mid)", "contains(strs, :a)", "contains(nums, :two)",
        "contains(bins, :nine)",
        "contains(arr, :x)", "contains(arr, :map)", "NOT contains(arr, :a)", "NOT contains(str, :one)",
        "NOT contains(num, :five)", "NOT contains(nope, :a)", "NOT contains(strs, :one)", "NOT contains(doc, :v)",
        "size(str) = :five", "size(bin) = :three", "size(arr) = :three", "size(doc) = :two", "size(strs) = :two",
        "size(nums) = :two", "size(bins) = :one", "size(uni) = :three", "NOT size(num) > :one", "NOT size(nope) = :one",
        "size(:hello) = :five", "size(yes) <> :one", "size(str) BETWEEN :one AND :six", "size(arr) IN (:one, :three)",
        // NOT binds tighter than AND, AND than OR.
        "str = :hello OR str = :a AND num = :one", "NOT str = :a AND num = :five", "NOT (str = :hello AND num = :one)",
        "NOT NOT str = :hello", "str = :hello and NOT num = :one oR num = :two",
        "num = :one OR num = :two OR num = :five",
    ])
    func holds(text: String) throws {
        #expect(try matches(text))
        let negated = "NOT (\(text))"
        // What is a function or a comparison needs no parentheses of its own here; connectives do.
        #expect(try !matches(negated))
    }

    @Test func noItem() throws {
        #expect(try matches("attribute_not_exists(pk)", nil))
        #expect(try !matches("attribute_exists(pk)", nil))
        #expect(try matches("pk <> :one", nil))
        #expect(try !matches("pk = :one", nil))
    }

    /// Bytes decide, not Swift's canonical equivalence.
    @Test func stringsAreBytes() throws {
        var context = ExpressionContext(values: [":v": s("e\u{301}"), ":w": s("\u{301}")])
        let equality = try ConditionExpression(parsing: "a = :v", context: &context)
        #expect(!equality.matches(["a": s("\u{E9}")]))
        #expect(equality.matches(["a": s("e\u{301}")]))
        #expect(try ConditionExpression(parsing: "contains(a, :w)", context: &context).matches(["a": s("e\u{301}")]))
    }

    @Test func attributes() throws {
        #expect(
            try makeCondition("a.b = :s AND (c[0] IN (d, :s) OR NOT attribute_exists(e.f)) AND size(g) > :n").attributes
                == ["a", "c", "d", "e", "g"])
    }
}
