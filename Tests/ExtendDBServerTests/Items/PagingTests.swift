import DynamoModel
import TestSupport
import Testing

extension ItemTests {
    /// Whatever the size of the pages, together they are the whole.
    @Suite struct PagingTests {
        /// 4 partitions of 7 items, of which most are in the indexes, with index keys that repeat.
        private func fill(_ server: WireHarness) async throws {
            try await server.makeIndexedTable(globalProjection: "KEYS_ONLY", localProjection: "KEYS_ONLY")
            for number in 0..<28 {
                let index =
                    number % 6 == 5
                    ? "" : #","gpk":{"S":"g\#(number % 2)"},"gsk":{"N":"\#(number % 3)"},"lsk":{"S":"l\#(number % 2)"}"#
                try await server.put(
                    #"{"pk":{"S":"p\#(number % 4)"},"sk":{"N":"\#(number / 4)"},"v":{"N":"\#(number)"}\#(index)}"#)
            }
        }

        private static let queries = [
            #""KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"p1"}}"#,
            #""KeyConditionExpression":"pk = :p AND sk BETWEEN :a AND :b","ExpressionAttributeValues":{":p":{"S":"p1"},":a":{"N":"1"},":b":{"N":"5"}}"#,
            #""IndexName":"gsi1","KeyConditionExpression":"gpk = :p","ExpressionAttributeValues":{":p":{"S":"g0"}}"#,
            #""IndexName":"gsi1","KeyConditionExpression":"gpk = :p AND gsk >= :s","ExpressionAttributeValues":{":p":{"S":"g0"},":s":{"N":"1"}}"#,
            #""IndexName":"lsi1","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"p1"}}"#,
            #""IndexName":"lsi1","Select":"ALL_ATTRIBUTES","KeyConditionExpression":"pk = :p AND begins_with(lsk, :l)","ExpressionAttributeValues":{":p":{"S":"p1"},":l":{"S":"l"}}"#,
            #""KeyConditionExpression":"pk = :p","FilterExpression":"v > :v","ExpressionAttributeValues":{":p":{"S":"p1"},":v":{"N":"12"}}"#,
        ]

        @Test func `pages of every size, forward and backward`() async throws {
            try await withServer { server in
                try await fill(server)
                for query in Self.queries {
                    let whole = try await server.items("Query", query)
                    #expect(whole.count >= 3)
                    for limit in 1...(whole.count + 2) {
                        let forward = try await server.allItems("Query", query + #","Limit":\#(limit)"#)
                        #expect(forward == whole)
                        let backward = try await server.allItems(
                            "Query", query + #","ScanIndexForward":false,"Limit":\#(limit)"#)
                        #expect(backward == whole.reversed())
                    }
                }
                for scan in [#""Select":"ALL_ATTRIBUTES""#, #""IndexName":"gsi1""#, #""IndexName":"lsi1""#] {
                    let whole = try await server.items("Scan", scan)
                    #expect(whole.count == (scan.contains("IndexName") ? 24 : 28))
                    #expect(Set(whole).count == whole.count)
                    for limit in 1...(whole.count + 2) {
                        #expect(try await server.allItems("Scan", scan + #","Limit":\#(limit)"#) == whole)
                    }
                }
            }
        }

        @Test func `segments partition a scan, whatever the page size`() async throws {
            try await withServer { server in
                try await fill(server)
                for scan in [#""Select":"ALL_ATTRIBUTES""#, #""IndexName":"gsi1""#] {
                    let whole = try await server.items("Scan", scan)
                    for total in [1, 2, 3, 7] {
                        for limit in [1, 4, 100] {
                            var found: [Item] = []
                            for segment in 0..<total {
                                found += try await server.allItems(
                                    "Scan",
                                    scan + #","Segment":\#(segment),"TotalSegments":\#(total),"Limit":\#(limit)"#)
                            }
                            #expect(found.count == whole.count)
                            #expect(Set(found) == Set(whole))
                        }
                    }
                }
                // Each partition key is in one of two segments; a start key of the other is refused.
                let key = #""ExclusiveStartKey":{"pk":{"S":"p1"},"sk":{"N":"1"}}"#
                var refusals = 0
                for segment in 0...1 {
                    let (status, body) = try await server.call(
                        "Scan", #"{"TableName":"items","Segment":\#(segment),"TotalSegments":2,\#(key)}"#)
                    guard status != 200 else { continue }
                    refusals += 1
                    #expect(
                        body["message"]
                            == .string(
                                "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use "
                                    + "ExclusiveStartKey with correct Segment. TotalSegments: 2 Segment: \(segment)"))
                }
                #expect(refusals == 1)
            }
        }

        /// Items of the most different sizes: every page ends with the item that brings it to 1 MiB.
        @Test func `a page ends where it reaches 1 MiB`() async throws {
            try await withServer { server in
                try await server.makeTable(
                    key: "pk:S,sk:N", attributes: "g:S", indexes: WireHarness.global("gsi1", "g", nil))
                var random = SeededGenerator(label: "large pages")
                var sizes: [Int] = []
                for number in 0..<24 {
                    let length = [10, 1_000, 30_000, 200_000, 390_000].randomElement(using: &random) ?? 10
                    let text = String(repeating: "x", count: length)
                    let item = #"{"pk":{"S":"a"},"sk":{"N":"\#(number)"},"g":{"S":"g"},"v":{"S":"\#(text)"}}"#
                    sizes.append(itemSize(try ExtendDBServerTests.item(item)))
                    try await server.put(item)
                }
                // What pages must be.
                var pages: [Int] = []
                var bytes = 0
                var count = 0
                for size in sizes {
                    bytes += size
                    count += 1
                    if bytes >= 1_048_576 {
                        pages.append(count)
                        (bytes, count) = (0, 0)
                    }
                }
                // Where the last item fills a page, the page does not know that it is the last one.
                pages.append(count)
                let calls = [
                    ("Query", #""KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"a"}}"#),
                    (
                        "Query",
                        #""KeyConditionExpression":"pk = :p","FilterExpression":"v = :n","ExpressionAttributeValues":{":p":{"S":"a"},":n":{"N":"0"}}"#
                    ),
                    ("Scan", #""ReturnConsumedCapacity":"TOTAL""#),
                    ("Scan", #""IndexName":"gsi1","Select":"COUNT""#),
                ]
                for (operation, parameters) in calls {
                    var found: [Int] = []
                    var start = ""
                    while true {
                        let page = try await server.succeed(
                            operation, #"{"TableName":"items",\#(parameters)\#(start)}"#)
                        found.append(page["ScannedCount"]?.intValue ?? -1)
                        guard let last = page["LastEvaluatedKey"] else { break }
                        start = #","ExclusiveStartKey":\#(last.text)"#
                    }
                    #expect(found == pages, "\(operation) \(parameters)")
                }
            }
        }

        /// Small items by the thousand: more than one chunk to a page, more than one page to the table.
        @Test func `many small items`() async throws {
            try await withServer { server in
                try await server.makeTable(key: "pk:S,sk:N")
                let text = String(repeating: "x", count: 480)
                for batch in 0..<120 {
                    let puts = (0..<25).map { number in
                        #"{"PutRequest":{"Item":{"pk":{"S":"a"},"sk":{"N":"\#(batch * 25 + number)"},"v":{"S":"\#(text)"}}}}"#
                    }
                    try await server.succeed(
                        "BatchWriteItem", #"{"RequestItems":{"items":[\#(puts.joined(separator: ","))]}}"#)
                }
                let query = #""KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"a"}}"#
                for rest in ["", #","ScanIndexForward":false"#] {
                    let items = try await server.allItems("Query", query + rest)
                    #expect(items.count == 3_000)
                    let numbers = items.compactMap { item in
                        if case .number(let number) = item["sk"] { number } else { nil }
                    }
                    #expect(numbers == (rest.isEmpty ? numbers.sorted() : numbers.sorted().reversed()))
                }
                #expect(try await server.allItems("Scan", #""Limit":700"#).count == 3_000)
            }
        }
    }
}
