import Cryptography
package import DynamoModel
import ExtendDBLayout
import Postgres

extension TransferOperations {
    package func exportTable(
        _ request: ExportTableRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let name = try TableName.resolve(request.tableARN, context.accountID, region)
        guard let record = try await cache.record(name, context.accountID), record.status.servesItems else {
            throw WireError(.tableNotFoundException, "Table not found: \(request.tableARN)")
        }
        guard try await cache.isRecoveryEnabled(record) else {
            throw WireError(
                .pointInTimeRecoveryUnavailableException,
                "Point in time recovery is not enabled for table '\(record.definition.name)'")
        }
        try Self.check(request, now: context.now)
        let (buckets, path) = try bucket(request.bucket)
        let export = TableExport(
            request: request, record: record, id: Self.identifier(now: context.now), startTime: context.now,
            bucketPath: path)
        let records = TransferRecords(buckets: buckets, kind: .export)
        let started = export.started
        try records.wire { (records) throws(BucketDirectory.Failure) in
            try records.save(started.json, id: export.id)
        }
        var description = started
        do throws(ExportProblem) {
            description = try await export.run(items.database.pool)
        } catch {
            description.set("ExportStatus", "FAILED")
            description.set("FailureCode", "S3Exception")
            description.set("FailureMessage", error.message)
            description.set(time: context.now, "EndTime")
        }
        try records.wire { [description] (records) throws(BucketDirectory.Failure) in
            try records.save(description.json, id: export.id)
        }
        return Self.body("ExportDescription", started.json)
    }

    /// What only the service could do: another state than the present one, changes, and ION.
    private static func check(_ request: ExportTableRequest, now: Double) throws(WireError) {
        guard request.kind == .full else {
            throw .validation("Incremental exports are not supported: there is no history of changes")
        }
        guard request.format == .dynamoDBJSON else { throw .validation("Export format ION is not supported") }
        if let prefix = request.prefix, !BucketDirectory.isSafe(prefix) {
            throw .validation("S3Prefix is not valid: \(prefix)")
        }
        guard let time = request.exportTime else { return }
        guard time.rounded(.down) >= now.rounded(.down), time <= now + 1 else {
            throw WireError(
                .invalidExportTimeException,
                "The specified ExportTime is outside of the point in time recovery window.")
        }
    }
}

struct ExportProblem: Error {
    let message: String
}

/// One export: a folder in the format that the service writes ("DynamoDB table export output format").
struct TableExport: Sendable {
    let request: ExportTableRequest
    let record: TableRecord
    let id: String
    /// Seconds since 1970.
    let startTime: Double
    let bucketPath: String

    /// Rows of one statement, and the stored bytes that they may have together.
    private static let chunk = PagePlanner.Chunk(rows: 1000, storedBytes: 1 << 20)

    /// The key of the export's folder.
    private var folder: String {
        let prefix = request.prefix.map { $0.hasSuffix("/") || $0.isEmpty ? $0 : $0 + "/" } ?? ""
        return prefix + "AWSDynamoDB/\(id)"
    }

    /// The description while it runs.
    var started: DescriptionBuilder {
        var description = DescriptionBuilder()
        description.set("ExportArn", "\(record.arn)/export/\(id)")
        description.set("ExportStatus", "IN_PROGRESS")
        description.set(time: startTime, "StartTime")
        description.set("TableArn", record.arn)
        description.set("TableId", record.tableID)
        description.set(time: startTime, "ExportTime")
        description.set("ClientToken", request.clientToken)
        description.set("S3Bucket", request.bucket)
        description.set("S3BucketOwner", request.bucketOwner)
        description.set("S3Prefix", request.prefix)
        description.set("S3SseAlgorithm", request.encryption.rawValue)
        description.set("S3SseKmsKeyId", request.encryptionKey)
        description.set("ExportFormat", request.format.rawValue)
        description.set("ExportType", request.kind.rawValue)
        return description
    }

