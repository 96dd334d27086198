/// The label of a stream, the last part of its ARN: the moment it was enabled, as `2026-11-22T21:00:00.123` in UTC.
package enum StreamLabel {
    package static func text(unixSeconds: Double) -> String {
        let milliseconds = Int64((unixSeconds * 1000).rounded(.down))
        let seconds = milliseconds / 1000
        let civil = CivilDate(daysSince1970: seconds / 86_400)
        let date = "\(civil.year)-\(pad(Int64(civil.month), 2))-\(pad(Int64(civil.day), 2))"
        let rest = seconds % 86_400
        return date + "T\(pad(rest / 3600, 2)):\(pad(rest / 60 % 60, 2)):\(pad(rest % 60, 2))."
            + pad(milliseconds % 1000, 3)
    }

    /// The moment, in unix seconds, that a label names; ExtendDB's own labels have no fraction. `nil` if it is none.
    package static func unixSeconds(_ label: String) -> Double? {
        let parts = label.split(separator: "T", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        let date = parts[0].split(separator: "-").map { Int($0) }
        let time = parts[1].split(separator: ":")
        guard date.count == 3, let year = date[0], let month = date[1], let day = date[2], time.count == 3,
            let hour = Double(time[0]), let minute = Double(time[1]), let second = Double(time[2])
        else { return nil }
        let days = CivilDate(year: year, month: month, day: day).daysSince1970
        return Double(days) * 86_400 + hour * 3600 + minute * 60 + second
    }

    static func pad(_ value: Int64, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}
