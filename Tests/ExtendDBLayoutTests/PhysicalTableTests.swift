import DynamoModel
import ExtendDBLayout
import Postgres
import TestSupport
import Testing

@Suite struct RelationTests {
    @Test(arguments: KeyAttributeType.allCases)
    func relationsOfACompositeKey(range: KeyAttributeType) async throws {
        let suffix = range.rawValue.lowercased()
        try await LayoutFixture.withLayout { connection in
            let table = try await LayoutFixture.create(LayoutFixture.orders(range: range), on: connection)
            func columns(_ relation: String) async throws -> [String] {
                try await connection.texts(
                    """
                    SELECT attname || ' ' || format_type(atttypid, atttypmod)
                        || CASE WHEN attnotnull THEN '!' ELSE '' END || CASE WHEN attcollation = 0 THEN ''
                        ELSE ' ' || (SELECT collname FROM pg_collation WHERE oid = attcollation) END
                    FROM pg_attribute WHERE attrelid = '\(relation)'::regclass AND attnum > 0 ORDER BY attnum
                    """
                ).map { $0[0] }
            }
            func indexes(_ relation: String) async throws -> [String] {
                try await connection.texts(
                    """
                    SELECT CASE WHEN indisprimary THEN 'primary ' ELSE '' END
                        || regexp_replace(pg_get_indexdef(indexrelid), '.*USING btree ', '')
                    FROM pg_index WHERE indrelid = '\(relation)'::regclass ORDER BY indisprimary DESC, 1
                    """
                ).map { $0[0] }
            }
            func keyed(_ column: String) -> String {
                let type = ["s": "text", "n": "numeric", "b": "bytea"]
                return "\(column)\(suffix) \(type[suffix] ?? "")!" + (suffix == "s" ? " C" : "")
            }
            func sort(_ prefix: String, required: Bool) -> [String] {
                ["\(prefix)sk_s text C", "\(prefix)sk_n numeric", "\(prefix)sk_b bytea"].map { column in
                    required && column.hasPrefix("\(prefix)sk_\(suffix)") ? keyed("\(prefix)sk_") : column
                }
            }
            #expect(
                try await columns(table.physical.relation)
                    == ["pk text! C"] + sort("", required: true) + ["item_data jsonb!"])
            #expect(try await indexes(table.physical.relation) == ["primary (pk, sk_\(suffix))"])

            let state = try #require(table.physical.index(named: "by-state"))
            #expect(
                try await columns(state.relation)
                    == ["pk text! C", "sk_s text C", "sk_n numeric", "sk_b bytea", "base_pk text! C"]
                    + sort("base_", required: true) + ["item_data jsonb!"])
            #expect(
                try await indexes(state.relation) == [
                    "primary (pk, base_pk, base_sk_\(suffix))", "(base_pk, base_sk_\(suffix))",
                    "(pk, sk_n, base_pk, base_sk_\(suffix))",
                ])
            let name = try await connection.texts(
                "SELECT to_regclass('\"_ddb_\(state.indexID)_base_key_idx\"') IS NOT NULL")
            #expect(name == [["t"]])

            let token = try #require(table.physical.index(named: "by-token"))
            #expect(
                try await indexes(token.relation) == [
                    "primary (pk, base_pk, base_sk_\(suffix))", "(base_pk, base_sk_\(suffix))",
                ])
        }
    }

    @Test func relationsOfASimpleKey() async throws {
        try await LayoutFixture.withLayout { connection in
            let definition = TableDefinition(
                name: "simple", keySchema: KeySchema(hash: "id"),
                attributeDefinitions: [AttributeDefinition(name: "id", type: .string)])
            let table = try await LayoutFixture.create(definition, on: connection)
            let found = try await connection.texts(
                "SELECT column_name FROM information_schema.columns WHERE table_name = '_ddb_\(table.tableID)'")
            #expect(Set(found) == [["pk"], ["item_data"]])
        }
    }

    @Test func idsAreVersionFourUUIDs() {
        for _ in 0..<50 {
            let id = Array(RelationID.random())
            #expect(id.count == 36)
            #expect(id[14] == "4")
            #expect("89ab".contains(id[19]))
            #expect([8, 13, 18, 23].allSatisfy { id[$0] == "-" })
        }
    }

    @Test func loadingIntoBareRelationsGivesTheSameAsWriting() async throws {
        try await LayoutFixture.withLayout { connection in
            var generator = SeededGenerator()
            let written = try await LayoutFixture.create(LayoutFixture.orders(name: "written"), on: connection)
            let loaded = try await LayoutFixture.create(
                LayoutFixture.orders(name: "loaded"), relations: .bare, on: connection)
            let rows = try (0..<300).map { number in
                try written.physical.row(for: Samples.order(number, using: &generator))
            }
            _ = try await connection.query(written.physical.statements.upsert(rows))
            for index in written.physical.indexes {
                let indexRows = try rows.compactMap { try index.row(for: $0) }
                _ = try await connection.query(index.statements.upsert(indexRows))
            }

            var base: [UInt8] = []
            for row in rows { loaded.physical.appendCopyLine(row, to: &base) }
            let baseLines = base
            let copied = try await connection.copyIn(loaded.physical.copyStatement) { writer in
                try await writer.write(baseLines)
            }
            #expect(copied == rows.count)
            for index in loaded.physical.indexes {
                var lines: [UInt8] = []
                for row in rows { _ = try index.appendCopyLine(row, to: &lines) }
                let indexLines = lines
                _ = try await connection.copyIn(index.copyStatement) { writer in
                    try await writer.write(indexLines)
                }
            }
            try await connection.execute(script: RelationDDL(loaded.physical).finish.joined(separator: ";"))

            let pairs =
                [(written.physical.relation, loaded.physical.relation)]
                + zip(written.physical.indexes, loaded.physical.indexes).map { ($0.relation, $1.relation) }
            for (left, right) in pairs {
                let difference = try await connection.texts(
                    """
                    (SELECT * FROM \(left) EXCEPT ALL SELECT * FROM \(right))
                    UNION ALL (SELECT * FROM \(right) EXCEPT ALL SELECT * FROM \(left))
                    """)
                #expect(difference.isEmpty)
                let count = try await connection.texts("SELECT count(*) > 0 FROM \(left)")
                #expect(count == [["t"]])
                let keys = "SELECT count(*), count(*) FILTER (WHERE indisprimary) FROM pg_index WHERE indrelid = "
                #expect(
                    try await connection.texts(keys + "'\(left)'::regclass")
                        == connection.texts(keys + "'\(right)'::regclass"))
            }
        }
    }
}

