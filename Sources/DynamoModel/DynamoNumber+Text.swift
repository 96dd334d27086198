extension DynamoNumber {
    /// Reads a number as DynamoDB accepts it: a sign, digits with a point, an exponent, and no white space.
    ///
    /// The checks and their messages are the service's: not a number, magnitude out of range, more than 38 significant
    /// digits (leading and trailing zeros do not count).
    package init(_ text: some StringProtocol) throws(WireError) {
        var owned = String(text)
        var failure: WireError?
        let number: DynamoNumber? = owned.withUTF8 { bytes in
            do throws(WireError) {
                return try DynamoNumber(utf8: UnsafeRawBufferPointer(bytes))
            } catch {
                failure = error
                return nil
            }
        }
        guard let number else { throw failure ?? DynamoNumber.notNumeric(owned) }
        self = number
    }

    init(utf8 bytes: UnsafeRawBufferPointer) throws(WireError) {
        var digits = Digits()
        guard let explicitExponent = digits.scan(bytes) else {
            throw DynamoNumber.notNumeric(String(decoding: bytes, as: UTF8.self))
        }
        guard digits.count > 0 else {
            self = .zero
            return
        }
        let exponent = explicitExponent - digits.fraction + digits.pendingZeros
        let magnitude = exponent + digits.count - 1
        try DynamoNumber.checkRange(magnitude: magnitude, digits: digits.count)
        self.init(normalized: digits.coefficient, exponent: exponent, isNegative: digits.isNegative)
    }

    static func checkRange(magnitude: Int, digits: Int) throws(WireError) {
        if magnitude > Limits.maximumNumberExponent { throw overflowError }
        if magnitude < Limits.minimumNumberExponent {
            throw .validation(
                "Number underflow. Attempting to store a number with magnitude smaller than supported range")
        }
        if digits > Limits.significantDigits {
            throw .validation("Attempting to store more than 38 significant digits in a Number")
        }
    }

    static let overflowError = WireError.validation(
        "Number overflow. Attempting to store a number with magnitude larger than supported range")

    private static func notNumeric(_ text: String) -> WireError {
        .validation("The parameter cannot be converted to a numeric value" + (text.isEmpty ? "" : ": " + text))
    }
}

/// What the text of a number says, before range checks. Zeros are held back until a later digit needs them, so that
/// the coefficient is normalised and trailing zeros cost no digits.
private struct Digits {
    var coefficient: UInt128 = 0
    /// Significant digits in the coefficient; beyond 38 only counted.
    var count = 0
    var pendingZeros = 0
    /// Digits after the point, pending zeros included.
    var fraction = 0
    var isNegative = false

    /// Returns the explicit exponent, or nil if this is no number.
    mutating func scan(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var index = 0
        let end = bytes.count
        if index < end, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
            isNegative = bytes[index] == UInt8(ascii: "-")
            index += 1
        }
        var any = false
        var afterPoint = false
        scanning: while index < end {
            switch bytes[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                any = true
                add(bytes[index] - UInt8(ascii: "0"))
                if afterPoint { fraction += 1 }
            case UInt8(ascii: ".") where !afterPoint:
                afterPoint = true
            default: break scanning
            }
            index += 1
        }
        guard any else { return nil }
        guard index < end else { return 0 }
        guard bytes[index] == UInt8(ascii: "e") || bytes[index] == UInt8(ascii: "E") else { return nil }
        return Digits.scanExponent(bytes[(index + 1)..<end])
    }

    private mutating func add(_ digit: UInt8) {
        if digit == 0 {
            if count > 0 { pendingZeros += 1 }
            return
        }
        let total = count + pendingZeros + 1
        if total <= Limits.significantDigits {
            coefficient = coefficient * DynamoNumber.powersOfTen[pendingZeros + 1] + UInt128(digit)
        }
        count = total
        pendingZeros = 0
    }

    /// Far beyond any valid exponent the value is capped, so that arithmetic on it stays safe.
    private static func scanExponent(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int? {
        var rest = bytes
        var isNegative = false
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            rest = rest.dropFirst()
        }
        guard !rest.isEmpty else { return nil }
        var value = 0
        for byte in rest {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = min(value * 10 + Int(byte - UInt8(ascii: "0")), 1_000_000_000)
        }
        return isNegative ? -value : value
    }
}

extension DynamoNumber: CustomStringConvertible {
    /// The normalised form that DynamoDB returns and that ExtendDB stores in key columns: plain decimal digits without
    /// an exponent, leading zeros or trailing fractional zeros.
    package var description: String {
        var bytes: [UInt8] = []
        appendDescription(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the ASCII of ``description``.
    package func appendDescription(to out: inout [UInt8]) {
        if isNegative { out.append(UInt8(ascii: "-")) }
        let digits = significantDigits
        let start = out.count
        if exponent < 0, digits + Int(exponent) <= 0 {
            out.append(UInt8(ascii: "0"))
            out.append(UInt8(ascii: "."))
            out.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: -(digits + Int(exponent))))
            appendCoefficient(digits, to: &out)
            return
        }
        appendCoefficient(digits, to: &out)
        if exponent < 0 {
            out.insert(UInt8(ascii: "."), at: start + digits + Int(exponent))
        } else if exponent > 0 {
            out.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: Int(exponent)))
        }
    }

    private func appendCoefficient(_ digits: Int, to out: inout [UInt8]) {
        let start = out.count
        out.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: digits))
        var rest = coefficient
        var index = start + digits
        while rest > UInt128(UInt64.max) {
            let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
            index -= 1
            out[index] += UInt8(truncatingIfNeeded: remainder)
            rest = quotient
        }
        var small = UInt64(truncatingIfNeeded: rest)
        while small > 0 {
            let (quotient, remainder) = small.quotientAndRemainder(dividingBy: 10)
            index -= 1
            out[index] += UInt8(truncatingIfNeeded: remainder)
            small = quotient
        }
    }
}
