import DynamoModel
import Testing

@Suite struct UpdateTableTests {
    private static let table = #""TableName":"items""#

    @Test(.enabled(if: DeploymentForm.standard.keepsEveryOption))
    func `every setting is changed and described`() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S")
            let answer = try await server.succeed(
                "UpdateTable",
                """
                {\(Self.table),"BillingMode":"PROVISIONED",
                 "ProvisionedThroughput":{"ReadCapacityUnits":3,"WriteCapacityUnits":4},
                 "TableClass":"STANDARD_INFREQUENT_ACCESS","DeletionProtectionEnabled":true,
                 "SSESpecification":{"Enabled":true}}
                """)["TableDescription"]
            #expect(answer?["TableStatus"] == .string("UPDATING"))
            let table = try await server.succeed("DescribeTable", "{\(Self.table)}")["Table"]
            #expect(table?["TableStatus"] == .string("ACTIVE"))
            #expect(table?["ProvisionedThroughput"]?["ReadCapacityUnits"] == .number("3"))
            #expect(table?["BillingModeSummary"]?["BillingMode"] == .string("PROVISIONED"))
            #expect(
                table?["BillingModeSummary"]?["LastUpdateToPayPerRequestDateTime"] == table?["CreationDateTime"])
            #expect(table?["TableClassSummary"]?["TableClass"] == .string("STANDARD_INFREQUENT_ACCESS"))
            #expect(table?["TableClassSummary"]?["LastUpdateDateTime"] != nil)
            #expect(table?["DeletionProtectionEnabled"] == .bool(true))
            #expect(table?["SSEDescription"]?["Status"] == .string("ENABLED"))

            try await server.succeed(
                "UpdateTable",
                #"{\#(Self.table),"ProvisionedThroughput":{"ReadCapacityUnits":2,"WriteCapacityUnits":9}}"#)
            let changed = try await server.succeed("DescribeTable", "{\(Self.table)}")["Table"]?[
                "ProvisionedThroughput"]
            #expect(changed?["NumberOfDecreasesToday"] == .number("1"))
            #expect(changed?["LastIncreaseDateTime"] != nil)
            #expect(changed?["LastDecreaseDateTime"] != nil)
            #expect(changed?["WriteCapacityUnits"] == .number("9"))

            try await server.succeed(
                "UpdateTable",
                #"{\#(Self.table),"BillingMode":"PAY_PER_REQUEST","OnDemandThroughput":{"MaxWriteRequestUnits":50}}"#)
            let back = try await server.succeed("DescribeTable", "{\(Self.table)}")["Table"]
            #expect(back?["ProvisionedThroughput"]?["ReadCapacityUnits"] == .number("0"))
            #expect(back?["OnDemandThroughput"]?["MaxWriteRequestUnits"] == .number("50"))
            #expect(back?["OnDemandThroughput"]?["MaxReadRequestUnits"] == .number("-1"))

            #expect(try await server.fail("DeleteTable", "{\(Self.table)}").type == "ValidationException")
            try await server.succeed("UpdateTable", #"{\#(Self.table),"DeletionProtectionEnabled":false}"#)
            try await server.succeed("DeleteTable", "{\(Self.table)}")
        }
    }

    @Test func `a table that is not there`() async throws {
        try await withServer { server in
            let answer = try await server.fail("UpdateTable", #"{"TableName":"none","DeletionProtectionEnabled":true}"#)
            #expect(answer.type == "ResourceNotFoundException")
            #expect(answer.message == "Requested resource not found: Table: none not found")
        }
    }

    @Test func `limits that CreateTable sets are described`() async throws {
        try await withServer { server in
            try await server.makeTable(
                key: "pk:S",
                indexes:
                    #","OnDemandThroughput":{"MaxReadRequestUnits":7},"WarmThroughput":{"ReadUnitsPerSecond":13000}"#)
            let table = try await server.succeed("DescribeTable", "{\(Self.table)}")["Table"]
            #expect(table?["OnDemandThroughput"]?["MaxReadRequestUnits"] == .number("7"))
            #expect(table?["WarmThroughput"]?["ReadUnitsPerSecond"] == .number("13000"))
            #expect(table?["WarmThroughput"]?["WriteUnitsPerSecond"] == .number("4000"))
        }
    }

    @Test func `streams are enabled and disabled`() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S")
            let on = #"{\#(Self.table),"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}"#
            let answer = try await server.succeed("UpdateTable", on)["TableDescription"]
            #expect(answer?["StreamSpecification"]?["StreamViewType"] == .string("KEYS_ONLY"))
            let arn = try #require(answer?["LatestStreamArn"]?.stringValue)
            #expect(arn.hasPrefix("arn:aws:dynamodb:eu-central-1:123456789012:table/items/stream/"))
            try await server.expectInvalid(
                "UpdateTable", on, "Table already has an enabled stream: TableName: items")
            try await server.succeed("UpdateTable", #"{\#(Self.table),"StreamSpecification":{"StreamEnabled":false}}"#)
            let table = try await server.succeed("DescribeTable", "{\(Self.table)}")["Table"]
            #expect(table?["StreamSpecification"] == nil)
        }
    }
}
