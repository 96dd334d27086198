/// A decimal number of any length, slow and obvious: what DynamoNumber's arithmetic is compared with.
struct ReferenceDecimal {
    /// Digits of the absolute value from the least significant, scaled by `10^exponent`.
    var digits: [Int]
    var exponent: Int
    var isNegative: Bool

    /// Reads `-12.3E4`.
    init(_ text: String) {
        let parts = text.split(separator: "E", maxSplits: 1)
        var mantissa = parts[0]
        isNegative = mantissa.hasPrefix("-")
        if isNegative { mantissa = mantissa.dropFirst() }
        let halves = mantissa.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = halves.count > 1 ? halves[1] : ""
        exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) - fraction.count
        digits = (halves[0] + fraction).reversed().map { $0.wholeNumberValue ?? 0 }
        normalize()
    }

    private init(digits: [Int], exponent: Int, isNegative: Bool) {
        self.digits = digits
        self.exponent = exponent
        self.isNegative = isNegative
        normalize()
    }

    private mutating func normalize() {
        while digits.last == 0 { digits.removeLast() }
        while digits.first == 0 {
            digits.removeFirst()
            exponent += 1
        }
        if digits.isEmpty { (exponent, isNegative) = (0, false) }
    }

    private func aligned(to exponent: Int, count: Int) -> [Int] {
        let padded = [Int](repeating: 0, count: self.exponent - exponent) + digits
        return padded + [Int](repeating: 0, count: count - padded.count)
    }

    static func + (a: ReferenceDecimal, b: ReferenceDecimal) -> ReferenceDecimal {
        let exponent = min(a.exponent, b.exponent)
        let count = max(a.digits.count + a.exponent, b.digits.count + b.exponent) - exponent + 2
        let left = a.aligned(to: exponent, count: count)
        let right = b.aligned(to: exponent, count: count)
        var sum = [Int](repeating: 0, count: count)
        for index in 0..<count {
            sum[index] = (a.isNegative ? -left[index] : left[index]) + (b.isNegative ? -right[index] : right[index])
        }
        // The highest digit that is not zero gives the sign; then carries are taken in that direction.
        let isNegative = (sum.last { $0 != 0 } ?? 0) < 0
        if isNegative { sum = sum.map { -$0 } }
        for index in 0..<(count - 1) {
            let carry = sum[index] >= 0 ? sum[index] / 10 : -((9 - sum[index]) / 10)
            sum[index] -= carry * 10
            sum[index + 1] += carry
        }
        return ReferenceDecimal(digits: sum, exponent: exponent, isNegative: isNegative)
    }

    var negated: ReferenceDecimal {
        ReferenceDecimal(digits: digits, exponent: exponent, isNegative: !isNegative)
    }

    /// DynamoDB's range: 38 digits, first digit between 10^-130 and 10^125.
    var isRepresentable: Bool {
        digits.isEmpty || (digits.count <= 38 && (-130...125).contains(exponent + digits.count - 1))
    }

    var description: String {
        guard !digits.isEmpty else { return "0" }
        var text = ""
        let whole = digits.count + exponent
        let shown = digits.reversed().map { String($0) }
        if exponent >= 0 {
            text = shown.joined() + String(repeating: "0", count: exponent)
        } else if whole > 0 {
            text = shown[..<whole].joined() + "." + shown[whole...].joined()
        } else {
            text = "0." + String(repeating: "0", count: -whole) + shown.joined()
        }
        return (isNegative ? "-" : "") + text
    }
}
