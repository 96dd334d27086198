package import DynamoModel
import ExtendDBLayout
import Postgres

/// ExportTableToPointInTime, ImportTable and what describes them, over a directory that stands for Amazon S3.
///
/// An export or import is carried out within its request. The answer says `IN_PROGRESS`, as the service's does, and the
/// next description says how it ended.
package struct TransferOperations: Sendable {
    let items: ItemOperations
    let tables: TableOperations
    let cache: TableCache
    let region: String
    /// nil where nothing stands for S3.
    let buckets: BucketDirectory?

    package init(
        items: ItemOperations, tables: TableOperations, cache: TableCache, region: String,
        bucketDirectory: String?
    ) {
        self.items = items
        self.tables = tables
        self.cache = cache
        self.region = region
        buckets = bucketDirectory.map { BucketDirectory(root: $0) }
    }

    /// The directory of a bucket.
    ///
    /// - Throws: the error of a bucket that does not exist, as all do where there is no directory for them.
    func bucket(_ name: String) throws(WireError) -> (buckets: BucketDirectory, path: String) {
        guard let buckets, let path = buckets.bucket(name) else {
            throw .validation("The specified S3 bucket does not exist or cannot be accessed: \(name)")
        }
        return (buckets, path)
    }

    // MARK: Describing

    package func describe(
        _ request: DescribeTransferRequest, isExport: Bool
    ) throws(WireError) -> [UInt8] {
        guard
            let description = try records(isExport)?.wire({ (records) throws(BucketDirectory.Failure) in
                try records.description(arn: request.arn)
            })
        else {
            throw isExport
                ? WireError(.exportNotFoundException, "Export not found: \(request.arn)")
                : WireError(.importNotFoundException, "Import not found: \(request.arn)")
        }
        return Self.body(isExport ? "ExportDescription" : "ImportTableDescription", description)
    }

    package func list(_ request: ListTransfersRequest, isExport: Bool) throws(WireError) -> [UInt8] {
        let all =
            try records(isExport)?.wire { (records) throws(BucketDirectory.Failure) in try records.all() } ?? []
        let member = isExport ? "ExportArn" : "ImportArn"
        let found = all.filter { description in
            guard let arn = description[member]?.stringValue else { return false }
            if let table = request.tableARN, description["TableArn"]?.stringValue != table { return false }
            return request.nextToken.map { Text(arn) < Text($0) } ?? true
        }.sorted { a, b in
            Text(a[member]?.stringValue ?? "") > Text(b[member]?.stringValue ?? "")
        }
        let shown =
            isExport
            ? ["ExportArn", "ExportStatus", "ExportType"]
            : [
                "ImportArn", "ImportStatus", "TableArn", "S3BucketSource", "CloudWatchLogGroupArn", "InputFormat",
                "StartTime", "EndTime",
            ]
        var writer = JSONWriter()
        writer.beginObject()
        writer.name(isExport ? "ExportSummaries" : "ImportSummaryList")
        writer.beginArray()
        for description in found.prefix(request.limit) {
            let members = (description.objectValue ?? []).filter { shown.contains($0.name) }
            writer.value(.object(members))
        }
        writer.endArray()
        if found.count > request.limit, let last = found[request.limit - 1][member]?.stringValue {
            writer.name("NextToken")
            writer.string(last)
        }
        writer.endObject()
        return writer.bytes
    }

    func records(_ isExport: Bool) -> TransferRecords? {
        buckets.map { TransferRecords(buckets: $0, kind: isExport ? .export : .import) }
    }

    static func body(_ name: String, _ description: JSONValue) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name(name)
        writer.value(description)
        writer.endObject()
        return writer.bytes
    }

    /// An identifier as the service makes them: milliseconds since 1970, then eight hexadecimal digits. Later ones come
    /// later in the order of text.
    static func identifier(now: Double) -> String {
        let milliseconds = String(Int64(now * 1000))
        let random = RelationID.random().filter(\.isHexDigit).prefix(8)
        return String(repeating: "0", count: max(0, 14 - milliseconds.utf8.count)) + milliseconds + "-" + random
    }
}

extension TransferRecords {
    /// Runs work on the records; what the file system cannot do is the server's own fault.
    func wire<Value>(
        _ work: (TransferRecords) throws(BucketDirectory.Failure) -> Value
    ) throws(WireError) -> Value {
        do throws(BucketDirectory.Failure) {
            return try work(self)
        } catch {
            throw error.wireError
        }
    }
}

/// A description as it grows; members without a value are left out.
struct DescriptionBuilder {
    private(set) var members: [JSONMember] = []

    mutating func set(_ name: String, _ value: JSONValue?) {
        members.removeAll { $0.name == name }
        if let value { members.append(JSONMember(name: name, value: value)) }
    }

    mutating func set(_ name: String, _ text: String?) { set(name, text.map { .string($0) }) }

    mutating func set(_ name: String, _ number: Int) { set(name, .number(String(number))) }

    /// - Parameter time: seconds since 1970.
    mutating func set(time: Double, _ name: String) { set(name, .number(TableDescription.seconds(time))) }

    var json: JSONValue { .object(members) }
}
