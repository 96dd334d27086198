import DynamoModel
import Testing

@testable import DynamoExpressions

/// What conditions of statements mean, and what cannot be bound.
@Suite struct PartiQLBindingTests {
    private func condition(_ text: String, _ parameters: AttributeValue...) throws(WireError) -> Condition? {
        let statement = try PartiQLStatement(parsing: "SELECT * FROM t WHERE \(text)")
        guard case .select(let select) = try statement.bind(parameters) else { return nil }
        return select.condition
    }

    private func matches(_ text: String, _ item: Item, _ parameters: AttributeValue...) throws -> Bool {
        let statement = try PartiQLStatement(parsing: "SELECT * FROM t WHERE \(text)")
        guard case .select(let select) = try statement.bind(parameters) else { return false }
        return try #require(select.condition).matches(item)
    }

    @Test func operatorsMeanWhatDynamoDBsOwnMean() throws {
        let item: Item = [
            "a": n(5), "s": s("hello"), "l": list(n(1), s("x")), "m": map(["k": list(s("deep"))]), "set": ss("p", "q"),
            "nil": .null, "two words": n(1),
        ]
        for text in [
            "a = 5.0", "a <> 4", "a != 4", "a BETWEEN 5 AND 6", "a IN [1, 5]", "NOT a = 4", "a = 4 OR s = 'hello'",
            "begins_with(s, 'he')", "contains(s, 'ell')", "contains(\"set\", 'p')", "size(s) = 5", "size(l) > 1",
            "attribute_type(a, 'N')", "nil IS NULL", "nope IS MISSING", "a IS NOT NULL", "a IS NOT MISSING",
            "nope IS NOT NULL", "m.k[0] = 'deep'", "\"two words\" = 1", "5 = a", "nil = NULL", "l = [1, 'x']",
            "\"set\" = <<'q', 'p'>>", "nope <> 1",
        ] {
            #expect(try matches(text, item), "\(text)")
        }
        for text in [
            "a = '5'", "nope IS NULL", "a IS NULL", "nil IS MISSING", "nope = NULL", "a > 5", "nope < 1",
            "A = 5", "s BETWEEN 'a' AND 'b'",
        ] {
            #expect(try !matches(text, item), "\(text)")
        }
    }

    @Test func parametersStandInTheOrderOfTheText() throws {
        let item: Item = ["a": s("x"), "b": .binary([1, 2])]
        #expect(try matches("a = ? AND b = ?", item, s("x"), .binary([1, 2])))
        #expect(try !matches("a = ? AND b = ?", item, .binary([1, 2]), s("x")))
        #expect(try matches("a IN [?, ?] AND b <> ?", item, s("y"), s("x"), n(1)))
    }

    @Test func wrongNumberOfParameters() {
        let expected = "Number of parameters in request and statement don't match."
        #expect(errorMessage { () throws(WireError) in try condition("a = ?") } == expected)
        #expect(errorMessage { () throws(WireError) in try condition("a = 1", n(1)) } == expected)
        #expect(errorMessage { () throws(WireError) in try condition("a = '?'", n(1)) } == expected)
    }

