import AWS
import Cryptography
import Testing

@Suite struct SigV4VerifierTests {
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    let time = SigningTime(unixSeconds: 1_795_381_200)
    let body = Array(#"{"TableName":"Orders"}"#.utf8)

    func signed(
        service: String = "dynamodb", token: String? = nil, headers: [(String, String)] = [],
        at moment: SigningTime? = nil
    ) -> ReceivedRequest {
        var request = SignableRequest(
            host: "127.0.0.1:20001",
            headers: [
                ("X-Amz-Target", "DynamoDB_20120810.DescribeTable"), ("Content-Type", "application/x-amz-json-1.0"),
            ] + headers, body: body)
        let credentials = AWSCredentials(
            accessKeyID: "AKIAEXTENDDB00000001", secretAccessKey: secret, sessionToken: token)
        SigV4Signer(credentials: credentials, region: "eu-central-1", service: service)
            .sign(&request, at: moment ?? time)
        return ReceivedRequest(method: "POST", path: "/", headers: request.headers, body: body)
    }

    func verdict(
        _ request: ReceivedRequest, secret: String? = nil, token: String? = nil, now: SigningTime? = nil,
        verifier: SigV4Verifier = SigV4Verifier(service: "dynamodb")
    ) -> SigV4Verdict {
        do {
            let claim = try verifier.examine(request)
            return verifier.verify(
                claim, of: request, secret: secret ?? self.secret, sessionToken: token, now: now ?? time)
        } catch {
            return error.verdict
        }
    }

    func changing(_ request: ReceivedRequest, _ change: (inout [(String, String)]) -> Void) -> ReceivedRequest {
        var headers = request.headers
        change(&headers)
        return ReceivedRequest(method: request.method, path: request.path, headers: headers, body: body)
    }

    @Test func acceptsWhatTheSignerMade() throws {
        #expect(verdict(signed()) == .accepted)
        #expect(verdict(signed(token: "session"), token: "session") == .accepted)
        let claim = try SigV4Verifier(service: "dynamodb").examine(signed())
        #expect(claim.authorization.accessKeyID == "AKIAEXTENDDB00000001")
        #expect(claim.authorization.scope.region == "eu-central-1")
    }

    /// Some clients sign the name of the host alone, which is all that AWS's own endpoints have in `Host`.
    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1:20001", true), ("[::1]", "[::1]:20001", true), ("localhost", "localhost:443", true),
        ("127.0.0.1", "127.0.0.2:20001", false), ("127.0.0.1:20001", "127.0.0.1", false),
        ("127.0.0.1:20001", "127.0.0.1:20002", false), ("[:", "[::1]", false), ("localhost", "localhost:", false),
    ])
    func signaturesOfTheHostWithoutItsPort(signedHost: String, host: String, isAccepted: Bool) {
        var request = SignableRequest(host: signedHost, headers: [], body: body)
        SigV4Signer(
            credentials: AWSCredentials(accessKeyID: "AKIAEXTENDDB00000001", secretAccessKey: secret),
            region: "eu-central-1", service: "dynamodb"
        ).sign(&request, at: time)
        let received = changing(ReceivedRequest(method: "POST", path: "/", headers: request.headers, body: body)) {
            $0 = $0.map { name, value in (name, name.lowercased() == "host" ? host : value) }
        }
        #expect(verdict(received) == (isAccepted ? .accepted : .mismatch))
    }

    @Test func acceptsReformattedHeaders() {
        let request = changing(signed(headers: [("X-Custom", "a b")])) { headers in
            headers = headers.map { name, value in
                (name.uppercased(), name == "X-Custom" ? "  a \t  b  " : value)
            }
            headers.append(("Accept-Encoding", "identity"))
            headers.reverse()
        }
        #expect(verdict(request) == .accepted)
    }

    @Test func everyPartIsSigned() {
        #expect(verdict(signed(), secret: secret + "x") == .mismatch)
        let request = signed()
        let otherBody = ReceivedRequest(method: "POST", path: "/", headers: request.headers, body: body + [0x20])
        #expect(verdict(otherBody) == .mismatch)
        let otherPath = ReceivedRequest(method: "POST", path: "/x", headers: request.headers, body: body)
        #expect(verdict(otherPath) == .mismatch)
        let otherMethod = ReceivedRequest(method: "PUT", path: "/", headers: request.headers, body: body)
        #expect(verdict(otherMethod) == .mismatch)
        let query = ReceivedRequest(method: "POST", path: "/", query: "a=b", headers: request.headers, body: body)
        #expect(verdict(query) == .mismatch)
        for name in ["Host", "X-Amz-Target", "Content-Type"] {
            let altered = changing(request) { headers in
                headers = headers.map { $0.0 == name ? ($0.0, $0.1 + "x") : $0 }
            }
            #expect(verdict(altered) == .mismatch, "\(name)")
            let without = changing(request) { $0.removeAll { $0.0 == name } }
            #expect(verdict(without) == .mismatch, "without \(name)")
        }
    }

    @Test func skewOfFifteenMinutes() {
        let request = signed()
        for offset in [-900, 0, 900] as [Int64] {
            #expect(verdict(request, now: SigningTime(unixSeconds: time.unixSeconds + offset)) == .accepted)
        }
        let late = verdict(request, now: SigningTime(unixSeconds: time.unixSeconds + 901))
        #expect(
            late
                == .expired(
                    signed: time.amzDate, earliest: SigningTime(unixSeconds: time.unixSeconds + 1).amzDate,
                    now: SigningTime(unixSeconds: time.unixSeconds + 901).amzDate))
        #expect(late.detail.hasPrefix("Signature expired: \(time.amzDate) is now earlier than "))
        let early = verdict(request, now: SigningTime(unixSeconds: time.unixSeconds - 901))
        guard case .notYetValid = early else {
            Issue.record("\(early)")
            return
        }
    }

    @Test func signaturesInTheQuery() {
        func presigned(token: String? = nil, extra: String = "") -> ReceivedRequest {
            var request = SignableRequest(
                host: "127.0.0.1:20001", headers: [("X-Amz-Target", "DynamoDB_20120810.DescribeTable")], body: body)
            let credentials = AWSCredentials(
                accessKeyID: "AKIAEXTENDDB00000001", secretAccessKey: secret, sessionToken: token)
            SigV4Signer(credentials: credentials, region: "eu-central-1", service: "dynamodb")
                .presign(&request, at: time, expiresIn: 60)
            return ReceivedRequest(
                method: "POST", path: "/", query: String(request.target.dropFirst(2)) + extra, headers: request.headers,
                body: body)
        }
        #expect(verdict(presigned()) == .accepted)
        #expect(verdict(presigned(token: "session"), token: "session") == .accepted)
        #expect(verdict(presigned(token: "session"), token: "other") == .wrongSessionToken)
        #expect(verdict(presigned(extra: "&a=b")) == .mismatch)
        #expect(verdict(presigned(), secret: "wrong") == .mismatch)
        #expect(verdict(presigned(), now: SigningTime(unixSeconds: time.unixSeconds + 60)) == .accepted)
        let late = verdict(presigned(), now: SigningTime(unixSeconds: time.unixSeconds + 61))
        #expect(late.detail.hasPrefix("Signature expired: "))
        let both = ReceivedRequest(
            method: "POST", path: "/", query: presigned().query, headers: signed().headers, body: body)
        #expect(
            verdict(both).detail
                == "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
    }

    @Test func sessionTokens() {
        #expect(verdict(signed(), token: "session") == .wrongSessionToken)
        #expect(verdict(signed(token: "session")) == .wrongSessionToken)
        #expect(verdict(signed(token: "session"), token: "other") == .wrongSessionToken)
    }

    @Test func payloadHashes() {
        let hash = Hex.encode(SHA256.hash(body))
        #expect(verdict(changing(signed()) { $0.append(("X-Amz-Content-SHA256", hash)) }) == .accepted)
        for wrong in ["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", String(repeating: "0", count: 64)] {
            let request = changing(signed()) { $0.append(("x-amz-content-sha256", wrong)) }
            #expect(verdict(request) == .wrongPayloadHash(wrong))
        }
    }

    @Test func scope() {
        guard case .unacceptable(let reason) = verdict(signed(service: "s3")) else {
            Issue.record("another service was taken")
            return
        }
        #expect(reason.contains("'dynamodb'"))
        let otherDay = changing(signed()) { headers in
            headers = headers.map { $0.0 == "X-Amz-Date" ? ($0.0, "20261123T000000Z") : $0 }
        }
        guard case .unacceptable = verdict(otherDay) else {
            Issue.record("a date outside the scope was taken")
            return
        }
    }

    @Test func missingThings() {
        #expect(verdict(changing(signed()) { $0.removeAll { $0.0 == "Authorization" } }) == .missingAuthentication)
        let presigned = ReceivedRequest(
            method: "POST", path: "/", query: "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0", headers: [],
            body: body)
        guard case .incomplete(let missing) = verdict(presigned) else {
            Issue.record("a query without a credential was taken")
            return
        }
        #expect(
            missing.joined(separator: " ")
                == "AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must "
                + "include 'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Date'. "
                + "Re-examine the query-string parameters.")
        let undated = changing(signed()) { $0.removeAll { $0.0 == "X-Amz-Date" } }
        guard case .incomplete(let reasons) = verdict(undated) else {
            Issue.record("a request without date was taken")
            return
        }
        #expect(reasons == ["Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."])
    }

    @Test(arguments: ["host", "x-amz-date", "x-amz-target"])
    func headersThatMustBeSigned(name: String) {
        let request = changing(signed()) { headers in
            headers = headers.map { header in
                guard header.0 == "Authorization" else { return header }
                let parts = header.1.split(separator: "SignedHeaders=")
                let names = parts[1].prefix { $0 != "," }
                let kept = names.split(separator: ";").filter { $0 != name }.joined(separator: ";")
                return (header.0, parts[0] + "SignedHeaders=" + kept + parts[1].dropFirst(names.count))
            }
        }
        guard case .unacceptable(let reason) = verdict(request) else {
            Issue.record("an unsigned \(name) was taken")
            return
        }
        #expect(reason.contains(name == "host" ? "'Host' or ':authority'" : "'\(name)'"))
    }

    @Test func keysAreCachedOnlyForWhoProvesThem() {
        let cache = SigningKeyCache(capacity: 4)
        let verifier = SigV4Verifier(service: "dynamodb", keys: cache)
        #expect(verdict(signed(), secret: "wrong", verifier: verifier) == .mismatch)
        #expect(cache.count == 0)
        #expect(verdict(signed(), verifier: verifier) == .accepted)
        #expect(cache.count == 1)
        #expect(verdict(signed(), verifier: verifier) == .accepted)
        #expect(verdict(signed(), secret: "rotated", verifier: verifier) == .mismatch)
        #expect(cache.count == 1)
        for day in 1...20 as ClosedRange<Int64> {
            let moment = SigningTime(unixSeconds: time.unixSeconds + day * 86_400)
            #expect(verdict(signed(at: moment), now: moment, verifier: verifier) == .accepted)
            #expect(cache.count <= 4)
        }
    }
}

