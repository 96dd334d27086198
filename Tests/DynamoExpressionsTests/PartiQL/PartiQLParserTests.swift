import DynamoModel
import Testing

@testable import DynamoExpressions

/// What the statements of the Developer Guide say, and what is said of those that are no statements.
@Suite struct PartiQLParserTests {
    private func parse(_ text: String) throws(WireError) -> PartiQLStatementSyntax {
        try PartiQLStatement(parsing: text).syntax
    }

    private func select(_ text: String) throws -> PartiQLSelectSyntax {
        guard case .select(let select) = try parse(text) else { throw NoSelect() }
        return select
    }

    private struct NoSelect: Error {}

    private func path(_ name: String) -> PartiQLExpression {
        .path(PartiQLPath(elements: [.attribute(name)]))
    }

    // "PartiQL select statements for DynamoDB"
    @Test func selectsTheGuideHas() throws {
        let plain = try select("SELECT OrderID, Total FROM \"Orders\" WHERE OrderID = 1")
        #expect(plain.projection?.map(\.text) == ["OrderID", "Total"])
        #expect(plain.source == PartiQLSource(table: "Orders"))
        #expect(plain.condition == .comparison(.equal, path("OrderID"), .number("1")))

        let index = try select("SELECT * FROM \"TableName\".\"IndexName\"")
        #expect(index.projection == nil)
        #expect(index.source == PartiQLSource(table: "TableName", index: "IndexName"))
        #expect(index.condition == nil)

        let list = try select("SELECT * FROM \"Orders\" WHERE OrderID IN [100, 300, 234]")
        #expect(list.condition == .isIn(path("OrderID"), [.number("100"), .number("300"), .number("234")]))

        let ordered = try select(
            "SELECT * FROM \"Orders\" WHERE OrderID = 100 and Address='some address' ORDER BY Total DESC, OrderID asc")
        #expect(ordered.order.map(\.attribute) == ["Total", "OrderID"])
        #expect(ordered.order.map(\.descending) == [true, false])

        let nested = try select("SELECT Devices.FireStick.DateWatched[0] FROM t WHERE Image IS NOT MISSING;")
        #expect(nested.projection?.map(\.text) == ["Devices.FireStick.DateWatched[0]"])
        #expect(nested.condition == .not(.isMissing(path("Image"))))
    }