    @Test(arguments: [
        (
            "begins_with(a, 5)",
            "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N"
        ),
        ("size(5) = 1", "Incorrect operand type for operator or function; operator or function: size, operand type: N"),
        ("size(a)", "The function is not allowed to be used this way in an expression; function: size"),
        (
            "contains(a)",
            "Incorrect number of operands for operator or function; operator or function: contains, number of operands: 1"
        ),
        ("a < true", "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL"),
        (
            "a = a",
            "The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [a]"
        ),
        (
            "a BETWEEN 2 AND 1",
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:2}, upper bound operand: AttributeValue: {N:1}"
        ),
        (
            "attribute_type(a, 'X')",
            "Invalid attribute type name found; type: X, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"
        ),
        ("a", "Unsupported expression: the path a cannot be used here"),
        ("a = MISSING", "Unsupported expression: MISSING cannot be used here"),
        ("attribute_exists(a)", "Unsupported expression: the function attribute_exists cannot be used here"),
        ("a + 1 = 2", "Unsupported expression: arithmetic cannot be used here"),
        ("a = <<1, 1>>", "Input collection contains duplicates"),
        ("a = <<>>", "One or more parameter values were invalid: An string set  may not be empty"),
        ("a = 1e200", "Number overflow. Attempting to store a number with magnitude larger than supported range"),
    ])
    func unboundConditions(_ text: String, _ expected: String) {
        #expect(errorMessage { () throws(WireError) in try condition(text) } == expected)
    }

    @Test(arguments: [
        (
            "UPDATE t SET a = 1 SET a.b = 2",
            "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a, b]"
        ),
        (
            "UPDATE t SET a = set_add(b, <<1>>)",
            "Unsupported expression: the first operand of set_add must be the attribute that is set"
        ),
        (
            "UPDATE t SET a = set_add(a, 1)",
            "Incorrect operand type for operator or function; operator or function: set_add, operand type: N"
        ),
        (
            "UPDATE t SET a = 'x' + 1",
            "Incorrect operand type for operator or function; operator or function: +, operand type: S"
        ),
        (
            "UPDATE t SET a = if_not_exists(a, 1)",
            "Unsupported expression: the function if_not_exists cannot be used here"
        ),
        ("INSERT INTO t VALUE {'a': 1, 'a': 2}", "Unsupported expression: the map has two members named a"),
        ("INSERT INTO t VALUE {'': 1}", "One or more parameter values were invalid: Attribute name must not be empty"),
        ("INSERT INTO t VALUE {'a': b}", "Unsupported expression: the path b cannot be used here"),
        ("INSERT INTO t VALUE 1", "Unsupported expression: the VALUE of an INSERT must be a map"),
        ("DELETE FROM t WHERE a = 1 RETURNING ALL NEW *", "Unsupported expression: a DELETE can return ALL OLD * only"),
    ])
    func unboundWrites(_ text: String, _ expected: String) {
        #expect(errorMessage { () throws(WireError) in try PartiQLStatement(parsing: text).bind([]) } == expected)
    }

    @Test func selectListsNameTheirLastStep() throws {
        let statement = try PartiQLStatement(parsing: "SELECT a, m.k, m.l[1], nope FROM t")
        guard case .select(let select) = try statement.bind([]) else { return }
        let item: Item = ["a": n(1), "m": map(["k": s("v"), "l": list(n(7), n(8))]), "z": n(0)]
        #expect(select.projection?.project(item) == ["a": n(1), "k": s("v"), "l[1]": n(8)])
    }

    // "PartiQL select statements for DynamoDB": which statements scan the table
    @Test func partitionsAreRecognised() throws {
        let cases: [(String, [Int]?)] = [
            ("OrderID = 100", [100]), ("OrderID = 100 and Address='some address'", [100]),
            ("OrderID = 100 or OrderID = 200", [100, 200]), ("OrderID IN [100, 300, 234]", [100, 300, 234]),
            ("100 = OrderID", [100]), ("OrderID IN [1, 1]", [1]),
            ("(OrderID = 1 AND a = 1) OR (OrderID = 2 AND a = 2)", [1, 2]),
            ("OrderID > 1", nil), ("Address='some address'", nil), ("OrderID = 100 OR Address='some address'", nil),
            ("NOT OrderID = 1", nil), ("OrderID.x = 1", nil), ("OrderID IN [1, a]", nil), ("OrderID <> 1", nil),
        ]
        for (text, expected) in cases {
            #expect(try condition(text)?.partitions(of: "OrderID") == expected?.map { n($0) }, "\(text)")
        }
    }

    @Test func sortKeysAreNarrowed() throws {
        let cases: [(String, RangeCondition?)] = [
            ("p = 1 AND r = 5", .equal(n(5))), ("p = 1 AND r > 5", .greater(n(5))), ("p = 1 AND 5 > r", .less(n(5))),
            ("p = 1 AND r >= 2 AND r <= 5", .between(n(2), n(5))),
            ("p = 1 AND r BETWEEN 2 AND 3", .between(n(2), n(3))),
            ("p = 1 AND r >= 6 AND r <= 5", .greaterOrEqual(n(6))), ("p = 1 AND r > 1 AND r = 3", .equal(n(3))),
            ("p = 1 AND begins_with(r, 'x')", .beginsWith(s("x"))), ("p = 1 AND (r = 1 OR r = 2)", nil),
            ("p = 1 AND r <> 2", nil), ("p = 1 AND r.x = 2", nil),
        ]
        for (text, expected) in cases {
            #expect(try condition(text)?.rangeCondition(on: "r") == expected, "\(text)")
        }
    }

    @Test func wholeKeysAreSplitOff() throws {
        let schema = KeySchema(hash: "p", range: "r")
        func split(_ text: String) throws -> (key: Item, rest: Condition?)? { try condition(text)?.primaryKey(schema) }
        let both = try #require(try split("p = 1 AND x = 3 AND r = 2"))
        #expect(both.key == ["p": n(1), "r": n(2)])
        #expect(both.rest == .comparison(.equal, .path(DocumentPath(root: "x")), .value(n(3))))
        #expect(try split("p = 1") == nil)
        #expect(try split("p = 1 AND r > 2") == nil)
        #expect(try split("p = 1 OR r = 2") == nil)
        #expect(try split("p IN [1] AND r = 2") == nil)
        let twice = try #require(try split("p = 1 AND p = 2 AND r = 2"))
        #expect(twice.key == ["p": n(1), "r": n(2)] && twice.rest != nil)
    }
}
