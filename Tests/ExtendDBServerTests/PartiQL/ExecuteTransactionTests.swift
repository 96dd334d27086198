import DynamoModel
import Testing

@Suite struct ExecuteTransactionTests {
    private func transaction(_ statements: [String], _ more: String = "") -> String {
        #"{"TransactStatements":[\#(statements.joined(separator: ","))]\#(more)}"#
    }

    /// The codes of the reasons, in the order of the statements.
    private func codes(_ failure: WireFailure) -> [String] {
        failure.body["CancellationReasons"]?.arrayValue?.compactMap { $0["Code"]?.stringValue } ?? []
    }

    @Test func allOrNothing() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S")
            try await server.put(#"{"pk":{"S":"a"},"v":{"N":"1"}}"#)
            let written = try await server.succeed(
                "ExecuteTransaction",
                transaction([
                    WireHarness.statement("INSERT INTO items VALUE {'pk': ?}", #"{"S":"b"}"#),
                    WireHarness.statement("UPDATE items SET v = v + 1 WHERE pk = 'a' AND v = 1"),
                    WireHarness.statement("DELETE FROM items WHERE pk = 'nope'"),
                ]))
            #expect(written.text == #"{"Responses":[{},{},{}]}"#)
            #expect(try await server.get(#"{"pk":{"S":"a"}}"#)?["v"] == .number(DynamoNumber(2)))
            let failure = try await server.fail(
                "ExecuteTransaction",
                transaction([
                    WireHarness.statement("INSERT INTO items VALUE {'pk': 'c'}"),
                    WireHarness.statement("INSERT INTO items VALUE {'pk': 'b'}"),
                    WireHarness.statement(
                        "UPDATE items SET v = 9 WHERE pk = 'a' AND v = 1", "",
                        #","ReturnValuesOnConditionCheckFailure":"ALL_OLD""#),
                    WireHarness.statement("UPDATE items SET v = 9 WHERE pk = 'nope'"),
                    WireHarness.statement("UPDATE items SET v = 9 WHERE v = 2"),
                ]))
            #expect(failure.type == "TransactionCanceledException")
            #expect(codes(failure) == ["None", "None", "None", "None", "ValidationError"])
            let conditions = try await server.fail(
                "ExecuteTransaction",
                transaction([
                    WireHarness.statement("INSERT INTO items VALUE {'pk': 'c'}"),
                    WireHarness.statement("INSERT INTO items VALUE {'pk': 'b'}"),
                    WireHarness.statement(
                        "UPDATE items SET v = 9 WHERE pk = 'a' AND v = 1", "",
                        #","ReturnValuesOnConditionCheckFailure":"ALL_OLD""#),
                    WireHarness.statement("UPDATE items SET v = 9 WHERE pk = 'nope'"),
                ]))
            #expect(codes(conditions) == ["None", "DuplicateItem", "ConditionalCheckFailed", "ConditionalCheckFailed"])
            let reasons = conditions.body["CancellationReasons"]?.arrayValue ?? []
            #expect(reasons.count == 4 && reasons[2]["Item"]?["v"]?.text == #"{"N":"2"}"#)
            #expect(reasons.count == 4 && reasons[1]["Message"]?.stringValue == "Duplicate primary key exists in table")
            #expect(try await server.get(#"{"pk":{"S":"c"}}"#) == nil)
        }
    }

    @Test func existsChecksAnItem() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S")
            try await server.put(#"{"pk":{"S":"a"},"v":{"N":"1"}}"#)
            func insert(_ name: String, if condition: String) -> String {
                transaction([
                    WireHarness.statement("EXISTS(SELECT * FROM items WHERE \(condition))"),
                    WireHarness.statement("INSERT INTO items VALUE {'pk': '\(name)'}"),
                ])
            }
            try await server.succeed("ExecuteTransaction", insert("b", if: "pk = 'a' AND v = 1"))
            try await server.succeed("ExecuteTransaction", insert("c", if: "pk = 'a'"))
            for condition in ["pk = 'a' AND v = 2", "pk = 'nope'"] {
                let failure = try await server.fail("ExecuteTransaction", insert("d", if: condition))
                #expect(codes(failure) == ["ConditionalCheckFailed", "None"], "\(condition)")
            }
            #expect(try await server.get(#"{"pk":{"S":"d"}}"#) == nil)
        }
    }

    @Test func readsOneState() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S")
            try await server.put(#"{"pk":{"S":"a"},"v":{"N":"1"}}"#)
            let read = try await server.succeed(
                "ExecuteTransaction",
                transaction(
                    [
                        WireHarness.statement("SELECT v FROM items WHERE pk = 'a'"),
                        WireHarness.statement("SELECT * FROM items WHERE pk = 'b'"),
                    ], #","ReturnConsumedCapacity":"TOTAL""#))
            #expect(read["Responses"]?.text == #"[{"Item":{"v":{"N":"1"}}},{}]"#)
            #expect(
                read["ConsumedCapacity"]?.text
                    == #"[{"CapacityUnits":4.0,"ReadCapacityUnits":4.0,"TableName":"items"}]"#)
            let failure = try await server.fail(
                "ExecuteTransaction", transaction([WireHarness.statement("SELECT * FROM items WHERE v = 1")]))
            #expect(codes(failure) == ["ValidationError"])
        }
    }

    @Test func tokensMakeItHappenOnce() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S")
            try await server.put(#"{"pk":{"S":"a"},"v":{"N":"1"}}"#)
            func add(_ number: Int) -> String {
                transaction(
                    [WireHarness.statement("UPDATE items SET v = v + ? WHERE pk = 'a'", #"{"N":"\#(number)"}"#)],
                    #","ClientRequestToken":"once""#)
            }
            for _ in 0..<3 { try await server.succeed("ExecuteTransaction", add(1)) }
            #expect(try await server.get(#"{"pk":{"S":"a"}}"#)?["v"] == .number(DynamoNumber(2)))
            let failure = try await server.fail("ExecuteTransaction", add(2))
            #expect(failure.type == "IdempotentParameterMismatchException")
        }
    }

    @Test func refusals() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S")
            let read = WireHarness.statement("SELECT * FROM items WHERE pk = 'a'")
            let write = WireHarness.statement("DELETE FROM items WHERE pk = 'a'")
            try await server.expectInvalid(
                "ExecuteTransaction", transaction([read, write]),
                "Transaction operations cannot contain both read and write statements.")
            for twice in [[read, read], [write, write]] {
                try await server.expectInvalid(
                    "ExecuteTransaction", transaction(twice),
                    "Transaction request cannot include multiple operations on one item")
            }
            try await server.expectInvalid(
                "ExecuteTransaction", transaction([WireHarness.statement("SELECT")]),
                "Statement wasn't well formed, can't be processed: Unexpected term")
            let many = try await server.fail("ExecuteTransaction", transaction(Array(repeating: write, count: 101)))
            #expect(many.message.hasSuffix("Member must have length less than or equal to 100"))
            let missing = try await server.fail(
                "ExecuteTransaction", transaction([WireHarness.statement("DELETE FROM nope WHERE pk = 'a'")]))
            #expect(missing.type == "ResourceNotFoundException")
        }
    }
}
