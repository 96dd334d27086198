package import DynamoModel
package import ExtendDBLayout
package import Postgres

/// The tables that this server has met, by account and name.
///
/// One server owns a database, so what it has read stays true until it changes a table itself, and then calls
/// ``invalidate(_:_:)``.
package final class TableCache: Sendable {
    private struct Key: Hashable {
        var accountID: String
        var name: String
    }

    /// A table as it was loaded, with what item operations need of it worked out once.
    private struct Entry: Sendable {
        var record: TableRecord
        var items: Result<ItemTable, WireError>

        init(_ record: TableRecord) {
            self.record = record
            items = Result { () throws(WireError) in try ItemTable(record) }
        }
    }

    private let pool: PostgresPool
    private let region: String
    private let entries = CoalescingCache<Key, Entry?>(capacity: 10_000)

    package init(pool: PostgresPool, region: String) {
        self.pool = pool
        self.region = region
    }

    /// The table that a request names, by its name or its ARN.
    ///
    /// - Throws: `ResourceNotFoundException` in the wording of the item operations when there is no such table, or
    ///   when it is being made or deleted.
    package func table(_ name: String, _ accountID: String) async throws(WireError) -> TableRecord {
        try await serving(name, accountID).record
    }

    /// As ``table(_:_:)``, with the rules and statements of its items.
    func itemTable(_ name: String, _ accountID: String) async throws(WireError) -> ItemTable {
        try await serving(name, accountID).items.get()
    }

    /// The table's record whatever its status, or `nil`.
    ///
    /// - Parameter name: The name itself, not an ARN.
    func record(_ name: String, _ accountID: String) async throws(WireError) -> TableRecord? {
        try await entry(name, accountID)?.record
    }

    /// Forgets a table, after its definition has changed or it has turned out to be gone.
    package func invalidate(_ name: String, _ accountID: String) {
        entries.invalidate(Key(accountID: accountID, name: name))
    }

    private func serving(_ parameter: String, _ accountID: String) async throws(WireError) -> Entry {
        let name = try TableName.resolve(parameter, accountID, region)
        guard let entry = try await entry(name, accountID), entry.record.status.servesItems else {
            throw WireError(.resourceNotFoundException, "Requested resource not found")
        }
        return entry
    }

    private func entry(_ name: String, _ accountID: String) async throws(WireError) -> Entry? {
        try await entries.value(for: Key(accountID: accountID, name: name)) { () async throws(WireError) in
            let record = try await PostgresErrors.wire {
                try await retryingTransient(isRead: true) {
                    try await pool.withConnection { connection in
                        try await Catalog.loadTable(name, account: accountID, on: connection)
                    }
                }
            }
            // That a table is missing is not remembered: asking again is rare and cheap.
            return .init(value: record.map(Entry.init), lifetime: record == nil ? .zero : nil)
        }
    }
}

extension TableStatus {
    /// Whether items can be read and written. DynamoDB answers `ResourceNotFoundException` for tables that are being
    /// made or deleted ("CreateTable": "you can perform read and write operations only on an ACTIVE table").
    var servesItems: Bool {
        self == .active || self == .updating
    }
}
