import DynamoModel
import Testing

extension ItemTests {
    /// What global and local indexes hold and return.
    @Suite struct IndexReadTests {
        private static func query(_ index: String, _ hash: String, _ value: String, _ rest: String = "") -> String {
            #""IndexName":"\#(index)","KeyConditionExpression":"\#(hash) = :p","#
                + #""ExpressionAttributeValues":{":p":{"S":"\#(value)"}}\#(rest)"#
        }

        @Test(arguments: [
            ("ALL", #"{"pk":{"S":"a"},"sk":{"N":"1"},"gpk":{"S":"g"},"gsk":{"N":"7"},"x":{"N":"1"},"y":{"N":"2"}}"#),
            ("KEYS_ONLY", #"{"pk":{"S":"a"},"sk":{"N":"1"},"gpk":{"S":"g"},"gsk":{"N":"7"}}"#),
            ("INCLUDE:x:none", #"{"pk":{"S":"a"},"sk":{"N":"1"},"gpk":{"S":"g"},"gsk":{"N":"7"},"x":{"N":"1"}}"#),
        ])
        func `projections of a global index`(projection: String, expected: String) async throws {
            try await withServer { server in
                try await server.makeIndexedTable(globalProjection: projection)
                try await server.put(
                    #"{"pk":{"S":"a"},"sk":{"N":"1"},"gpk":{"S":"g"},"gsk":{"N":"7"},"x":{"N":"1"},"y":{"N":"2"}}"#)
                // Sparse: neither of these is in the index.
                try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"2"},"gpk":{"S":"g"}}"#)
                try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"3"},"gsk":{"N":"8"}}"#)
                let found = try await server.items("Query", Self.query("gsi1", "gpk", "g"))
                #expect(found == [try item(expected)])
                #expect(try await server.items("Scan", #""IndexName":"gsi1""#) == [item(expected)])
            }
        }

        @Test func `an index follows every change of an item`() async throws {
            try await withServer { server in
                try await server.makeIndexedTable()
                let key = #""TableName":"items","Key":{"pk":{"S":"a"},"sk":{"N":"1"}}"#
                func found(_ value: String) async throws -> [String] {
                    try await server.items("Query", Self.query("gsi1", "gpk", value)).map(\.json.count.description)
                }
                func update(_ expression: String, _ values: String = "") async throws {
                    let rest = values.isEmpty ? "" : #","ExpressionAttributeValues":{\#(values)}"#
                    try await server.succeed("UpdateItem", #"{\#(key),"UpdateExpression":"\#(expression)"\#(rest)}"#)
                }
                try await update("SET gpk = :g", #"":g":{"S":"one"}"#)
                #expect(try await found("one").isEmpty)
                try await update("SET gsk = :n", #"":n":{"N":"1"}"#)
                #expect(try await found("one").count == 1)
                try await update("SET gpk = :g", #"":g":{"S":"two"}"#)
                #expect(try await found("one").isEmpty)
                #expect(try await found("two").count == 1)
                try await update("SET gsk = :n, x = :n", #"":n":{"N":"2"}"#)
                let moved = try await server.items("Query", Self.query("gsi1", "gpk", "two"))
                #expect(moved.map { $0["x"] } == [.number(DynamoNumber(2))])
                try await update("REMOVE gsk")
                #expect(try await found("two").isEmpty)
                try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"1"},"gpk":{"S":"three"},"gsk":{"N":"1"}}"#)
                #expect(try await found("three").count == 1)
                try await server.succeed("DeleteItem", "{\(key)}")
                #expect(try await found("three").isEmpty)
            }
        }

        @Test func `items with equal index keys are all found`() async throws {
            try await withServer { server in
                try await server.makeIndexedTable()
                for number in 1...5 {
                    try await server.put(
                        #"{"pk":{"S":"a"},"sk":{"N":"\#(number)"},"gpk":{"S":"g"},"gsk":{"N":"1"},"lsk":{"S":"same"}}"#)
                }
                for (index, hash, value) in [("gsi1", "gpk", "g"), ("lsi1", "pk", "a")] {
                    let forward = try await server.items("Query", Self.query(index, hash, value))
                    #expect(forward.map { $0["sk"] } == (1...5).map { .number(DynamoNumber($0)) })
                    let backward = try await server.items(
                        "Query", Self.query(index, hash, value, #","ScanIndexForward":false"#))
                    #expect(backward == forward.reversed())
                }
            }
        }

        @Test func `a local index fetches from the table what it does not hold`() async throws {
            try await withServer { server in
                try await server.makeIndexedTable(localProjection: "KEYS_ONLY")
                let whole = #"{"pk":{"S":"a"},"sk":{"N":"1"},"lsk":{"S":"l"},"x":{"N":"1"},"y":{"N":"2"}}"#
                let keys = #"{"pk":{"S":"a"},"sk":{"N":"1"},"lsk":{"S":"l"}}"#
                try await server.put(whole)
                func query(_ rest: String) async throws -> [Item] {
                    try await server.items("Query", Self.query("lsi1", "pk", "a", rest))
                }
                #expect(try await query("") == [item(keys)])
                #expect(try await query(#","Select":"ALL_PROJECTED_ATTRIBUTES""#) == [item(keys)])
                #expect(try await query(#","Select":"ALL_ATTRIBUTES","ConsistentRead":true"#) == [item(whole)])
                #expect(try await query(#","ProjectionExpression":"x""#) == [item(#"{"x":{"N":"1"}}"#)])
                #expect(try await query(#","ProjectionExpression":"lsk""#) == [item(#"{"lsk":{"S":"l"}}"#)])
                // A filter looks at the entries of the index, before anything is fetched for them.
                for rest in ["", #","Select":"ALL_ATTRIBUTES""#] {
                    let filter = Self.query("lsi1", "pk", "a", #","FilterExpression":"attribute_exists(y)"\#(rest)"#)
                    let failure = try await server.fail("Query", #"{"TableName":"items",\#(filter)}"#)
                    #expect(
                        failure.message
                            == "One or more parameter values were invalid: Secondary index lsi1 does not project one "
                            + "or more filter attributes: [y]")
                }
            }
        }

        @Test func `a put that changes nothing of the index leaves its row alone`() async throws {
            try await withServer { server in
                try await server.makeIndexedTable(globalProjection: "KEYS_ONLY")
                func row(_ x: Int) -> String {
                    #"{"pk":{"S":"a"},"sk":{"N":"1"},"gpk":{"S":"g"},"gsk":{"N":"1"},"x":{"N":"\#(x)"}}"#
                }
                try await server.put(row(1))
                let before = try await server.rowVersions()
                try await server.put(row(2))
                let after = try await server.rowVersions()
                #expect(before.index == after.index)
                #expect(before.base != after.base)
                try await server.put(row(2))
                #expect(try await server.rowVersions() == after)
            }
        }
    }
}
