import Cryptography
import DynamoModel
import ExtendDBLayout
import Postgres
import TestSupport
import Testing

@testable import ExtendDBServer

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Exports and imports over a directory that stands for Amazon S3.
@Suite struct TransferTests {
    /// Runs `body` against a server with an empty bucket `b`.
    private func withBucket(
        _ body: @Sendable @escaping (WireHarness, _ root: String) async throws -> Void
    ) async throws {
        let temporary = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let root = "\(temporary)/buckets-\(RelationID.random())"
        try BucketDirectory.makeDirectory("\(root)/b")
        try await withServer(bucketDirectory: root) { server in try await body(server, root) }
    }

    private static func arn(_ table: String) -> String {
        "arn:aws:dynamodb:\(WireHarness.region):\(WireHarness.accountID):table/\(table)"
    }

    /// Point-in-time recovery is on, as UpdateContinuousBackups makes it.
    private func enableRecovery(_ server: WireHarness, _ table: String) async throws {
        try await withPostgresPool(server.database) { pool in
            _ = try await pool.query(
                PostgresQuery(
                    "INSERT INTO continuous_backups (account_id, table_name, pitr_enabled) VALUES ($1, $2, true)",
                    [.text(WireHarness.accountID), .text(table)]))
        }
    }

    private static func importing(_ format: String, _ compression: String, _ key: String, _ more: String = "") -> String
    {
        """
        {"S3BucketSource":{"S3Bucket":"b","S3KeyPrefix":"\(key)"},"InputFormat":"\(format)",
        "InputCompressionType":"\(compression)"\(more),"TableCreationParameters":{"TableName":"copy",
        "BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},
        {"AttributeName":"sk","KeyType":"RANGE"}],"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},
        {"AttributeName":"sk","AttributeType":"N"},{"AttributeName":"g","AttributeType":"S"}],
        "GlobalSecondaryIndexes":[{"IndexName":"byG","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],
        "Projection":{"ProjectionType":"ALL"}}]}}
        """
    }

