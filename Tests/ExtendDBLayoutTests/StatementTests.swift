import DynamoModel
import ExtendDBLayout
import Postgres
import TestSupport
import Testing

@Suite struct StatementTests {
    func withOrders<T: Sendable>(
        range: KeyAttributeType = .string, _ body: (PostgresConnection, PhysicalTable) async throws -> T
    ) async throws -> T {
        try await LayoutFixture.withLayout { connection in
            let table = try await LayoutFixture.create(LayoutFixture.orders(range: range), on: connection)
            return try await body(connection, table.physical)
        }
    }

    @Test func oneRow() async throws {
        try await withOrders { connection, table in
            let item = LayoutFixture.order("c", "1", ["note": .string("first")])
            let changed = LayoutFixture.order("c", "1", ["note": .string("second")])
            let (row, other) = (try table.row(for: item), try table.row(for: changed))
            let statements = table.statements
            #expect(try await connection.items(statements.select(row.key)).isEmpty)
            #expect(try await connection.query(statements.update(row)).affectedRows == 0)
            #expect(try await connection.query(statements.insert(row)).affectedRows == 1)
            #expect(try await connection.query(statements.insert(other)).affectedRows == 0)
            #expect(try await connection.items(statements.select(row.key)) == [item])
            #expect(try await connection.query(statements.upsert(other)).affectedRows == 1)
            #expect(try await connection.items(statements.lock(row.key)) == [changed])
            #expect(try await connection.query(statements.update(row)).affectedRows == 1)
            #expect(try await connection.items(statements.deleteReturning(row.key)) == [item])
            #expect(try await connection.query(statements.delete(row.key)).affectedRows == 0)
        }
    }

    @Test(arguments: KeyAttributeType.allCases)
    func manyRows(range: KeyAttributeType) async throws {
        func sort(_ number: Int) -> AttributeValue {
            switch range {
            case .string: .string(Text("é\(number)\""))
            case .number: .number(DynamoNumber(number))
            case .binary: .binary([UInt8(number), 0, 92])
            }
        }
        try await withOrders(range: range) { connection, table in
            let rows = try (0..<50).map { number in
                try table.row(for: [
                    "customer": .string("c,{}\\\""), "order": sort(number), "n": .string(Text("\(number)")),
                ])
            }
            #expect(try await connection.query(table.statements.upsert(rows)).affectedRows == 50)
            #expect(try await connection.query(table.statements.upsert(rows)).affectedRows == 50)
            let missing = try table.key(exactly: ["customer": .string("nobody"), "order": sort(1)])
            let keys = [rows[40].key, missing, rows[3].key]
            for statement in [table.statements.select(keys), table.statements.lock(keys)] {
                var found: [Int: Item] = [:]
                for row in try await connection.query(statement) {
                    found[try row[0].int] = try Item(storedJSON: row[1].bytes)
                }
                #expect(found == [1: rows[40].item, 3: rows[3].item])
            }
            #expect(try await connection.query(table.statements.delete(keys)).affectedRows == 2)
            #expect(try await connection.query(table.statements.delete([StoredKey]())).affectedRows == 0)
            #expect(try await connection.texts("SELECT count(*) FROM \(table.relation)") == [["48"]])
        }
    }

    @Test func textsThatLookAlike() async throws {
        try await withOrders { connection, table in
            // Canonically equal to Swift, two keys to DynamoDB.
            let rows = try ["é", "e\u{301}"].map { try table.row(for: LayoutFixture.order($0, $0)) }
            #expect(rows[0].key != rows[1].key)
            #expect(try await connection.query(table.statements.upsert(rows)).affectedRows == 2)
            for row in rows {
                #expect(try await connection.items(table.statements.select(row.key)) == [row.item])
            }
        }
    }

