package import DynamoModel
import ExtendDBLayout
import Postgres

extension TableOperations {
    package func describeContinuousBackups(
        _ request: OneTableRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let record = try await backedUp(request.tableName, context)
        let catalog = try await gate.catalog()
        let enabled = try await PostgresErrors.wire {
            try await retryingTransient(isRead: true) {
                try await catalog.isRecoveryEnabled(record, on: databases.catalog)
            }
        }
        return Self.body(enabled: enabled, days: record.details.recoveryPeriodInDays, now: context.now)
    }

    package func updateContinuousBackups(
        _ request: UpdateContinuousBackupsRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let record = try await backedUp(request.tableName, context)
        let name = record.definition.name
        defer { tables.invalidate(name, context.accountID) }
        let catalog = try await gate.catalog()
        let days = try await PostgresErrors.wire {
            try await retryingTransient {
                try await databases.catalog.transaction { connection -> Int? in
                    guard try await catalog.lockTable(record.tableID, on: connection) else {
                        throw WireError(.tableNotFoundException, "Table not found: \(name)")
                    }
                    var details = try await catalog.details(of: record.tableID, on: connection)
                    let before = details
                    details.recoveryPeriodInDays =
                        request.enabled ? request.recoveryPeriodInDays ?? details.recoveryPeriodInDays : nil
                    if details != before { try await catalog.set(details, of: record.tableID, on: connection) }
                    try await catalog.setRecovery(
                        request.enabled, record, unixSeconds: context.now, on: connection)
                    return details.recoveryPeriodInDays
                }
            }
        }
        return Self.body(enabled: request.enabled, days: days, now: context.now)
    }

    /// "The value of RecoveryPeriodInDays defaults to 35."
    private static let defaultRecoveryPeriod = 35

    /// The window that can be restored is the present moment.
    private static func body(enabled: Bool, days: Int?, now: Double) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.name("ContinuousBackupsDescription")
        json.beginObject()
        // "Continuous backups are ENABLED on all tables at table creation."
        json.name("ContinuousBackupsStatus")
        json.string("ENABLED")
        json.name("PointInTimeRecoveryDescription")
        json.beginObject()
        json.name("PointInTimeRecoveryStatus")
        json.string(enabled ? "ENABLED" : "DISABLED")
        if enabled {
            json.name("RecoveryPeriodInDays")
            json.number(days ?? defaultRecoveryPeriod)
            for member in ["EarliestRestorableDateTime", "LatestRestorableDateTime"] {
                json.name(member)
                json.number(text: TableDescription.seconds(now.rounded(.down)))
            }
        }
        json.endObject()
        json.endObject()
        json.endObject()
        return json.bytes
    }
}
