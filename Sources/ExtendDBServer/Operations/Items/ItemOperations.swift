import DynamoModel
import ExtendDBLayout
package import Postgres
import Synchronization

/// The operations on items: one function for each, from a request to the JSON of its response.
///
/// Expressions are parsed before the table is looked up, as DynamoDB does: a request that is wrong in itself says so
/// whether or not its table exists.
package struct ItemOperations: Sendable {
    let database: ItemDatabase
    let tables: TableCache
    /// What holds tables to their units, if they are to be.
    let throttle: Throttle?
    let tokenPurges = TokenPurges()
    private let known = ItemTableCache()

    package init(pool: PostgresPool, tables: TableCache, throttle: Throttle? = nil) {
        self.throttle = throttle
        self.database = ItemDatabase(pool: pool)
        self.tables = tables
    }

    /// The table that a request names.
    func table(_ name: String, _ context: RequestContext) async throws(WireError) -> ItemTable {
        var table = table(try await tables.table(name, context.accountID))
        table.name = name
        table.now = context.now
        table.changes = context.changes
        table.throttle = throttle
        return table
    }

    /// A table by its record, outside a request.
    func table(_ record: TableRecord) -> ItemTable {
        known.table(record)
    }
}

/// What was worked out of a table's record, kept as long as the record stays the same.
private final class ItemTableCache: Sendable {
    /// Far more tables than an environment has; a server that meets more starts over.
    private static let capacity = 1_000

    private let tables = Mutex<[String: ItemTable]>([:])

    func table(_ record: TableRecord) -> ItemTable {
        if let table = tables.withLock({ $0[record.tableID] }), table.physical === record.physical {
            return table
        }
        let table = ItemTable(record)
        tables.withLock { tables in
            if tables.count >= Self.capacity {
                tables.removeAll()
            }
            tables[record.tableID] = table
        }
        return table
    }
}
