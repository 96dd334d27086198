import DynamoModel

/// The part of a partition that a query wants: bounds on a sort column, and values of the columns before it.
package struct SortRange: Sendable, Hashable {
    package struct Bound: Sendable, Hashable {
        package let value: KeyValue
        package let inclusive: Bool
    }

    /// The values of the leading sort columns, of a sort key of several attributes; the bounds are on the next one.
    package private(set) var leading: [KeyValue] = []
    package let lower: Bound?
    package let upper: Bound?

    private init(lower: Bound?, upper: Bound?) {
        self.lower = lower
        self.upper = upper
    }

    /// The same of the rows that have these values in the leading sort columns.
    package func behind(_ leading: [KeyValue]) -> SortRange {
        var range = self
        range.leading = leading
        return range
    }

    package static let all = SortRange(lower: nil, upper: nil)

    package static func equal(_ value: KeyValue) -> SortRange { between(value, value) }

    package static func less(than value: KeyValue, orEqual: Bool = false) -> SortRange {
        SortRange(lower: nil, upper: Bound(value: value, inclusive: orEqual))
    }

    package static func greater(than value: KeyValue, orEqual: Bool = false) -> SortRange {
        SortRange(lower: Bound(value: value, inclusive: orEqual), upper: nil)
    }

    /// Both ends belong to the range.
    package static func between(_ low: KeyValue, _ high: KeyValue) -> SortRange {
        SortRange(lower: Bound(value: low, inclusive: true), upper: Bound(value: high, inclusive: true))
    }

    /// The values that start with `prefix`, a string or binary. A number has no prefixes; its range is empty of
    /// meaning and equals `equal`.
    package static func beginsWith(_ prefix: KeyValue) -> SortRange {
        let end: KeyValue?
        switch prefix {
        case .text(let text): end = text.successor.map { .text($0) }
        case .bytea(let bytes): end = successor(of: bytes).map { .bytea($0) }
        case .numeric: return equal(prefix)
        }
        return SortRange(
            lower: Bound(value: prefix, inclusive: true), upper: end.map { Bound(value: $0, inclusive: false) })
    }

    /// The least byte string above all that start with `bytes`; `nil` if there is none.
    private static func successor(of bytes: [UInt8]) -> [UInt8]? {
        guard let last = bytes.lastIndex(where: { $0 != 0xFF }) else { return nil }
        return Array(bytes[..<last]) + [bytes[last] + 1]
    }
}

extension Text {
    /// The least text above all that start with this one; `nil` if there is none. The order of UTF-8 is that of the
    /// scalars, so the last scalar that has a successor is replaced by it; surrogates are no scalars.
    fileprivate var successor: Text? {
        var scalars = Array(string.unicodeScalars)
        while let last = scalars.popLast() {
            let next: UInt32 = last.value == 0xD7FF ? 0xE000 : last.value + 1
            if let scalar = Unicode.Scalar(next) {
                scalars.append(scalar)
                return Text(String(String.UnicodeScalarView(scalars)))
            }
        }
        return nil
    }
}
