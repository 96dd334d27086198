import DynamoModel
package import Postgres

/// The changes of global indexes that newer releases of ExtendDB write into `gsi_pending` with an item and apply to the
/// index later. Ours changes indexes with the item; what waits must be gone before it writes, since a change that is
/// applied late brings an older image of the item back.
///
/// A pending change says which item of which index is behind. What it must become is what the base relation says now,
/// whatever the images in the row and their order: the result is that of ExtendDB's own work when it is done, and it
/// does not matter how often it is done.
package struct PendingIndexChanges: Sendable {
    private let catalog: Catalog
    /// Changes that are taken at a time.
    private let batch: Int

    package init(catalog: Catalog, batch: Int = 500) {
        self.catalog = catalog
        self.batch = batch
    }

    /// Applies what waits, in a transaction that the caller holds on the data database.
    ///
    /// Changes of tables and indexes that are no more, or that have no relation, are taken off without effect, as
    /// ExtendDB does.
    ///
    /// - Returns: how many changes waited.
    @discardableResult
    package func drain(catalog runner: some SQLRunner, data: PostgresConnection) async throws -> Int {
        var count = 0
        var tables: [String: TableRecord]?
        let relations = try await Settlement.relations(in: data)
        while true {
            let rows = try await data.query(
                PostgresQuery(
                    """
                    SELECT id, table_id, index_context -> 'index' ->> 'index_id', old_item, new_item
                    FROM gsi_pending ORDER BY id LIMIT $1::bigint FOR UPDATE
                    """, [.int(batch)]))
            guard !rows.isEmpty else { return count }
            if tables == nil {
                let records = try await catalog.loadTables(on: runner)
                tables = Dictionary(records.map { ($0.tableID, $0) }) { $1 }
            }
            for stale in try Self.stale(rows, tables ?? [:], relations) {
                try await stale.renew(on: data)
            }
            let ids = try rows.map { try $0[0].string }
            _ = try await data.query(
                PostgresQuery("DELETE FROM gsi_pending WHERE id = ANY ($1::bigint[])", [.textArray(ids)]))
            count += rows.count
        }
    }

    /// The rows of one index that are behind.
    private struct Stale {
        let table: PhysicalTable
        let index: PhysicalIndex
        var keys: [StoredKey] = []
        private var seen: Set<StoredKey> = []

        init(table: PhysicalTable, index: PhysicalIndex) {
            self.table = table
            self.index = index
        }

        mutating func add(_ key: StoredKey) {
            if seen.insert(key).inserted { keys.append(key) }
        }

        /// Makes the index's rows of these items what the items say.
        func renew(on data: PostgresConnection) async throws {
            var rows: [IndexRow] = []
            for row in try await data.query(table.statements.lock(keys)) {
                if let entry = try Self.entry(row, table, index) { rows.append(entry) }
            }
            _ = try await data.query(index.statements.delete(bases: keys))
            if !rows.isEmpty { _ = try await data.query(index.statements.upsert(rows)) }
        }

        /// The row of an item, nil if it is not in the index: it lacks a key attribute, or has one that is no key.
        private static func entry(
            _ row: PostgresRow, _ table: PhysicalTable, _ index: PhysicalIndex
        ) throws -> IndexRow? {
            let item = try row[1].withUTF8 { try Item(storedJSON: $0) }
            do throws(WireError) {
                guard let key = try index.key(of: item) else { return nil }
                return IndexRow(
                    key: key, base: try table.key(of: item), json: try StoredItem.encode(index.projected(item)))
            } catch {
                return nil
            }
        }
    }

    /// The key of an image; nil if there is none, or one that the table cannot have.
    private static func key(_ cell: PostgresCell, _ table: PhysicalTable) throws -> StoredKey? {
        guard let cell = cell.orNil, try cell.string != "null" else { return nil }
        let item = try cell.withUTF8 { try Item(storedJSON: $0) }
        do throws(WireError) {
            return try table.key(of: item)
        } catch {
            return nil
        }
    }

    private static func stale(
        _ rows: PostgresResult, _ tables: [String: TableRecord], _ relations: Set<String>
    ) throws -> [Stale] {
        var stale: [String: Stale] = [:]
        for row in rows {
            guard let indexID = try row[2].orNil?.string, let table = tables[try row[1].string]?.physical,
                let index = table.indexes.first(where: { $0.indexID == indexID }),
                relations.contains(PhysicalTable.relationName(table.tableID)),
                relations.contains(PhysicalTable.relationName(indexID))
            else { continue }
            for cell in [row[3], row[4]] {
                guard let key = try key(cell, table) else { continue }
                stale[indexID, default: Stale(table: table, index: index)].add(key)
            }
        }
        return stale.sorted { $0.key < $1.key }.map(\.value)
    }
}
