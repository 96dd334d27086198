import DynamoExpressions
import DynamoModel
import Testing

@Suite struct ProjectionTests {
    static let item: Item = [
        "a": map(["x": n(1), "y": list(n(0), n(1), map(["z": s("deep"), "w": n(2)]), n(3))]),
        "b": list(s("0"), s("1"), s("2")), "c": s("scalar"), "d": n(4),
    ]

    @Test(
        arguments: [
            ("c", ["c": s("scalar")]),
            ("c, d", ["c": s("scalar"), "d": n(4)]),
            ("a.x", ["a": map(["x": n(1)])]),
            ("#a.x, c", ["a": map(["x": n(1)]), "c": s("scalar")]),
            ("b[2], b[0]", ["b": list(s("0"), s("2"))]),
            ("a.y[2].z", ["a": map(["y": list(map(["z": s("deep")]))])]),
            ("a.y[3], a.y[2].w, a.x", ["a": map(["x": n(1), "y": list(map(["w": n(2)]), n(3))])]),
            ("nope", [:]),
            ("a.nope, c.x, b[9], d[0]", [:]),
            ("b", ["b": list(s("0"), s("1"), s("2"))]),
        ] as [(String, Item)])
    func projects(text: String, expected: Item) throws {
        #expect(try makeProjection(text).project(Self.item) == expected)
    }

    @Test(arguments: [
        ("a, a", "overlap", "[a]", "[a]"),
        ("a, #a", "overlap", "[a]", "[a]"),
        ("a, c, a.b", "overlap", "[a]", "[a, b]"),
        ("a.b[0].c, a.b", "overlap", "[a, b, [0], c]", "[a, b]"),
        ("a.b, a[0]", "conflict", "[a, b]", "[a, [0]]"),
        ("b[1][2], b[1].x", "conflict", "[b, [1], [2]]", "[b, [1], x]"),
        // An overlap is reported before a conflict.
        ("a.b, a[0], c, c", "overlap", "[c]", "[c]"),
    ])
    func pathErrors(text: String, verb: String, one: String, two: String) {
        #expect(
            errorMessage { () throws(WireError) in try makeProjection(text) }
                == "Invalid ProjectionExpression: Two document paths \(verb) with each other; "
                + "must remove or rewrite one of these paths; path one: \(one), path two: \(two)")
    }

    @Test func errorOrder() {
        #expect(
            errorMessage { () throws(WireError) in try makeProjection("a, a, #x, name") }
                == "Invalid ProjectionExpression: Attribute name is a reserved keyword; reserved keyword: name")
        #expect(
            errorMessage { () throws(WireError) in try makeProjection("a, a, #x") }?.hasSuffix("attribute name: #x")
                == true)
    }

    @Test func attributesToGet() {
        let item: Item = ["a.b": n(1), "a": map(["b": n(2)]), "c": n(3)]
        #expect(ProjectionExpression(attributesToGet: ["a.b", "c", "nope"]).project(item) == ["a.b": n(1), "c": n(3)])
    }

    @Test func attributes() throws {
        #expect(try makeProjection("a.x, a.y, b[0], #c").attributes == ["a", "b", "c"])
    }
}
