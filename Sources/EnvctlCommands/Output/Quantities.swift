/// How quantities read to people.
package enum Quantities {
    /// Whole seconds as the two largest units: `45s`, `2m5s`, `3h10m`, `2d4h`, spelt as durations are
    /// typed; negative ones as `0s`.
    package static func duration(seconds: Int) -> String {
        let seconds = max(0, seconds)
        let units = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)]
        guard let first = units.firstIndex(where: { seconds >= $0.1 }) else { return "0s" }
        let head = "\(seconds / units[first].1)\(units[first].0)"
        guard first + 1 < units.count else { return head }
        let rest = seconds % units[first].1 / units[first + 1].1
        return rest == 0 ? head : "\(head)\(rest)\(units[first + 1].0)"
    }

    /// Milliseconds as `87 ms`, `1.24 s` or, from a minute on, as ``duration(seconds:)``.
    package static func milliseconds(_ value: Int) -> String {
        if value < 1_000 { return "\(value) ms" }
        if value >= 60_000 { return duration(seconds: value / 1_000) }
        let hundredths = (value + 5) / 10
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) s"
    }

    /// Bytes in binary units with one decimal: `512 B`, `1.5 MiB`.
    package static func bytes(_ value: Int) -> String {
        var scaled = Double(value)
        for unit in ["B", "KiB", "MiB", "GiB"] {
            if scaled < 1_024 { return unit == "B" ? "\(value) B" : "\(oneDecimal(scaled)) \(unit)" }
            scaled /= 1_024
        }
        return "\(oneDecimal(scaled)) TiB"
    }

    /// A count with thousands separated: `12,345`.
    package static func count(_ value: Int) -> String {
        let digits = String(value.magnitude)
        var grouped = ""
        for (offset, digit) in digits.enumerated() {
            if offset > 0 && (digits.count - offset) % 3 == 0 { grouped.append(",") }
            grouped.append(digit)
        }
        return value < 0 ? "-" + grouped : grouped
    }

    private static func oneDecimal(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
