/// A decimal number of DynamoDB: 38 significant digits, magnitudes from 1E-130 to below 1E+126, and zero.
///
/// The value is `coefficient × 10^exponent`; the coefficient never ends in a zero digit and zero has one form, so that
/// equal numbers are equal bit for bit and hash alike.
package struct DynamoNumber: Hashable, Sendable {
    /// The 128-bit coefficient in two halves: `UInt128` would align each attribute value to 16 bytes.
    private let high: UInt64
    private let low: UInt64
    let exponent: Int16
    package let isNegative: Bool

    package static let zero = DynamoNumber(coefficient: 0, exponent: 0, isNegative: false)

    /// Takes a value that is in range already, and normalises it.
    init(coefficient: UInt128, exponent: Int, isNegative: Bool) {
        var coefficient = coefficient
        var exponent = exponent
        if coefficient == 0 {
            exponent = 0
        } else {
            while true {
                let (quotient, remainder) = coefficient.quotientAndRemainder(dividingBy: 10)
                guard remainder == 0 else { break }
                coefficient = quotient
                exponent += 1
            }
        }
        self.init(normalized: coefficient, exponent: exponent, isNegative: isNegative && coefficient != 0)
    }

    init(normalized coefficient: UInt128, exponent: Int, isNegative: Bool) {
        high = UInt64(truncatingIfNeeded: coefficient >> 64)
        low = UInt64(truncatingIfNeeded: coefficient)
        self.exponent = Int16(exponent)
        self.isNegative = isNegative
    }

    package init(_ int: Int) {
        self.init(coefficient: UInt128(int.magnitude), exponent: 0, isNegative: int < 0)
    }

    var coefficient: UInt128 { UInt128(high) << 64 | UInt128(low) }

    package var isZero: Bool { low == 0 && high == 0 }

    /// Digits of the coefficient; 1 for zero.
    package var significantDigits: Int { DynamoNumber.digits(in: coefficient) }

    /// The exponent in scientific notation, of the first digit.
    var magnitude: Int { Int(exponent) + significantDigits - 1 }

    /// The number as an integer, if it is one and fits.
    package var intValue: Int? {
        guard exponent >= 0, exponent <= 19, high == 0 else { return nil }
        var value = low
        for _ in 0..<exponent {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            value = product
        }
        return isNegative ? Int(exactly: -Int128(value)) : Int(exactly: value)
    }

    package static prefix func - (number: DynamoNumber) -> DynamoNumber {
        DynamoNumber(
            normalized: number.coefficient, exponent: Int(number.exponent),
            isNegative: !number.isNegative && !number.isZero)
    }
}

extension DynamoNumber: Comparable {
    package static func < (lhs: DynamoNumber, rhs: DynamoNumber) -> Bool {
        if lhs.isNegative != rhs.isNegative { return lhs.isNegative }
        return lhs.isNegative ? isMagnitude(rhs, below: lhs) : isMagnitude(lhs, below: rhs)
    }

    private static func isMagnitude(_ a: DynamoNumber, below b: DynamoNumber) -> Bool {
        if a.isZero || b.isZero { return a.isZero && !b.isZero }
        if a.exponent == b.exponent { return a.coefficient < b.coefficient }
        let (left, right) = (a.magnitude, b.magnitude)
        if left != right { return left < right }
        // Same first digit's place: bring both to the digits of the longer one, at most 38, so nothing overflows.
        return a.exponent > b.exponent
            ? a.coefficient * powersOfTen[Int(a.exponent - b.exponent)] < b.coefficient
            : a.coefficient < b.coefficient * powersOfTen[Int(b.exponent - a.exponent)]
    }
}

extension DynamoNumber {
    /// 10^0 … 10^38.
    static let powersOfTen: [UInt128] = {
        var powers: [UInt128] = [1]
        for _ in 0..<38 { powers.append((powers.last ?? 1) * 10) }
        return powers
    }()

    /// 10^38, the first coefficient that has too many digits.
    static let coefficientLimit: UInt128 = powersOfTen[38]

    /// Decimal digits of a coefficient of at most 39 digits; 1 for zero.
    static func digits(in coefficient: UInt128) -> Int {
        // 1233/4096 approximates log10(2) from above closely enough for 128 bits: the guess is right or one too high.
        let bits = UInt128.bitWidth - coefficient.leadingZeroBitCount
        let guess = (bits * 1233) >> 12
        guard guess < powersOfTen.count else { return 39 }
        return max(1, coefficient < powersOfTen[guess] ? guess : guess + 1)
    }
}
