import AWS
import Cryptography
import Testing

@Suite struct SigV4SignerTests {
    static let credentials = AWSCredentials(
        accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    static let time = SigningTime(unixSeconds: 1_440_938_160)

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
