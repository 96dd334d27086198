import DynamoExpressions
import DynamoModel
import ExtendDBLayout
import Postgres

/// What a page came to.
struct Page: Sendable {
    /// The JSON array of the items.
    let items: [UInt8]
    let count: Int
    let scannedCount: Int
    /// `LastEvaluatedKey`: where the next page continues; `nil` if all was read.
    let lastKey: Item?
    /// The logical size of the rows read, in the index if there is one; 0 unless measured.
    let bytes: Int
    /// The logical sizes of the items fetched from the table beside the index.
    let fetchedBytes: [Int]
}

/// Reads one page of a Query or Scan, in chunks, so that memory stays flat however large the table and however little
/// of it passes the filter.
struct PageReader: Sendable {
    let database: ItemDatabase
    let source: PageSource
    /// Where to start; `nil` at the beginning.
    let start: StartKeyRules.Position?
    let limit: Int?
    /// Items come from the table, not from the entries of the (local) index: the request wants attributes that the
    /// index does not hold.
    let fetchesItems: Bool
    let output: PageOutput

    /// A chunk of index entries whose items are fetched is kept short, since the items may be large.
    private static let fetchedChunkRows = 64
    /// PostgreSQL's binary form of an item takes at most this many times the bytes of its JSON text; measured 2.2 for
    /// lists of empty maps, the worst there is.
    private static let storedToText = 4

    private var keys: StartKeyRules { StartKeyRules(table: source.table, index: source.index) }

    func read() async throws(WireError) -> Page {
        var builder = PageBuilder(output, limit: limit)
        var fetchedBytes: [Int] = []
        var entryBytes = 0
        var after = start
        while !source.isExhausted(after: after) {
            let chunk = shortened(builder.planner.nextChunk)
            let rows = try await database.read(source.statement(after: after, chunk: chunk))
            let fetched = fetchesItems ? try await fetch(rows) : [:]
            var textBytes = 0
            for row in rows {
                let cell = row[0]
                textBytes += cell.withUTF8 { $0.count }
                let entry = fetchesItems ? try cell.item : nil
                let item = entry.map { fetched[source.table.key(of: $0)] ?? $0 }
                let verdict = try builder.add(cell, fetched: item)
                if let entry, let item {
                    entryBytes += itemSize(entry)
                    fetchedBytes.append(itemSize(item))
                }
                if verdict != .take {
                    return try page(builder, ended: false, entryBytes, fetchedBytes)
                }
            }
            let isCut = chunk.storedBytes.map { textBytes * Self.storedToText >= $0 } ?? false
            guard !rows.isEmpty, rows.count >= chunk.rows || isCut, let last = try builder.lastEntry else { break }
            after = try keys.position(of: last, query: source.isQuery)
        }
        return try page(builder, ended: true, entryBytes, fetchedBytes)
    }

    private func page(
        _ builder: PageBuilder, ended: Bool, _ entryBytes: Int, _ fetchedBytes: [Int]
    ) throws(WireError) -> Page {
        Page(
            items: builder.itemsJSON(), count: builder.count, scannedCount: builder.scannedCount,
            lastKey: ended ? nil : try builder.lastEntry.map(keys.key(of:)),
            bytes: fetchesItems ? entryBytes : builder.bytes, fetchedBytes: fetchedBytes)
    }

    private func shortened(_ chunk: PagePlanner.Chunk) -> PagePlanner.Chunk {
        guard fetchesItems, chunk.rows > Self.fetchedChunkRows else { return chunk }
        return PagePlanner.Chunk(rows: Self.fetchedChunkRows, storedBytes: nil)
    }

    /// The whole items of a chunk of index entries, by key, in one statement.
    private func fetch(_ entries: PostgresResult) async throws(WireError) -> [Item: Item] {
        guard !entries.isEmpty else { return [:] }
        let table = source.table
        var keys: [StoredKey] = []
        for row in entries {
            keys.append(try table.physical.key(of: try row[0].item))
        }
        var items: [Item: Item] = [:]
        for row in try await database.read(table.physical.statements.select(keys)) {
            let item = try row[1].item
            items[table.key(of: item)] = item
        }
        return items
    }
}