    @Test func indexRows() async throws {
        try await withOrders { connection, table in
            let index = try #require(table.index(named: "by-state"))
            let whole = LayoutFixture.order(
                "c", "1", ["state": .string("open"), "total": .number(5), "note": .string("n"), "big": .string("b")])
            let row = try table.row(for: whole)
            let first = try #require(try index.row(for: row))
            #expect(
                try Item(storedJSON: first.json) == whole.filter { $0.key != "big" },
                "the index projects keys and 'note'")
            _ = try await connection.query(index.statements.upsert([first]))
            let dearer = try #require(
                try index.row(for: table.row(for: whole.merging(["total": .number(6)]) { $1 })))
            _ = try await connection.query(index.statements.upsert([dearer]))
            let found = try await connection.texts("SELECT pk, sk_n, base_pk, base_sk_s FROM \(index.relation)")
            #expect(found == [["open", "6", "c", "1"]], "the same partition and base item are one row")
            #expect(
                try index.row(for: table.row(for: LayoutFixture.order("c", "2", ["state": .string("open")]))) == nil)
            #expect(try await connection.query(index.statements.delete(bases: [row.key])).affectedRows == 1)
        }
    }
}

@Suite struct PagingTests {
    /// Reads every page through the same position rule as a server does.
    func pages(
        _ connection: PostgresConnection, size: Int, _ next: ([KeyValue]?) -> PostgresQuery,
        position: (Item) throws -> [KeyValue]
    ) async throws -> [Item] {
        var items: [Item] = []
        var after: [KeyValue]?
        while true {
            let page = try await connection.items(next(after))
            items += page
            guard page.count == size, let last = page.last else { return items }
            after = try position(last)
        }
    }

    @Test(arguments: KeyAttributeType.allCases, [true, false])
    func queryOfATable(range: KeyAttributeType, ascending: Bool) async throws {
        var generator = SeededGenerator()
        var values: [AttributeValue] = []
        for number in 0..<60 {
            switch range {
            case .string:
                values.append(.string(Text((Samples.texts.randomElement(using: &generator) ?? "") + "\(number)")))
            case .number:
                let text = "\(Int.random(in: -999...999, using: &generator)).\(number)1"
                values.append(.number(try DynamoNumber(text)))
            case .binary: values.append(.binary([UInt8.random(in: 0...255, using: &generator), UInt8(number)]))
            }
        }
        let wanted = values.sorted { left, right in ascending ? before(left, right) : before(right, left) }
        try await LayoutFixture.withLayout { connection in
            let record = try await LayoutFixture.create(LayoutFixture.orders(range: range), on: connection)
            let table = record.physical
            let rows = try values.map { try table.row(for: ["customer": .string("c"), "order": $0]) }
            let others = try values.map { try table.row(for: ["customer": .string("d"), "order": $0]) }
            _ = try await connection.query(table.statements.upsert(rows + others))
            for size in [1, 7, 60, 100] {
                let found = try await pages(connection, size: size) { after in
                    table.statements.ranges.query(hash: .text("c"), after: after, ascending: ascending, limit: size)
                } position: {
                    table.queryPosition(try table.key(of: $0))
                }
                #expect(found.compactMap { $0["order"] } == wanted)
            }
        }
    }

    private func before(_ left: AttributeValue, _ right: AttributeValue) -> Bool {
        switch (left, right) {
        case (.string(let left), .string(let right)): left < right
        case (.number(let left), .number(let right)): left < right
        case (.binary(let left), .binary(let right)): left.lexicographicallyPrecedes(right)
        default: false
        }
    }

