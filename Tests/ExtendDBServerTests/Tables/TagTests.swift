import DynamoModel
import Testing

@Suite struct TagTests {
    private static let arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/items"

    private static func tags(_ range: Range<Int>) -> String {
        "[" + range.map { #"{"Key":"key \#($0)","Value":"value \#($0)"}"# }.joined(separator: ",") + "]"
    }

    private static func keys(_ body: JSONValue) -> [String] {
        body["Tags"]?.arrayValue?.compactMap { $0["Key"]?.stringValue } ?? []
    }

    @Test func `tags are set, replaced, listed and taken away`() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S", indexes: #","Tags":[{"Key":"born","Value":"with"}]"#)
            let answer = try await server.call(
                "TagResource",
                #"{"ResourceArn":"\#(Self.arn)","Tags":[{"Key":"b","Value":"1"},{"Key":"a","Value":""}]}"#)
            #expect(answer.status == 200)
            #expect(answer.body == .null)
            try await server.succeed(
                "TagResource", #"{"ResourceArn":"\#(Self.arn)","Tags":[{"Key":"b","Value":"2"}]}"#)
            let list = try await server.succeed("ListTagsOfResource", #"{"ResourceArn":"\#(Self.arn)"}"#)
            #expect(Self.keys(list) == ["a", "b", "born"])
            #expect(list["Tags"]?.arrayValue?[1]["Value"] == .string("2"))
            #expect(list["NextToken"] == nil)
            try await server.succeed("UntagResource", #"{"ResourceArn":"\#(Self.arn)","TagKeys":["a","none"]}"#)
            let rest = try await server.succeed("ListTagsOfResource", #"{"ResourceArn":"\#(Self.arn)"}"#)
            #expect(Self.keys(rest) == ["b", "born"])
        }
    }

    @Test func `a deleted table leaves no tags to its successor`() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S", indexes: #","Tags":[{"Key":"born","Value":"with"}]"#)
            try await server.succeed("DeleteTable", #"{"TableName":"items"}"#)
            try await server.makeTable(key: "pk:S")
            let list = try await server.succeed("ListTagsOfResource", #"{"ResourceArn":"\#(Self.arn)"}"#)
            #expect(list["Tags"] == .array([]))
        }
    }

    @Test func `no request leads beyond 50 tags, and one that would changes nothing`() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S")
            try await server.succeed("TagResource", #"{"ResourceArn":"\#(Self.arn)","Tags":\#(Self.tags(0..<40))}"#)
            let answer = try await server.fail(
                "TagResource", #"{"ResourceArn":"\#(Self.arn)","Tags":\#(Self.tags(35..<51))}"#)
            #expect(answer.type == "ValidationException")
            let list = try await server.succeed("ListTagsOfResource", #"{"ResourceArn":"\#(Self.arn)"}"#)
            #expect(Self.keys(list).count == 40)
            // Together with those that exist it is exactly the limit.
            try await server.succeed("TagResource", #"{"ResourceArn":"\#(Self.arn)","Tags":\#(Self.tags(30..<50))}"#)
            #expect(
                try await server.fail(
                    "CreateTable",
                    #"{"TableName":"more","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"Tags":\#(Self.tags(0..<51))}"#
                ).type == "ValidationException")
        }
    }

    @Test(arguments: [
        ("items", "ValidationException"), ("arn:aws:s3:::bucket", "AccessDeniedException"),
        ("arn:aws:dynamodb:eu-central-1:123456789012:stream/items", "ValidationException"),
        ("arn:aws:dynamodb:eu-central-1:123456789012:table/items/index/gsi1", "ValidationException"),
        ("arn:aws:dynamodb:us-east-1:123456789012:table/items", "ValidationException"),
        ("arn:aws:dynamodb:us-east-1:999999999999:table/items", "AccessDeniedException"),
        ("arn:aws:dynamodb:eu-central-1:123456789012:table/none", "ResourceNotFoundException"),
    ])
    func `the part of an ARN that is wrong decides the error`(arn: String, error: String) async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S")
            for (operation, more) in [
                ("TagResource", #","Tags":[]"#), ("UntagResource", #","TagKeys":[]"#), ("ListTagsOfResource", ""),
            ] {
                let answer = try await server.fail(operation, #"{"ResourceArn":"\#(arn)"\#(more)}"#)
                #expect(answer.type == error, "\(operation)")
                #expect(answer.status == 400)
                if error == "AccessDeniedException" {
                    #expect(
                        answer.message.hasSuffix(
                            "is not authorized to perform: dynamodb:\(operation) on resource: \(arn)"))
                }
            }
        }
    }

    @Test func `nothing to set or to take away is an error`() async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S")
            try await server.expectInvalid(
                "TagResource", #"{"ResourceArn":"\#(Self.arn)","Tags":[]}"#,
                "Atleast one Tag needs to be provided as Input.")
            try await server.expectInvalid(
                "UntagResource", #"{"ResourceArn":"\#(Self.arn)","TagKeys":[]}"#,
                "Atleast one Tag Key needs to be provided as Input.")
            try await server.expectInvalid(
                "ListTagsOfResource", #"{"ResourceArn":"\#(Self.arn)","NextToken":"?"}"#, "Invalid NextToken: ?")
        }
    }
}
