import DynamoModel
import Testing

/// Resource policies, contributor insights, Kinesis destinations and global tables.
@Suite struct ControlOperationTests {
    private static let arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/items"
    private static let table = #""TableName":"items""#

    private static func policy(_ action: String = "dynamodb:GetItem") -> String {
        #"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"\#(action)\",\"Resource\":\"*\"}]}"#
    }

    // MARK: Policies

    @Test func `a policy has a revision until it changes`() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S")
            let resource = #""ResourceArn":"\#(Self.arn)""#
            let none = try await server.fail("GetResourcePolicy", "{\(resource)}")
            #expect(none.type == "PolicyNotFoundException")
            func put(_ policy: String, _ more: String = "") async throws -> String {
                let answer = try await server.succeed(
                    "PutResourcePolicy", #"{\#(resource),"Policy":"\#(policy)"\#(more)}"#)
                return try #require(answer["RevisionId"]?.stringValue)
            }
            let first = try await put(Self.policy(), #","ExpectedRevisionId":"NO_POLICY""#)
            #expect(try await put(Self.policy()) == first)
            let second = try await put(Self.policy("dynamodb:*"), #","ExpectedRevisionId":"\#(first)""#)
            #expect(second != first)
            let got = try await server.succeed("GetResourcePolicy", "{\(resource)}")
            #expect(got["RevisionId"] == .string(second))
            #expect(got["Policy"]?.stringValue?.contains("dynamodb:*") == true)
            for expected in [first, "NO_POLICY"] {
                let refused = try await server.fail(
                    "PutResourcePolicy",
                    #"{\#(resource),"Policy":"\#(Self.policy())","ExpectedRevisionId":"\#(expected)"}"#)
                #expect(refused.type == "PolicyNotFoundException")
            }
            #expect(
                try await server.fail("DeleteResourcePolicy", #"{\#(resource),"ExpectedRevisionId":"\#(first)"}"#).type
                    == "PolicyNotFoundException")
            let deleted = try await server.succeed("DeleteResourcePolicy", "{\(resource)}")
            #expect(deleted["RevisionId"] == .string(second))
            let again = try await server.succeed("DeleteResourcePolicy", "{\(resource)}")
            #expect(again["RevisionId"] == nil)
        }
    }

    @Test(arguments: [
        "no JSON", "[]", #"{\"Version\":\"2012-10-17\"}"#, #"{\"Statement\":[]}"#,
        #"{\"Statement\":[{\"Effect\":\"Maybe\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"}]}"#,
        #"{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}"#,
    ])
    func `what is no policy is refused`(document: String) async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S")
            let refused = try await server.fail(
                "PutResourcePolicy", #"{"ResourceArn":"\#(Self.arn)","Policy":"\#(document)"}"#)
            #expect(refused.type == "ValidationException")
        }
    }

    @Test func `a table is born with a policy and takes it along`() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S", indexes: #","ResourcePolicy":"\#(Self.policy())""#)
            try await server.succeed("GetResourcePolicy", #"{"ResourceArn":"\#(Self.arn)"}"#)
            try await server.succeed("DeleteTable", "{\(Self.table)}")
            let gone = try await server.fail("GetResourcePolicy", #"{"ResourceArn":"\#(Self.arn)"}"#)
            #expect(gone.type == "ResourceNotFoundException")
            try await server.makeTable(key: "pk:S")
            let none = try await server.fail("GetResourcePolicy", #"{"ResourceArn":"\#(Self.arn)"}"#)
            #expect(none.type == "PolicyNotFoundException")
        }
    }

    // MARK: Contributor insights

    @Test func `insights are switched for a table and for an index`() async throws {
        try await withServer { server in
            try await server.makeIndexedTable()
            let off = try await server.succeed("DescribeContributorInsights", "{\(Self.table)}")
            #expect(off["ContributorInsightsStatus"] == .string("DISABLED"))
            let answer = try await server.succeed(
                "UpdateContributorInsights", #"{\#(Self.table),"ContributorInsightsAction":"ENABLE"}"#)
            #expect(answer["ContributorInsightsStatus"] == .string("ENABLING"))
            try await server.succeed(
                "UpdateContributorInsights",
                #"{\#(Self.table),"IndexName":"gsi1","ContributorInsightsAction":"ENABLE","ContributorInsightsMode":"THROTTLED_KEYS"}"#
            )
            let on = try await server.succeed("DescribeContributorInsights", #"{\#(Self.table),"IndexName":"gsi1"}"#)
            #expect(on["ContributorInsightsStatus"] == .string("ENABLED"))
            #expect(on["ContributorInsightsMode"] == .string("THROTTLED_KEYS"))
            #expect(on["LastUpdateDateTime"] != nil)
            let first = try await server.succeed("ListContributorInsights", #"{"MaxResults":1}"#)
            #expect(first["ContributorInsightsSummaries"]?.arrayValue?.count == 1)
            let token = try #require(first["NextToken"]?.stringValue)
            let rest = try await server.succeed("ListContributorInsights", #"{"MaxResults":1,"NextToken":"\#(token)"}"#)
            #expect(rest["ContributorInsightsSummaries"]?.arrayValue?.first?["IndexName"] == .string("gsi1"))
            #expect(rest["NextToken"] == nil)
            let missing = try await server.fail(
                "DescribeContributorInsights", #"{\#(Self.table),"IndexName":"none"}"#)
            #expect(missing.type == "ResourceNotFoundException")
        }
    }

    // MARK: What there is none of

    private static let stream = #""StreamArn":"arn:aws:kinesis:eu-central-1:123456789012:stream/x""#

    @Test(arguments: [
        ("EnableKinesisStreamingDestination", "{\(table),\(stream)}", "ResourceNotFoundException"),
        ("DisableKinesisStreamingDestination", "{\(table),\(stream)}", "ValidationException"),
        ("UpdateKinesisStreamingDestination", "{\(table),\(stream)}", "ValidationException"),
        (
            "EnableKinesisStreamingDestination",
            #"{\#(table),"StreamArn":"arn:aws:s3:::a-bucket-with-a-rather-long-name"}"#, "ValidationException"
        ),
        ("DescribeKinesisStreamingDestination", #"{"TableName":"none"}"#, "ResourceNotFoundException"),
        (
            "CreateGlobalTable", #"{"GlobalTableName":"items","ReplicationGroup":[{"RegionName":"us-east-1"}]}"#,
            "TableNotFoundException"
        ),
        (
            "CreateGlobalTable", #"{"GlobalTableName":"none","ReplicationGroup":[{"RegionName":"eu-central-1"}]}"#,
            "TableNotFoundException"
        ),
        (
            "CreateGlobalTable", #"{"GlobalTableName":"items","ReplicationGroup":[{"RegionName":"eu-central-1"}]}"#,
            "ValidationException"
        ),
        ("CreateGlobalTable", #"{"GlobalTableName":"items"}"#, "ValidationException"),
        ("DescribeGlobalTable", #"{"GlobalTableName":"items"}"#, "GlobalTableNotFoundException"),
        ("DescribeGlobalTableSettings", #"{"GlobalTableName":"items"}"#, "GlobalTableNotFoundException"),
        ("UpdateGlobalTableSettings", #"{"GlobalTableName":"items"}"#, "GlobalTableNotFoundException"),
        (
            "UpdateGlobalTable",
            #"{"GlobalTableName":"items","ReplicaUpdates":[{"Delete":{"RegionName":"us-east-1"}}]}"#,
            "GlobalTableNotFoundException"
        ),
        ("DescribeTableReplicaAutoScaling", #"{"TableName":"none"}"#, "ResourceNotFoundException"),
        (
            "UpdateTableReplicaAutoScaling", #"{\#(table),"ReplicaUpdates":[{"RegionName":"us-east-1"}]}"#,
            "ValidationException"
        ),
    ])
    func `what needs another service or region is refused`(operation: String, json: String, error: String) async throws
    {
        try await withServer { server in
            try await server.makeTable(key: "pk:S")
            let answer = try await server.fail(operation, json)
            #expect(answer.type == error)
            #expect(answer.status == 400)
        }
    }

    @Test func `lists of what there is none of are empty`() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S")
            #expect(try await server.succeed("ListGlobalTables", "{}")["GlobalTables"] == .array([]))
            #expect(
                try await server.succeed("DescribeKinesisStreamingDestination", "{\(Self.table)}")[
                    "KinesisDataStreamDestinations"] == .array([]))
            let scaling = try await server.succeed("DescribeTableReplicaAutoScaling", "{\(Self.table)}")
            #expect(scaling["TableAutoScalingDescription"]?["Replicas"] == .array([]))
        }
    }
}