    @Test func ranges() async throws {
        try await LayoutFixture.withLayout { connection in
            let table = try await LayoutFixture.create(LayoutFixture.orders(), on: connection).physical
            let names = ["", "B", "a", "ab", "abc", "a\u{10FFFF}", "b", "é", "\u{10FFFF}", "\u{10FFFF}x"]
            let rows = try names.dropFirst().map { try table.row(for: LayoutFixture.order("c", $0)) }
            _ = try await connection.query(table.statements.upsert(rows))
            func found(_ range: SortRange) async throws -> [String] {
                let query = table.statements.ranges.query(hash: .text("c"), range: range, limit: 100)
                return try await connection.items(query).compactMap { item in
                    if case .string(let text) = item["order"] { text.string } else { nil }
                }
            }
            #expect(try await found(.all) == Array(names.dropFirst()))
            #expect(try await found(.equal(.text("ab"))) == ["ab"])
            #expect(try await found(.less(than: .text("ab"))) == ["B", "a"])
            #expect(try await found(.less(than: .text("ab"), orEqual: true)) == ["B", "a", "ab"])
            #expect(try await found(.greater(than: .text("b"))) == ["é", "\u{10FFFF}", "\u{10FFFF}x"])
            #expect(
                try await found(.greater(than: .text("\u{10FFFF}"), orEqual: true)) == ["\u{10FFFF}", "\u{10FFFF}x"])
            #expect(try await found(.between(.text("ab"), .text("b"))) == ["ab", "abc", "a\u{10FFFF}", "b"])
            #expect(try await found(.beginsWith(.text("a"))) == ["a", "ab", "abc", "a\u{10FFFF}"])
            #expect(try await found(.beginsWith(.text("\u{10FFFF}"))) == ["\u{10FFFF}", "\u{10FFFF}x"])
        }
    }

    @Test(arguments: [true, false])
    func indexesWithEqualKeys(ascending: Bool) async throws {
        try await LayoutFixture.withLayout { connection in
            let table = try await LayoutFixture.create(LayoutFixture.orders(), on: connection).physical
            var rows: [ItemRow] = []
            for customer in 0..<4 {
                for order in 0..<8 {
                    // Few totals, so that pages end amid equal sort keys.
                    rows.append(
                        try table.row(
                            for: LayoutFixture.order(
                                "c\(customer)", "o\(order)",
                                [
                                    "state": .string("open"), "total": .number(DynamoNumber(order % 3)),
                                    "token": .binary([1]),
                                ])))
                }
            }
            for index in table.indexes {
                _ = try await connection.query(index.statements.upsert(rows.compactMap { try index.row(for: $0) }))
            }
            func position(_ index: PhysicalIndex, _ item: Item) throws -> PhysicalIndex.Position {
                try index.position(exactly: item.filter { index.positionAttributes.contains($0.key) })
            }
            for (name, hash) in [
                ("by-state", KeyValue.text("open")), ("by-token", .text("AQ==")), ("by-total", .text("c2")),
            ] {
                let index = try #require(table.index(named: name))
                let all = try rows.filter { try index.key(of: $0.item)?.hash == hash }
                for size in [1, 3, 5] {
                    let found = try await pages(connection, size: size) { after in
                        index.statements.ranges.query(hash: hash, after: after, ascending: ascending, limit: size)
                    } position: {
                        try position(index, $0).queryPosition
                    }
                    #expect(found.count == all.count)
                    #expect(Set(found.map { try? table.key(of: $0) }) == Set(all.map(\.key)))
                    if !index.key.sort.isEmpty {
                        let totals = found.compactMap {
                            if case .number(let total) = $0["total"] { total } else { nil }
                        }
                        #expect(totals == totals.sorted { ascending ? $0 < $1 : $1 < $0 })
                    }
                    let scanned = try await pages(connection, size: size) { after in
                        index.statements.ranges.scan(after: after, limit: size)
                    } position: {
                        try position(index, $0).scanPosition
                    }
                    #expect(Set(scanned.map { try? table.key(of: $0) }) == Set(rows.map(\.key)))
                    #expect(scanned.count == rows.count)
                }
            }
        }
    }

    @Test func segmentsShareATable() async throws {
        try await LayoutFixture.withLayout { connection in
            let table = try await LayoutFixture.create(LayoutFixture.orders(), on: connection).physical
            let rows = try (0..<200).map { try table.row(for: LayoutFixture.order("c\($0 % 50)", "\($0)")) }
            _ = try await connection.query(table.statements.upsert(rows))
            for total in [1, 3, 64] {
                var found: [StoredKey] = []
                for segment in 0..<total {
                    let items = try await pages(connection, size: 9) { after in
                        table.statements.ranges.scan(
                            after: after, segment: ScanSegment(segment: segment, total: total), limit: 9)
                    } position: {
                        table.scanPosition(try table.key(of: $0))
                    }
                    found += try items.map { try table.key(of: $0) }
                }
                #expect(found.count == 200)
                #expect(Set(found) == Set(rows.map(\.key)))
            }
        }
    }

    /// Reads follow indexes and sort nothing, whatever the number of rows.
    @Test func plans() async throws {
        try await LayoutFixture.withLayout { connection in
            let table = try await LayoutFixture.create(LayoutFixture.orders(), on: connection).physical
            _ = try await connection.query("SET enable_seqscan = off")
            _ = try await connection.query("SET enable_bitmapscan = off")
            _ = try await connection.query("SET plan_cache_mode = force_generic_plan")
            let index = try #require(table.index(named: "by-state"))
            let key = try table.key(exactly: LayoutFixture.order("c", "o"))
            let state = StoredKey(hash: .text("open"), range: .numeric(5))
            let position = PhysicalIndex.Position(key: state, base: key)
            let ranges = (table.statements.ranges, index.statements.ranges)
            let range = SortRange.beginsWith(.text("o"))
            let queries = [
                table.statements.select(key), table.statements.select([key]), table.statements.delete([key]),
                ranges.0.query(hash: key.hash, range: range, after: table.queryPosition(key), limit: 9),
                ranges.0.query(hash: key.hash, range: range, ascending: false, limit: 9),
                ranges.0.scan(after: table.scanPosition(key), limit: 9),
                ranges.1.query(
                    hash: state.hash, range: .less(than: .numeric(9)), after: position.queryPosition, limit: 9),
                ranges.1.query(hash: state.hash, after: position.queryPosition, ascending: false, limit: 9),
                ranges.1.scan(after: position.scanPosition, limit: 9), index.statements.delete(bases: [key]),
            ]
            for query in queries {
                let explained = PostgresQuery("EXPLAIN " + query.sql, query.parameters, prepared: false)
                let plan = try await connection.query(explained).map { try $0[0].string }.joined(separator: "\n")
                #expect(plan.contains("Index Cond"), "\(query.sql)\n\(plan)")
                #expect(!plan.contains("Sort"), "\(query.sql)\n\(plan)")
                #expect(!plan.contains("Seq Scan"), "\(query.sql)\n\(plan)")
            }
        }
    }

    /// A relation of an old ExtendDB release: key columns in a language's collation. Queries sort by bytes all the
    /// same.
    @Test func columnsWithAnotherCollation() async throws {
        try await LayoutFixture.withLayout { connection in
            let collations = try await connection.texts(
                "SELECT quote_ident(collname) FROM pg_collation WHERE collname IN ('en-x-icu', 'en_US.utf8') LIMIT 1")
            let collation = try #require(collations.first?[0], "the server has no collation of a language")
            let table = try await LayoutFixture.create(LayoutFixture.orders(), on: connection).physical
            try await connection.execute(
                script: """
                    ALTER TABLE \(table.relation) ALTER pk TYPE text COLLATE \(collation),
                    ALTER sk_s TYPE text COLLATE \(collation)
                    """)
            let names = ["a", "B", "c", "ä", "Z", "_", "b"]
            _ = try await connection.query(
                table.statements.upsert(names.map { try table.row(for: LayoutFixture.order("c", $0)) }))
            let sorted = names.map { Text($0) }.sorted()
            let found = try await pages(connection, size: 2) { after in
                table.statements.ranges.query(hash: .text("c"), after: after, limit: 2)
            } position: {
                table.queryPosition(try table.key(of: $0))
            }
            #expect(found.map { $0["order"] } == sorted.map { .string($0) })
            let upper = table.statements.ranges.query(hash: .text("c"), range: .less(than: .text("a")), limit: 9)
            #expect(try await connection.items(upper).map { $0["order"] } == ["B", "Z", "_"].map { .string($0) })
            let scanned = try await pages(connection, size: 2) { after in
                table.statements.ranges.scan(after: after, limit: 2)
            } position: {
                table.scanPosition(try table.key(of: $0))
            }
            #expect(Set(scanned.map { $0["order"] }).count == names.count)
            #expect(scanned.count == names.count)
        }
    }
}
