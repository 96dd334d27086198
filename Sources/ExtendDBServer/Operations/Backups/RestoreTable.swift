package import DynamoModel
import ExtendDBLayout
import Postgres

extension TableOperations {
    /// RestoreTableFromBackup. The table is made and filled within the request; the answer says `CREATING`.
    package func restoreTableFromBackup(
        _ request: RestoreTableFromBackupRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let backup = try await backup(request.backupARN, context)
        guard backup.status == "AVAILABLE" else {
            throw WireError(.backupInUseException, "Backup is being created or deleted: \(backup.arn)")
        }
        let definition = try backup.definition()
        let details = TableDetails(described: backup.described["Table"] ?? .null)
        let restore = TableDetails.Restore(
            backupARN: backup.arn, tableARN: backup.tableARN, date: context.now)
        return try await makeTable(
            request.targetTableName, like: definition, details, request.overrides, restore, context
        ) { record, catalog, data in
            try await BackupItems.restore(record, from: backup.arn, in: catalog, to: data)
        }
    }

    /// RestoreTableToPointInTime: to the latest restorable time, which is now (docs/decisions has the reasons). An
    /// earlier instant is outside the window that DescribeContinuousBackups tells.
    package func restoreTableToPointInTime(
        _ request: RestoreTableToPointInTimeRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let source = try await backedUp(request.source, context)
        let catalog = try await gate.catalog()
        let enabled = try await PostgresErrors.wire {
            try await retryingTransient(isRead: true) {
                try await catalog.isRecoveryEnabled(source, on: databases.catalog)
            }
        }
        guard enabled else {
            throw WireError(
                .pointInTimeRecoveryUnavailableException,
                "Point in time recovery is not enabled for table '\(source.definition.name)'")
        }
        if let time = request.restoreDateTime, time.rounded(.down) != context.now.rounded(.down) {
            throw WireError(
                .invalidRestoreTimeException,
                "RestoreDateTime is not between EarliestRestorableDateTime and LatestRestorableDateTime")
        }
        guard source.status == .active else {
            throw WireError(
                .tableInUseException, "Table is being created, updated or deleted: \(source.definition.name)")
        }
        let restore = TableDetails.Restore(tableARN: source.arn, date: context.now)
        let definition = try await PostgresErrors.wire { try source.withoutDeletedIndexes().definition }
        return try await makeTable(
            request.targetTableName, like: definition, source.details, request.overrides, restore, context
        ) { record, _, data in
            _ = try await data.query(TableCopy(record.physical).copy(of: source.physical))
        }
    }

    /// Makes a table, has it filled, and builds its indexes over the items, in one transaction of each database.
    private func makeTable(
        _ name: String, like source: TableDefinition, _ details: TableDetails, _ overrides: RestoreOverrides,
        _ restore: TableDetails.Restore, _ context: RequestContext,
        fill: @Sendable @escaping (TableRecord, PostgresConnection, PostgresConnection) async throws -> Void
    ) async throws(WireError) -> [UInt8] {
        if try await tables.record(name, context.accountID) != nil { throw Self.alreadyExists(name) }
        var (definition, restored) = try overrides.applied(to: source, details, name: name)
        restored.restore = restore
        let catalog = try await gate.catalog()
        let record = try await PostgresErrors.wire { [definition, restored] in
            var record = try TableRecord(
                new: definition, accountID: context.accountID, region: region, creationDate: context.now)
            record.details = restored
            return try await retryingTransient { [record] in
                try await databases.transaction(.dataFirst) { connection, data -> TableRecord? in
                    guard
                        try await catalog.createTable(record, relations: .bare, on: connection, data: data)
                    else { return nil }
                    try await catalog.set(record.details, of: record.tableID, on: connection)
                    try await fill(record, connection, data)
                    for statement in TableCopy(record.physical).finish { _ = try await data.query(statement) }
                    return record
                }
            }
        }
        guard let record else { throw Self.alreadyExists(name) }
        tables.invalidate(name, context.accountID)
        return TableDescription(record: record, status: .creating, now: context.now).body("TableDescription")
    }

    private static func alreadyExists(_ name: String) -> WireError {
        WireError(.tableAlreadyExistsException, "Table already exists: \(name)")
    }
}

extension TableDetails {
    /// The limits on demand in the answer to DescribeTable.
    fileprivate init(described table: JSONValue) {
        self.init()
        onDemand = OnDemandThroughput(json: table["OnDemandThroughput"])
        for index in table["GlobalSecondaryIndexes"]?.arrayValue ?? [] {
            guard let name = index["IndexName"]?.stringValue,
                let onDemand = OnDemandThroughput(json: index["OnDemandThroughput"])
            else { continue }
            var details = Index()
            details.onDemand = onDemand
            indexes[name] = details
        }
    }
}
