import DynamoModel
import Testing

extension TransactionTests {
    @Suite struct TransactGetTests {
        @Test func `items in the order of the request, with projections, and nothing for missing ones`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S,sk:N")
                try await server.makeTable("other", key: "pk:S")
                try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"1"},"v":{"M":{"x":{"N":"1"},"y":{"N":"2"}}}}"#)
                try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"2"},"v":{"S":"two"}}"#)
                try await server.put(#"{"pk":{"S":"o"}}"#, table: "other")
                func get(_ table: String, _ key: String, _ rest: String = "") -> String {
                    #"{"Get":{"TableName":"\#(table)","Key":\#(key)\#(rest)}}"#
                }
                let gets = [
                    get("items", #"{"pk":{"S":"a"},"sk":{"N":"2"}}"#, #","ProjectionExpression":"v""#),
                    get("other", #"{"pk":{"S":"o"}}"#),
                    get("items", #"{"pk":{"S":"a"},"sk":{"N":"3"}}"#),
                    get(
                        "items", #"{"pk":{"S":"a"},"sk":{"N":"1"}}"#,
                        ##","ProjectionExpression":"#v.y","ExpressionAttributeNames":{"#v":"v"}"##),
                    get("other", #"{"pk":{"S":"none"}}"#),
                ]
                let answer = try await server.succeed(
                    "TransactGetItems", #"{"TransactItems":[\#(gets.joined(separator: ","))]}"#)
                #expect(
                    answer.text
                        == #"{"Responses":[{"Item":{"v":{"S":"two"}}},{"Item":{"pk":{"S":"o"}}},{},"#
                        + #"{"Item":{"v":{"M":{"y":{"N":"2"}}}}},{}]}"#)
                let empty = try await server.succeed(
                    "TransactGetItems",
                    #"{"TransactItems":[\#(get("other", #"{"pk":{"S":"o"}}"#, #","ProjectionExpression":"q""#))]}"#)
                #expect(empty.text == #"{"Responses":[{"Item":{}}]}"#)
            }
        }

        /// Transactional reads cost two units for 4 KB, missing items two units each.
        @Test func `consumed capacity`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S")
                try await server.makeTable("other", key: "pk:S")
                try await server.put(#"{"pk":{"S":"a"},"v":{"S":"\#(String(repeating: "x", count: 5_000))"}}"#)
                let a = #"{"Get":{"TableName":"items","Key":{"pk":{"S":"a"}},"ProjectionExpression":"pk"}}"#
                let b = #"{"Get":{"TableName":"items","Key":{"pk":{"S":"b"}}}}"#
                let c = #"{"Get":{"TableName":"other","Key":{"pk":{"S":"c"}}}}"#
                func units(_ units: String) -> String { #""CapacityUnits":\#(units),"ReadCapacityUnits":\#(units)"# }
                let total = try await server.succeed(
                    "TransactGetItems", #"{"TransactItems":[\#(c),\#(a),\#(b)],"ReturnConsumedCapacity":"TOTAL"}"#)
                #expect(
                    total["ConsumedCapacity"]?.text
                        == #"[{\#(units("2.0")),"TableName":"other"},{\#(units("6.0")),"TableName":"items"}]"#)
                let detailed = try await server.succeed(
                    "TransactGetItems", #"{"TransactItems":[\#(a)],"ReturnConsumedCapacity":"INDEXES"}"#)
                #expect(
                    detailed["ConsumedCapacity"]?.text
                        == #"[{\#(units("4.0")),"Table":{\#(units("4.0"))},"TableName":"items"}]"#)
            }
        }
    }
}
