import DynamoExpressions
import DynamoModel

/// One page of a `SELECT`.
struct SelectPage: Sendable {
    /// Where the next page begins.
    struct Position: Hashable, Sendable {
        /// Which of the plan's sources.
        var source: Int
        /// The last key that was read of it; nil at its beginning.
        var key: Item?
    }

    /// The items as JSON, commas between them.
    var items: [UInt8] = []
    /// `LastEvaluatedKey`
    var lastKey: Item?
    /// nil when all was read.
    var next: Position?
    var consumed: ConsumedCapacity
}

/// Reads a page of a `SELECT`: one Query or Scan, or a query for each of several partitions until the page is full.
struct SelectReader: Sendable {
    let database: ItemDatabase
    let plan: SelectPlan
    /// The most items to look at, whether or not they satisfy the condition.
    let limit: Int?

    /// A page ends at ``limit``, at 1 MB, or after so many partitions ("Results are returned in pages of up to 10
    /// items", "PartiQL operators", of `IN`).
    func read(from start: SelectPage.Position?) async throws(WireError) -> SelectPage {
        var result = SelectPage(consumed: ConsumedCapacity(tableName: plan.table.name, table: .zero))
        var position = start ?? SelectPage.Position(source: 0)
        var left = limit
        var bytes = 0
        var visited = 0
        while position.source < plan.sourceCount {
            let page = try await page(position, limit: left)
            result.append(page, plan)
            if let key = page.lastKey {
                result.lastKey = key
                result.next = SelectPage.Position(source: position.source, key: key)
                return result
            }
            position = SelectPage.Position(source: position.source + 1)
            left = left.map { $0 - page.scannedCount }
            bytes += page.bytes
            visited += 1
            if visited == Limits.partitionsPerPage || bytes >= Limits.pageSize { break }
        }
        if position.source < plan.sourceCount { result.next = position }
        return result
    }

    private func page(_ position: SelectPage.Position, limit: Int?) async throws(WireError) -> Page {
        try plan.table.throttle?.admit(plan.table, .read, plan.index)
        let start = try position.key.map { (key) throws(WireError) in
            try plan.start(position.source, after: key)
        }
        var output = plan.output
        output.measures = output.measures || plan.table.throttle != nil
        let page = try await PageReader(
            database: database, source: try plan.source(position.source), start: start, limit: limit,
            fetchesItems: plan.fetchesItems, output: output
        ).read()
        plan.table.throttle?.charge(page.consumed(plan), plan.table, .read)
        return page
    }
}

extension SelectPage {
    fileprivate mutating func append(_ page: Page, _ plan: SelectPlan) {
        // Without the brackets of the array.
        let inner = page.items.dropFirst().dropLast()
        if !items.isEmpty, !inner.isEmpty { items.append(UInt8(ascii: ",")) }
        items += inner
        consumed.add(page.consumed(plan))
    }
}

extension Page {
    fileprivate func consumed(_ plan: SelectPlan) -> ConsumedCapacity {
        PageResponse(
            page: self, table: plan.table, index: plan.index, countsOnly: false, consistent: plan.consistent,
            capacity: .none
        ).consumed
    }
}
