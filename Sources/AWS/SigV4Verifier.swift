import Cryptography

/// A request as a server received it.
package struct ReceivedRequest: Sendable {
    package let method: String
    /// The path as it was on the wire.
    package let path: String
    /// The query as it was on the wire, without the question mark; empty if there was none.
    package let query: String
    /// Headers in the order of arrival, names in any case.
    package let headers: [(String, String)]
    /// Lower-case hexadecimal SHA-256 of the body.
    package let bodyHash: String

    package init(
        method: String, path: String, query: String = "", headers: [(String, String)], bodyHash: String
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.bodyHash = bodyHash
    }

    package init(
        method: String, path: String, query: String = "", headers: [(String, String)], body: [UInt8]
    ) {
        self.init(
            method: method, path: path, query: query, headers: headers, bodyHash: Hex.encode(SHA256.hash(body)))
    }

    /// The values of a header joined by commas, or `nil` if the request lacks it.
    package func header(_ name: String) -> String? {
        var joined: String?
        for (candidate, value) in headers
        where Self.isSame(candidate, name) {
            let value = CanonicalRequest.canonicalHeaderValue(value)
            joined = joined.map { $0 + "," + value } ?? value
        }
        return joined
    }

    /// - Parameter name: in lower case. Names are ASCII.
    private static func isSame(_ candidate: String, _ name: String) -> Bool {
        guard candidate.utf8.count == name.utf8.count else { return false }
        for (byte, lower) in zip(candidate.utf8, name.utf8) where byte != lower {
            guard (0x41...0x5A).contains(byte), byte | 0x20 == lower else { return false }
        }
        return true
    }
}

/// The answer to "who signed this request, and did they".
package enum SigV4Verdict: Sendable, Hashable {
    /// The signature is right.
    case accepted
    /// No `Authorization` header.
    case missingAuthentication
    /// The header is there but lacks something; one sentence, in AWS's words, for each.
    case incomplete([String])
    /// The scope or the signed headers do not fit the request; one sentence.
    case unacceptable(String)
    /// The request's date is more than the allowed skew before now; the three moments in `X-Amz-Date`'s form.
    case expired(signed: String, earliest: String, now: String)
    /// The request's date is more than the allowed skew after now.
    case notYetValid(signed: String, latest: String, now: String)
    /// `X-Amz-Security-Token` does not belong to the access key: absent, superfluous or different.
    case wrongSessionToken
    /// `X-Amz-Content-SHA256` names another body than the one that came, or none at all (`UNSIGNED-PAYLOAD`).
    case wrongPayloadHash(String)
    /// The signature does not match.
    case mismatch

    /// What a client can do something with, in AWS's words where AWS has any.
    package var detail: String {
        switch self {
        case .accepted: "The request is signed."
        case .missingAuthentication: "Request is missing Authentication Token"
        case .incomplete(let reasons): reasons.joined(separator: " ")
        case .unacceptable(let reason): reason
        case .expired(let signed, let earliest, let now):
            "Signature expired: \(signed) is now earlier than \(earliest) (\(now) - 15 min.)"
        case .notYetValid(let signed, let latest, let now):
            "Signature not yet current: \(signed) is still later than \(latest) (\(now) + 15 min.)"
        case .wrongSessionToken: "The security token included in the request is invalid."
        case .wrongPayloadHash(let value):
            "The value of X-Amz-Content-SHA256, '\(value)', is not the SHA-256 of the request's body."
        case .mismatch:
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
                + "Access Key and signing method. Consult the service documentation for details."
        }
    }
}

