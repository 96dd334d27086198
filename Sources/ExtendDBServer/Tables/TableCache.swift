package import DynamoModel
package import ExtendDBLayout
import Logging
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

    private let pool: PostgresPool
    private let region: String
    private let records = CoalescingCache<Key, TableRecord?>(capacity: 10_000)

    package init(pool: PostgresPool, region: String) {
        self.pool = pool
        self.region = region
    }

    /// The table that a request names, by its name or its ARN.
    ///
    /// - Throws: `ResourceNotFoundException` in the wording of the item operations when there is no such table, or
    ///   when it is not yet, or no longer, `ACTIVE` or `UPDATING`.
    package func table(_ name: String, _ accountID: String) async throws(WireError) -> TableRecord {
        let name = try TableName.resolve(name, accountID, region)
        guard let record = try await record(name, accountID), record.status.servesItems else {
            throw WireError(.resourceNotFoundException, "Requested resource not found")
        }
        return record
    }

    /// The table's record whatever its status, or `nil`.
    ///
    /// - Parameter name: The name itself, not an ARN.
    func record(_ name: String, _ accountID: String) async throws(WireError) -> TableRecord? {
        let pool = pool
        return try await records.value(for: Key(accountID: accountID, name: name)) { () throws(WireError) in
            let record = try await PostgresErrors.wire { () throws(PostgresError) in
                try await pool.withConnection { connection throws(PostgresError) in
                    try await Catalog.loadTable(name, account: accountID, on: connection)
                }
            }
            // A table that is not there is asked for again: it may be made by a restore behind this server's back.
            return .init(value: record, lifetime: record == nil ? .zero : nil)
        }
    }

    /// Forgets a table, after its definition has changed or it has turned out to be gone.
    package func invalidate(_ name: String, _ accountID: String) {
        records.invalidate(Key(accountID: accountID, name: name))
    }
}

extension TableStatus {
    /// Whether items can be read and written. DynamoDB answers `ResourceNotFoundException` for tables that are being
    /// made or deleted ("CreateTable": "you can use the table only when its status is ACTIVE").
    var servesItems: Bool {
        self == .active || self == .updating
    }
}
