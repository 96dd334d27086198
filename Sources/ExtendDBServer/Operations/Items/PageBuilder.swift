import DynamoExpressions
import DynamoModel
import Postgres

/// What a Query or Scan makes of the rows that it reads.
struct PageOutput: Sendable {
    var filter: ConditionExpression?
    var projection: ProjectionExpression?
    /// `Select: COUNT`: no items in the response.
    var countsOnly = false
    /// The response tells what was consumed, so that every size must be known.
    var measures = false

    /// Whether rows are decoded; if not, their stored JSON goes into the response as it is.
    var decodes: Bool { filter != nil || projection != nil || measures }
}

/// One page as it grows, row by row.
struct PageBuilder: Sendable {
    private let output: PageOutput
    private(set) var planner: PagePlanner
    /// The JSON array of the items.
    private(set) var items = JSONWriter()
    /// The items that passed the filter.
    private(set) var count = 0
    /// The logical size of the rows taken; only as far as they were decoded.
    private(set) var bytes = 0
    /// Rows taken without decoding them, in case their sizes turn out to matter.
    private var undecoded: [PostgresCell] = []
    private var last: PostgresCell?

    init(_ output: PageOutput, limit: Int?) {
        self.output = output
        planner = PagePlanner(limit: limit)
        items.beginArray()
    }

    /// The rows taken, whether or not they passed the filter.
    var scannedCount: Int { planner.count }

    /// The last row taken: its entry in the table or index.
    var lastEntry: Item? {
        get throws(WireError) { try last?.item }
    }

    /// Takes a row into the page.
    ///
    /// - Parameter fetched: the whole item, if the row is an entry of an index that does not hold all that is wanted.
    mutating func add(_ cell: PostgresCell, fetched: Item? = nil) throws(WireError) -> PagePlanner.Verdict {
        let verdict: PagePlanner.Verdict
        if let fetched {
            let size = itemSize(fetched)
            verdict = add(fetched, size: size, stored: size)
        } else if output.decodes {
            let item = try cell.item
            verdict = add(item, size: itemSize(item), stored: cell.withUTF8 { $0.count })
        } else {
            verdict = try addUndecoded(cell)
        }
        last = cell
        return verdict
    }

    private mutating func add(_ item: Item, size: Int, stored: Int) -> PagePlanner.Verdict {
        let verdict =
            planner.needsSizes(stored: stored)
            ? planner.consider(size: size, sizeOfTaken: bytes) : planner.take(stored: stored)
        bytes += size
        if let filter = output.filter, !filter.matches(item) { return verdict }
        count += 1
        if !output.countsOnly {
            items.item(output.projection?.project(item) ?? item)
        }
        return verdict
    }

    private mutating func addUndecoded(_ cell: PostgresCell) throws(WireError) -> PagePlanner.Verdict {
        let stored = cell.withUTF8 { $0.count }
        let verdict: PagePlanner.Verdict
        if planner.needsSizes(stored: stored) {
            for cell in undecoded {
                bytes += itemSize(try cell.item)
            }
            undecoded = []
            let size = itemSize(try cell.item)
            verdict = planner.consider(size: size, sizeOfTaken: bytes)
            bytes += size
        } else {
            verdict = planner.take(stored: stored)
            undecoded.append(cell)
        }
        count += 1
        if !output.countsOnly {
            items.stored(cell)
        }
        return verdict
    }

    /// The finished array of items.
    func itemsJSON() -> [UInt8] {
        var items = items
        items.endArray()
        return items.bytes
    }
}
