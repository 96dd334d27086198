/// What is wrong with an `Authorization` header, in the sentences that AWS sends.
package struct SigV4AuthorizationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The scheme is not `AWS4-HMAC-SHA256`.
    package let wrongScheme: Bool
    /// One sentence for each thing that is missing or malformed.
    package let reasons: [String]

    package var description: String { reasons.joined(separator: " ") }
}

/// The `Authorization` header of Signature Version 4, taken apart.
package struct SigV4Authorization: Sendable, Hashable {
    package let accessKeyID: String
    package let scope: CredentialScope
    /// Lower-case header names in the order in which the client signed them.
    package let signedHeaders: [String]
    /// As it came: one that is no 64 lower-case hexadecimal digits matches nothing.
    package let signature: String

    /// The longest header that is looked at, in bytes.
    package static let maximumLength = 8_192

    private static let scheme = "AWS4-HMAC-SHA256"

    package init(parsing header: String) throws(SigV4AuthorizationError) {
        guard header.utf8.count <= Self.maximumLength else {
            throw Self.malformed("Authorization header is longer than \(Self.maximumLength) bytes.")
        }
        let text = header.drop { $0 == " " }
        let scheme = text.prefix { $0 != " " }
        guard scheme == Self.scheme else {
            throw SigV4AuthorizationError(
                wrongScheme: true, reasons: ["Unsupported authorization type: '\(scheme)', expected '\(Self.scheme)'."])
        }
        let fields = try Self.fields(text.dropFirst(scheme.count))
        let missing = ["Credential", "Signature", "SignedHeaders"].filter { fields[$0] == nil }
        guard let credential = fields["Credential"], let signature = fields["Signature"],
            let signedHeaders = fields["SignedHeaders"]
        else {
            throw SigV4AuthorizationError(
                wrongScheme: false, reasons: missing.map { "Authorization header requires '\($0)' parameter." })
        }
        (accessKeyID, scope) = try Self.credential(credential)
        self.signedHeaders = try Self.headerNames(signedHeaders)
        self.signature = String(signature)
    }

    private static func fields(_ text: Substring) throws(SigV4AuthorizationError) -> [Substring: Substring] {
        var fields: [Substring: Substring] = [:]
        for part in text.split(separator: ",", omittingEmptySubsequences: true) {
            let field = part.drop { $0 == " " || $0 == "\t" }
            guard let equals = field.firstIndex(of: "=") else {
                throw malformed("'\(field)' not a valid key=value pair (missing equal-sign) in Authorization header.")
            }
            let value = field[field.index(after: equals)...]
            let trimmed = value.prefix(value.count - value.reversed().prefix { $0 == " " || $0 == "\t" }.count)
            guard fields.updateValue(trimmed, forKey: field[..<equals]) == nil else {
                throw malformed("Authorization header has two '\(field[..<equals])' parameters.")
            }
        }
        return fields
    }

    private static func credential(
        _ text: Substring
    ) throws(SigV4AuthorizationError) -> (accessKeyID: String, scope: CredentialScope) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 5, parts.allSatisfy({ !$0.isEmpty }) else {
            throw malformed(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
                    + "got '\(text)'.")
        }
        guard parts[4] == "aws4_request" else {
            throw malformed("Credential should be scoped with a valid terminator: 'aws4_request', not '\(parts[4])'.")
        }
        guard parts[1].utf8.count == 8, parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw malformed("Date in Credential scope must be YYYYMMDD, got '\(parts[1])'.")
        }
        return (
            String(parts[0]),
            CredentialScope(date: String(parts[1]), region: String(parts[2]), service: String(parts[3]))
        )
    }

    private static func headerNames(_ text: Substring) throws(SigV4AuthorizationError) -> [String] {
        let names = text.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
        for name in names {
            guard !name.isEmpty, name.utf8.allSatisfy(isHeaderNameByte) else {
                throw malformed("SignedHeaders must be lower-case header names separated by ';', got '\(text)'.")
            }
        }
        guard Set(names).count == names.count else {
            throw malformed("SignedHeaders must name each header once, got '\(text)'.")
        }
        return names
    }

    /// The token characters of RFC 9110 without capitals.
    private static func isHeaderNameByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }

    private static func malformed(_ reason: String) -> SigV4AuthorizationError {
        SigV4AuthorizationError(wrongScheme: false, reasons: [reason])
    }
}