/// Items with awkward content.
enum Samples {
    static let texts: [String] = [
        "", "a", "é", "e\u{301}", "tab\t", "line\nfeed\r", "back\\slash", "\\N", "\\.", "quote\"'", "{\"json\"}",
        "\u{1}\u{1F}",
        "\u{7F}", "\u{FFFF}", "\u{10FFFF}", "zażółć", "日本", "🦆", "\u{B}\u{8}\u{C}", "\\u0000",
    ]

    static func order(_ number: Int, using generator: inout SeededGenerator) -> Item {
        func text() -> Text { Text(texts.randomElement(using: &generator) ?? "") }
        var item = LayoutFixture.order("c\(number % 7)\(text())", "o\(number)\(text())")
        if Bool.random(using: &generator) { item["state"] = .string(Text("s" + text().string)) }
        if Bool.random(using: &generator) {
            item["total"] = .number(DynamoNumber(Int.random(in: -50...50, using: &generator)))
        }
        if Bool.random(using: &generator) {
            item["token"] = .binary(
                (0..<Int.random(in: 1...9, using: &generator)).map { _ in .random(in: 0...255, using: &generator) })
        }
        item["note"] = .string(text())
        item["set"] = .stringSet([text(), "x"])
        item["nested"] = .map([
            "list": .list([.null, .bool(true), .binary([0, 255]), .map([text(): .string(text())])])
        ])
        return item
    }
}