    // "PartiQL insert statements for DynamoDB"
    @Test func insertWithEveryType() throws {
        let text = """
            INSERT INTO "Types" value {'primarykey':'1', 'NumberType':1, 'MapType' : {'entryname1': 'value', 'entryname2': 4},
            'ListType': [1,'stringval'], 'NumberSetType':<<1,34,32,4.5>>, 'StringSetType':<<'stringval','stringval2'>>,
            'Yes':true, 'No':FALSE, 'Nothing':NULL, 'Quote':'it''s'}
            """
        guard case .insert(let insert) = try PartiQLStatement(parsing: text).bind([]) else {
            Issue.record("no INSERT")
            return
        }
        #expect(
            insert.item == [
                "primarykey": s("1"), "NumberType": n(1),
                "MapType": map(["entryname1": s("value"), "entryname2": n(4)]),
                "ListType": list(n(1), s("stringval")),
                "NumberSetType": .numberSet([
                    DynamoNumber(1), DynamoNumber(34), DynamoNumber(32), try DynamoNumber("4.5"),
                ]),
                "StringSetType": ss("stringval", "stringval2"), "Yes": .bool(true), "No": .bool(false),
                "Nothing": .null, "Quote": s("it's"),
            ])
    }

    // "PartiQL update statements for DynamoDB"
    @Test func updatesTheGuideHas() throws {
        let text = """
            UPDATE "Music" SET AwardsWon=1 SET AwardDetail={'Grammys':[2020, 2018]}
            WHERE Artist='Acme Band' AND SongTitle='PartiQL Rocks' RETURNING MODIFIED OLD *
            """
        guard case .update(let update) = try PartiQLStatement(parsing: text).bind([]) else {
            Issue.record("no UPDATE")
            return
        }
        #expect(
            update.update.actions == [
                .set(DocumentPath(root: "AwardsWon"), .operand(.value(n(1)))),
                .set(DocumentPath(root: "AwardDetail"), .operand(.value(map(["Grammys": list(n(2020), n(2018))])))),
            ])
        #expect(update.returning == .modifiedOld)
        let (key, rest) = try #require(update.condition?.primaryKey(KeySchema(hash: "Artist", range: "SongTitle")))
        #expect(key == ["Artist": s("Acme Band"), "SongTitle": s("PartiQL Rocks")])
        #expect(rest == nil)
    }

    @Test func updateFunctionsBecomeActions() throws {
        func actions(_ text: String) throws -> [UpdateAction] {
            guard case .update(let update) = try PartiQLStatement(parsing: text).bind([]) else { return [] }
            return update.update.actions
        }
        let a = DocumentPath(root: "a")
        #expect(try actions("UPDATE t SET a = set_add(a, <<'x'>>)") == [.add(a, ss("x"))])
        #expect(try actions("UPDATE t SET a = set_delete(a, <<1, 2>>)") == [.delete(a, ns(1, 2))])
        #expect(
            try actions("UPDATE t SET a = list_append(a, [1])")
                == [.set(a, .operand(.listAppend(.path(a), .value(list(n(1))))))])
        #expect(try actions("UPDATE t SET a = a + 1") == [.set(a, .sum(.path(a), .value(n(1))))])
        #expect(try actions("UPDATE t SET a = a -1") == [.set(a, .difference(.path(a), .value(n(1))))])
        let grammys = DocumentPath(root: "d", [.attribute("g"), .index(2)])
        #expect(try actions("UPDATE t REMOVE d.g[2]") == [.remove(grammys)])
    }

    @Test func deleteAndExists() throws {
        let delete = try parse(
            "DELETE FROM \"Music\" WHERE \"Artist\" = 'Acme Band' AND \"SongTitle\" = 'PartiQL Rocks' RETURNING ALL OLD *"
        )
        guard case .delete(let parsed) = delete else {
            Issue.record("no DELETE")
            return
        }
        #expect(parsed.returning == .allOld)
        let exists = try PartiQLStatement(
            parsing: "EXISTS(SELECT * FROM \"Music\" WHERE \"Artist\" = ? AND \"SongTitle\" = 'PartiQL Rocks')")
        #expect(exists.isExists && !exists.isSelect)
        #expect(exists.parameterCount == 1)
        #expect(exists.source == PartiQLSource(table: "Music"))
    }

    @Test func negatedRangesAndOtherSpellings() throws {
        let a = path("a")
        func condition(_ text: String) throws -> PartiQLExpression? {
            try select("SELECT * FROM t WHERE \(text)").condition
        }
        #expect(try condition("a NOT IN (1)") == .not(.isIn(a, [.number("1")])))
        #expect(try condition("a not between 1 and 2") == .not(.between(a, lower: .number("1"), upper: .number("2"))))
        #expect(try condition("a != 1") == .comparison(.notEqual, a, .number("1")))
        #expect(try condition("a<-1") == .comparison(.less, a, .number("-1")))
        #expect(try condition("((a = .5))") == .comparison(.equal, a, .number(".5")))
        #expect(try condition("a = 1 -- the rest\n /* and this */") == .comparison(.equal, a, .number("1")))
        #expect(try condition("BEGINS_WITH(a, 'x')") == .call("begins_with", [a, .string("x")]))
    }

    @Test(arguments: [
        ("", "Expected data manipulation"),
        ("DROP TABLE t", "Expected data manipulation"),
        ("UPDATE Payment-table SET a=? WHERE b=?", "Expected data manipulation"),
        ("INSERT INTO urls (key, url) VALUES (?, ?)", "Unexpected keyword"),
        ("SELECT * FROM my-table", "Unexpected from source"),
        ("SELECT * FROM 'Music'", "Unexpected from source"),
        ("SELECT *", "Expected FROM after SELECT list"),
        ("SELECT * FROM t WHERE date = 1", "Unexpected keyword"),
        ("SELECT * FROM t WHERE", "Unexpected term"),
        ("SELECT * FROM t WHERE a =", "Unexpected term"),
        ("SELECT * FROM t WHERE a = 'x", "Unexpected term"),
        ("SELECT * FROM t WHERE a = 1 b", "Unexpected token after expression"),
        ("SELECT * FROM t; SELECT * FROM u", "Unexpected token after semicolon. (Only one query is allowed.)"),
        ("SELECT * FROM t WHERE (a = 1", "Expected RIGHT_PAREN"),
        ("SELECT * FROM t WHERE a IN [1", "Expected RIGHT_BRACKET"),
        ("UPDATE 't' SET a = 1", "Expected identifier for simple path"),
        ("UPDATE t SET value = 1", "Expected identifier for simple path"),
        ("UPDATE t SET a 1", "Expected '='"),
        ("UPDATE t SET a = 1 RETURNING SOME OLD *", "Expected ALL or MODIFIED in a returning clause."),
        ("UPDATE t SET a = 1 RETURNING ALL *", "Expected OLD or NEW in a returning clause."),
        ("SELECT a. FROM t", "Invalid path dot component"),
        ("SELECT * FROM t WHERE a IS ?", "Expected type name"),
    ])
    func malformedStatements(_ text: String, _ reason: String) {
        let message = errorMessage { () throws(WireError) in try PartiQLStatement(parsing: text) }
        #expect(message == malformed(reason), "\(text)")
    }

    @Test(arguments: [
        ("SELECT * FROM t LIMIT 5", "Unsupported clause: LIMIT at 1:17:5"),
        ("SELECT *\nFROM t\n  GROUP BY a", "Unsupported clause: GROUP at 3:3:5"),
        ("SELECT DISTINCT a FROM t", "Unsupported clause: DISTINCT at 1:8:8"),
        ("SELECT * FROM t WHERE a LIKE 'x%'", "Unsupported operator: LIKE at 1:25:4"),
        ("SELECT * FROM t, u", "Only select from a single table or index is supported."),
        ("SELECT * FROM t JOIN u", "Only select from a single table or index is supported."),
    ])
    func partsOfPartiQLThatDynamoDBLacks(_ text: String, _ expected: String) {
        let message = errorMessage { () throws(WireError) in try PartiQLStatement(parsing: text) }
        #expect(message == expected)
    }
}
