package import AWS

/// A moment to the second, as AWS writes them in replies, credentials and headers.
package struct Timestamp: Sendable, Hashable, Comparable {
    package let unixSeconds: Int64

    package init(unixSeconds: Int64) {
        self.unixSeconds = unixSeconds
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.unixSeconds < right.unixSeconds }

    package var signingTime: SigningTime { SigningTime(unixSeconds: unixSeconds) }

    /// `2026-11-22T21:00:00Z`.
    package var iso8601: String {
        let digits = Array(signingTime.amzDate)
        func part(_ range: Range<Int>) -> String { String(digits[range]) }
        return part(0..<4) + "-" + part(4..<6) + "-" + part(6..<11) + ":" + part(11..<13) + ":" + part(13..<16)
    }

    /// ISO 8601: a fraction is cut off, the zone is `Z`, `UTC` (which the AWS CLI wrote into its older SSO caches) or
    /// an offset such as `+00:00`.
    package init?(iso8601 text: String) {
        let text = text.utf8
        guard text.count >= 20 else { return nil }
        var digits: [UInt8] = []
        for (index, byte) in text.prefix(19).enumerated() {
            switch index {
            case 4, 7: guard byte == UInt8(ascii: "-") else { return nil }
            case 13, 16: guard byte == UInt8(ascii: ":") else { return nil }
            default: digits.append(byte)
            }
        }
        var rest = text.dropFirst(19)
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst().drop { (0x30...0x39).contains($0) }
        }
        guard let offset = Self.offset(String(Substring(rest))),
            let time = SigningTime(amzDate: String(decoding: digits, as: UTF8.self) + "Z")
        else { return nil }
        unixSeconds = time.unixSeconds - offset
    }

    /// Seconds east of Greenwich.
    private static func offset(_ zone: String) -> Int64? {
        if zone == "Z" || zone == "UTC" { return 0 }
        let text = zone.filter { $0 != ":" }
        guard text.utf8.count == 5, let sign = text.first, sign == "+" || sign == "-",
            text.dropFirst().allSatisfy({ $0.isASCII && $0.isNumber }),
            let hours = Int64(text.dropFirst().prefix(2)), let minutes = Int64(text.suffix(2)), minutes < 60
        else { return nil }
        return (sign == "-" ? -1 : 1) * (hours * 3_600 + minutes * 60)
    }

    /// The form of HTTP's `Date` header (RFC 9110, IMF-fixdate): `Sun, 22 Nov 2026 21:00:00 GMT`.
    package init?(httpDate text: String) {
        let parts = text.split(separator: " ")
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count == 6, parts[5] == "GMT", parts[1].utf8.count == 2,
            let month = months.firstIndex(of: String(parts[2]))
        else { return nil }
        let number = month + 1 < 10 ? "0\(month + 1)" : "\(month + 1)"
        self.init(iso8601: "\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
    }
}
