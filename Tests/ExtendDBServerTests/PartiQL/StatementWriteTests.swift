import DynamoModel
import Testing

@Suite struct StatementWriteTests {
    @Test func insertOnce() async throws {
        try await withServer { server in
            try await server.makeIndexedTable()
            let text = "INSERT INTO items VALUE {'pk': 'a', 'sk': ?, 'gpk': 'g', 'gsk': 1, 'l': [1, {'x': true}]}"
            #expect(try await server.execute(text, #"{"N":"1"}"#).text == #"{"Items":[]}"#)
            #expect(
                try await server.get(#"{"pk":{"S":"a"},"sk":{"N":"1"}}"#)
                    == item(
                        #"{"pk":{"S":"a"},"sk":{"N":"1"},"gpk":{"S":"g"},"gsk":{"N":"1"},"l":{"L":[{"N":"1"},{"M":{"x":{"BOOL":true}}}]}}"#
                    ))
            #expect(try await server.items("Query", Self.byIndex).count == 1)
            try await server.expectRefused(
                text, #"{"N":"1"}"#, type: "DuplicateItemException", message: "Duplicate primary key exists in table")
            try await server.expectRefused(
                "INSERT INTO items VALUE {'pk': 'a'}",
                message: "One or more parameter values were invalid: Missing the key sk in the item")
            try await server.expectRefused(
                "INSERT INTO items VALUE {'pk': 'a', 'sk': 'x'}",
                message: "One or more parameter values were invalid: Type mismatch for key sk expected: N actual: S")
            try await server.expectRefused(
                "INSERT INTO nope VALUE {'pk': 'a'}", type: "ResourceNotFoundException",
                message: "Requested resource not found")
        }
    }

    private static let byIndex =
        #""IndexName":"gsi1","KeyConditionExpression":"gpk = :g","ExpressionAttributeValues":{":g":{"S":"g"}}"#

    @Test func updateReturnsWhatIsAskedFor() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S")
            func reset() async throws {
                try await server.put(
                    #"{"pk":{"S":"a"},"n":{"N":"1"},"l":{"L":[{"N":"1"}]},"s":{"SS":["x"]},"z":{"S":"z"}}"#)
            }
            let text =
                "UPDATE items SET n = n + 2 SET l = list_append(l, [2]), s = set_add(s, <<'y'>>) REMOVE z WHERE pk = 'a'"
            let old = #"{"l":{"L":[{"N":"1"}]},"n":{"N":"1"},"s":{"SS":["x"]},"z":{"S":"z"}}"#
            let new = #"{"l":{"L":[{"N":"1"},{"N":"2"}]},"n":{"N":"3"},"s":{"SS":["x","y"]}}"#
            let cases: [(String, Item?)] = [
                ("", nil), (" RETURNING MODIFIED OLD *", try item(old)), (" RETURNING MODIFIED NEW *", try item(new)),
                (" RETURNING ALL OLD *", try item(old).merging(["pk": .string("a")], uniquingKeysWith: { $1 })),
                (" RETURNING ALL NEW *", try item(new).merging(["pk": .string("a")], uniquingKeysWith: { $1 })),
            ]
            for (returning, expected) in cases {
                try await reset()
                #expect(try await server.select(text + returning) == (expected.map { [$0] } ?? []), "\(returning)")
            }
            #expect(
                try await server.select(
                    "UPDATE items SET s = set_delete(s, <<'x', 'y'>>) WHERE pk = 'a' RETURNING ALL NEW *"
                )
                .first?["s"] == nil)
        }
    }

    /// An UPDATE changes an item that is there; it makes none.
    @Test func updateNeedsItsItem() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S,sk:N")
            let failed = "The conditional request failed"
            try await server.expectRefused(
                "UPDATE items SET a = 1 WHERE pk = 'a' AND sk = 1", type: "ConditionalCheckFailedException",
                message: failed)
            #expect(try await server.get(#"{"pk":{"S":"a"},"sk":{"N":"1"}}"#) == nil)
            try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"1"},"v":{"N":"7"}}"#)
            try await server.execute("UPDATE items SET a = 1 WHERE sk = 1 AND v = 7 AND pk = 'a'")
            let failure = try await server.fail(
                "ExecuteStatement",
                WireHarness.statement(
                    "UPDATE items SET a = 2 WHERE pk = 'a' AND sk = 1 AND v = 8", "",
                    #","ReturnValuesOnConditionCheckFailure":"ALL_OLD""#))
            #expect(failure.type == "ConditionalCheckFailedException")
            #expect(failure.body["Item"]?["a"]?.text == #"{"N":"1"}"#)
            let incomplete = "Where clause does not contain a mandatory equality on all key attributes"
            for condition in ["pk = 'a'", "pk = 'a' AND sk > 1", "pk = 'a' OR sk = 1", "v = 7"] {
                try await server.expectRefused("UPDATE items SET a = 1 WHERE \(condition)", message: incomplete)
                try await server.expectRefused("DELETE FROM items WHERE \(condition)", message: incomplete)
            }
            try await server.expectRefused("DELETE FROM items", message: incomplete)
            try await server.expectRefused(
                "UPDATE items SET sk = 2 WHERE pk = 'a' AND sk = 1",
                message:
                    "One or more parameter values were invalid: Cannot update attribute sk. This attribute is part of the key"
            )
            try await server.expectRefused(
                "UPDATE items SET a = nope + 1 WHERE pk = 'a' AND sk = 1",
                message: "The provided expression refers to an attribute that does not exist in the item")
            try await server.expectRefused(
                "UPDATE items SET a = 1 WHERE pk = 1 AND sk = 1",
                message: "The provided key element does not match the schema")
        }
    }

    /// "SUCCESS is returned with 0 items deleted … ConditionalCheckFailedException is returned" ("PartiQL delete
    /// statements for DynamoDB").
    @Test func deleteWithAndWithoutItem() async throws {
        try await withServer { server in
            try await server.makeIndexedTable()
            let put = #"{"pk":{"S":"a"},"sk":{"N":"1"},"gpk":{"S":"g"},"gsk":{"N":"1"},"v":{"N":"7"}}"#
            #expect(
                try await server.execute("DELETE FROM items WHERE pk = 'a' AND sk = 1 AND v = 7").text
                    == #"{"Items":[]}"#)
            try await server.put(put)
            try await server.expectRefused(
                "DELETE FROM items WHERE pk = 'a' AND sk = 1 AND v = 8", type: "ConditionalCheckFailedException",
                message: "The conditional request failed")
            let deleted = try await server.select(
                "DELETE FROM items WHERE pk = 'a' AND sk = 1 AND v = 7 RETURNING ALL OLD *")
            #expect(try deleted == [item(put)])
            #expect(try await server.items("Query", Self.byIndex).isEmpty)
            #expect(try await server.select("DELETE FROM items WHERE pk = 'a' AND sk = 1 RETURNING ALL OLD *").isEmpty)
        }
    }

    @Test func requestsAreChecked() async throws {
        try await withServer { server in
            try await server.expectInvalid(
                "ExecuteStatement", "{}",
                "1 validation error detected: Value null at 'statement' failed to satisfy constraint: Member must not be null"
            )
            try await server.expectInvalid(
                "ExecuteStatement", #"{"Statement":"","Limit":0}"#,
                "2 validation errors detected: Value '' at 'statement' failed to satisfy constraint: Member must have "
                    + "length greater than or equal to 1; Value '0' at 'limit' failed to satisfy constraint: Member must "
                    + "have value greater than or equal to 1")
            try await server.expectRefused(
                "SELECT * FROM items WHERE a = ?", message: "Number of parameters in request and statement don't match."
            )
            try await server.expectRefused(
                "EXISTS(SELECT * FROM items WHERE a = 1)", message: "EXISTS function can only be used in transactions.")
            try await server.expectRefused(
                "DROP TABLE items",
                message: "Statement wasn't well formed, can't be processed: Expected data manipulation")
        }
    }
}
