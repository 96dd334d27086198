import DynamoModel

/// Decides how far one page of a Query or Scan goes: how many rows to ask the database for next, and which row is the
/// page's last.
///
/// A page ends at `Limit` items, or with the item that brings its logical size to 1 MiB, so it is usually a little
/// larger: "if the processed dataset size exceeds 1 MB before DynamoDB reaches this limit, it stops" (API reference,
/// Query; sizes are those before any filter). The eventually consistent pages of a large table cost 128.5 units, half
/// a unit more than 1 MiB does, as has been measured often.
///
/// A stored item's JSON is never shorter than its logical size, so the length of the JSON serves as an upper bound,
/// and exact sizes are computed only for a page that comes near the limit.
struct PagePlanner: Sendable {
    /// What becomes of one row.
    enum Verdict: Hashable, Sendable {
        /// The row belongs to the page, and the page goes on.
        case take
        /// The row is the page's last.
        case takeLast
    }

    /// What to ask the database for: at most so many rows, and no more rows than hold so many stored bytes.
    struct Chunk: Hashable, Sendable {
        let rows: Int
        /// `nil` for a chunk of few rows, which needs no bound by bytes.
        let storedBytes: Int?
    }

    /// So few rows are read without a bound by bytes: 32 × 400 KB is 13 MB at worst.
    static let firstChunkRows = 32
    /// No statement asks for more rows.
    static let maximumChunkRows = 16_384

    private let limit: Int
    private let pageBytes: Int
    private var taken = 0
    /// An upper bound of the page's logical size: the lengths of the stored JSON.
    private var storedTaken = 0
    /// The page's logical size, once the bound has come near the limit.
    private var exactTaken: Int?

    init(limit: Int?, pageBytes: Int = Limits.pageSize) {
        self.limit = limit ?? .max
        self.pageBytes = pageBytes
    }

    /// The number of rows taken.
    var count: Int { taken }

    /// Whether the next row must come with exact sizes.
    ///
    /// - Parameter stored: the length of the row's JSON, in bytes.
    func needsSizes(stored: Int) -> Bool {
        exactTaken != nil || storedTaken + stored >= pageBytes
    }

    /// Takes a row for which ``needsSizes(stored:)`` is false.
    mutating func take(stored: Int) -> Verdict {
        taken += 1
        storedTaken += stored
        return taken >= limit ? .takeLast : .take
    }

    /// Looks at the next row by exact sizes.
    ///
    /// - Parameters:
    ///   - size: the row's logical size.
    ///   - sizeOfTaken: the logical size of all rows taken before.
    mutating func consider(size: Int, sizeOfTaken: Int) -> Verdict {
        let total = sizeOfTaken + size
        exactTaken = total
        taken += 1
        return taken >= limit || total >= pageBytes ? .takeLast : .take
    }

    /// The next statement's bounds. The first is small; the next ones follow from the sizes seen so far.
    var nextChunk: Chunk {
        let rowsLeft = limit - taken
        guard taken > 0 else {
            return Chunk(rows: min(rowsLeft, Self.firstChunkRows), storedBytes: nil)
        }
        let bytesLeft = max(1, pageBytes - (exactTaken ?? storedTaken))
        let average = max(1, (exactTaken ?? storedTaken) / taken)
        let estimate = bytesLeft / average + bytesLeft / average / 16 + 2
        let rows = max(1, min(rowsLeft, estimate, Self.maximumChunkRows))
        // The database measures its own binary form, which is at most about as long as the JSON. Room for twice the
        // rest of the page; what that cuts off too early comes with the chunk after.
        return Chunk(rows: rows, storedBytes: rows <= Self.firstChunkRows ? nil : 2 * bytesLeft + 65_536)
    }
}
