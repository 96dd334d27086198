/// The label of a stream, the last part of its ARN: the moment it was enabled, as `2026-11-22T21:00:00.123` in UTC.
enum StreamLabel {
    static func text(unixSeconds: Double) -> String {
        let milliseconds = Int64((unixSeconds * 1000).rounded(.down))
        let seconds = milliseconds / 1000
        let civil = HTTPDate.civilDate(daysSince1970: seconds / 86_400)
        let date = "\(civil.year)-\(pad(Int64(civil.month), 2))-\(pad(Int64(civil.day), 2))"
        let rest = seconds % 86_400
        return date + "T\(pad(rest / 3600, 2)):\(pad(rest / 60 % 60, 2)):\(pad(rest % 60, 2))."
            + pad(milliseconds % 1000, 3)
    }

    private static func pad(_ value: Int64, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}
