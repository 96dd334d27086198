import DynamoModel
import ExtendDBLayout
import Postgres
import TestSupport
import Testing

@Suite struct PendingIndexChangesTests {
    private static let pending = """
        CREATE TABLE gsi_pending (id BIGSERIAL PRIMARY KEY, table_id TEXT, worker_partition INT, old_item JSONB,
            new_item JSONB, index_context JSONB, ready_at TIMESTAMPTZ DEFAULT now())
        """

    /// Lets a change of an item wait for an index, as ExtendDB does.
    private static func wait(
        _ table: TableRecord, _ indexID: String, from old: Item?, to new: Item?, on connection: PostgresConnection
    ) async throws {
        func json(_ item: Item?) throws -> PostgresValue { try item.map { .utf8(try StoredItem.encode($0)) } ?? .null }
        _ = try await connection.query(
            PostgresQuery(
                """
                INSERT INTO gsi_pending (table_id, worker_partition, old_item, new_item, index_context)
                VALUES ($1, 0, $2, $3, jsonb_build_object('index', jsonb_build_object('index_id', $4::text)))
                """,
                [.text(table.tableID), try json(old), try json(new), .text(indexID)]))
    }

    private static func rows(_ index: PhysicalIndex, on connection: PostgresConnection) async throws -> Set<Item> {
        Set(try await connection.items(PostgresQuery("SELECT item_data FROM \(index.relation)")))
    }

    /// Histories of a few items whose global indexes are told later, in batches that cut them anywhere.
    @Test func theIndexesSayWhatTheItemsSay() async throws {
        try await LayoutFixture.withLayout { connection in
            var random = SeededGenerator(label: "pending index changes")
            try await connection.execute(script: Self.pending)
            let table = try await LayoutFixture.create(LayoutFixture.orders(), on: connection)
            let global = table.physical.indexes.filter { $0.kind == .global }
            var items: [String: Item] = [:]
            for _ in 0..<8 {
                for _ in 0..<Int.random(in: 0...30, using: &random) {
                    let order = "\(Int.random(in: 0..<6, using: &random))"
                    let key = LayoutFixture.order("c", order)
                    var new: Item? = key
                    if Bool.random(using: &random) {
                        new?["state"] = .string(["x", "y"].randomElement(using: &random) ?? "x")
                    }
                    if Bool.random(using: &random) {
                        new?["total"] = .number(DynamoNumber(Int.random(in: 0..<3, using: &random)))
                    }
                    // Nothing keeps an attribute of another type out of an item that is older than the index.
                    if Int.random(in: 0..<4, using: &random) == 0 { new?["token"] = .string("no key") }
                    if Int.random(in: 0..<4, using: &random) == 0 { new?["token"] = .binary([7]) }
                    if Int.random(in: 0..<4, using: &random) == 0 { new = nil }
                    if let new {
                        let row = ItemRow(
                            key: try table.physical.key(of: key), item: new, json: try StoredItem.encode(new))
                        _ = try await connection.query(table.physical.statements.upsert(row))
                    } else {
                        _ = try await connection.query(table.physical.statements.delete(table.physical.key(of: key)))
                    }
                    for index in global {
                        try await Self.wait(table, index.indexID, from: items[order], to: new, on: connection)
                    }
                    items[order] = new
                }
                let batch = Int.random(in: 1...9, using: &random)
                let waiting = try await connection.texts("SELECT count(*) FROM gsi_pending")
                let count = try await connection.transaction { connection in
                    try await PendingIndexChanges(catalog: Catalog(), batch: batch).drain(
                        catalog: connection, data: connection)
                }
                #expect([["\(count)"]] == waiting)
                #expect(try await connection.texts("SELECT count(*) FROM gsi_pending") == [["0"]])
                for index in global {
                    let expected = items.values.filter { item in
                        index.name == "by-state"
                            ? item["state"] != nil && item["total"] != nil : item["token"]?.type == .binary
                    }
                    #expect(
                        try await Self.rows(index, on: connection) == Set(expected.map(index.projected)),
                        "\(index.name)")
                }
            }
        }
    }

    /// A change that was overtaken by a write whose index entry is there already does not bring the older one back.
    @Test func anOlderChangeDoesNotWin() async throws {
        try await LayoutFixture.withLayout { connection in
            try await connection.execute(script: Self.pending)
            let table = try await LayoutFixture.create(LayoutFixture.orders(), on: connection)
            let index = try #require(table.physical.index(named: "by-state"))
            let old = LayoutFixture.order("c", "1", ["state": .string("old"), "total": .number(1)])
            let new = LayoutFixture.order("c", "1", ["state": .string("new"), "total": .number(2)])
            try await Self.wait(table, index.indexID, from: nil, to: old, on: connection)
            let row = try table.physical.row(for: new)
            _ = try await connection.query(table.physical.statements.upsert(row))
            _ = try await connection.query(index.statements.upsert([try #require(try index.row(for: row))]))
            try await PendingIndexChanges(catalog: Catalog()).drain(catalog: connection, data: connection)
            #expect(try await Self.rows(index, on: connection) == [new])
        }
    }

    /// Of tables, indexes and relations that are gone, and rows that say nothing: taken off.
    @Test func changesOfNothing() async throws {
        try await LayoutFixture.withLayout { connection in
            try await connection.execute(script: Self.pending)
            let table = try await LayoutFixture.create(LayoutFixture.orders(), on: connection)
            let item = LayoutFixture.order("c", "1", ["state": .string("s"), "total": .number(1)])
            let index = try #require(table.physical.index(named: "by-state"))
            try await Self.wait(table, "gone", from: nil, to: item, on: connection)
            try await Self.wait(table, index.indexID, from: nil, to: nil, on: connection)
            try await Self.wait(table, index.indexID, from: nil, to: ["other": .bool(true)], on: connection)
            try await connection.execute(
                script: """
                    INSERT INTO gsi_pending (table_id, new_item, index_context)
                    SELECT table_id, 'null', index_context FROM gsi_pending;
                    INSERT INTO gsi_pending (table_id, new_item, index_context) VALUES
                        ('gone', '{}', '{"index":{"index_id":"gone"}}'), ('gone', '{}', '{"vector_index":{}}');
                    """)
            let token = try #require(table.physical.index(named: "by-token"))
            try await Self.wait(table, token.indexID, from: nil, to: item, on: connection)
            try await connection.execute(script: "DROP TABLE \(token.relation)")
            let count = try await PendingIndexChanges(catalog: Catalog()).drain(catalog: connection, data: connection)
            #expect(count == 9)
            #expect(try await Self.rows(index, on: connection) == [])
        }
    }
}
