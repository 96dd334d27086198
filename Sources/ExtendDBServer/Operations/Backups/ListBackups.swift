package import DynamoModel
import ExtendDBLayout
import Postgres

extension TableOperations {
    /// ListBackups: all backups here are made by users.
    package func listBackups(
        _ request: ListBackupsRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let table = try request.tableName.map { (name) throws(WireError) in
            try TableName.resolve(name, context.accountID, region)
        }
        let catalog = try await gate.catalog()
        var backups: [BackupRecord] = []
        if request.type == .user || request.type == .all {
            // One more than asked for tells whether there is a next page.
            backups = try await PostgresErrors.wire {
                try await retryingTransient(isRead: true) {
                    try await catalog.backups(
                        account: context.accountID, table: table, after: request.startARN, from: request.lowerBound,
                        to: request.upperBound, limit: request.limit + 1, on: databases.catalog)
                }
            }
        }
        var json = JSONWriter()
        json.beginObject()
        json.name("BackupSummaries")
        json.beginArray()
        for backup in backups.prefix(request.limit) { BackupDescription.writeSummary(backup, to: &json) }
        json.endArray()
        if backups.count > request.limit {
            json.name("LastEvaluatedBackupArn")
            json.string(backups[request.limit - 1].arn)
        }
        json.endObject()
        return json.bytes
    }
}
