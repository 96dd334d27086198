import DynamoModel
package import Environments
import ExtendDBLayout
package import Logging
package import Postgres

/// Loads DynamoDB exports to S3 into a database and seals it as a template.
package struct SnapshotImporter: Sendable {
    private let admin: PostgresAdmin
    private let owner: String
    private let logger: Logger
    private let unixSeconds: @Sendable () -> Double

    /// Tables that are loaded at the same time: while one waits for its commit another one uses the processors.
    private static let parallelTables = 2

    /// - Parameters:
    ///   - admin: a superuser on a database that always exists.
    ///   - owner: the role that owns our databases.
    ///   - unixSeconds: the clock that gives the tables their creation date.
    package init(
        admin: PostgresConfiguration, owner: String = "envctl", logger: Logger,
        unixSeconds: @escaping @Sendable () -> Double = WallClock.unixSeconds
    ) {
        self.admin = PostgresAdmin(configuration: admin)
        self.owner = owner
        self.logger = logger
        self.unixSeconds = unixSeconds
    }

    /// Imports; a failure or cancellation drops the database again.
    ///
    /// Manifests, checksums of manifests and table definitions are read and checked before anything is made.
    package func run(
        _ request: ImportRequest, progress: @escaping @Sendable (ImportProgress) -> Void
    ) async throws(ControlError) -> ImportedGeneration {
        let exports = try ExportSet.read(directory: request.directory)
        let database = SnapshotDatabase(
            admin: admin, owner: owner, name: request.database, mark: request.mark)
        try await database.create()
        let meter = ImportMeter(
            itemsTotal: exports.itemCount, bytesTotal: exports.compressedBytes, report: progress)
        do {
            return try await fill(database, exports, meter)
        } catch {
            let failure =
                Task.isCancelled
                ? ControlError(.cancelled, subject: request.directory, "the import was cancelled")
                : PostgresAdmin.controlError(error, "import \(request.directory)")
            let leftover = await uncancelled { () -> ControlError? in
                do throws(ControlError) {
                    try await database.drop()
                    return nil
                } catch {
                    return error
                }
            }
            if let leftover {
                logger.error(
                    "cannot drop the database of a failed import; reconciling will",
                    metadata: ["database": "\(request.database)", "error": "\(leftover)"])
            }
            throw failure
        }
    }

    private func fill(
        _ database: SnapshotDatabase, _ exports: ExportSet, _ meter: ImportMeter
    ) async throws -> ImportedGeneration {
        try await database.bootstrap(accountID: exports.accountID)
        var loaders: [TableLoader] = []
        for table in exports.tables {
            let record = try TableRecord(
                new: table.definition, accountID: exports.accountID, region: exports.region,
                creationDate: unixSeconds())
            loaders.append(TableLoader(database: database, export: table, record: record, meter: meter))
        }
        let loaded = try await withThrowingTaskGroup(of: TableLoader.Result.self) { group in
            var results: [TableLoader.Result] = []
            for (number, loader) in loaders.enumerated() {
                if number >= Self.parallelTables, let result = try await group.next() { results.append(result) }
                group.addTask { try await loader.load() }
            }
            for try await result in group { results.append(result) }
            return results.sorted { $0.table.name < $1.table.name }
        }
        let databaseBytes = try await database.seal()
        meter.finish()
        let target = loaded.compactMap { result in
            result.firstKey.map { ProbeTarget(table: result.table.name, key: $0) }
        }.first
        return ImportedGeneration(
            tables: loaded.map(\.table), probeTarget: target, accountID: exports.accountID, region: exports.region,
            databaseBytes: databaseBytes)
    }
}
