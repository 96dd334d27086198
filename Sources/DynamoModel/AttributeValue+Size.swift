extension AttributeValue {
    /// The size that DynamoDB charges for this value, without its attribute name, in bytes.
    ///
    /// The rules are those of "DynamoDB item sizes and formats" in the Amazon DynamoDB Developer Guide: UTF-8 bytes of
    /// strings, raw bytes of binaries, one byte for a null or Boolean, three bytes for a list or map and one more for
    /// each element.
    package var size: Int {
        switch self {
        case .string(let text): return text.utf8Count
        case .number(let number): return number.size
        case .binary(let bytes): return bytes.count
        case .bool, .null: return 1
        case .list(let values):
            var total = 3
            for value in values { total += value.size + 1 }
            return total
        case .map(let members):
            var total = 3
            for (name, value) in members { total += name.utf8Count + value.size + 1 }
            return total
        case .stringSet(let texts):
            var total = 0
            for text in texts { total += text.utf8Count }
            return total
        case .numberSet(let numbers):
            var total = 0
            for number in numbers { total += number.size }
            return total
        case .binarySet(let blobs):
            var total = 0
            for blob in blobs { total += blob.count }
            return total
        }
    }
}

extension DynamoNumber {
    /// One byte, and one for two significant digits before the point and one for two behind it, zeros at both ends
    /// left out, as others have measured to the byte ("approximately", says the Developer Guide); one more for the
    /// sign of a negative number.
    package var size: Int {
        guard !isZero else { return 1 }
        let fraction = min(significantDigits, max(0, -Int(exponent)))
        let integer = significantDigits - fraction
        return 1 + (integer + 1) / 2 + (fraction + 1) / 2 + (isNegative ? 1 : 0)
    }
}

/// The logical size of an item in bytes: the names and values of all attributes.
package func itemSize(_ item: Item) -> Int {
    var total = 0
    for (name, value) in item { total += name.utf8Count + value.size }
    return total
}
