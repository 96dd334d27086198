import DynamoExpressions
import DynamoModel
import Testing

@Suite struct LegacyTests {
    static let item: Item = ["str": s("hello"), "num": n(5), "a.b": n(1), "strs": ss("a"), "arr": list(n(1))]

    /// Each operator says the same as the expression beside it.
    @Test(arguments: [
        (LegacyCondition(.equal, [n(5)]), "num = :v"), (LegacyCondition(.notEqual, [n(5)]), "num <> :v"),
        (LegacyCondition(.less, [n(5)]), "num < :v"), (LegacyCondition(.lessOrEqual, [n(5)]), "num <= :v"),
        (LegacyCondition(.greater, [n(5)]), "num > :v"), (LegacyCondition(.greaterOrEqual, [n(5)]), "num >= :v"),
        (LegacyCondition(.null), "attribute_not_exists(num)"), (LegacyCondition(.notNull), "attribute_exists(num)"),
        (LegacyCondition(.in, [n(5), n(6)]), "num IN (:v, :w)"),
        (LegacyCondition(.between, [n(5), n(6)]), "num BETWEEN :v AND :w"),
        (LegacyCondition(.contains, [n(5)]), "contains(num, :v)"),
        (LegacyCondition(.beginsWith, [s("h")]), "begins_with(num, :h)"),
    ])
    func operators(condition: LegacyCondition, text: String) throws {
        var context = ExpressionContext(values: [":v": n(5), ":w": n(6), ":h": s("h")])
        let expression = try ConditionExpression(parsing: text, context: &context)
        #expect(ConditionExpression(legacy: ["num": condition]) == expression)
    }

    @Test(
        arguments: [
            ("str", LegacyCondition(.notContains, [s("x")]), true),
            ("str", LegacyCondition(.notContains, [s("ell")]), false),
            ("none", LegacyCondition(.notContains, [s("x")]), false),
            ("none", LegacyCondition(.notEqual, [n(1)]), true),
            ("a.b", LegacyCondition(.equal, [n(1)]), true), ("strs", LegacyCondition(.contains, [s("a")]), true),
            ("num", LegacyCondition(.less, [s("z")]), false),
        ] as [(Text, LegacyCondition, Bool)])
    func semantics(attribute: Text, condition: LegacyCondition, expected: Bool) {
        #expect(ConditionExpression(legacy: [attribute: condition]).matches(Self.item) == expected)
    }

    @Test func combinations() {
        let conditions: [Text: LegacyCondition] = [
            "str": LegacyCondition(.equal, [s("hello")]), "num": LegacyCondition(.equal, [n(6)]),
        ]
        #expect(!ConditionExpression(legacy: conditions).matches(Self.item))
        #expect(!ConditionExpression(legacy: conditions, conditionalOperator: .and).matches(Self.item))
        #expect(ConditionExpression(legacy: conditions, conditionalOperator: .or).matches(Self.item))
        #expect(ConditionExpression(legacy: [:], conditionalOperator: .or).matches(Self.item))
    }

    @Test func keyConditions() throws {
        let schema = KeySchema(hash: "pk", range: "sk")
        let types: [Text: KeyAttributeType] = ["pk": .string, "sk": .number]
        let ranges: [(LegacyCondition, RangeCondition)] = [
            (LegacyCondition(.equal, [n(1)]), .equal(n(1))), (LegacyCondition(.less, [n(1)]), .less(n(1))),
            (LegacyCondition(.lessOrEqual, [n(1)]), .lessOrEqual(n(1))),
            (LegacyCondition(.greater, [n(1)]), .greater(n(1))),
            (LegacyCondition(.greaterOrEqual, [n(1)]), .greaterOrEqual(n(1))),
            (LegacyCondition(.between, [n(1), n(2)]), .between(n(1), n(2))),
        ]
        for (legacy, range) in ranges {
            let expression = try KeyConditionExpression(
                legacy: ["pk": LegacyCondition(.equal, [s("x")]), "sk": legacy])
            #expect(
                try expression.resolve(keySchema: schema, attributeTypes: types)
                    == KeyCondition(hash: s("x"), range: range))
        }
    }

    @Test(arguments: [
        LegacyCondition(.notEqual, [n(1)]), LegacyCondition(.null), LegacyCondition(.notNull),
        LegacyCondition(.in, [n(1)]), LegacyCondition(.contains, [n(1)]), LegacyCondition(.notContains, [n(1)]),
    ])
    func unsearchable(condition: LegacyCondition) {
        #expect(
            errorMessage { () throws(WireError) in try KeyConditionExpression(legacy: ["pk": condition]) }
                == "Attempted conditional constraint is not an indexable operation")
    }

    @Test func attributeUpdates() throws {
        let update = UpdateExpression(legacy: [
            "str": AttributeUpdate(.put, s("new")), "num": AttributeUpdate(.add, n(1)),
            "strs": AttributeUpdate(.add, ss("b")), "arr": AttributeUpdate(.add, list(n(2))),
            "a.b": AttributeUpdate(.delete), "fresh": AttributeUpdate(.add, list(n(3))),
            "none": AttributeUpdate(.delete, ss("x")),
        ])
        let result = try update.apply(to: Self.item)
        #expect(
            result.item == [
                "str": s("new"), "num": n(6), "strs": ss("a", "b"), "arr": list(n(1), n(2)), "fresh": list(n(3)),
            ])
        #expect(result.updatedOld == Self.item)
        #expect(result.updatedNew == result.item)
    }

    @Test func attributeUpdatesOfAnotherType() throws {
        for update in [AttributeUpdate(.add, n(1)), AttributeUpdate(.delete, ns(1))] {
            let expression = UpdateExpression(legacy: ["str": update])
            #expect(
                errorMessage { () throws(WireError) in try expression.apply(to: Self.item) }
                    == "Type mismatch for attribute to update")
        }
    }
}