/// Verifies Signature Version 4 in two steps, because the secret has to be looked up between them: `examine` says which
/// access key claims to have signed, `verify` whether it did.
package struct SigV4Verifier: Sendable {
    /// How far a request's date may lie from now, in seconds: AWS's 15 minutes.
    package static let allowedSkew: Int64 = 900

    /// The service that a credential scope must name.
    package let service: String
    private let keys: SigningKeyCache

    package init(service: String, keys: SigningKeyCache = SigningKeyCache()) {
        self.service = service
        self.keys = keys
    }

    /// A request whose form is right and whose signature is yet to be checked.
    package struct Claim: Sendable {
        package let authorization: SigV4Authorization
        package let time: SigningTime
        fileprivate let amzDate: String
        /// Of a request that is signed in its query: how many seconds the signature holds.
        fileprivate var expires: Int64?
        /// The session token in the query; one in a header is read from there.
        fileprivate var queryToken: String?
    }

    /// Checks everything that needs no secret and no clock. A failure carries the verdict.
    package func examine(_ request: ReceivedRequest) throws(SigV4Refusal) -> Claim {
        let query = QuerySignature(request.query)
        guard let header = request.header("authorization") else {
            guard let query else { throw SigV4Refusal(.missingAuthentication) }
            return try examine(query, of: request)
        }
        guard query == nil else {
            throw SigV4Refusal(
                .unacceptable(
                    "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."))
        }
        let authorization: SigV4Authorization
        do {
            authorization = try SigV4Authorization(parsing: header)
        } catch {
            // Another scheme is none at all to AWS.
            if error.wrongScheme, !header.hasPrefix("AWS4-") { throw SigV4Refusal(.missingAuthentication) }
            // AWS lists the missing date along with the missing parameters, and repeats the header.
            let lacksDate = request.header("x-amz-date") == nil && !error.wrongScheme
            let shown = header.prefix { $0 != " " }
            throw SigV4Refusal(
                .incomplete(error.reasons + (lacksDate ? [Self.missingDate] : []) + ["Authorization=\(shown)"]))
        }
        guard let amzDate = request.header("x-amz-date") else { throw SigV4Refusal(.incomplete([Self.missingDate])) }
        guard let time = SigningTime(amzDate: amzDate) else {
            throw SigV4Refusal(.incomplete(["Date must be in ISO-8601 'basic format'. Got '\(amzDate)'."]))
        }
        try checkScope(authorization, amzDate)
        // An unsigned target would let a request be replayed as another operation, an unsigned date at another time.
        try Self.requireSigned(["host", "x-amz-date", "x-amz-target", "x-amz-security-token"], authorization, request)
        try Self.checkPayload(request)
        return Claim(authorization: authorization, time: time, amzDate: amzDate)
    }

    /// The same for a request that is signed in its query ("Authenticating requests: using query parameters").
    private func examine(_ query: QuerySignature, of request: ReceivedRequest) throws(SigV4Refusal) -> Claim {
        let authorization: SigV4Authorization
        do {
            authorization = try SigV4Authorization(parsing: query.header())
        } catch {
            throw SigV4Refusal(.incomplete(error.reasons))
        }
        guard let time = SigningTime(amzDate: query.date) else {
            throw SigV4Refusal(.incomplete(["Date must be in ISO-8601 'basic format'. Got '\(query.date)'."]))
        }
        guard let expires = query.expires else {
            throw SigV4Refusal(.incomplete(["X-Amz-Expires must be a number of seconds from 1 to 604800."]))
        }
        try checkScope(authorization, query.date)
        try Self.requireSigned(["host", "x-amz-target"], authorization, request)
        try Self.checkPayload(request)
        return Claim(
            authorization: authorization, time: time, amzDate: query.date, expires: expires, queryToken: query.token)
    }

    private func checkScope(_ authorization: SigV4Authorization, _ amzDate: String) throws(SigV4Refusal) {
        guard authorization.scope.service == service else {
            throw SigV4Refusal(.unacceptable("Credential should be scoped to correct service: '\(service)'. "))
        }
        guard authorization.scope.date == amzDate.prefix(8) else {
            throw SigV4Refusal(
                .unacceptable(
                    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
                        + "'\(authorization.scope.date)' != '\(amzDate.prefix(8))', from '\(amzDate)'."))
        }
    }

    private static func requireSigned(
        _ names: [String], _ authorization: SigV4Authorization, _ request: ReceivedRequest
    ) throws(SigV4Refusal) {
        for name in names
        where !authorization.signedHeaders.contains(name) && (name == "host" || request.header(name) != nil) {
            let shown = name == "host" ? "'Host' or ':authority'" : "'\(name)'"
            throw SigV4Refusal(.unacceptable("\(shown) must be a 'SignedHeader' in the AWS Authorization."))
        }
    }

    private static func checkPayload(_ request: ReceivedRequest) throws(SigV4Refusal) {
        if let declared = request.header("x-amz-content-sha256"), declared != request.bodyHash {
            throw SigV4Refusal(.wrongPayloadHash(declared))
        }
    }

    /// Checks date, session token and signature, in the order in which AWS reports them.
    package func verify(
        _ claim: Claim, of request: ReceivedRequest, secret: String, sessionToken: String? = nil, now: SigningTime
    ) -> SigV4Verdict {
        if let late = Self.skewVerdict(claim.time, expires: claim.expires, now: now) { return late }
        let token = claim.queryToken ?? request.header("x-amz-security-token")
        guard token != nil || sessionToken == nil, sessionToken != nil || token == nil,
            constantTimeEquals(Array((token ?? "").utf8), Array((sessionToken ?? "").utf8))
        else { return .wrongSessionToken }

        let authorization = claim.authorization
        var headers: [(name: String, value: String)] = []
        for name in authorization.signedHeaders {
            guard let value = request.header(name) else { return .mismatch }
            headers.append((name, value))
        }
        let known = keys.key(accessKeyID: authorization.accessKeyID, scope: authorization.scope, secret: secret)
        let key = known ?? authorization.scope.signingKey(secret: secret)
        let isSigned = { (headers: [(name: String, value: String)]) in
            let canonical = CanonicalRequest(
                method: request.method, path: request.path,
                encodedQuery: QuerySignature.signedParameters(request.query), headers: headers,
                payloadHash: request.bodyHash, service: service)
            let stringToSign = canonical.stringToSign(at: claim.amzDate, scope: authorization.scope)
            let expected = Hex.encode(HMACSHA256.authenticate(stringToSign, key: key))
            return constantTimeEquals(Array(expected.utf8), Array(authorization.signature.utf8))
        }
        guard isSigned(headers) || Self.withoutPort(headers).map(isSigned) == true else { return .mismatch }
        if known == nil {
            keys.store(
                key, accessKeyID: authorization.accessKeyID, scope: authorization.scope, secret: secret,
                today: now.date)
        }
        return .accepted
    }

    /// The headers as a client signs them that names its host without the port: AWS's own endpoints have none in `Host`, so
    /// such a client works there, and only an endpoint with a port could tell. `nil` if the host has no port.
    private static func withoutPort(
        _ headers: [(name: String, value: String)]
    ) -> [(name: String, value: String)]? {
        guard let place = headers.firstIndex(where: { $0.name == "host" }),
            let colon = headers[place].value.lastIndex(of: ":")
        else { return nil }
        let port = headers[place].value[colon...].dropFirst()
        guard !port.isEmpty, port.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        var headers = headers
        headers[place].value = String(headers[place].value[..<colon])
        return headers
    }

    private static let missingDate =
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."

    private static func skewVerdict(_ time: SigningTime, expires: Int64?, now: SigningTime) -> SigV4Verdict? {
        if let expires, time.unixSeconds + expires < now.unixSeconds {
            let end = SigningTime(unixSeconds: time.unixSeconds + expires)
            return .unacceptable("Signature expired: \(end.amzDate) is now earlier than \(now.amzDate)")
        }
        let earliest = SigningTime(unixSeconds: now.unixSeconds - allowedSkew)
        let latest = SigningTime(unixSeconds: now.unixSeconds + allowedSkew)
        if time < earliest, expires == nil {
            return .expired(signed: time.amzDate, earliest: earliest.amzDate, now: now.amzDate)
        }
        if latest < time {
            return .notYetValid(signed: time.amzDate, latest: latest.amzDate, now: now.amzDate)
        }
        return nil
    }
}

/// A verdict other than `accepted`, thrown.
package struct SigV4Refusal: Error, Sendable, Hashable {
    package let verdict: SigV4Verdict

    package init(_ verdict: SigV4Verdict) {
        self.verdict = verdict
    }
}