@Suite struct SigV4AuthorizationTests {
    let valid =
        "AWS4-HMAC-SHA256 Credential=AKIA/20261122/eu-central-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, "
        + "Signature=" + String(repeating: "0a", count: 32)

    @Test func takesApart() throws {
        for text in [valid, valid.split(separator: ", ").joined(separator: ",")] {
            let authorization = try SigV4Authorization(parsing: text)
            #expect(authorization.accessKeyID == "AKIA")
            #expect(
                authorization.scope == CredentialScope(date: "20261122", region: "eu-central-1", service: "dynamodb"))
            #expect(authorization.signedHeaders == ["host", "x-amz-date"])
        }
    }

    @Test func listsWhatIsMissing() {
        #expect(throws: SigV4AuthorizationError.self) { try SigV4Authorization(parsing: "AWS4-HMAC-SHA256") }
        do {
            _ = try SigV4Authorization(parsing: "AWS4-HMAC-SHA256 SignedHeaders=host")
            Issue.record("was taken")
        } catch {
            #expect(
                error.reasons == [
                    "Authorization header requires 'Credential' parameter.",
                    "Authorization header requires 'Signature' parameter.",
                ])
            #expect(!error.wrongScheme)
        }
    }

    @Test(arguments: [
        ("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"), ("/aws4_request", "/aws4"), ("/dynamodb", ""),
        ("20261122", "2026112"), ("20261122", "2026112x"), ("AKIA", ""),
        ("SignedHeaders=host;", "x"),
        ("host;x-amz-date", "Host;x-amz-date"), ("host;x-amz-date", "host;;x-amz-date"),
        ("host;x-amz-date", "host;host"),
        (", Signature", ", Credential=a/b/c/d/e, Signature"), (", Signature", ", x=1, x=2, Signature"),
    ])
    func strict(part: String, replacement: String) throws {
        let pieces = valid.split(separator: part, maxSplits: 1, omittingEmptySubsequences: false)
        let text = pieces.count == 2 ? pieces[0] + replacement + pieces[1] : valid + replacement
        #expect(throws: SigV4AuthorizationError.self, "\(text)") { try SigV4Authorization(parsing: String(text)) }
    }

    /// White space around fields, a field that means nothing, and text that is no ASCII where none belongs.
    @Test func whatIsAroundTheFieldsDoesNotCount() throws {
        let spaced = valid.replacing(", ", with: " \t,\t  ").replacing(
            "AWS4-HMAC-SHA256 ", with: "  AWS4-HMAC-SHA256  ")
        let parsed = try SigV4Authorization(parsing: spaced + ", Other=é\u{301}=")
        #expect(parsed == (try SigV4Authorization(parsing: valid)))
        #expect(throws: SigV4AuthorizationError.self) {
            try SigV4Authorization(parsing: valid.replacing("host;", with: "host\u{301};"))
        }
    }

    /// It is compared and found wrong, as the service does, and no fault of the header's form.
    @Test(arguments: ["0", "0A", "", "x y"]) func aSignatureMayBeAnything(_ signature: String) throws {
        let pieces = valid.split(separator: "Signature=", maxSplits: 1)
        #expect(try SigV4Authorization(parsing: "\(pieces[0])Signature=\(signature)").signature == signature)
    }

    @Test func lengthIsLimited() {
        #expect(throws: SigV4AuthorizationError.self) {
            try SigV4Authorization(parsing: valid + String(repeating: " ", count: 8_192))
        }
    }
}
