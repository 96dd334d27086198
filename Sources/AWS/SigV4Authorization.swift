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
        // By bytes: every request is taken apart like this, and by characters it was a fifth of the server's work on one.
        let text = header.utf8.drop { $0 == Self.space }
        let scheme = text.prefix { $0 != Self.space }
        guard scheme.elementsEqual(Self.scheme.utf8) else {
            throw SigV4AuthorizationError(
                wrongScheme: true,
                reasons: ["Unsupported authorization type: '\(Substring(scheme))', expected '\(Self.scheme)'."])
        }
        let fields = try Self.fields(text.dropFirst(scheme.count))
        func field(_ name: String) -> Substring.UTF8View? {
            fields.first { $0.name.elementsEqual(name.utf8) }?.value
        }
        guard let credential = field("Credential"), let signature = field("Signature"),
            let signedHeaders = field("SignedHeaders")
        else {
            throw SigV4AuthorizationError(
                wrongScheme: false,
                reasons: ["Credential", "Signature", "SignedHeaders"].filter { field($0) == nil }
                    .map { "Authorization header requires '\($0)' parameter." })
        }
        (accessKeyID, scope) = try Self.credential(credential)
        self.signedHeaders = try Self.headerNames(signedHeaders)
        self.signature = String(Substring(signature))
    }

    private typealias Bytes = Substring.UTF8View
    private static let space = UInt8(ascii: " ")

    private static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == UInt8(ascii: "\t") }

    private static func fields(_ text: Bytes) throws(SigV4AuthorizationError) -> [(name: Bytes, value: Bytes)] {
        var fields: [(name: Bytes, value: Bytes)] = []
        // A header of this length has room for thousands.
        var others: Set<Substring> = []
        for part in text.split(separator: UInt8(ascii: ",")) {
            let field = part.drop(while: isBlank)
            guard let equals = field.firstIndex(of: UInt8(ascii: "=")) else {
                throw malformed(
                    "'\(Substring(field))' not a valid key=value pair (missing equal-sign) in Authorization header.")
            }
            let name = field[..<equals]
            var value = field[field.index(after: equals)...]
            while let last = value.last, isBlank(last) { value.removeLast() }
            let isKnown = known.contains { name.elementsEqual($0.utf8) }
            let isFirst =
                isKnown
                ? !fields.contains { $0.name.elementsEqual(name) } : others.insert(Substring(name)).inserted
            guard isFirst else {
                throw malformed("Authorization header has two '\(Substring(name))' parameters.")
            }
            if isKnown { fields.append((name, value)) }
        }
        return fields
    }

    private static let known = ["Credential", "Signature", "SignedHeaders"]

    private static func credential(
        _ text: Bytes
    ) throws(SigV4AuthorizationError) -> (accessKeyID: String, scope: CredentialScope) {
        let parts = text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count == 5, parts.allSatisfy({ !$0.isEmpty }) else {
            throw malformed(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
                    + "got '\(Substring(text))'.")
        }
        guard parts[4].elementsEqual("aws4_request".utf8) else {
            throw malformed(
                "Credential should be scoped with a valid terminator: 'aws4_request', not '\(Substring(parts[4]))'.")
        }
        guard parts[1].count == 8, parts[1].allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw malformed("Date in Credential scope must be YYYYMMDD, got '\(Substring(parts[1]))'.")
        }
        func string(_ part: Int) -> String { String(Substring(parts[part])) }
        return (string(0), CredentialScope(date: string(1), region: string(2), service: string(3)))
    }

    private static func headerNames(_ text: Bytes) throws(SigV4AuthorizationError) -> [String] {
        var names: [String] = []
        for name in text.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false) {
            guard !name.isEmpty, name.allSatisfy(isHeaderNameByte) else {
                throw malformed(
                    "SignedHeaders must be lower-case header names separated by ';', got '\(Substring(text))'.")
            }
            names.append(String(Substring(name)))
        }
        guard Set(names).count == names.count else {
            throw malformed("SignedHeaders must name each header once, got '\(Substring(text))'.")
        }
        return names
    }

    /// The token characters of RFC 9110 without capitals.
    private static func isHeaderNameByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || "-!#$%&'*+.^_`|~".utf8.contains(byte)
    }

    private static func malformed(_ reason: String) -> SigV4AuthorizationError {
        SigV4AuthorizationError(wrongScheme: false, reasons: [reason])
    }
}
