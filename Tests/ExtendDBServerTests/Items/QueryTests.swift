import DynamoModel
import Testing

extension ItemTests {
    /// What Query finds, in which order, and what it refuses.
    @Suite struct QueryTests {
        private static let values = #""ExpressionAttributeValues""#

        @Test func `conditions on a sort key of numbers`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S,sk:N")
                for number in ["-10", "-1.5", "0", "2", "10", "10.5", "1E30"] {
                    try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"\#(number)"}}"#)
                }
                try await server.put(#"{"pk":{"S":"b"},"sk":{"N":"1"}}"#)
                func query(_ condition: String, _ numbers: [String], _ rest: String = "") async throws -> [String] {
                    let values = numbers.enumerated().map { #","\#(":v\($0)")":{"N":"\#($1)"}"# }.joined()
                    return try await server.items(
                        "Query",
                        #""KeyConditionExpression":"pk = :p\#(condition)",\#(Self.values):{":p":{"S":"a"}\#(values)}\#(rest)"#
                    ).map { item in
                        guard case .number(let number) = item["sk"] else { return "?" }
                        return number.description
                    }
                }
                let all = ["-10", "-1.5", "0", "2", "10", "10.5", "1000000000000000000000000000000"]
                #expect(try await query("", []) == all)
                #expect(try await query("", [], #","ScanIndexForward":false"#) == all.reversed())
                #expect(try await query(" AND sk = :v0", ["2.0"]) == ["2"])
                #expect(try await query(" AND sk < :v0", ["0"]) == ["-10", "-1.5"])
                #expect(try await query(" AND sk <= :v0", ["0"]) == ["-10", "-1.5", "0"])
                #expect(try await query(" AND sk > :v0", ["9"]) == Array(all.suffix(3)))
                #expect(try await query(" AND sk >= :v0", ["10"]) == Array(all.suffix(3)))
                #expect(try await query(" AND sk BETWEEN :v0 AND :v1", ["-1.5", "10"]) == ["-1.5", "0", "2", "10"])
                #expect(
                    try await query(" AND sk > :v0", ["-1"], #","ScanIndexForward":false,"Limit":2"#) == [
                        "1000000000000000000000000000000", "10.5",
                    ])
            }
        }

        @Test func `strings are ordered by their bytes, and prefixes end where they should`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S,sk:S")
                let sorted = [
                    "A", "B", "_", "a", "a ", "aa", "ab", "b", "z", "é", "\u{D7FF}", "\u{E000}", "\u{10FFFF}",
                    "\u{10FFFF}a",
                ]
                for text in sorted.shuffled() {
                    try await server.put(#"{"pk":{"S":"a"},"sk":{"S":"\#(text)"}}"#)
                }
                func query(_ condition: String, _ text: String?) async throws -> [String] {
                    let values = text.map { #",":v":{"S":"\#($0)"}"# } ?? ""
                    return try await server.items(
                        "Query",
                        #""KeyConditionExpression":"pk = :p\#(condition)",\#(Self.values):{":p":{"S":"a"}\#(values)}"#
                    ).map { item in
                        guard case .string(let text) = item["sk"] else { return "?" }
                        return text.string
                    }
                }
                #expect(try await query("", nil) == sorted)
                #expect(try await query(" AND begins_with(sk, :v)", "a") == ["a", "a ", "aa", "ab"])
                #expect(try await query(" AND begins_with(sk, :v)", "\u{D7FF}") == ["\u{D7FF}"])
                #expect(try await query(" AND begins_with(sk, :v)", "\u{10FFFF}") == ["\u{10FFFF}", "\u{10FFFF}a"])
                #expect(try await query(" AND sk > :v", "b") == Array(sorted.suffix(6)))
                #expect(try await query(" AND sk < :v", "a") == ["A", "B", "_"])
            }
        }

        @Test func `binary sort keys are unsigned`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S,sk:B")
                let sorted = ["AA==", "AAA=", "AQ==", "fw==", "gA==", "/w==", "/wA=", "//8="]
                for bytes in sorted.shuffled() {
                    try await server.put(#"{"pk":{"S":"a"},"sk":{"B":"\#(bytes)"}}"#)
                }
                func query(_ condition: String, _ bytes: String?) async throws -> [String] {
                    let values = bytes.map { #",":v":{"B":"\#($0)"}"# } ?? ""
                    return try await server.items(
                        "Query",
                        #""KeyConditionExpression":"pk = :p\#(condition)",\#(Self.values):{":p":{"S":"a"}\#(values)}"#
                    ).map { item in
                        guard case .binary(let bytes) = item["sk"] else { return "?" }
                        return Base64.encode(bytes)
                    }
                }
                #expect(try await query("", nil) == sorted)
                #expect(try await query(" AND begins_with(sk, :v)", "AA==") == ["AA==", "AAA="])
                #expect(try await query(" AND begins_with(sk, :v)", "/w==") == ["/w==", "/wA=", "//8="])
                #expect(try await query(" AND sk > :v", "fw==") == ["gA==", "/w==", "/wA=", "//8="])
            }
        }

        @Test func `filter, projection, counts and member order`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S,sk:N")
                for number in 1...6 {
                    try await server.put(
                        #"{"pk":{"S":"a"},"sk":{"N":"\#(number)"},"even":{"BOOL":\#(number % 2 == 0)}}"#)
                }
                func query(_ rest: String) async throws -> JSONValue {
                    try await server.succeed(
                        "Query",
                        #"{"TableName":"items","KeyConditionExpression":"pk = :p",\#(Self.values):{":p":{"S":"a"},"#
                            + #"":e":{"BOOL":true}},"FilterExpression":"even = :e"\#(rest)}"#)
                }
                let all = try await query("")
                #expect(all.memberNames == ["Count", "Items", "ScannedCount"])
                #expect(all["Count"] == .number("3"))
                #expect(all["ScannedCount"] == .number("6"))
                let limited = try await query(#","Limit":3"#)
                #expect(limited["Count"] == .number("1"))
                #expect(limited["ScannedCount"] == .number("3"))
                #expect(limited["LastEvaluatedKey"]?["sk"]?["N"] == .string("3"))
                let count = try await query(#","Select":"COUNT""#)
                #expect(count.memberNames == ["Count", "ScannedCount"])
                let projected = try await query(#","ProjectionExpression":"sk""#)
                #expect(try projected.items == [2, 4, 6].map { ["sk": .number(DynamoNumber($0))] })
                let none = try await server.succeed(
                    "Query",
                    #"{"TableName":"items","KeyConditionExpression":"pk = :p",\#(Self.values):{":p":{"S":"none"}}}"#)
                #expect(none.text == #"{"Count":0,"Items":[],"ScannedCount":0}"#)
            }
        }

        @Test func `a limit that is reached has a next page, even an empty one`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S")
                try await server.put(#"{"pk":{"S":"a"}}"#)
                let query =
                    #"{"TableName":"items","KeyConditionExpression":"pk = :p",\#(Self.values):{":p":{"S":"a"}},"Limit":1"#
                let first = try await server.succeed("Query", query + "}")
                #expect(first["LastEvaluatedKey"]?.text == #"{"pk":{"S":"a"}}"#)
                let second = try await server.succeed("Query", query + #","ExclusiveStartKey":{"pk":{"S":"a"}}}"#)
                #expect(second.text == #"{"Count":0,"Items":[],"ScannedCount":0}"#)
                let unlimited = try await server.succeed(
                    "Query",
                    #"{"TableName":"items","KeyConditionExpression":"pk = :p",\#(Self.values):{":p":{"S":"a"}}}"#)
                #expect(unlimited["LastEvaluatedKey"] == nil)
            }
        }

        @Test func `errors`() async throws {
            try await withServer { server in
                try await server.makeIndexedTable(globalProjection: "INCLUDE:x", localProjection: "KEYS_ONLY")
                let base = #""TableName":"items","KeyConditionExpression":"pk = :p",\#(Self.values):{":p":{"S":"a"}}"#
                let global =
                    #""TableName":"items","IndexName":"gsi1","KeyConditionExpression":"gpk = :p",\#(Self.values):{":p":{"S":"a"}}"#
                let invalid = "One or more parameter values were invalid: "
                let cases: [(query: String, message: String)] = [
                    (
                        base + #","IndexName":"none""#, "The table does not have the specified index: none"
                    ),
                    (
                        global + #","ConsistentRead":true"#,
                        "Consistent reads are not supported on global secondary indexes"
                    ),
                    (
                        global + #","Select":"ALL_ATTRIBUTES""#,
                        invalid + "Select type ALL_ATTRIBUTES is not supported for global secondary index gsi1 because "
                            + "its projection type is not ALL"
                    ),
                    (
                        global + #","ProjectionExpression":"x, y, z""#,
                        invalid + "Global secondary index gsi1 does not project [y, z]"
                    ),
                    (
                        base + #","FilterExpression":"attribute_exists(sk)""#,
                        "Filter Expression can only contain non-primary key attributes: Primary key attribute: sk"
                    ),
                    (
                        global + #","FilterExpression":"attribute_exists(gsk)""#,
                        "Filter Expression can only contain non-primary key attributes: Primary key attribute: gsk"
                    ),
                    (
                        #""TableName":"items","KeyConditionExpression":"sk = :p",\#(Self.values):{":p":{"N":"1"}}"#,
                        "Query condition missed key schema element: pk"
                    ),
                    (
                        #""TableName":"items","KeyConditionExpression":"pk = :p",\#(Self.values):{":p":{"N":"1"}}"#,
                        invalid + "Condition parameter type does not match schema type"
                    ),
                    (
                        #""TableName":"items","KeyConditionExpression":"pk = :p",\#(Self.values):{":p":{"S":""}}"#,
                        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain "
                            + "an empty string value. Key: pk"
                    ),
                    (
                        #""TableName":"items","KeyConditionExpression":"pk = :p",\#(Self.values):{":p":{"S":"\#(String(repeating: "x", count: 2049))"}}"#,
                        invalid + "Size of hashkey has exceeded the maximum size limit of2048 bytes"
                    ),
                    (
                        #""TableName":"items","KeyConditionExpression":"pk = :p",\#(Self.values):{":p":{"S":"a"},":q":{"S":"a"}}"#,
                        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:q}"
                    ),
                ]
                for (query, message) in cases {
                    try await server.expectInvalid("Query", "{\(query)}", message)
                }
            }
        }

        @Test func `start keys`() async throws {
            try await withServer { server in
                try await server.makeIndexedTable()
                let base =
                    #""TableName":"items","KeyConditionExpression":"pk = :p AND sk > :s",\#(Self.values):{":p":{"S":"a"},":s":{"N":"5"}}"#
                let global =
                    #""TableName":"items","IndexName":"gsi1","KeyConditionExpression":"gpk = :p",\#(Self.values):{":p":{"S":"a"}}"#
                let invalid = "The provided starting key is invalid"
                let cases: [(query: String, key: String, message: String)] = [
                    (base, #"{"pk":{"S":"a"}}"#, invalid),
                    (base, #"{"pk":{"S":"a"},"x":{"N":"6"}}"#, invalid),
                    (
                        base, #"{"pk":{"S":"a"},"sk":{"N":"6"},"x":{"S":"a"}}"#,
                        invalid
                    ),
                    (
                        base, #"{"pk":{"S":"a"},"sk":{"S":"6"}}"#,
                        invalid
                    ),
                    (
                        base, #"{"pk":{"S":"b"},"sk":{"N":"6"}}"#,
                        "The provided starting key is outside query boundaries based on provided conditions"
                    ),
                    (
                        base, #"{"pk":{"S":"a"},"sk":{"N":"5"}}"#,
                        "The provided starting key does not match the range key predicate"
                    ),
                    (global, #"{"pk":{"S":"a"},"sk":{"N":"6"}}"#, invalid),
                    (global, #"{"gpk":{"S":"a"},"gsk":{"N":"6"}}"#, invalid),
                    (
                        global, #"{"gpk":{"S":"a"},"gsk":{"N":"6"},"pk":{"S":"a"},"sk":{"N":"6"},"x":{"N":"6"}}"#,
                        invalid
                    ),
                    (
                        global, #"{"gpk":{"S":"b"},"gsk":{"N":"6"},"pk":{"S":"a"},"sk":{"N":"6"}}"#,
                        "The provided starting key is outside query boundaries based on provided conditions"
                    ),
                ]
                for (query, key, message) in cases {
                    try await server.expectInvalid("Query", #"{\#(query),"ExclusiveStartKey":\#(key)}"#, message)
                }
                let scans = [
                    #"{"pk":{"S":"a"}}"#, #"{"pk":{"S":"a"},"sk":{"S":"a"}}"#,
                    #"{"pk":{"S":"a"},"sk":{"N":"1"},"x":{"N":"1"}}"#,
                ]
                for key in scans {
                    try await server.expectInvalid(
                        "Scan", #"{"TableName":"items","ExclusiveStartKey":\#(key)}"#,
                        invalid + ": The provided key element does not match the schema")
                    try await server.expectInvalid(
                        "Scan", #"{"TableName":"items","IndexName":"gsi1","ExclusiveStartKey":\#(key)}"#, invalid)
                }
            }
        }

        @Test func `a start key need not be that of an item`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S,sk:N")
                for number in [1, 2, 4, 5] { try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"\#(number)"}}"#) }
                for (forward, expected) in [(true, [4, 5]), (false, [2, 1])] {
                    let items = try await server.items(
                        "Query",
                        #""KeyConditionExpression":"pk = :p",\#(Self.values):{":p":{"S":"a"}},"ScanIndexForward":\#(forward),"#
                            + #""ExclusiveStartKey":{"pk":{"S":"a"},"sk":{"N":"3"}}"#)
                    #expect(items.map { $0["sk"] } == expected.map { .number(DynamoNumber($0)) })
                }
            }
        }
    }
}
