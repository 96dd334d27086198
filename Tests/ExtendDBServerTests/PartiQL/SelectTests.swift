import DynamoModel
import Testing

@Suite struct SelectTests {
    /// `pk` a, b and c, each with `sk` 0 to 4, and `v` = 10 × `sk`.
    private func fill(_ server: WireHarness) async throws {
        try await server.makeIndexedTable()
        for pk in ["a", "b", "c"] {
            for sk in 0...4 {
                try await server.put(
                    #"{"pk":{"S":"\#(pk)"},"sk":{"N":"\#(sk)"},"v":{"N":"\#(sk * 10)"},"gpk":{"S":"g"},"gsk":{"N":"\#(sk)"},"m":{"M":{"k":{"L":[{"S":"x"}]}}}}"#
                )
            }
        }
    }

    private func keys(_ items: [Item]) -> [String] {
        items.map { item in
            guard case .string(let pk)? = item["pk"], case .number(let sk)? = item["sk"] else { return "?" }
            return "\(pk)\(sk)"
        }
    }

    @Test func queriesAndScans() async throws {
        try await withServer { server in
            try await fill(server)
            #expect(
                keys(try await server.select(#"SELECT * FROM "items" WHERE pk = 'a'"#)) == [
                    "a0", "a1", "a2", "a3", "a4",
                ])
            #expect(
                keys(try await server.select("SELECT * FROM items WHERE pk = ? AND sk > ?", #"{"S":"b"},{"N":"2"}"#))
                    == ["b3", "b4"])
            #expect(
                keys(try await server.select("SELECT * FROM items WHERE pk = 'a' AND sk >= 1 AND sk < 3")) == [
                    "a1", "a2",
                ])
            #expect(keys(try await server.select("SELECT * FROM items WHERE pk = 'a' AND sk = 3")) == ["a3"])
            #expect(
                keys(try await server.select("SELECT * FROM items WHERE pk = 'a' AND v IN [10, 40]")) == ["a1", "a4"])
            #expect(keys(try await server.select("SELECT * FROM items WHERE v = 30")).sorted() == ["a3", "b3", "c3"])
            #expect(try await server.select("SELECT * FROM items").count == 15)
            #expect(try await server.select("SELECT * FROM items WHERE pk = 'nope'").isEmpty)
            #expect(
                keys(
                    try await server.select("SELECT * FROM items WHERE (pk = 'a' AND sk = 1) OR (pk = 'b' AND sk = 2)"))
                    == ["a1", "b2"])
        }
    }

    @Test func selectLists() async throws {
        try await withServer { server in
            try await fill(server)
            let items = try await server.select("SELECT sk, m.k, m.k[0], nope FROM items WHERE pk = 'a' AND sk = 1")
            #expect(items == [try item(#"{"sk":{"N":"1"},"k":{"L":[{"S":"x"}]},"k[0]":{"S":"x"}}"#)])
            #expect(try await server.select("SELECT nope FROM items WHERE pk = 'a' AND sk = 1") == [[:]])
        }
    }

    @Test func indexes() async throws {
        try await withServer { server in
            try await fill(server)
            let global = try await server.select(#"SELECT * FROM "items"."gsi1" WHERE gpk = 'g' AND gsk = 2"#)
            #expect(keys(global).sorted() == ["a2", "b2", "c2"])
            try await server.expectRefused(
                #"SELECT * FROM "items"."gsi1" WHERE gpk = 'g'"#, "", #","ConsistentRead":true"#,
                message: "Consistent reads are not supported on global secondary indexes")
            try await server.expectRefused(
                #"SELECT * FROM "items"."nope""#, message: "The table does not have the specified index: nope")
            try await server.expectRefused(
                "SELECT * FROM nope", type: "ResourceNotFoundException", message: "Requested resource not found")
        }
    }

    @Test func ordering() async throws {
        try await withServer { server in
            try await fill(server)
            let descending = "SELECT * FROM items WHERE pk = 'a' AND sk < 3 ORDER BY sk DESC"
            #expect(keys(try await server.select(descending)) == ["a2", "a1", "a0"])
            let several = "SELECT * FROM items WHERE pk IN ['b', 'a', 'c'] AND sk < 2 ORDER BY pk DESC, sk"
            #expect(keys(try await server.select(several)) == ["c0", "c1", "b0", "b1", "a0", "a1"])
            try await server.expectRefused(
                "SELECT * FROM items ORDER BY sk",
                message: "Must have WHERE clause in the statement when using ORDER BY clause.")
            try await server.expectRefused(
                "SELECT * FROM items WHERE v = 1 ORDER BY sk",
                message:
                    "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause."
            )
            try await server.expectRefused(
                "SELECT * FROM items WHERE pk = 'a' ORDER BY v",
                message: "Variable reference v in ORDER BY clause must be part of the primary key")
        }
    }

    @Test func pagesAreBoundToTheirStatement() async throws {
        try await withServer { server in
            try await fill(server)
            let query = try await server.pages("SELECT * FROM items WHERE pk = 'a'", #","Limit":2"#)
            #expect(keys(query.items) == ["a0", "a1", "a2", "a3", "a4"])
            #expect(query.counts == [2, 2, 1])
            let scan = try await server.pages("SELECT * FROM items", #","Limit":4"#)
            #expect(Set(keys(scan.items)).count == 15 && scan.items.count == 15)
            // Limit counts what is looked at, not what is found.
            let filtered = try await server.execute("SELECT * FROM items WHERE pk = 'a' AND v > 10", "", #","Limit":2"#)
            #expect(try filtered.items.isEmpty)
            #expect(filtered["LastEvaluatedKey"]?.sortedText == #"{"pk":{"S":"a"},"sk":{"N":"1"}}"#)
            let token = try #require(filtered["NextToken"]?.stringValue)
            let rest = try await server.select(
                "SELECT * FROM items WHERE pk = 'a' AND v > 10", "", #","NextToken":"\#(token)""#)
            #expect(keys(rest) == ["a2", "a3", "a4"])
            for (text, token) in [
                ("SELECT * FROM items WHERE pk = 'a'", token), ("SELECT * FROM items", "bm9uc2Vuc2U="),
            ] {
                try await server.expectRefused(
                    text, "", #","NextToken":"\#(token)""#, message: "NextToken does not match request")
            }
            let backwards = try await server.pages(
                "SELECT * FROM items WHERE pk = 'a' ORDER BY sk DESC", #","Limit":2"#)
            #expect(keys(backwards.items) == ["a4", "a3", "a2", "a1", "a0"])
        }
    }

    /// "Results are returned in pages of up to 10 items. If the IN list contains more than 10 values, you must use the
    /// NextToken" ("PartiQL operators").
    @Test func listsOfPartitionsComeInPages() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S")
            for number in 0..<25 { try await server.put(#"{"pk":{"S":"k\#(number)"}}"#) }
            let all = (0..<25).map { "'k\($0)'" }.joined(separator: ",")
            let result = try await server.pages("SELECT * FROM items WHERE pk IN [\(all)]")
            #expect(result.counts == [10, 10, 5])
            #expect(result.items.compactMap { $0["pk"] } == (0..<25).map { .string(Text("k\($0)")) })
            let limited = try await server.pages(
                "SELECT * FROM items WHERE pk IN ['k1', 'nope', 'k2', 'k3']", #","Limit":2"#)
            #expect(limited.items.compactMap { $0["pk"] } == [.string("k1"), .string("k2"), .string("k3")])
            let many = (0..<51).map { "'k\($0)'" }.joined(separator: ",")
            try await server.expectRefused(
                "SELECT * FROM items WHERE pk IN [\(many)]",
                message: "The IN operator is provided with too many operands; number of operands: 51")
        }
    }

    @Test func pagesEndAtOneMegabyte() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S,sk:N")
            let filler = String(repeating: "x", count: 300_000)
            for number in 0..<5 {
                try await server.put(#"{"pk":{"S":"p"},"sk":{"N":"\#(number)"},"f":{"S":"\#(filler)"}}"#)
            }
            let result = try await server.pages("SELECT sk FROM items WHERE pk = 'p'")
            #expect(result.counts == [4, 1])
            #expect(result.items.compactMap { $0["sk"] } == (0..<5).map { .number(DynamoNumber($0)) })
        }
    }

    @Test func capacity() async throws {
        try await withServer { server in
            try await fill(server)
            let all = #","ReturnConsumedCapacity":"INDEXES""#
            let query = try await server.execute(
                "SELECT * FROM items WHERE pk = 'a'", "", all + #","ConsistentRead":true"#)
            #expect(
                query["ConsumedCapacity"]?.text
                    == #"{"CapacityUnits":1.0,"Table":{"CapacityUnits":1.0},"TableName":"items"}"#)
            let index = try await server.execute(#"SELECT * FROM "items"."gsi1" WHERE gpk = 'g'"#, "", all)
            #expect(
                index["ConsumedCapacity"]?.text
                    == #"{"CapacityUnits":0.5,"GlobalSecondaryIndexes":{"gsi1":{"CapacityUnits":0.5}},"Table":{"CapacityUnits":0.0},"TableName":"items"}"#
            )
            let none = try await server.execute("SELECT * FROM items WHERE pk = 'a'")
            #expect(none.memberNames == ["Items"])
        }
    }

    @Test func keyValuesAreChecked() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S,sk:N")
            try await server.expectRefused(
                "SELECT * FROM items WHERE pk = 5",
                message:
                    "One or more parameter values were invalid: Condition parameter type does not match schema type")
            try await server.expectRefused(
                "SELECT * FROM items WHERE pk = ''",
                message:
                    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain "
                    + "an empty string value. Key: pk")
        }
    }
}