    /// Writes the folder.
    /// - Returns: the description of the export, which is complete.
    func run(_ pool: PostgresPool) async throws(ExportProblem) -> DescriptionBuilder {
        do {
            let root = "\(bucketPath)/\(folder)"
            try BucketDirectory.makeDirectory("\(root)/data")
            try BucketDirectory.write([], to: "\(root)/_started")
            let name = RelationID.random().filter { $0.isLetter || $0.isNumber }.prefix(26) + ".json.gz"
            let data = try await writeData(to: "\(root)/data/\(name)", pool)
            try writeManifest(data, name: String(name), root: root)
            var description = started
            description.set("ExportStatus", "COMPLETED")
            description.set(time: startTime, "EndTime")
            description.set("ExportManifest", "\(folder)/manifest-summary.json")
            description.set("BilledSizeBytes", data.bytes)
            description.set("ItemCount", data.count)
            return description
        } catch let error as BucketDirectory.Failure {
            throw ExportProblem(message: "A file cannot be written (error \(error.code))")
        } catch let error as WireError {
            throw ExportProblem(message: error.message)
        } catch {
            throw ExportProblem(message: "The table cannot be read")
        }
    }

    private struct DataFile {
        var count = 0
        /// The logical size of the items.
        var bytes = 0
        var md5: [UInt8] = []
    }

    /// Writes all items, of one state of the table.
    private func writeData(to path: String, _ pool: PostgresPool) async throws -> DataFile {
        let source = PageSource(table: ItemTable(record), index: nil, rows: .all(nil), forward: true)
        let keys = StartKeyRules(table: source.table, index: nil)
        return try await pool.withConnection { connection in
            var data = DataFile()
            let file = try GzipWriter(path: path)
            _ = try await connection.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            var after: StartKeyRules.Position?
            while true {
                let rows = try await connection.query(source.statement(after: after, chunk: Self.chunk))
                var last: Item?
                for row in rows {
                    let item = try row[0].item
                    var writer = JSONWriter()
                    writer.beginObject()
                    writer.name("Item")
                    writer.stored(row[0])
                    writer.endObject()
                    try file.write(writer.bytes + [0x0A])
                    data.count += 1
                    data.bytes += itemSize(item)
                    last = item
                }
                guard let last else { break }
                after = try keys.position(of: last, query: false)
            }
            _ = try await connection.query("COMMIT")
            data.md5 = try file.finish()
            return data
        }
    }

    private func writeManifest(
        _ data: DataFile, name: String, root: String
    ) throws(BucketDirectory.Failure) {
        var file = DescriptionBuilder()
        file.set("itemCount", data.count)
        file.set("md5Checksum", Base64.encode(data.md5))
        file.set("etag", Hex.encode(data.md5) + "-1")
        file.set("dataFileS3Key", "\(folder)/data/\(name)")
        try write(file.json, "manifest-files", root: root)
        var summary = DescriptionBuilder()
        summary.set("version", "2020-06-30")
        summary.set("exportArn", "\(record.arn)/export/\(id)")
        let time = StreamLabel.text(unixSeconds: startTime) + "Z"
        summary.set("startTime", time)
        summary.set("endTime", time)
        summary.set("tableArn", record.arn)
        summary.set("tableId", record.tableID)
        summary.set("exportTime", time)
        summary.set("s3Bucket", request.bucket)
        summary.set("s3Prefix", request.prefix.map { .string($0) } ?? .null)
        summary.set("s3SseAlgorithm", request.encryption.rawValue)
        summary.set("s3SseKmsKeyId", request.encryptionKey.map { .string($0) } ?? .null)
        summary.set("manifestFilesS3Key", "\(folder)/manifest-files.json")
        summary.set("billedSizeBytes", data.bytes)
        summary.set("itemCount", data.count)
        summary.set("outputFormat", request.format.rawValue)
        summary.set("exportType", request.kind.rawValue)
        try write(summary.json, "manifest-summary", root: root)
    }

    /// A manifest, with its checksum beside it.
    private func write(_ json: JSONValue, _ name: String, root: String) throws(BucketDirectory.Failure) {
        var writer = JSONWriter()
        writer.value(json)
        let bytes = writer.bytes + [0x0A]
        try BucketDirectory.write(bytes, to: "\(root)/\(name).json")
        try BucketDirectory.write(Array(Base64.encode(MD5.hash(bytes)).utf8), to: "\(root)/\(name).md5")
    }
}
