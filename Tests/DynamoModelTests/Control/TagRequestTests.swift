import DynamoModel
import Testing

@Suite struct TagRequestTests {
    @Test func `a key or a value may hold letters of any script and some signs`() throws {
        try TagRules.check([
            DynamoModel.Tag(key: "Größe/a+b=c.d_e:f-g@h 1", value: ""),
            DynamoModel.Tag(key: "所有者", value: "naïve value"),
            DynamoModel.Tag(key: "ⅷ", value: "e\u{301}"),
        ])
    }

    @Test(arguments: [
        (
            [DynamoModel.Tag(key: "a", value: "x"), DynamoModel.Tag(key: "a", value: "y")],
            "Duplicate tag key provided: a"
        ),
        (
            [DynamoModel.Tag(key: "aws:x", value: "")],
            "Tag keys that start with aws: are reserved for system use: aws:x"
        ),
        (
            [DynamoModel.Tag(key: "AWS:x", value: "")],
            "Tag keys that start with aws: are reserved for system use: AWS:x"
        ),
        ([DynamoModel.Tag(key: "a!", value: "")], "The tag key a! contains invalid characters"),
        ([DynamoModel.Tag(key: "a", value: "<")], "The value of the tag a contains invalid characters"),
    ])
    func `tags are refused`(_ tags: [DynamoModel.Tag], _ reason: String) {
        #expect(throws: WireError.invalidParameter(reason)) { try TagRules.check(tags) }
    }

    @Test func `two keys that look alike are two keys`() throws {
        try TagRules.check([DynamoModel.Tag(key: "\u{e9}", value: ""), DynamoModel.Tag(key: "e\u{301}", value: "")])
    }

    @Test func `a resource has at most 50 tags`() throws {
        try TagRules.check(count: 50)
        #expect(throws: WireError.self) { try TagRules.check(count: 51) }
    }

    @Test func `requests are read`() throws {
        let tag = try TagResourceRequest(
            json: JSONValue(#"{"ResourceArn":"arn:x","Tags":[{"Key":"k","Value":"v"}]}"#))
        #expect(tag.resourceARN == "arn:x")
        #expect(tag.tags == [DynamoModel.Tag(key: "k", value: "v")])
        let untag = try UntagResourceRequest(json: JSONValue(#"{"ResourceArn":"arn:x","TagKeys":["a","b"]}"#))
        #expect(untag.tagKeys == ["a", "b"])
        let list = try ListTagsOfResourceRequest(json: JSONValue(#"{"ResourceArn":"arn:x","NextToken":"t"}"#))
        #expect(list.nextToken == "t")
    }

    @Test func `required members are required`() {
        #expect(throws: WireError.self) { try TagResourceRequest(json: JSONValue(#"{"Tags":[]}"#)) }
        #expect(throws: WireError.self) { try UntagResourceRequest(json: JSONValue(#"{"ResourceArn":"a"}"#)) }
        #expect(throws: WireError.self) { try ListTagsOfResourceRequest(json: JSONValue(#"{"ResourceArn":""}"#)) }
    }
}
