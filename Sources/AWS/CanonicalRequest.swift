import Cryptography

/// The canonical request of Signature Version 4 and what is derived from it, as "Create a signed AWS API request" in
/// the IAM user guide defines them. Signer and verifier share it, so that they cannot disagree.
struct CanonicalRequest {
    var method: String
    /// The path as it is on the wire, percent-encoded once.
    var path: String
    /// Name and value of each query parameter, percent-encoded.
    var encodedQuery: [(name: String, value: String)]
    /// Lower-case names in the order of `SignedHeaders`, with canonical values.
    var headers: [(name: String, value: String)]
    /// Lower-case hexadecimal SHA-256 of the body.
    var payloadHash: String
    var service: String

    var text: String {
        var text = method + "\n" + canonicalPath + "\n" + canonicalQuery + "\n"
        for (name, value) in headers {
            text += name + ":" + value + "\n"
        }
        return text + "\n" + signedHeaders + "\n" + payloadHash
    }

    var signedHeaders: String {
        headers.map(\.name).joined(separator: ";")
    }

    /// S3 takes the path as it is; every other service removes dot segments and encodes once more.
    private var canonicalPath: String {
        guard service != "s3" else { return path.isEmpty ? "/" : path }
        var segments: [Substring] = []
        for segment in path.split(separator: "/") where segment != "." {
            if segment == ".." {
                _ = segments.popLast()
            } else {
                segments.append(segment)
            }
        }
        let slash = path.hasSuffix("/") && !segments.isEmpty ? "/" : ""
        return URIEncoding.encode("/" + segments.joined(separator: "/") + slash, keepingSlashes: true)
    }

    private var canonicalQuery: String {
        encodedQuery.sorted { left, right in
            (Array(left.name.utf8), Array(left.value.utf8)) < (Array(right.name.utf8), Array(right.value.utf8))
        }
        .map { $0.name + "=" + $0.value }
        .joined(separator: "&")
    }

    /// The string to sign for this request.
    func stringToSign(at amzDate: String, scope: CredentialScope) -> String {
        "AWS4-HMAC-SHA256\n" + amzDate + "\n" + scope.text + "\n" + Hex.encode(SHA256.hash(text))
    }

    /// Header values are trimmed, and runs of white space inside become one space.
    static func canonicalHeaderValue(_ value: some StringProtocol) -> String {
        // Nearly every value is canonical as it comes.
        guard !isCanonical(value.utf8) else { return String(value) }
        var canonical: [UInt8] = []
        var pendingSpace = false
        for byte in value.utf8 {
            if byte == 0x20 || (0x09...0x0D).contains(byte) {
                pendingSpace = !canonical.isEmpty
            } else {
                if pendingSpace { canonical.append(0x20) }
                pendingSpace = false
                canonical.append(byte)
            }
        }
        return String(decoding: canonical, as: UTF8.self)
    }
}

extension CanonicalRequest {
    private static func isCanonical(_ value: some Sequence<UInt8>) -> Bool {
        // As behind a space, so that none may stand in front.
        var isAfterSpace = true
        var isEmpty = true
        for byte in value {
            if byte == 0x20, isAfterSpace { return false }
            if (0x09...0x0D).contains(byte) { return false }
            isAfterSpace = byte == 0x20
            isEmpty = false
        }
        return isEmpty || !isAfterSpace
    }
}

private func < (left: ([UInt8], [UInt8]), right: ([UInt8], [UInt8])) -> Bool {
    left.0 == right.0
        ? left.1.lexicographicallyPrecedes(right.1) : left.0.lexicographicallyPrecedes(right.0)
}

/// Date, region and service for which a signing key holds.
package struct CredentialScope: Sendable, Hashable {
    package let date: String
    package let region: String
    package let service: String

    package init(date: String, region: String, service: String) {
        self.date = date
        self.region = region
        self.service = service
    }

    package var text: String { date + "/" + region + "/" + service + "/aws4_request" }

    /// The signing key: four HMACs from the secret.
    package func signingKey(secret: String) -> [UInt8] {
        var key = HMACSHA256.authenticate(date, key: Array("AWS4".utf8) + Array(secret.utf8))
        key = HMACSHA256.authenticate(region, key: key)
        key = HMACSHA256.authenticate(service, key: key)
        return HMACSHA256.authenticate("aws4_request", key: key)
    }
}
