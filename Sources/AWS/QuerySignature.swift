/// A signature in the query of a request instead of its `Authorization` header.
struct QuerySignature {
    private let values: [String: String]

    /// The longest time that such a signature may hold, in seconds: seven days.
    static let longest: Int64 = 604_800

    /// - Parameter query: as it was on the wire.
    /// - Returns: nil for a query that carries no signature.
    init?(_ query: String) {
        var values: [String: String] = [:]
        for (name, value) in Self.parameters(query) where name.hasPrefix("X-Amz-") {
            values[name] = Self.decoded(value)
        }
        guard values["X-Amz-Algorithm"] != nil || values["X-Amz-Signature"] != nil else { return nil }
        self.values = values
    }

    var date: String { values["X-Amz-Date"] ?? "" }
    var token: String? { values["X-Amz-Security-Token"] }

    /// Seconds; nil if it is no number of them that AWS allows.
    var expires: Int64? {
        guard let text = values["X-Amz-Expires"] else { return SigV4Verifier.allowedSkew }
        return Int64(text).flatMap { (1...Self.longest).contains($0) ? $0 : nil }
    }

    /// The same as an `Authorization` header says it.
    /// - Throws: what is missing, in the sentences that AWS sends.
    func header() throws(SigV4AuthorizationError) -> String {
        let wanted = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"]
        let missing = wanted.filter { values[$0]?.isEmpty ?? true }
        guard missing.isEmpty, let algorithm = values["X-Amz-Algorithm"], let credential = values["X-Amz-Credential"],
            let headers = values["X-Amz-SignedHeaders"], let signature = values["X-Amz-Signature"]
        else {
            throw SigV4AuthorizationError(
                wrongScheme: false,
                reasons: missing.map { "AWS query-string parameters must include '\($0)'." }
                    + ["Re-examine the query-string parameters."])
        }
        return "\(algorithm) Credential=\(credential), SignedHeaders=\(headers), Signature=\(signature)"
    }

    /// The parameters that a signature covers, as the client encoded them: all but itself.
    static func signedParameters(_ query: String) -> [(name: String, value: String)] {
        parameters(query).filter { $0.name != "X-Amz-Signature" }
    }

    /// A name without a value has the empty one.
    private static func parameters(_ query: String) -> [(name: String, value: String)] {
        query.split(separator: "&").map { part in
            let equals = part.firstIndex(of: "=") ?? part.endIndex
            return (String(part[..<equals]), String(part[equals...].dropFirst()))
        }
    }

    /// A sign of percent that is not followed by two digits stands for itself.
    private static func decoded(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var decoded: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let value = UInt8(String(decoding: bytes[(index + 1)...(index + 2)], as: UTF8.self), radix: 16)
            {
                decoded.append(value)
                index += 3
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }
}
