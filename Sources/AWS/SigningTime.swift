/// A moment in the two forms that Signature Version 4 writes: `20261122T210000Z` and `20261122`.
package struct SigningTime: Sendable, Hashable, Comparable {
    package let unixSeconds: Int64

    package init(unixSeconds: Int64) {
        self.unixSeconds = unixSeconds
    }

    /// Parses `YYYYMMDD'T'HHMMSS'Z'`; `nil` for any other form and for moments that no calendar has.
    package init?(amzDate: String) {
        let text = Array(amzDate.utf8)
        guard text.count == 16, text[8] == UInt8(ascii: "T"), text[15] == UInt8(ascii: "Z") else { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            var value: Int64 = 0
            for digit in text[range] {
                guard (0x30...0x39).contains(digit) else { return nil }
                value = value * 10 + Int64(digit - 0x30)
            }
            return value
        }
        guard let year = number(0..<4), let month = number(4..<6), let day = number(6..<8),
            let hour = number(9..<11), let minute = number(11..<13), let second = number(13..<15),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
        else { return nil }
        let days = Self.days(year: year, month: month, day: day)
        guard Self.date(ofDay: days) == (year, month, day) else { return nil }
        self.unixSeconds = days * 86_400 + hour * 3_600 + minute * 60 + second
    }

    /// `YYYYMMDD`, the date of a credential scope.
    package var date: String {
        let (year, month, day) = Self.date(ofDay: Self.floorDivide(unixSeconds, 86_400))
        return Self.padded(year, 4) + Self.padded(month, 2) + Self.padded(day, 2)
    }

    /// `YYYYMMDD'T'HHMMSS'Z'`, the value of `X-Amz-Date`.
    package var amzDate: String {
        let second = unixSeconds - Self.floorDivide(unixSeconds, 86_400) * 86_400
        return date + "T" + Self.padded(second / 3_600, 2) + Self.padded(second / 60 % 60, 2)
            + Self.padded(second % 60, 2) + "Z"
    }

    package static func < (left: SigningTime, right: SigningTime) -> Bool {
        left.unixSeconds < right.unixSeconds
    }

    // The proleptic Gregorian calendar in days since 1970-01-01, after Howard Hinnant, "chrono-Compatible Low-Level
    // Date Algorithms": years start in March, so that the leap day comes last.

    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = floorDivide(year, 400)
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func date(ofDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9)
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}
