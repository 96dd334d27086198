package import DynamoModel
package import ExtendDBLayout
import Postgres

/// The tables that this server has met, by account and name.
///
/// One server owns a database, so what it has read stays true until it changes a table itself, and then calls
/// ``invalidate(_:_:)``.
package final class TableCache: Sendable {
    private struct Key: Hashable {
        var accountID: String
        var name: String
    }

    private let databases: Databases
    private let gate: LayoutGate
    private let region: String
    private let indexWorker: IndexWorker
    private let records = CoalescingCache<Key, TableRecord?>(capacity: 10_000)

    package init(databases: Databases, gate: LayoutGate, region: String, indexWorker: IndexWorker) {
        self.indexWorker = indexWorker
        self.databases = databases
        self.gate = gate
        self.region = region
    }

    /// The table that a request names, by its name or its ARN.
    ///
    /// - Throws: `ResourceNotFoundException` in the wording of the item operations when there is no such table, or
    ///   when it is being made or deleted.
    package func table(_ name: String, _ accountID: String) async throws(WireError) -> TableRecord {
        let name = try TableName.resolve(name, accountID, region)
        guard let record = try await record(name, accountID), record.status.servesItems else {
            throw WireError(.resourceNotFoundException, "Requested resource not found")
        }
        return record
    }

    /// What the database's layout is.
    func layout() async throws(WireError) -> LayoutProbe {
        try await gate.catalog().layout
    }

    /// The table's record whatever its status, or `nil`.
    ///
    /// - Parameter name: The name itself, not an ARN.
    func record(_ name: String, _ accountID: String) async throws(WireError) -> TableRecord? {
        try await records.value(for: Key(accountID: accountID, name: name)) { () async throws(WireError) in
            let catalog = try await gate.catalog()
            let record = try await PostgresErrors.wire {
                try await retryingTransient(isRead: true) {
                    var record = try await catalog.loadTable(name, account: accountID, on: databases.catalog)
                    if let table = record {
                        record?.details = try await catalog.details(of: table.tableID, on: databases.catalog)
                        if table.definition.streamSpecification?.enabled == true {
                            record?.streamShards = try await StreamShards.open(of: table.tableID, on: databases.data)
                        }
                    }
                    return record
                }
            }
            if let record { indexWorker.look(at: record) }
            // That a table is missing is not remembered: asking again is rare and cheap.
            return .init(value: record, lifetime: record == nil ? .zero : nil)
        }
    }

    /// Whether point-in-time recovery is on. Only exports ask, so it is not remembered.
    func isRecoveryEnabled(_ record: TableRecord) async throws(WireError) -> Bool {
        let catalog = try await gate.catalog()
        return try await PostgresErrors.wire {
            try await retryingTransient(isRead: true) {
                try await catalog.isRecoveryEnabled(record, on: databases.catalog)
            }
        }
    }

    /// Forgets a table, after its definition has changed or it has turned out to be gone.
    package func invalidate(_ name: String, _ accountID: String) {
        records.invalidate(Key(accountID: accountID, name: name))
    }
}

extension TableStatus {
    /// Whether items can be read and written. DynamoDB answers `ResourceNotFoundException` for tables that are being
    /// made or deleted ("CreateTable": "you can perform read and write operations only on an ACTIVE table").
    var servesItems: Bool {
        self == .active || self == .updating
    }
}
