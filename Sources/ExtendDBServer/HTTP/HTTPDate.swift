import ExtendDBLayout

/// The `date` header of RFC 9110 §5.6.7, "Sun, 06 Nov 1994 08:49:37 GMT", formatted once a second at most.
struct HTTPDate {
    private var second: Int64 = .min
    private var text = ""

    mutating func text(unixSeconds: Int64) -> String {
        if unixSeconds != second {
            second = unixSeconds
            text = Self.format(unixSeconds)
        }
        return text
    }

    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    static func format(_ unixSeconds: Int64) -> String {
        var days = unixSeconds / 86_400
        var rest = unixSeconds % 86_400
        if rest < 0 {
            rest += 86_400
            days -= 1
        }
        let civil = civilDate(daysSince1970: days)
        let weekday = weekdays[Int(((days % 7) + 7) % 7)]
        return "\(weekday), \(pad(civil.day)) \(months[civil.month - 1]) \(civil.year) "
            + "\(pad(Int(rest / 3600))):\(pad(Int(rest / 60 % 60))):\(pad(Int(rest % 60))) GMT"
    }

    private static func pad(_ value: Int) -> String {
        value < 10 ? "0\(value)" : "\(value)"
    }

    static func civilDate(daysSince1970: Int64) -> (year: Int, month: Int, day: Int) {
        let date = CivilDate(daysSince1970: daysSince1970)
        return (date.year, date.month, date.day)
    }
}
