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

/// Changes of tables, and their copies, in each form of deployment: what touches catalog and data together.
@Suite struct TableChangesTests {
    private static let table = #"{"TableName":"items"}"#

    /// More items than any step takes at a time, a tenth of them not in the index.
    private func fill(_ server: WireHarness, _ count: Int = 1_100) async throws {
        for start in stride(from: 0, to: count, by: 25) {
            let puts = (start..<start + 25).map { number in
                let index = number % 10 == 0 ? "" : #","g":{"S":"g\#(number % 3)"}"#
                return
                    #"{"PutRequest":{"Item":{"pk":{"S":"p\#(number % 7)"},"sk":{"N":"\#(number)"},"b":{"B":"/w=="}\#(index)}}}"#
            }
            try await server.succeed(
                "BatchWriteItem", #"{"RequestItems":{"items":[\#(puts.joined(separator: ","))]}}"#)
        }
    }

    private func count(_ server: WireHarness, _ table: String = "items", index: String? = nil) async throws -> Int {
        let name = index.map { #""IndexName":"\#($0)","# } ?? ""
        return try await server.allItems("Scan", name + #""Limit":400"#, table: table).count
    }

    @Test(arguments: DeploymentForm.allCases)
    func `an index is added over many items and deleted`(form: DeploymentForm) async throws {
        try await withServer(form) { server in
            try await server.makeTable(key: "pk:S,sk:N")
            try await fill(server)
            try await server.succeed(
                "UpdateTable",
                #"""
                {"TableName":"items","AttributeDefinitions":[{"AttributeName":"g","AttributeType":"S"}],
                "GlobalSecondaryIndexUpdates":[{"Create":\#(WireHarness.index("by-g", "g", nil, "ALL"))}]}
                """#)
            try await server.put(#"{"pk":{"S":"late"},"sk":{"N":"1"},"g":{"S":"g1"}}"#)
            try await server.waitForIndexes()
            #expect(try await count(server, index: "by-g") == 991)
            #expect(try await server.relations(server.data) == 2)
            try await server.succeed(
                "UpdateTable",
                #"{"TableName":"items","GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"by-g"}}]}"#)
            try await server.waitForIndexes()
            #expect(try await server.relations(server.data) == 1)
            let described = try await server.succeed("DescribeTable", Self.table)["Table"]
            #expect(described?["GlobalSecondaryIndexes"] == nil)
            #expect(described?["AttributeDefinitions"]?.arrayValue?.count == 2)
        }
    }

    @Test(arguments: DeploymentForm.allCases)
    func `capacity, stream and protection`(form: DeploymentForm) async throws {
        try await withServer(form) { server in
            try await server.makeTable(key: "pk:S,sk:N")
            try await server.succeed(
                "UpdateTable",
                #"""
                {"TableName":"items","BillingMode":"PROVISIONED","DeletionProtectionEnabled":true,
                "ProvisionedThroughput":{"ReadCapacityUnits":3,"WriteCapacityUnits":4},
                "StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_IMAGE"}}
                """#)
            try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"1"}}"#)
            #expect(try await server.storedRecords().count == 1)
            let described = try await server.succeed("DescribeTable", Self.table)["Table"]
            #expect(described?["ProvisionedThroughput"]?["WriteCapacityUnits"] == .number("4"))
            #expect(described?["DeletionProtectionEnabled"] == .bool(true))
            let arn = try #require(described?["LatestStreamArn"]?.stringValue)
            try await server.succeed(
                "UpdateTable",
                #"{"TableName":"items","DeletionProtectionEnabled":false,"StreamSpecification":{"StreamEnabled":false}}"#
            )
            try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"2"}}"#)
            #expect(try await server.storedRecords().count == 1)
            let stream = try await server.succeed("DescribeStream", #"{"StreamArn":"\#(arn)"}"#)["StreamDescription"]
            #expect(stream?["StreamStatus"] == .string("DISABLED"))
            try await server.succeed("DeleteTable", Self.table)
            #expect(try await server.relations(server.data) == 0)
        }
    }

    /// Sort keys of each type: a backup in ExtendDB's layout keeps them as text.
    @Test(arguments: DeploymentForm.allCases, ["sk:S", "sk:N", "sk:B", ""])
    func `a backup is restored`(form: DeploymentForm, sort: String) async throws {
        try await withServer(form) { server in
            try await server.makeTable(
                key: sort.isEmpty ? "pk:S" : "pk:S,\(sort)", attributes: "g:S",
                indexes: WireHarness.global("by-g", "g", nil))
            let values = [("S", ["", "a\\n", "é"]), ("N", ["-1.5", "0", "1E20"]), ("B", ["AA==", "AQID", "/w=="])]
            let type = sort.split(separator: ":").last.map(String.init) ?? "S"
            for (number, value) in (values.first { $0.0 == type }?.1 ?? []).enumerated() where !value.isEmpty {
                try await server.put(
                    #"{"pk":{"S":"k\#(sort.isEmpty ? number : 0)"},"sk":{"\#(type)":"\#(value)"},"g":{"S":"x"}}"#)
            }
            let items = Set(try await server.allItems("Scan", #""Limit":2"#))
            let backup = try await server.succeed("CreateBackup", #"{"TableName":"items","BackupName":"all"}"#)
            let arn = try #require(backup["BackupDetails"]?["BackupArn"]?.stringValue)
            try await server.put(
                #"{"pk":{"S":"later"},"sk":{"\#(type)":"\#(type == "N" ? "7" : "Aw==")"},"g":{"S":"x"}}"#)
            try await server.succeed(
                "RestoreTableFromBackup", #"{"TargetTableName":"restored","BackupArn":"\#(arn)"}"#)
            #expect(Set(try await server.allItems("Scan", #""Limit":2"#, table: "restored")) == items)
            let indexed = try await server.allItems("Scan", #""IndexName":"by-g""#, table: "restored")
            #expect(Set(indexed) == items)
            try await server.put(
                #"{"pk":{"S":"new"},"sk":{"\#(type)":"\#(type == "N" ? "8" : "BA==")"},"g":{"S":"x"}}"#,
                table: "restored")
            try await server.succeed("DeleteBackup", #"{"BackupArn":"\#(arn)"}"#)
            #expect(
                try await server.fail("DescribeBackup", #"{"BackupArn":"\#(arn)"}"#).type == "BackupNotFoundException")
        }
    }

    @Test(arguments: DeploymentForm.allCases)
    func `a large table is restored from a backup and to the present`(form: DeploymentForm) async throws {
        try await withServer(form) { server in
            try await server.makeTable(
                key: "pk:S,sk:N", attributes: "g:S", indexes: WireHarness.global("by-g", "g", nil, "KEYS_ONLY"))
            try await fill(server)
            let backup = try await server.succeed(
                "CreateBackup", Self.table.replacing("}", with: #","BackupName":"all"}"#))
            #expect(backup["BackupDetails"]?["BackupSizeBytes"]?.intValue ?? 0 > 50_000)
            let arn = try #require(backup["BackupDetails"]?["BackupArn"]?.stringValue)
            try await server.succeed(
                "RestoreTableFromBackup", #"{"TargetTableName":"restored","BackupArn":"\#(arn)"}"#)
            let unavailable = try await server.fail(
                "RestoreTableToPointInTime",
                #"{"SourceTableName":"items","TargetTableName":"present","UseLatestRestorableTime":true}"#)
            #expect(unavailable.type == "PointInTimeRecoveryUnavailableException")
            try await server.succeed(
                "UpdateContinuousBackups",
                #"{"TableName":"items","PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true}}"#)
            try await server.succeed(
                "RestoreTableToPointInTime",
                #"{"SourceTableName":"items","TargetTableName":"present","UseLatestRestorableTime":true}"#)
            for table in ["restored", "present"] {
                #expect(try await count(server, table) == 1_100)
                #expect(try await count(server, table, index: "by-g") == 990)
            }
            #expect(try await server.relations(server.data) == 6)
            // A second restore under a name that is taken leaves nothing behind.
            let taken = try await server.fail(
                "RestoreTableFromBackup", #"{"TargetTableName":"items","BackupArn":"\#(arn)"}"#)
            #expect(taken.type == "TableAlreadyExistsException")
            #expect(try await server.relations(server.data) == 6)
        }
    }

    @Test(arguments: DeploymentForm.allCases)
    func `an export is imported`(form: DeploymentForm) async throws {
        let temporary = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let root = "\(temporary)/buckets-\(RelationID.random())"
        try BucketDirectory.makeDirectory("\(root)/b")
        try await withServer(form, bucketDirectory: root) { server in
            try await server.makeTable(key: "pk:S,sk:N")
            try await fill(server, 100)
            try await server.succeed(
                "UpdateContinuousBackups",
                #"{"TableName":"items","PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true}}"#)
            let table = "arn:aws:dynamodb:\(WireHarness.region):\(WireHarness.accountID):table/items"
            let started = try await server.succeed(
                "ExportTableToPointInTime", #"{"TableArn":"\#(table)","S3Bucket":"b"}"#)["ExportDescription"]
            let arn = try #require(started?["ExportArn"]?.stringValue)
            let export = try await server.succeed("DescribeExport", #"{"ExportArn":"\#(arn)"}"#)["ExportDescription"]
            #expect(export?["ExportStatus"] == .string("COMPLETED"))
            #expect(export?["ItemCount"] == .number("100"))
            let prefix = "AWSDynamoDB/\(arn.split(separator: "/").last ?? "")/data/"
            let imported = try await server.succeed(
                "ImportTable",
                #"""
                {"S3BucketSource":{"S3Bucket":"b","S3KeyPrefix":"\#(prefix)"},"InputFormat":"DYNAMODB_JSON",
                "InputCompressionType":"GZIP","TableCreationParameters":{"TableName":"copy",
                "BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},
                {"AttributeName":"sk","KeyType":"RANGE"}],"AttributeDefinitions":[
                {"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"}]}}
                """#)
            #expect(imported["ImportTableDescription"]?["ImportStatus"] == .string("IN_PROGRESS"))
            let copied = Set(try await server.allItems("Scan", #""Limit":30"#, table: "copy"))
            #expect(copied == Set(try await server.allItems("Scan", #""Limit":30"#)))
        }
    }
}
