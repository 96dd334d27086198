import DynamoModel

/// What the server remembers of exports and imports: their descriptions, as files beside the buckets, so that they
/// outlive the process.
struct TransferRecords: Sendable {
    enum Kind: String, Sendable {
        case export
        case `import`

        /// The member of a description that identifies it.
        var arnMember: String { self == .export ? "ExportArn" : "ImportArn" }
    }

    let buckets: BucketDirectory
    let kind: Kind

    private var directory: String { "\(buckets.root)/\(BucketDirectory.records)/\(kind.rawValue)s" }

    func save(_ description: JSONValue, id: String) throws(BucketDirectory.Failure) {
        var writer = JSONWriter()
        writer.value(description)
        try BucketDirectory.makeDirectory(directory)
        try BucketDirectory.write(writer.bytes, to: "\(directory)/\(id).json")
    }

    func description(arn: String) throws(BucketDirectory.Failure) -> JSONValue? {
        guard let id = arn.split(separator: "/").last.map(String.init), BucketDirectory.isSafe(id),
            let bytes = try BucketDirectory.read("\(directory)/\(id).json"), let json = try? JSONValue(parsing: bytes),
            json[kind.arnMember]?.stringValue == arn
        else { return nil }
        return json
    }

    /// All descriptions, the latest first.
    func all() throws(BucketDirectory.Failure) -> [JSONValue] {
        var found: [JSONValue] = []
        for file in BucketDirectory.files(in: directory).reversed() where file.hasSuffix(".json") {
            if let bytes = try BucketDirectory.read("\(directory)/\(file)"), let json = try? JSONValue(parsing: bytes) {
                found.append(json)
            }
        }
        return found
    }
}
