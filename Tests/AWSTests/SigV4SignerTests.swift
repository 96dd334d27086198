import AWS
import Cryptography
import Testing

/// The vectors that AWS publishes: "AWS Signature Version 4 test suite" and the IAM example of the general reference.
@Suite struct SigV4SignerTests {
    static let credentials = AWSCredentials(
        accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    static let time = SigningTime(unixSeconds: 1_440_938_160)

    struct Vector: Sendable, CustomTestStringConvertible {
        var name: String
        var service = "service"
        var method = "GET"
        var host = "example.amazonaws.com"
        var path = "/"
        var query: [(String, String)] = []
        var headers: [(String, String)] = []
        var signedHeaders = "host;x-amz-date"
        var signature: String

        var testDescription: String { name }
    }

    static let vectors = [
        Vector(name: "get-vanilla", signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        Vector(
            name: "get-vanilla-query-order-key-case", query: [("Param2", "value2"), ("Param1", "value1")],
            signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        Vector(
            name: "post-vanilla", method: "POST",
            signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        Vector(
            name: "iam ListUsers", service: "iam", host: "iam.amazonaws.com",
            query: [("Action", "ListUsers"), ("Version", "2010-05-08")],
            headers: [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
            signedHeaders: "content-type;host;x-amz-date",
            signature: "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"),
    ]

    @Test(arguments: vectors)
    func publishedVectors(vector: Vector) throws {
        var request = SignableRequest(
            method: vector.method, host: vector.host, path: vector.path, query: vector.query, headers: vector.headers)
        SigV4Signer(credentials: Self.credentials, region: "us-east-1", service: vector.service)
            .sign(&request, at: Self.time)
        let header = try #require(request.headers.last { $0.0 == "Authorization" }).1
        #expect(
            header == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/\(vector.service)/aws4_request, "
                + "SignedHeaders=\(vector.signedHeaders), Signature=\(vector.signature)")
    }

    @Test func publishedSigningKey() {
        let scope = CredentialScope(date: "20150830", region: "us-east-1", service: "iam")
        #expect(
            Hex.encode(scope.signingKey(secret: Self.credentials.secretAccessKey))
                == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9")
    }

    @Test func signingAgainReplaces() {
        let signer = SigV4Signer(credentials: Self.credentials, region: "us-east-1", service: "dynamodb")
        var once = SignableRequest(host: "localhost:8000", body: Array("{}".utf8))
        signer.sign(&once, at: Self.time)
        var twice = once
        signer.sign(&twice, at: Self.time)
        #expect(once.headers.map(\.0) == twice.headers.map(\.0))
        #expect(once.headers.map(\.1) == twice.headers.map(\.1))
    }

    @Test func secretsAreNotPrinted() {
        #expect(!String(describing: Self.credentials).contains("wJalr"))
        #expect(!String(reflecting: Self.credentials).contains("wJalr"))
    }

    @Test func encodingOfTheTarget() {
        let request = SignableRequest(host: "h", path: "/a%20b", query: [("a b", "c/d~é+"), ("x", "")])
        #expect(request.target == "/a%20b?a%20b=c%2Fd~%C3%A9%2B&x=")
    }
}
