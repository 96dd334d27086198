import Cryptography

/// A request before and after signing.
package struct SignableRequest: Sendable {
    package var method: String
    /// The path as it goes on the wire, percent-encoded once.
    package var path: String
    /// Names and values of the query, not encoded.
    package var query: [(String, String)]
    /// Headers in order; `Host` is among them from the start.
    package var headers: [(String, String)]
    package var body: [UInt8]

    /// - Parameter host: the value of the `Host` header: the name, with the port unless it is the scheme's own.
    package init(
        method: String = "POST", host: String, path: String = "/", query: [(String, String)] = [],
        headers: [(String, String)] = [], body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = [("Host", host)] + headers
        self.body = body
    }

    /// The request target: the path and the encoded query.
    package var target: String {
        guard !query.isEmpty else { return path }
        return path + "?"
            + query.map { URIEncoding.encode($0.0) + "=" + URIEncoding.encode($0.1) }.joined(separator: "&")
    }
}

/// Signs requests with Signature Version 4, in the `Authorization` header or in the query.
package struct SigV4Signer: Sendable {
    package let credentials: AWSCredentials
    package let region: String
    /// The signing name, `dynamodb` or `rds`; it also decides how the path is canonicalised.
    package let service: String

    package init(credentials: AWSCredentials, region: String, service: String) {
        self.credentials = credentials
        self.region = region
        self.service = service
    }

    /// Headers that proxies and clients add or rewrite on the way; botocore leaves the same ones unsigned.
    private static let unsigned: Set<String> = [
        "authorization", "connection", "expect", "transfer-encoding", "user-agent", "x-amzn-trace-id",
    ]

    /// Adds `X-Amz-Date`, the session token's header, for S3 `X-Amz-Content-SHA256`, and `Authorization`. Signing a
    /// request again replaces what the first time added.
    package func sign(_ request: inout SignableRequest, at time: SigningTime) {
        let added: Set<String> = ["authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"]
        request.headers.removeAll { added.contains($0.0.lowercased()) }
        let payloadHash = Hex.encode(SHA256.hash(request.body))
        request.headers.append(("X-Amz-Date", time.amzDate))
        if let token = credentials.sessionToken {
            request.headers.append(("X-Amz-Security-Token", token))
        }
        if service == "s3" {
            request.headers.append(("X-Amz-Content-SHA256", payloadHash))
        }
        let scope = CredentialScope(date: time.date, region: region, service: service)
        let canonical = CanonicalRequest(
            method: request.method, path: request.path,
            encodedQuery: request.query.map { (URIEncoding.encode($0.0), URIEncoding.encode($0.1)) },
            headers: Self.canonicalHeaders(request.headers), payloadHash: payloadHash, service: service)
        let signature = HMACSHA256.authenticate(
            canonical.stringToSign(at: time.amzDate, scope: scope),
            key: scope.signingKey(secret: credentials.secretAccessKey))
        request.headers.append(
            (
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope.text), "
                    + "SignedHeaders=\(canonical.signedHeaders), Signature=\(Hex.encode(signature))"
            ))
    }

    /// Adds the signature to the query instead, which makes a URL that works by itself until it expires. What an earlier
    /// signature added is replaced.
    ///
    /// - Parameter seconds: how long the URL holds; at most seven days, for most services 15 minutes.
    package func presign(_ request: inout SignableRequest, at time: SigningTime, expiresIn seconds: Int) {
        request.query.removeAll { Self.queryParameters.contains($0.0) }
        let scope = CredentialScope(date: time.date, region: region, service: service)
        let headers = Self.canonicalHeaders(request.headers)
        request.query += [
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            ("X-Amz-Credential", credentials.accessKeyID + "/" + scope.text),
            ("X-Amz-Date", time.amzDate),
            ("X-Amz-Expires", "\(seconds)"),
            ("X-Amz-SignedHeaders", headers.map(\.name).joined(separator: ";")),
        ]
        if let token = credentials.sessionToken { request.query.append(("X-Amz-Security-Token", token)) }
        let canonical = CanonicalRequest(
            method: request.method, path: request.path,
            encodedQuery: request.query.map { (URIEncoding.encode($0.0), URIEncoding.encode($0.1)) }, headers: headers,
            // Whoever uses a URL of S3 brings a body that is not known yet.
            payloadHash: service == "s3" ? "UNSIGNED-PAYLOAD" : Hex.encode(SHA256.hash(request.body)), service: service)
        let signature = HMACSHA256.authenticate(
            canonical.stringToSign(at: time.amzDate, scope: scope),
            key: scope.signingKey(secret: credentials.secretAccessKey))
        request.query.append(("X-Amz-Signature", Hex.encode(signature)))
    }

    private static let queryParameters: Set<String> = [
        "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders",
        "X-Amz-Security-Token", "X-Amz-Signature",
    ]

    private static func canonicalHeaders(_ headers: [(String, String)]) -> [(name: String, value: String)] {
        var values: [String: String] = [:]
        for (name, value) in headers where !unsigned.contains(name.lowercased()) {
            let value = CanonicalRequest.canonicalHeaderValue(value)
            values[name.lowercased()] = values[name.lowercased()].map { $0 + "," + value } ?? value
        }
        return values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { ($0.key, $0.value) }
    }
}
