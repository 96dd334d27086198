import DynamoExpressions
import DynamoModel
import Testing

@Suite struct KeyConditionTests {
    static let schema = KeySchema(hash: "pk", range: "sk")
    static let types: [Text: KeyAttributeType] = ["pk": .string, "sk": .number, "a": .string]

    private func resolve(
        _ text: String, schema: KeySchema = schema, types: [Text: KeyAttributeType] = types
    ) throws(WireError) -> KeyCondition {
        try makeKeyCondition(text).resolve(keySchema: schema, attributeTypes: types)
    }

    @Test(
        arguments: [
            ("pk = :s", nil),
            ("(pk = :s)", nil),
            (":s = pk", nil),
            ("pk = :s AND sk = :n", .equal(n(1))),
            ("sk = :n AND pk = :s", .equal(n(1))),
            ("(pk = :s) and (sk < :n)", .less(n(1))),
            ("(pk = :s AND sk <= :n)", .lessOrEqual(n(1))),
            ("pk = :s AND sk > :n", .greater(n(1))),
            ("pk = :s AND sk >= :n", .greaterOrEqual(n(1))),
            ("pk = :s AND :n <= sk", .greaterOrEqual(n(1))),
            ("pk = :s AND :n > sk", .less(n(1))),
            ("pk = :s AND sk BETWEEN :n AND :m", .between(n(1), n(5))),
        ] as [(String, RangeCondition?)])
    func conditions(text: String, range: RangeCondition?) throws {
        #expect(try resolve(text) == KeyCondition(hash: s("s"), range: range))
    }

    @Test func beginsWith() throws {
        let schema = KeySchema(hash: "pk", range: "a")
        #expect(
            try resolve("begins_with(a, :t) AND pk = :s", schema: schema)
                == KeyCondition(hash: s("s"), range: .beginsWith(s("t"))))
    }

    @Test(arguments: [
        ("pk = :s OR sk = :n", "Invalid operator used in KeyConditionExpression: OR"),
        ("NOT pk = :s", "Invalid operator used in KeyConditionExpression: NOT"),
        ("pk <> :s", "Invalid operator used in KeyConditionExpression: <>"),
        ("pk = :s AND sk IN (:n)", "Invalid operator used in KeyConditionExpression: IN"),
        ("attribute_exists(pk)", "Invalid operator used in KeyConditionExpression: attribute_exists"),
        ("attribute_not_exists(pk)", "Invalid operator used in KeyConditionExpression: attribute_not_exists"),
        ("attribute_type(pk, :type)", "Invalid operator used in KeyConditionExpression: attribute_type"),
        ("contains(pk, :s)", "Invalid operator used in KeyConditionExpression: contains"),
        ("size(pk) = :n", "KeyConditionExpressions cannot contain nested operations"),
        ("pk.a = :s", "KeyConditionExpressions cannot have conditions on nested attributes"),
        ("pk = :s AND sk > :n AND sk < :m", "KeyConditionExpressions must only contain one condition per key"),
        ("pk = :s AND pk = :t", "KeyConditionExpressions must only contain one condition per key"),
        ("pk = sk", "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition"),
        (
            "begins_with(pk, a)",
            "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition"
        ),
        (":s = :t", "Invalid condition in KeyConditionExpression: No key attribute specified"),
        (
            "begins_with(:s, pk)",
            "Invalid condition in KeyConditionExpression: "
                + "begins_with operator must have the key attribute as its first operand"
        ),
        (
            ":n BETWEEN sk AND :m",
            "Invalid condition in KeyConditionExpression: "
                + "BETWEEN operator must have the key attribute as its first operand"
        ),
        ("sk = :n", "Query condition missed key schema element: pk"),
        ("pk = :s AND a = :s", "Query condition missed key schema element: sk"),
        ("pk = :s AND sk = :n AND a = :s", "Conditions can be of length 1 or 2 only"),
        ("pk > :s", "Query key condition not supported"),
        ("begins_with(pk, :s)", "Query key condition not supported"),
        ("pk BETWEEN :s AND :t AND sk = :n", "Query key condition not supported"),
        (
            "pk = :n",
            "One or more parameter values were invalid: Condition parameter type does not match schema type"
        ),
        (
            "pk = :s AND begins_with(sk, :t)",
            "One or more parameter values were invalid: Condition parameter type does not match schema type"
        ),
        (
            "pk = :empty",
            "One or more parameter values are not valid. "
                + "The AttributeValue for a key attribute cannot contain an empty string value. Key: pk"
        ),
        (
            "begins_with(sk, :n)",
            "Invalid KeyConditionExpression: Incorrect operand type for operator or function; "
                + "operator or function: begins_with, operand type: N"
        ),
        ("((pk = :s))", "Invalid KeyConditionExpression: The expression has redundant parentheses;"),
    ])
    func errors(text: String, expected: String) {
        #expect(errorMessage { () throws(WireError) in try resolve(text) } == expected)
    }

    @Test func hashOnlyTable() throws {
        let schema = KeySchema(hash: "pk")
        #expect(try resolve("pk = :s", schema: schema) == KeyCondition(hash: s("s")))
        #expect(
            errorMessage { () throws(WireError) in try resolve("pk = :s AND a = :s", schema: schema) }
                == "Query key condition not supported")
    }

    @Test(arguments: [
        (RangeCondition.equal(n(5)), [5]), (.less(n(5)), [3, 4]), (.lessOrEqual(n(5)), [3, 4, 5]),
        (.greater(n(5)), [6, 7]), (.greaterOrEqual(n(5)), [5, 6, 7]), (.between(n(4), n(6)), [4, 5, 6]),
    ])
    func matches(condition: RangeCondition, expected: [Int]) {
        #expect((3...7).filter { condition.matches(n($0)) } == expected)
        #expect(!condition.matches(s("5")))
    }

    @Test func matchesPrefix() {
        #expect(RangeCondition.beginsWith(s("ab")).matches(s("abc")))
        #expect(!RangeCondition.beginsWith(s("ab")).matches(s("a")))
        #expect(RangeCondition.beginsWith(.binary([1])).matches(.binary([1, 2])))
    }
}
