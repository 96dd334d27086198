import DynamoModel
import Postgres
import Testing

@Suite struct TableOperationsTests {
    private static let orders = """
        {"TableName": "orders", "BillingMode": "PAY_PER_REQUEST",
         "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "N"},
            {"AttributeName": "email", "AttributeType": "S"}, {"AttributeName": "blob", "AttributeType": "B"}],
         "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
         "GlobalSecondaryIndexes": [{"IndexName": "by-email",
            "KeySchema": [{"AttributeName": "email", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}],
         "LocalSecondaryIndexes": [{"IndexName": "by-blob",
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "blob", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["email"]}}]}
        """

    private static func simple(_ name: String, _ more: String = #","BillingMode":"PAY_PER_REQUEST""#) -> String {
        """
        {"TableName": "\(name)", "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
         "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]\(more)}
        """
    }

    private static func named(_ name: String) -> String {
        #"{"TableName": "\#(name)"}"#
    }

    private static let arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/orders"

    @Test func `a new table is CREATING in the answer and ACTIVE right after`() async throws {
        try await withServer { server in
            let created = try await server.succeed("CreateTable", Self.orders)["TableDescription"]
            #expect(created?["TableStatus"] == .string("CREATING"))
            #expect(created?["GlobalSecondaryIndexes"]?.arrayValue?.first?["IndexStatus"] == .string("CREATING"))
            let table = try await server.succeed("DescribeTable", Self.named("orders"))["Table"]
            #expect(table?["TableStatus"] == .string("ACTIVE"))
            #expect(table?["TableName"] == .string("orders"))
            #expect(table?["TableArn"] == .string(Self.arn))
            #expect(table?["TableId"] == created?["TableId"])
            #expect(table?["TableId"]?.stringValue?.utf8.count == 36)
            #expect(table?["ItemCount"] == .number("0"))
            #expect(table?["TableSizeBytes"] == .number("0"))
            #expect(table?["DeletionProtectionEnabled"] == .bool(false))
            #expect(table?["BillingModeSummary"]?["BillingMode"] == .string("PAY_PER_REQUEST"))
            #expect(table?["BillingModeSummary"]?["LastUpdateToPayPerRequestDateTime"] == table?["CreationDateTime"])
            #expect(created?["BillingModeSummary"]?["LastUpdateToPayPerRequestDateTime"] == nil)
            #expect(table?["TableThroughputModeSummary"]?["TableThroughputMode"] == .string("PAY_PER_REQUEST"))
            #expect(created?["WarmThroughput"] == nil)
            #expect(table?["WarmThroughput"]?["ReadUnitsPerSecond"] == .number("12000"))
            #expect(table?["WarmThroughput"]?["WriteUnitsPerSecond"] == .number("4000"))
            #expect(table?["WarmThroughput"]?["Status"] == .string("ACTIVE"))
            #expect(table?["ProvisionedThroughput"]?["ReadCapacityUnits"] == .number("0"))
            #expect(table?["ProvisionedThroughput"]?["WriteCapacityUnits"] == .number("0"))
            #expect(table?["ProvisionedThroughput"]?["NumberOfDecreasesToday"] == .number("0"))
            #expect(table?["AttributeDefinitions"]?.arrayValue?.count == 4)
            let time = try #require(table?["CreationDateTime"]?.doubleValue)
            #expect(abs(time - 1_790_000_000) < 1_000_000_000)
            for absent in ["StreamSpecification", "LatestStreamArn", "SSEDescription", "TableClassSummary"] {
                #expect(table?[absent] == nil)
            }
        }
    }

    @Test func `indexes are described`() async throws {
        try await withServer { server in
            try await server.succeed("CreateTable", Self.orders)
            let table = try await server.succeed("DescribeTable", Self.named("orders"))["Table"]
            let global = try #require(table?["GlobalSecondaryIndexes"]?.arrayValue?.first)
            #expect(global["IndexName"] == .string("by-email"))
            #expect(global["IndexStatus"] == .string("ACTIVE"))
            #expect(global["IndexArn"] == .string(Self.arn + "/index/by-email"))
            #expect(global["Projection"]?["ProjectionType"] == .string("ALL"))
            #expect(global["ItemCount"] == .number("0"))
            #expect(global["ProvisionedThroughput"]?["ReadCapacityUnits"] == .number("0"))
            #expect(global["WarmThroughput"]?["ReadUnitsPerSecond"] == .number("12000"))
            let local = try #require(table?["LocalSecondaryIndexes"]?.arrayValue?.first)
            #expect(local["IndexName"] == .string("by-blob"))
            #expect(local["IndexStatus"] == nil)
            #expect(local["WarmThroughput"] == nil)
            #expect(local["Projection"]?["NonKeyAttributes"] == .array([.string("email")]))
            #expect(local["KeySchema"]?.arrayValue?.count == 2)
        }
    }

