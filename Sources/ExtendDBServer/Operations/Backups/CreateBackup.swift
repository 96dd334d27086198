package import DynamoModel
import ExtendDBLayout
import Postgres

extension TableOperations {
    /// CreateBackup. The items are copied within the request, as of one instant; the answer says `CREATING`, as the
    /// service's does.
    package func createBackup(
        _ request: CreateBackupRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let found = try await backedUp(request.tableName, context)
        let record = try await PostgresErrors.wire { try found.withoutDeletedIndexes() }
        guard record.status == .active else {
            throw WireError(
                .tableInUseException, "Table is being created, updated or deleted: \(record.definition.name)")
        }
        var description = TableDescription(record: record, status: record.status, now: context.now)
        description.statistics = try await statistics(of: record)
        let described = BackupDescription.snapshot(description, timeToLive: record.ttlAttribute)
        let arn = "\(record.arn)/backup/\(TransferOperations.identifier(now: context.now))"
        let catalog = try await gate.catalog()
        try await PostgresErrors.wire {
            try await retryingTransient {
                try await databases.transaction(.dataFirst) { connection, data in
                    try await catalog.insertBackup(
                        arn, name: request.backupName, of: record, described: described,
                        unixSeconds: context.now, on: connection)
                    let copied = try await BackupItems.copy(record, as: arn, from: data, to: connection)
                    try await catalog.setBackupSize(
                        arn, itemCount: copied.count, sizeBytes: copied.bytes, on: connection)
                }
            }
        }
        let backup = try await self.backup(arn, context)
        var json = JSONWriter()
        json.beginObject()
        json.name("BackupDetails")
        BackupDescription.write(backup, status: "CREATING", to: &json)
        json.endObject()
        return json.bytes
    }

    /// The table of a backup operation, which has an exception of its own for one that is not there.
    func backedUp(_ parameter: String, _ context: RequestContext) async throws(WireError) -> TableRecord {
        let name = try TableName.resolve(parameter, context.accountID, region)
        guard let record = try await tables.record(name, context.accountID) else {
            throw WireError(.tableNotFoundException, "Table not found: \(name)")
        }
        return record
    }

    func backup(_ arn: String, _ context: RequestContext) async throws(WireError) -> BackupRecord {
        let catalog = try await gate.catalog()
        let backup = try await PostgresErrors.wire {
            try await retryingTransient(isRead: true) {
                try await catalog.backup(arn, account: context.accountID, on: databases.catalog)
            }
        }
        guard let backup else { throw Self.backupNotFound(arn) }
        return backup
    }

    static func backupNotFound(_ arn: String) -> WireError {
        WireError(.backupNotFoundException, "Backup not found: \(arn)")
    }
}
