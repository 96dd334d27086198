/// Durations as people type them: `90s`, `15m`, `4h`, `7d`, `2w`, and sums like `1h30m`.
package enum DurationText {
    private static let units: [(name: Character, seconds: Int64)] = [
        ("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1),
    ]

    /// A duration from its text. Units must fall from left to right and stand once; a number without a unit is
    /// refused, since a reader cannot tell whether `10` means seconds or minutes.
    package static func parse(_ text: String) throws(ControlError) -> Duration {
        var total: Int64 = 0
        var digits = ""
        var smallest = Int.min
        for character in text {
            if character.isASCII, character.isNumber {
                digits.append(character)
                continue
            }
            guard let position = units.firstIndex(where: { $0.name == character }), position > smallest,
                let count = Int64(digits),
                case let (part, overflow) = count.multipliedReportingOverflow(
                    by: units[position].seconds), !overflow,
                case let (sum, tooBig) = total.addingReportingOverflow(part), !tooBig, sum <= maximumSeconds
            else { throw invalid(text) }
            total = sum
            smallest = position
            digits = ""
        }
        guard digits.isEmpty, smallest != Int.min else { throw invalid(text) }
        return .seconds(total)
    }

    /// The shortest text for whole seconds of a duration: `4h`, `1h30m`, `0s`; negative durations with a leading `-`.
    package static func format(_ duration: Duration) -> String {
        var rest = duration.wholeSeconds.magnitude
        guard rest > 0 else { return "0s" }
        var text = duration.wholeSeconds < 0 ? "-" : ""
        for unit in units.dropFirst() {
            let count = rest / unit.seconds.magnitude
            guard count > 0 else { continue }
            text += "\(count)\(unit.name)"
            rest -= count * unit.seconds.magnitude
        }
        return text
    }

    /// A hundred years: beyond it sums with today's date stop making sense.
    private static let maximumSeconds: Int64 = 100 * 366 * 86_400

    private static func invalid(_ text: String) -> ControlError {
        ControlError(
            .invalidRequest, subject: text, "'\(text)' is not a duration",
            hint: "write whole numbers with a unit: 90s, 15m, 4h, 7d, or sums like 1h30m")
    }
}
