import DynamoModel
import Testing

@Suite struct BatchStatementTests {
    private func batch(_ statements: [String], _ more: String = "") -> String {
        #"{"Statements":[\#(statements.joined(separator: ","))]\#(more)}"#
    }

    @Test func readsOfSingleItems() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S,sk:N")
            try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"1"},"v":{"N":"7"}}"#)
            let response = try await server.succeed(
                "BatchExecuteStatement",
                batch(
                    [
                        WireHarness.statement("SELECT v FROM items WHERE pk = 'a' AND sk = ?", #"{"N":"1"}"#),
                        WireHarness.statement("SELECT * FROM items WHERE pk = 'a' AND sk = 2"),
                        WireHarness.statement("SELECT * FROM items WHERE pk = 'a' AND sk = 1 AND v = 8"),
                        WireHarness.statement("SELECT * FROM items WHERE pk = 'a'"),
                        WireHarness.statement("SELECT * FROM nope WHERE pk = 'a'"),
                        WireHarness.statement("SELECT * FROM items WHERE"),
                    ], #","ReturnConsumedCapacity":"TOTAL""#))
            #expect(
                response["Responses"]?.arrayValue?.map(\.sortedText) == [
                    #"{"Item":{"v":{"N":"7"}},"TableName":"items"}"#, #"{"TableName":"items"}"#,
                    #"{"TableName":"items"}"#,
                    #"{"Error":{"Code":"ValidationError","Message":"Select statements within BatchExecuteStatement must specify the primary key in the where clause."},"TableName":"items"}"#,
                    #"{"Error":{"Code":"ResourceNotFound","Message":"Requested resource not found"},"TableName":"nope"}"#,
                    #"{"Error":{"Code":"ValidationError","Message":"Statement wasn't well formed, can't be processed: Unexpected term"}}"#,
                ])
            #expect(response["ConsumedCapacity"]?.text == #"[{"CapacityUnits":1.5,"TableName":"items"}]"#)
        }
    }

    @Test func writesEachByItself() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S")
            try await server.put(#"{"pk":{"S":"a"},"v":{"N":"1"}}"#)
            let response = try await server.succeed(
                "BatchExecuteStatement",
                batch([
                    WireHarness.statement("INSERT INTO items VALUE {'pk': 'b'}"),
                    WireHarness.statement("INSERT INTO items VALUE {'pk': 'a'}"),
                    WireHarness.statement("UPDATE items SET v = v + 1 WHERE pk = 'a' RETURNING ALL NEW *"),
                    WireHarness.statement(
                        "UPDATE items SET v = 9 WHERE pk = 'a' AND v = 1", "",
                        #","ReturnValuesOnConditionCheckFailure":"ALL_OLD""#),
                    WireHarness.statement("DELETE FROM items WHERE pk = 'b'"),
                ]))
            #expect(
                response["Responses"]?.arrayValue?.map(\.sortedText) == [
                    #"{"TableName":"items"}"#,
                    #"{"Error":{"Code":"DuplicateItem","Message":"Duplicate primary key exists in table"},"TableName":"items"}"#,
                    #"{"Item":{"pk":{"S":"a"},"v":{"N":"2"}},"TableName":"items"}"#,
                    #"{"Error":{"Code":"ConditionalCheckFailed","Item":{"pk":{"S":"a"},"v":{"N":"2"}},"Message":"The conditional request failed"},"TableName":"items"}"#,
                    #"{"TableName":"items"}"#,
                ])
            #expect(try await server.get(#"{"pk":{"S":"b"}}"#) == nil)
        }
    }

    @Test func limitsOfABatch() async throws {
        try await withServer { server in
            try await server.expectInvalid(
                "BatchExecuteStatement",
                batch([
                    WireHarness.statement("SELECT * FROM items WHERE pk = 'a'"),
                    WireHarness.statement("DELETE FROM items WHERE pk = 'a'"),
                ]), "Batch operations cannot contain both read and write statements.")
            try await server.expectInvalid(
                "BatchExecuteStatement", #"{"Statements":[]}"#,
                "1 validation error detected: Value '[]' at 'statements' failed to satisfy constraint: Member must have "
                    + "length greater than or equal to 1")
            let many = batch(Array(repeating: WireHarness.statement("DELETE FROM items WHERE pk = 'a'"), count: 26))
            let failure = try await server.fail("BatchExecuteStatement", many)
            #expect(failure.message.hasSuffix("Member must have length less than or equal to 25"))
        }
    }
}
