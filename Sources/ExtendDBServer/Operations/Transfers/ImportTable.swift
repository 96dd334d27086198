package import DynamoModel
import ExtendDBLayout

extension TransferOperations {
    package func importTable(
        _ request: ImportTableRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        guard request.format != .ion else { throw .validation("Import format ION is not supported") }
        guard request.compression != .zstd else { throw .validation("Import compression ZSTD is not supported") }
        let (buckets, path) = try bucket(request.bucket)
        _ = try await tables.createTable(request.table, context)
        let name = request.table.tableName
        let table = try await items.table(name, context)
        let id = Self.identifier(now: context.now)
        var description = Self.description(of: request, table.record, id: id, context)
        let records = TransferRecords(buckets: buckets, kind: .import)
        let started = description
        var load = TableImport(request: request, table: table, items: items)
        do throws(ImportProblem) {
            try await load.run(bucketPath: path)
            description.set("ImportStatus", "COMPLETED")
        } catch {
            description.set("ImportStatus", "FAILED")
            description.set("FailureCode", error.code)
            description.set("FailureMessage", error.message)
        }
        description.set(time: context.now, "EndTime")
        description.set("ProcessedSizeBytes", load.processedBytes)
        description.set("ProcessedItemCount", load.processedItems)
        description.set("ImportedItemCount", load.importedItems)
        description.set("ErrorCount", load.errors)
        try records.wire { [description] (records) throws(BucketDirectory.Failure) in
            try records.save(description.json, id: id)
        }
        return Self.body("ImportTableDescription", started.json)
    }

    private static func description(
        of request: ImportTableRequest, _ record: TableRecord, id: String, _ context: RequestContext
    ) -> DescriptionBuilder {
        var description = DescriptionBuilder()
        description.set("ImportArn", "\(record.arn)/import/\(id)")
        description.set("ImportStatus", "IN_PROGRESS")
        description.set("TableArn", record.arn)
        description.set("TableId", record.tableID)
        description.set("ClientToken", request.clientToken)
        description.set("S3BucketSource", request.source)
        description.set("ErrorCount", 0)
        description.set("InputFormat", request.format.rawValue)
        description.set("InputFormatOptions", request.formatOptions)
        description.set("InputCompressionType", request.compression.rawValue)
        description.set("TableCreationParameters", request.tableParameters)
        description.set(time: context.now, "StartTime")
        description.set("ProcessedSizeBytes", 0)
        description.set("ProcessedItemCount", 0)
        description.set("ImportedItemCount", 0)
        return description
    }
}

struct ImportProblem: Error {
    let code: String
    let message: String
}

/// One import: all objects under a prefix, line by line. An item that cannot be read or stored is counted and left out;
/// of several items with one key the last one stays ("DynamoDB data import from Amazon S3").
struct TableImport: Sendable {
    let request: ImportTableRequest
    let table: ItemTable
    let items: ItemOperations
    private(set) var processedBytes = 0
    private(set) var processedItems = 0
    private(set) var importedItems = 0
    private(set) var errors = 0

    /// Items that are written together.
    private static let batchSize = 100

    init(request: ImportTableRequest, table: ItemTable, items: ItemOperations) {
        self.request = request
        self.table = table
        self.items = items
    }

    mutating func run(bucketPath: String) async throws(ImportProblem) {
        let prefix = request.prefix ?? ""
        let keys = BucketDirectory.files(in: bucketPath).filter { $0.hasPrefix(prefix) }
        guard !keys.isEmpty else {
            throw ImportProblem(
                code: "S3NoSuchKey", message: "No objects were found under the prefix '\(prefix)'")
        }
        for key in keys {
            processedBytes += BucketDirectory.size("\(bucketPath)/\(key)") ?? 0
            do {
                try await load("\(bucketPath)/\(key)")
            } catch is ObjectLines.Problem {
                throw ImportProblem(code: "ItemValidationError", message: "The object \(key) cannot be read")
            } catch let error as WireError {
                throw ImportProblem(code: "InternalServerError", message: error.message)
            } catch {
                throw ImportProblem(code: "InternalServerError", message: "The import was interrupted")
            }
        }
        // "If … no items were imported": everything was wrong.
        guard errors == 0 || importedItems > 0 else {
            throw ImportProblem(
                code: "ItemValidationError",
                message: "Some of the items failed validation checks, and no item was imported")
        }
    }

    private mutating func load(_ path: String) async throws {
        let lines = try ObjectLines(path: path, isCompressed: request.compression == .gzip)
        var header = request.csv.header
        var rows: [StoredKey: ItemRow] = [:]
        while let line = try lines.next() {
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
            if request.format == .csv, header == nil {
                header = CSVLine.fields(line, delimiter: request.csv.delimiter)
                continue
            }
            processedItems += 1
            do throws(WireError) {
                let row = try table.row(put: try item(line, header: header ?? []))
                rows[row.key] = row
                importedItems += 1
            } catch {
                guard error.code == .validationException || error.code == .serializationException else { throw error }
                errors += 1
            }
            if rows.count == Self.batchSize {
                try await write(rows)
                rows = [:]
            }
        }
        if !rows.isEmpty { try await write(rows) }
    }

    private func write(_ rows: [StoredKey: ItemRow]) async throws(WireError) {
        _ = try await items.write(WriteBatch(puts: Array(rows.values), table), measures: false)
    }

    /// The item of a line.
    private func item(_ line: [UInt8], header: [String]) throws(WireError) -> Item {
        guard request.format == .csv else {
            let json: JSONValue
            do throws(JSONError) {
                json = try JSONValue(parsing: line)
            } catch {
                throw .validation("not JSON")
            }
            guard let item = json["Item"] else { throw .validation("no item") }
            return try Item(json: item)
        }
        var item: Item = [:]
        let fields = CSVLine.fields(line, delimiter: request.csv.delimiter)
        guard fields.count == header.count else { throw .validation("another number of fields than in the header") }
        for (name, field) in zip(header, fields) { item[Text(name)] = try value(field, of: Text(name)) }
        return item
    }

    /// "All attributes … are imported as strings", but for those of keys, whose types the table defines.
    private func value(_ field: String, of name: Text) throws(WireError) -> AttributeValue {
        switch table.keyTypes[name] {
        case .number: return .number(try DynamoNumber(field))
        case .binary:
            guard let bytes = Base64.decode(field) else { throw .validation("not base64") }
            return .binary(bytes)
        case .string, nil: return .string(Text(field))
        }
    }
}
