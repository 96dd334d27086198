import DynamoModel
import Postgres
import Testing

@Suite struct BackupTests {
    private static let table = #"{"TableName":"items"}"#

    /// A table with both kinds of index, a stream, a time to live and some items.
    private static func makeTable(_ server: WireHarness, key: String = "pk:S,sk:N") async throws {
        try await server.makeTable(
            key: key, attributes: "g:S,l:S",
            indexes: WireHarness.global("gsi1", "g", nil) + WireHarness.local("lsi1", "pk", "l")
                + #","DeletionProtectionEnabled":true,"Tags":[{"Key":"a","Value":"b"}]"#
                + #","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}"#)
        try await server.succeed(
            "UpdateTimeToLive",
            #"{"TableName":"items","TimeToLiveSpecification":{"AttributeName":"expires","Enabled":true}}"#)
        for number in 0..<30 {
            let index = number.isMultiple(of: 2) ? #","g":{"S":"x"}"# : #","l":{"S":"l\#(number)"}"#
            try await server.put(#"{"pk":{"S":"p\#(number % 3)"},"sk":{"N":"\#(number).5"},"b":{"B":"AQID"}\#(index)}"#)
        }
    }

    private static func makeBackup(_ server: WireHarness, _ name: String = "first") async throws -> String {
        let answer = try await server.succeed("CreateBackup", #"{"TableName":"items","BackupName":"\#(name)"}"#)
        #expect(answer["BackupDetails"]?["BackupStatus"] == .string("CREATING"))
        return try #require(answer["BackupDetails"]?["BackupArn"]?.stringValue)
    }

    @Test func `a backup tells of the table as it was`() async throws {
        try await withServer { server in
            try await Self.makeTable(server)
            let arn = try await Self.makeBackup(server)
            #expect(arn.hasPrefix("arn:aws:dynamodb:eu-central-1:123456789012:table/items/backup/01"))
            #expect(arn.split(separator: "/").last?.utf8.count == 23)
            let description = try await server.succeed("DescribeBackup", #"{"BackupArn":"\#(arn)"}"#)[
                "BackupDescription"]
            let details = description?["BackupDetails"]
            #expect(details?["BackupStatus"] == .string("AVAILABLE"))
            #expect(details?["BackupName"] == .string("first"))
            #expect(details?["BackupType"] == .string("USER"))
            let source = description?["SourceTableDetails"]
            #expect(source?["TableName"] == .string("items"))
            #expect(source?["ItemCount"] == .number("30"))
            #expect(source?["BillingMode"] == .string("PAY_PER_REQUEST"))
            #expect(source?["TableArn"] == .string("arn:aws:dynamodb:eu-central-1:123456789012:table/items"))
            let table = try await server.succeed("DescribeTable", Self.table)["Table"]
            #expect(source?["TableId"] == table?["TableId"])
            #expect(source?["TableCreationDateTime"]?.doubleValue == table?["CreationDateTime"]?.doubleValue)
            let features = description?["SourceTableFeatureDetails"]
            #expect(features?["GlobalSecondaryIndexes"]?.arrayValue?.first?["IndexName"] == .string("gsi1"))
            #expect(features?["LocalSecondaryIndexes"]?.arrayValue?.first?["IndexName"] == .string("lsi1"))
            #expect(features?["StreamDescription"]?["StreamViewType"] == .string("KEYS_ONLY"))
            #expect(features?["TimeToLiveDescription"]?["AttributeName"] == .string("expires"))
        }
    }

    @Test func `a restored table has the items and the indexes, and nothing of what must be set up again`() async throws
    {
        try await withServer { server in
            try await Self.makeTable(server)
            let arn = try await Self.makeBackup(server)
            let before = try await server.allItems("Scan", #""Limit":7"#)
            try await server.put(#"{"pk":{"S":"later"},"sk":{"N":"1"}}"#)
            let answer = try await server.succeed(
                "RestoreTableFromBackup", #"{"TargetTableName":"again","BackupArn":"\#(arn)"}"#)["TableDescription"]
            #expect(answer?["TableStatus"] == .string("CREATING"))
            #expect(answer?["RestoreSummary"]?["RestoreInProgress"] == .bool(true))
            let table = try await server.succeed("DescribeTable", #"{"TableName":"again"}"#)["Table"]
            #expect(table?["TableStatus"] == .string("ACTIVE"))
            #expect(table?["RestoreSummary"]?["SourceBackupArn"] == .string(arn))
            #expect(table?["RestoreSummary"]?["RestoreInProgress"] == .bool(false))
            #expect(table?["StreamSpecification"] == nil)
            #expect(table?["DeletionProtectionEnabled"] == .bool(false))
            let ttl = try await server.succeed("DescribeTimeToLive", #"{"TableName":"again"}"#)
            #expect(ttl["TimeToLiveDescription"]?["TimeToLiveStatus"] == .string("DISABLED"))
            #expect(Set(try await server.allItems("Scan", #""Limit":7"#, table: "again")) == Set(before))
            let query =
                #""IndexName":"gsi1","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"x"}}"#
            #expect(try await server.allItems("Query", query, table: "again").count == 15)
            #expect(try await server.allItems("Scan", #""IndexName":"lsi1""#, table: "again").count == 15)
            // It is a table like any other: written, with its indexes maintained.
            try await server.put(#"{"pk":{"S":"new"},"sk":{"N":"1"},"g":{"S":"x"}}"#, table: "again")
            #expect(try await server.allItems("Query", query, table: "again").count == 16)
        }
    }

    @Test(arguments: ["pk:S", "pk:B,sk:B", "pk:N,sk:S"])
    func `keys of every type come back`(key: String) async throws {
        try await withServer { server in
            try await server.makeTable(key: key)
            let values = ["S": #"{"S":"a\u0001ü"}"#, "N": #"{"N":"1E-5"}"#, "B": #"{"B":"AAH/"}"#]
            let members = key.split(separator: ",").map { part in
                let pair = part.split(separator: ":")
                return #""\#(pair[0])":\#(values[String(pair[1])] ?? "")"#
            }
            let item = "{" + members.joined(separator: ",") + #","x":{"L":[{"NULL":true}]}}"#
            try await server.put(item)
            let arn = try await Self.makeBackup(server)
            try await server.succeed("DeleteTable", Self.table)
            try await server.succeed(
                "RestoreTableFromBackup", #"{"TargetTableName":"items","BackupArn":"\#(arn)"}"#)
            #expect(try await server.get("{" + members.joined(separator: ",") + "}") != nil)
        }
    }

    @Test func `a restore can leave indexes out and change the capacity`() async throws {
        try await withServer { server in
            try await Self.makeTable(server)
            let arn = try await Self.makeBackup(server)
            try await server.succeed(
                "RestoreTableFromBackup",
                """
                {"TargetTableName":"again","BackupArn":"\(arn)","GlobalSecondaryIndexOverride":[],
                 "BillingModeOverride":"PROVISIONED",
                 "ProvisionedThroughputOverride":{"ReadCapacityUnits":3,"WriteCapacityUnits":4}}
                """)
            let table = try await server.succeed("DescribeTable", #"{"TableName":"again"}"#)["Table"]
            #expect(table?["GlobalSecondaryIndexes"] == nil)
            #expect(table?["LocalSecondaryIndexes"]?.arrayValue?.count == 1)
            #expect(table?["AttributeDefinitions"]?.arrayValue?.count == 3)
            #expect(table?["ProvisionedThroughput"]?["WriteCapacityUnits"] == .number("4"))
            #expect(
                try await server.fail(
                    "RestoreTableFromBackup",
                    #"{"TargetTableName":"third","BackupArn":"\#(arn)","GlobalSecondaryIndexOverride":[{"IndexName":"other","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}"#
                ).type == "ValidationException")
            let taken = try await server.fail(
                "RestoreTableFromBackup", #"{"TargetTableName":"again","BackupArn":"\#(arn)"}"#)
            #expect(taken.type == "TableAlreadyExistsException")
        }
    }

    @Test func `backups are listed page by page, by table and by time, and outlive their table`() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S")
            var made: [String] = []
            for number in 0..<3 { made.append(try await Self.makeBackup(server, "backup-\(number)")) }
            try await server.makeTable("other", key: "pk:S")
            try await server.succeed("CreateBackup", #"{"TableName":"other","BackupName":"other"}"#)
            try await server.succeed("DeleteTable", Self.table)
            func list(_ parameters: String) async throws -> (arns: [String], last: String?) {
                let page = try await server.succeed("ListBackups", "{\(parameters)}")
                return (
                    page["BackupSummaries"]?.arrayValue?.compactMap { $0["BackupArn"]?.stringValue } ?? [],
                    page["LastEvaluatedBackupArn"]?.stringValue
                )
            }
            #expect(try await list("").arns.count == 4)
            #expect(try await list(#""TableName":"items""#).arns == made.sorted())
            let first = try await list(#""TableName":"items","Limit":2"#)
            #expect(first.arns.count == 2)
            let last = try #require(first.last)
            let second = try await list(#""TableName":"items","Limit":2,"ExclusiveStartBackupArn":"\#(last)""#)
            #expect(second.arns.count == 1)
            #expect(second.last == nil)
            #expect(Set(first.arns + second.arns) == Set(made))
            #expect(try await list(#""TimeRangeUpperBound":1000"#).arns.isEmpty)
            #expect(try await list(#""TimeRangeLowerBound":1000"#).arns.count == 4)
            #expect(try await list(#""BackupType":"AWS_BACKUP""#).arns.isEmpty)
            let deleted = try await server.succeed("DeleteBackup", #"{"BackupArn":"\#(made[0])"}"#)
            #expect(deleted["BackupDescription"]?["BackupDetails"]?["BackupStatus"] == .string("DELETED"))
            #expect(try await server.texts("SELECT count(*)::text FROM backups") == [["3"]])
            let again = try await server.fail("DeleteBackup", #"{"BackupArn":"\#(made[0])"}"#)
            #expect(again.type == "BackupNotFoundException")
            #expect(again.message == "Backup not found: \(made[0])")
        }
    }

    @Test func `what is not there has exceptions of its own`() async throws {
        try await withServer { server in
            let table = try await server.fail("CreateBackup", #"{"TableName":"items","BackupName":"abc"}"#)
            #expect(table.type == "TableNotFoundException")
            #expect(table.message == "Table not found: items")
            for operation in ["DescribeContinuousBackups"] {
                #expect(try await server.fail(operation, Self.table).type == "TableNotFoundException")
            }
            #expect(
                try await server.fail("CreateBackup", #"{"TableName":"items","BackupName":"a!"}"#).type
                    == "ValidationException")
            #expect(try await server.fail("DescribeBackup", #"{"BackupArn":"short"}"#).type == "ValidationException")
        }
    }

    // MARK: Point-in-time recovery

    @Test func `recovery is a setting that is described, and reaches the present`() async throws {
        try await withServer { server in
            try await Self.makeTable(server)
            func recovery(_ body: JSONValue) -> JSONValue? {
                body["ContinuousBackupsDescription"]?["PointInTimeRecoveryDescription"]
            }
            let none = try await server.succeed("DescribeContinuousBackups", Self.table)
            #expect(none["ContinuousBackupsDescription"]?["ContinuousBackupsStatus"] == .string("ENABLED"))
            #expect(recovery(none)?["PointInTimeRecoveryStatus"] == .string("DISABLED"))
            #expect(recovery(none)?["LatestRestorableDateTime"] == nil)
            let restore = #"{"SourceTableName":"items","TargetTableName":"again","UseLatestRestorableTime":true}"#
            #expect(
                try await server.fail("RestoreTableToPointInTime", restore).type
                    == "PointInTimeRecoveryUnavailableException")
            try await server.succeed(
                "UpdateContinuousBackups",
                #"{"TableName":"items","PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true,"RecoveryPeriodInDays":7}}"#
            )
            let on = try await server.succeed("DescribeContinuousBackups", Self.table)
            #expect(recovery(on)?["PointInTimeRecoveryStatus"] == .string("ENABLED"))
            #expect(recovery(on)?["RecoveryPeriodInDays"] == .number("7"))
            #expect(recovery(on)?["EarliestRestorableDateTime"] == recovery(on)?["LatestRestorableDateTime"])
            #expect(
                try await server.fail(
                    "RestoreTableToPointInTime",
                    #"{"SourceTableName":"items","TargetTableName":"again","RestoreDateTime":1000}"#
                ).type == "InvalidRestoreTimeException")
            try await server.succeed("RestoreTableToPointInTime", restore)
            #expect(try await server.allItems("Scan", #""Limit":9"#, table: "again").count == 30)
            #expect(try await server.allItems("Scan", #""IndexName":"gsi1""#, table: "again").count == 15)
            #expect(
                try await server.fail("RestoreTableToPointInTime", restore).type == "TableAlreadyExistsException")
            for wrong in [
                #"{"SourceTableName":"items","TargetTableName":"third"}"#,
                #"{"TargetTableName":"third","UseLatestRestorableTime":true}"#,
            ] {
                #expect(try await server.fail("RestoreTableToPointInTime", wrong).type == "ValidationException")
            }
        }
    }
}