    @Test func whatIsExportedIsImportedAgain() async throws {
        try await withBucket { server, root in
            try await server.makeTable(key: "pk:S,sk:N")
            for number in 0..<120 {
                try await server.put(
                    #"{"pk":{"S":"p\#(number % 3)"},"sk":{"N":"\#(number)"},"g":{"S":"g"},"b":{"B":"AQI="},"n":{"NS":["1","2"]}}"#
                )
            }
            let request = #"{"TableArn":"\#(Self.arn("items"))","S3Bucket":"b","S3Prefix":"exports"}"#
            let refused = try await server.fail("ExportTableToPointInTime", request)
            #expect(refused.type == "PointInTimeRecoveryUnavailableException")
            try await enableRecovery(server, "items")
            let started = try await server.succeed("ExportTableToPointInTime", request)["ExportDescription"]
            #expect(started?["ExportStatus"]?.stringValue == "IN_PROGRESS")
            let arn = try #require(started?["ExportArn"]?.stringValue)
            let export = try await server.succeed("DescribeExport", #"{"ExportArn":"\#(arn)"}"#)["ExportDescription"]
            #expect(export?["ExportStatus"]?.stringValue == "COMPLETED")
            #expect(export?["ItemCount"]?.intValue == 120)
            let listed = try await server.succeed("ListExports", "{}")
            #expect(listed["ExportSummaries"]?.arrayValue?.compactMap { $0["ExportArn"]?.stringValue } == [arn])

            let manifest = try #require(export?["ExportManifest"]?.stringValue)
            let summary = try JSONValue(parsing: try #require(try BucketDirectory.read("\(root)/b/\(manifest)")))
            #expect(summary["itemCount"]?.intValue == 120)
            #expect(summary["exportType"]?.stringValue == "FULL_EXPORT")
            let filesKey = try #require(summary["manifestFilesS3Key"]?.stringValue)
            let files = try #require(try BucketDirectory.read("\(root)/b/\(filesKey)"))
            let entry = try JSONValue(parsing: files)
            let key = try #require(entry["dataFileS3Key"]?.stringValue)
            let data = try #require(try BucketDirectory.read("\(root)/b/\(key)"))
            #expect(entry["md5Checksum"]?.stringValue == Base64.encode(MD5.hash(data)))

            let imported = try await server.succeed("ImportTable", Self.importing("DYNAMODB_JSON", "GZIP", key))
            let importARN = try #require(imported["ImportTableDescription"]?["ImportArn"]?.stringValue)
            let described = try await server.succeed("DescribeImport", #"{"ImportArn":"\#(importARN)"}"#)
            #expect(described["ImportTableDescription"]?["ImportStatus"]?.stringValue == "COMPLETED")
            #expect(described["ImportTableDescription"]?["ImportedItemCount"]?.intValue == 120)
            let original = try await server.allItems("Scan", #""Limit":1000"#)
            let copy = try await server.allItems("Scan", #""Limit":1000"#, table: "copy")
            #expect(Set(copy) == Set(original) && copy.count == 120)
            let byIndex = try await server.allItems("Scan", #""IndexName":"byG""#, table: "copy")
            #expect(byIndex.count == 120)
        }
    }

    @Test func importsCSV() async throws {
        try await withBucket { server, root in
            let text = "pk,sk,g,text\na,1,x,\"one, \"\"two\"\"\"\r\na,nonsense,x,y\na,1,x\n\na,2,,last"
            try BucketDirectory.write(Array(text.utf8), to: "\(root)/b/rows.csv")
            let imported = try await server.succeed("ImportTable", Self.importing("CSV", "NONE", "rows"))
            let arn = try #require(imported["ImportTableDescription"]?["ImportArn"]?.stringValue)
            let described = try await server.succeed("DescribeImport", #"{"ImportArn":"\#(arn)"}"#)[
                "ImportTableDescription"]
            #expect(described?["ProcessedItemCount"]?.intValue == 4)
            // A sort key that is no number, a missing field, an empty key of the index.
            #expect(described?["ErrorCount"]?.intValue == 3)
            #expect(described?["ImportedItemCount"]?.intValue == 1)
            let items = try await server.allItems("Scan", #""Limit":10"#, table: "copy")
            #expect(items == [try item(#"{"pk":{"S":"a"},"sk":{"N":"1"},"g":{"S":"x"},"text":{"S":"one, \"two\""}}"#)])
        }
    }

    @Test func refusals() async throws {
        try await withBucket { server, root in
            try await server.makeTable(key: "pk:S,sk:N")
            try await enableRecovery(server, "items")
            try BucketDirectory.makeDirectory("\(root)/.extenddb")
            func export(_ more: String, table: String = "items") -> String {
                #"{"TableArn":"\#(Self.arn(table))"\#(more)}"#
            }
            let cases: [(String, String)] = [
                (export(#","S3Bucket":"b""#, table: "nope"), "TableNotFoundException"),
                (export(#","S3Bucket":"nope""#), "ValidationException"),
                (export(#","S3Bucket":"..""#), "ValidationException"),
                (export(#","S3Bucket":".extenddb""#), "ValidationException"),
                (export(#","S3Bucket":"b","ExportFormat":"ION""#), "ValidationException"),
                (export(#","S3Bucket":"b","S3Prefix":"../out""#), "ValidationException"),
                (export(#","S3Bucket":"b","ExportType":"INCREMENTAL_EXPORT""#), "ValidationException"),
                (export(#","S3Bucket":"b","ExportTime":1000"#), "InvalidExportTimeException"),
                (export(""), "ValidationException"),
            ]
            for (request, type) in cases {
                #expect(try await server.fail("ExportTableToPointInTime", request).type == type, "\(request)")
            }
            let missing = Self.arn("items") + "/export/01234567890123-abcdef01"
            #expect(
                try await server.fail("DescribeExport", #"{"ExportArn":"\#(missing)"}"#).type
                    == "ExportNotFoundException")
            #expect(
                try await server.fail("DescribeImport", #"{"ImportArn":"\#(missing)"}"#).type
                    == "ImportNotFoundException")
            #expect(try await server.succeed("ListImports", "{}").text == #"{"ImportSummaryList":[]}"#)
            let nothing = try await server.succeed("ImportTable", Self.importing("DYNAMODB_JSON", "GZIP", "none"))
            let arn = try #require(nothing["ImportTableDescription"]?["ImportArn"]?.stringValue)
            let failed = try await server.succeed("DescribeImport", #"{"ImportArn":"\#(arn)"}"#)[
                "ImportTableDescription"]
            #expect(failed?["ImportStatus"]?.stringValue == "FAILED")
            let again = try await server.fail("ImportTable", Self.importing("DYNAMODB_JSON", "GZIP", "none"))
            #expect(again.type == "ResourceInUseException")
        }
        try await withServer { server in
            let failure = try await server.fail("ImportTable", Self.importing("CSV", "NONE", "x"))
            #expect(failure.message == "The specified S3 bucket does not exist or cannot be accessed: b")
            #expect(try await server.succeed("ListExports", "{}").text == #"{"ExportSummaries":[]}"#)
        }
    }

    /// What is written compressed is read again line by line, whatever the lengths of lines.
    @Test func linesSurviveCompression() throws {
        let temporary = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var generator = SystemRandomNumberGenerator()
        let seed = UInt64.random(in: 1...UInt64.max, using: &generator)
        var random = LineGenerator(state: seed)
        for round in 0..<20 {
            let path = "\(temporary)/lines-\(RelationID.random()).gz"
            let lines = (0..<Int(random.next() % 50)).map { _ in
                (0..<Int(random.next() % 3 == 0 ? random.next() % 200_000 : random.next() % 40)).map { _ in
                    UInt8(0x20 + random.next() % 0x5F)
                }
            }
            let writer = try GzipWriter(path: path)
            for line in lines { try writer.write(line + [0x0A]) }
            let sum = try writer.finish()
            let bytes = try #require(try BucketDirectory.read(path))
            #expect(sum == MD5.hash(bytes), "seed \(seed), round \(round)")
            let reader = try ObjectLines(path: path, isCompressed: true)
            var read: [[UInt8]] = []
            while let line = try reader.next() { read.append(line) }
            #expect(read == lines, "seed \(seed), round \(round)")
            // Cut off, it is refused.
            if bytes.count > 30 {
                try BucketDirectory.write(Array(bytes.dropLast(9)), to: path)
                let cut = try ObjectLines(path: path, isCompressed: true)
                #expect(throws: ObjectLines.Problem.damaged, "seed \(seed), round \(round)") {
                    while try cut.next() != nil {}
                }
            }
            unlink(path)
        }
    }
}

private struct LineGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