    /// (The first edition of catalog 0.0.2 has no columns for some of them.)
    @Test(.enabled(if: DeploymentForm.standard.keepsEveryOption))
    func `options of a table are kept`() async throws {
        try await withServer { server in
            let more = """
                , "BillingMode": "PROVISIONED",
                "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 7},
                "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_IMAGE"},
                "SSESpecification": {"Enabled": true}, "TableClass": "STANDARD_INFREQUENT_ACCESS",
                "DeletionProtectionEnabled": true
                """
            try await server.succeed("CreateTable", Self.simple("full", more))
            let table = try await server.succeed("DescribeTable", Self.named("full"))["Table"]
            #expect(table?["ProvisionedThroughput"]?["ReadCapacityUnits"] == .number("5"))
            #expect(table?["ProvisionedThroughput"]?["WriteCapacityUnits"] == .number("7"))
            #expect(table?["BillingModeSummary"] == nil)
            #expect(table?["TableThroughputModeSummary"] == nil)
            #expect(table?["WarmThroughput"]?["ReadUnitsPerSecond"] == .number("5"))
            #expect(table?["WarmThroughput"]?["WriteUnitsPerSecond"] == .number("7"))
            #expect(table?["StreamSpecification"]?["StreamViewType"] == .string("NEW_IMAGE"))
            let label = try #require(table?["LatestStreamLabel"]?.stringValue)
            #expect(label.utf8.count == "2026-11-22T21:00:00.123".utf8.count)
            #expect(
                table?["LatestStreamArn"]
                    == .string("arn:aws:dynamodb:eu-central-1:123456789012:table/full/stream/\(label)"))
            #expect(table?["SSEDescription"]?["Status"] == .string("ENABLED"))
            #expect(table?["SSEDescription"]?["SSEType"] == .string("KMS"))
            #expect(
                table?["SSEDescription"]?["KMSMasterKeyArn"]
                    == .string("arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000"))
            #expect(table?["TableClassSummary"]?["TableClass"] == .string("STANDARD_INFREQUENT_ACCESS"))
            #expect(table?["DeletionProtectionEnabled"] == .bool(true))
        }
    }

    @Test func `a table exists once`() async throws {
        try await withServer { server in
            try await server.succeed("CreateTable", Self.simple("once"))
            let answer = try await server.fail("CreateTable", Self.simple("once"))
            #expect(answer.status == 400)
            #expect(answer.type == "ResourceInUseException")
            #expect(answer.message == "Table already exists: once")
        }
    }

    @Test func `of many that create a table at once, one succeeds`() async throws {
        try await withServer { server in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { tasks in
                for _ in 0..<16 {
                    tasks.addTask { try await server.call("CreateTable", Self.simple("race")).status }
                }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 200 } == 1)
            #expect(statuses.count { $0 == 400 } == 15)
        }
    }

    @Test(arguments: ["DescribeTable", "DeleteTable", "DescribeTimeToLive"])
    func `a table that is not there`(operation: String) async throws {
        try await withServer { server in
            let answer = try await server.fail(operation, Self.named("none"))
            #expect(answer.status == 400)
            #expect(answer.type == "ResourceNotFoundException")
            #expect(answer.message == "Requested resource not found: Table: none not found")
        }
    }

    @Test func `a deleted table is gone with its relations, and its name is free`() async throws {
        try await withServer { server in
            let relations = "SELECT count(*) FROM pg_class WHERE relname LIKE '\\_ddb\\_%' AND relkind = 'r'"
            func count() async throws -> Int {
                try await withPostgresPool(server.data) { pool in
                    let rows = try await pool.query(PostgresQuery(relations))
                    return try #require(rows.first)[0].int
                }
            }
            try await server.succeed("CreateTable", Self.orders)
            #expect(try await count() == 3)
            let first = try await server.succeed("DescribeTable", Self.named("orders"))["Table"]
            let deleted = try await server.succeed("DeleteTable", Self.named("orders"))["TableDescription"]
            #expect(deleted?["TableStatus"] == .string("DELETING"))
            #expect(deleted?["TableArn"] == first?["TableArn"])
            for absent in ["KeySchema", "AttributeDefinitions", "CreationDateTime", "GlobalSecondaryIndexes"] {
                #expect(deleted?[absent] == nil)
            }
            #expect(try await server.fail("DescribeTable", Self.named("orders")).type == "ResourceNotFoundException")
            #expect(try await count() == 0)
            let second = try await server.succeed("CreateTable", Self.orders)["TableDescription"]
            #expect(second?["TableId"] != first?["TableId"])
        }
    }

    @Test func `a protected table is not deleted`() async throws {
        try await withServer { server in
            try await server.succeed(
                "CreateTable",
                Self.simple("kept", #","BillingMode":"PAY_PER_REQUEST","DeletionProtectionEnabled":true"#))
            let answer = try await server.fail("DeleteTable", Self.named("kept"))
            #expect(answer.type == "ValidationException")
            #expect(
                answer.message
                    == "Resource cannot be deleted as it is currently protected against deletion. "
                    + "Disable deletion protection first.")
            try await server.succeed("DescribeTable", Self.named("kept"))
        }
    }

    @Test func `a table may be named by its ARN`() async throws {
        try await withServer { server in
            try await server.succeed("CreateTable", Self.orders)
            let table = try await server.succeed("DescribeTable", Self.named(Self.arn))["Table"]
            #expect(table?["TableName"] == .string("orders"))
            for other in [
                "arn:aws:dynamodb:us-east-1:123456789012:table/orders",
                "arn:aws:dynamodb:eu-central-1:210987654321:table/orders",
            ] {
                let answer = try await server.fail("DescribeTable", Self.named(other))
                #expect(answer.type == "ResourceNotFoundException", "\(answer.message)")
            }
        }
    }

    // MARK: ListTables

    private func names(_ body: JSONValue) -> [String] {
        body["TableNames"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    @Test func `tables are listed in the order of bytes, page by page`() async throws {
        try await withServer { server in
            for name in ["bbb", "Zzz", "aaa", "a-a", "ccc"] {
                try await server.succeed("CreateTable", Self.simple(name))
            }
            let sorted = ["Zzz", "a-a", "aaa", "bbb", "ccc"]
            let all = try await server.succeed("ListTables", "{}")
            #expect(names(all) == sorted)
            #expect(all["LastEvaluatedTableName"] == nil)
            var pages: [[String]] = []
            var start = ""
            while pages.count < 10 {
                let page = try await server.succeed(
                    "ListTables",
                    start.isEmpty
                        ? #"{"Limit": 2}"# : #"{"Limit": 2, "ExclusiveStartTableName": "\#(start)"}"#)
                pages.append(names(page))
                guard let last = page["LastEvaluatedTableName"]?.stringValue else { break }
                start = last
            }
            #expect(pages == [["Zzz", "a-a"], ["aaa", "bbb"], ["ccc"]])
            let exact = try await server.succeed("ListTables", #"{"Limit": 5}"#)
            #expect(exact["LastEvaluatedTableName"] == nil)
            // The start need not exist.
            let after = try await server.succeed("ListTables", #"{"ExclusiveStartTableName": "abc"}"#)
            #expect(names(after) == ["bbb", "ccc"])
        }
    }

    @Test(arguments: ["0", "101", "-1"])
    func `a limit out of its range`(limit: String) async throws {
        try await withServer { server in
            let failure = try await server.fail("ListTables", #"{"Limit": \#(limit)}"#)
            #expect(failure.type == "ValidationException")
        }
    }

    // MARK: Time to live

    private func ttl(_ attribute: String, _ enabled: Bool) -> String {
        """
        {"TableName": "orders", "TimeToLiveSpecification": {"AttributeName": "\(attribute)", "Enabled": \(enabled)}}
        """
    }

    @Test func `time to live is turned on and off`() async throws {
        try await withServer { server in
            try await server.succeed("CreateTable", Self.orders)
            func status() async throws -> JSONValue? {
                try await server.succeed("DescribeTimeToLive", Self.named("orders"))["TimeToLiveDescription"]
            }
            #expect(try await status()?["TimeToLiveStatus"] == .string("DISABLED"))
            #expect(try await status()?["AttributeName"] == nil)
            #expect(
                try await server.fail("UpdateTimeToLive", ttl("expires", false)).message
                    == "TimeToLive is already disabled")
            let on = try await server.succeed("UpdateTimeToLive", ttl("expires", true))
            #expect(on["TimeToLiveSpecification"]?["AttributeName"] == .string("expires"))
            #expect(on["TimeToLiveSpecification"]?["Enabled"] == .bool(true))
            #expect(try await status()?["TimeToLiveStatus"] == .string("ENABLED"))
            #expect(try await status()?["AttributeName"] == .string("expires"))
            #expect(
                try await server.fail("UpdateTimeToLive", ttl("expires", true)).message
                    == "TimeToLive is already enabled")
            let other = try await server.fail("UpdateTimeToLive", ttl("other", false))
            #expect(other.type == "ValidationException")
            #expect(
                other.message == "TimeToLive is active on a different AttributeName: current AttributeName is expires")
            try await server.succeed("UpdateTimeToLive", ttl("expires", false))
            #expect(try await status()?["TimeToLiveStatus"] == .string("DISABLED"))
        }
    }

    // MARK: The service

    @Test func `the endpoint is the one that was asked, and the limits are the service's`() async throws {
        try await withServer { server in
            let endpoints = try await server.succeed("DescribeEndpoints", "{}")
            #expect(
                endpoints["Endpoints"]?.arrayValue?.first?["Address"] == .string("127.0.0.1:\(server.port)"))
            let limits = try await server.succeed("DescribeLimits", "{}")
            #expect(limits["TableMaxReadCapacityUnits"] == .number("40000"))
        }
    }

    // MARK: Counting

    @Test func `a small table is counted when it is described`() async throws {
        try await withServer { server in
            try await server.succeed("CreateTable", Self.simple("counted"))
            for id in ["a", "b", "c"] {
                try await server.succeed(
                    "PutItem", #"{"TableName": "counted", "Item": {"id": {"S": "\#(id)"}}}"#)
            }
            let table = try await server.succeed("DescribeTable", Self.named("counted"))["Table"]
            #expect(table?["ItemCount"] == .number("3"))
            #expect(try #require(table?["TableSizeBytes"]?.intValue) > 0)
        }
    }
}
