package import DynamoModel
import ExtendDBLayout
import Postgres

extension TableOperations {
    package func describeBackup(
        _ request: BackupRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let backup = try await backup(request.backupARN, context)
        return try BackupDescription.body(backup, status: backup.status)
    }

    package func deleteBackup(
        _ request: BackupRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let backup = try await backup(request.backupARN, context)
        let catalog = try await gate.catalog()
        let found = try await PostgresErrors.wire {
            try await retryingTransient {
                try await databases.catalog.transaction { connection in
                    try await catalog.deleteBackup(backup.arn, on: connection)
                }
            }
        }
        guard found else { throw Self.backupNotFound(request.backupARN) }
        return try BackupDescription.body(backup, status: "DELETED")
    }
}
