import DynamoModel
import Environments

/// `manifest-summary.json` and `manifest-files.json` of a full DynamoDB export to S3, as Amazon documents them
/// ("DynamoDB table export output format").
struct ExportManifest: Sendable, Hashable {
    /// One data file.
    struct DataFile: Sendable, Hashable {
        /// The last component of its S3 key, e.g. `sgvd…4.json.gz`.
        var name: String
        var itemCount: Int
        /// MD5 of the compressed file; nil when the manifest names none.
        var md5: [UInt8]?
        /// Absolute path.
        var path: String
        /// Compressed size.
        var size: Int
    }

    /// The folder of the manifest (absolute).
    var folder: String
    var table: TableARN
    var itemCount: Int
    var files: [DataFile]

    var compressedBytes: Int { files.reduce(0) { $0 + $1.size } }

    /// Reads and checks the manifest in `folder`: its kind, both `.md5` files if they are there, that every data file
    /// is there, and that the counts add up.
    static func read(folder: String) throws(ControlError) -> ExportManifest {
        let summaryPath = "\(folder)/manifest-summary.json"
        let summary = try json(at: summaryPath)
        guard case .object = summary else { throw broken(summaryPath, "it is no JSON object") }
        if let format = summary["outputFormat"]?.stringValue, format != "DYNAMODB_JSON" {
            throw broken(
                summaryPath, "its outputFormat is \(format)", hint: "export the table again with format DYNAMODB_JSON")
        }
        if let type = summary["exportType"]?.stringValue, type != "FULL_EXPORT" {
            throw broken(summaryPath, "its exportType is \(type)", hint: "a snapshot needs a full export of the table")
        }
        guard let arn = summary["tableArn"]?.stringValue else { throw broken(summaryPath, "it has no tableArn") }
        guard let table = TableARN(arn) else { throw broken(summaryPath, "'\(arn)' is no table ARN") }
        guard let itemCount = summary["itemCount"]?.intValue, itemCount >= 0 else {
            throw broken(summaryPath, "it has no itemCount")
        }
        let files = try self.files(in: folder)
        let listed = files.reduce(0) { $0 + $1.itemCount }
        guard listed == itemCount else {
            throw broken(
                summaryPath, "its itemCount is \(itemCount), but the files in manifest-files.json hold \(listed)")
        }
        return ExportManifest(folder: folder, table: table, itemCount: itemCount, files: files)
    }

    private static func files(in folder: String) throws(ControlError) -> [DataFile] {
        let path = "\(folder)/manifest-files.json"
        let bytes = try checked(path)
        var files: [DataFile] = []
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { continue }
            let place = "\(path), line \(index + 1)"
            let entry: JSONValue
            do {
                entry = try JSONValue(parsing: Array(line))
            } catch {
                throw broken(place, "it is not JSON: \(error.reason)")
            }
            guard let key = entry["dataFileS3Key"]?.stringValue,
                let name = key.split(separator: "/").last.map(String.init),
                name != "..", name != "."
            else { throw broken(place, "it has no dataFileS3Key") }
            guard let itemCount = entry["itemCount"]?.intValue, itemCount >= 0 else {
                throw broken(place, "it has no itemCount")
            }
            var md5: [UInt8]?
            if let text = entry["md5Checksum"]?.stringValue {
                guard let digest = Base64.decode(text), digest.count == 16 else {
                    throw broken(place, "md5Checksum '\(text)' is no base64 of 16 bytes")
                }
                md5 = digest
            }
            let dataPath = "\(folder)/data/\(name)"
            guard let size = PosixFile.size(dataPath) else {
                throw ControlError(
                    .invalidRequest, subject: dataPath,
                    "\(place) names data file \(name), but \(dataPath) does not exist",
                    hint: "copy the whole export, with its folder 'data', e.g. with `aws s3 cp --recursive`")
            }
            files.append(DataFile(name: name, itemCount: itemCount, md5: md5, path: dataPath, size: size))
        }
        return files
    }

    private static func json(at path: String) throws(ControlError) -> JSONValue {
        let bytes = try checked(path)
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            throw broken(path, "it is not JSON: \(error.reason) at byte \(error.offset)")
        }
    }

    /// The file's bytes, compared with the `.md5` file next to it (base64 of the MD5) if there is one.
    private static func checked(_ path: String) throws(ControlError) -> [UInt8] {
        guard let bytes = try PosixFile.read(path) else { throw broken(path, "it does not exist") }
        let sumPath = path.replacingSuffix(".json", with: ".md5")
        if let sum = try PosixFile.readText(sumPath) {
            guard Checksum.matches(sum, bytes) else {
                throw broken(path, "its checksum is not the one in \(sumPath)", hint: "copy the export again")
            }
        }
        return bytes
    }

    static func broken(_ place: String, _ what: String, hint: String? = nil) -> ControlError {
        ControlError(.invalidRequest, subject: place, "the export is broken: \(place): \(what)", hint: hint)
    }
}

extension String {
    fileprivate func replacingSuffix(_ suffix: String, with other: String) -> String {
        hasSuffix(suffix) ? dropLast(suffix.count) + other : self + other
    }
}
