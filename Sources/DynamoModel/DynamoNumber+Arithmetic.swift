extension DynamoNumber {
    /// The exact sum.
    /// - Throws: the service's validation error if the result needs more than 38 digits or is out of range: "Exceeding
    ///   this results in an exception" (Developer Guide, "Naming rules and data types", Number). It speaks of an
    ///   overflow whatever is wrong, as others have measured.
    package func adding(_ other: DynamoNumber) throws(WireError) -> DynamoNumber {
        do throws(WireError) {
            return try exactSum(other)
        } catch {
            throw DynamoNumber.overflowError
        }
    }

    private func exactSum(_ other: DynamoNumber) throws(WireError) -> DynamoNumber {
        if isZero { return other }
        if other.isZero { return self }
        let (upper, lower) = exponent >= other.exponent ? (self, other) : (other, self)
        let shift = Int(upper.exponent - lower.exponent)
        let exponent = Int(lower.exponent)
        // Where both have digits below and above, nothing cancels the lowest digit: too long to shift is too long.
        let tooLong = { (magnitude: Int) throws(WireError) -> DynamoNumber in
            try DynamoNumber.checkRange(magnitude: magnitude, digits: Limits.significantDigits + 1)
            return .zero
        }
        guard shift <= Limits.significantDigits else { return try tooLong(upper.magnitude) }
        let (shifted, overflow) = upper.coefficient.multipliedReportingOverflow(by: DynamoNumber.powersOfTen[shift])
        guard !overflow, shifted < 2 * DynamoNumber.coefficientLimit else { return try tooLong(upper.magnitude) }

        let sum: UInt128
        let negative: Bool
        if upper.isNegative == lower.isNegative {
            let (total, overflow) = shifted.addingReportingOverflow(lower.coefficient)
            guard !overflow else { return try tooLong(upper.magnitude) }
            (sum, negative) = (total, upper.isNegative)
        } else if shifted >= lower.coefficient {
            (sum, negative) = (shifted - lower.coefficient, upper.isNegative)
        } else {
            (sum, negative) = (lower.coefficient - shifted, lower.isNegative)
        }
        return try DynamoNumber(checking: sum, exponent: exponent, isNegative: negative)
    }

    /// The exact difference; throws as ``adding(_:)`` does.
    package func subtracting(_ other: DynamoNumber) throws(WireError) -> DynamoNumber {
        try adding(-other)
    }

    private init(checking coefficient: UInt128, exponent: Int, isNegative: Bool) throws(WireError) {
        let number = DynamoNumber(coefficient: coefficient, exponent: exponent, isNegative: isNegative)
        if !number.isZero {
            try DynamoNumber.checkRange(magnitude: number.magnitude, digits: number.significantDigits)
        }
        self = number
    }
}
