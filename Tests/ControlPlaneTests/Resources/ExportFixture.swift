import Cryptography
import DynamoModel

@testable import ControlPlane

/// Writes exports as DynamoDB does, and broken ones.
struct ExportFixture {
    var directory: String
    var table = "music"
    var account = "123456789012"
    var region = "eu-west-1"
    /// Each data file's lines.
    var files: [[String]] = []

    static let definition = """
        {"Table": {"TableName": "music", "TableStatus": "ACTIVE",
         "AttributeDefinitions": [{"AttributeName": "artist", "AttributeType": "S"},
           {"AttributeName": "year", "AttributeType": "N"}, {"AttributeName": "label", "AttributeType": "B"},
           {"AttributeName": "title", "AttributeType": "S"}],
         "KeySchema": [{"AttributeName": "artist", "KeyType": "HASH"}, {"AttributeName": "year", "KeyType": "RANGE"}],
         "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
         "GlobalSecondaryIndexes": [
           {"IndexName": "by-label", "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["title", "tags"]},
            "KeySchema": [{"AttributeName": "label", "KeyType": "HASH"}, {"AttributeName": "year", "KeyType": "RANGE"}]},
           {"IndexName": "by-year", "Projection": {"ProjectionType": "KEYS_ONLY"},
            "KeySchema": [{"AttributeName": "year", "KeyType": "HASH"}]},
           {"IndexName": "by-several", "Projection": {"ProjectionType": "KEYS_ONLY"},
            "KeySchema": [{"AttributeName": "label", "KeyType": "HASH"}, {"AttributeName": "year", "KeyType": "HASH"},
              {"AttributeName": "title", "KeyType": "RANGE"}, {"AttributeName": "artist", "KeyType": "RANGE"}]}],
         "LocalSecondaryIndexes": [
           {"IndexName": "local-label", "Projection": {"ProjectionType": "ALL"},
            "KeySchema": [{"AttributeName": "artist", "KeyType": "HASH"}, {"AttributeName": "label", "KeyType": "RANGE"}]}]}}
        """

    init(_ name: String = "export") throws {
        directory = try TemporaryDirectory.make(name)
    }

    static func item(_ number: Int, extra: String = "") -> String {
        let label = number % 3 == 0 ? "" : #","label":{"B":"\#(Base64.encode([UInt8(number % 7), 255]))"}"#
        return #"{"Item":{"artist":{"S":"artist \#(number / 10)"},"year":{"N":"\#(1900 + number % 10)"}\#(label),"#
            + #""title":{"S":"title \"\#(number)\"\t\\ ü"},"tags":{"SS":["b","a"]},"deep":{"M":{"l":{"L":[{"NULL":true}]}}}\#(extra)}}"#
    }

    var folder: String { "\(directory)/AWSDynamoDB/01234567890123-0a1b2c3d" }

    /// Writes everything. The parameters break one thing each.
    func write(
        itemCountOffset: Int = 0, wrongChecksum: Bool = false, truncateBy: Int = 0, trailing: [UInt8] = [],
        definition: String? = ExportFixture.definition, format: String = "DYNAMODB_JSON",
        type: String = "FULL_EXPORT", namesChecksums: Bool = true
    ) throws {
        try PosixFile.makeDirectory("\(folder)/data", mode: 0o755)
        var manifest = ""
        for (number, lines) in files.enumerated() {
            let text = lines.map { $0 + "\n" }.joined()
            var bytes = StoredGzip.make(Array(text.utf8))
            var sum = MD5.hash(bytes)
            if wrongChecksum { sum[0] ^= 1 }
            bytes.removeLast(truncateBy)
            bytes += trailing
            if truncateBy > 0 || !trailing.isEmpty { sum = MD5.hash(bytes) }
            try write(bytes, to: "\(folder)/data/file\(number).json.gz")
            let checksum = namesChecksums ? #""md5Checksum":"\#(Base64.encode(sum))","# : ""
            manifest +=
                #"{"itemCount":\#(lines.count + itemCountOffset),\#(checksum)"etag":"e-1","#
                + #""dataFileS3Key":"AWSDynamoDB/01234567890123-0a1b2c3d/data/file\#(number).json.gz"}"# + "\n"
        }
        let total = files.reduce(0) { $0 + $1.count + itemCountOffset }
        let summary = """
            {"version":"2020-06-30","exportArn":"arn:aws:dynamodb:\(region):\(account):table/\(table)/export/0123",
            "tableArn":"arn:aws:dynamodb:\(region):\(account):table/\(table)","tableId":"6f1a","s3Bucket":"b",
            "exportTime":"2026-11-22T20:00:00.000Z","itemCount":\(total),"outputFormat":"\(format)","exportType":"\(type)",
            "manifestFilesS3Key":"AWSDynamoDB/01234567890123-0a1b2c3d/manifest-files.json","billedSizeBytes":0}
            """
        try write(Array(manifest.utf8), to: "\(folder)/manifest-files.json")
        try write(Array(Base64.encode(MD5.hash(Array(manifest.utf8))).utf8), to: "\(folder)/manifest-files.md5")
        try write(Array(summary.utf8), to: "\(folder)/manifest-summary.json")
        try write(Array(Base64.encode(MD5.hash(Array(summary.utf8))).utf8), to: "\(folder)/manifest-summary.md5")
        if let definition { try write(Array(definition.utf8), to: "\(directory)/\(table).json") }
    }

    func write(_ bytes: [UInt8], to path: String) throws {
        try TestFile.write(bytes, to: path)
    }
}
