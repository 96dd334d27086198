#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A string that is compared, hashed and ordered by its UTF-8 bytes, as DynamoDB does.
///
/// Swift's `String` compares by canonical equivalence, so `"é"` in its two normal forms would be one attribute name
/// and one key; to DynamoDB (and to PostgreSQL's `"C"` collation) they are two.
package struct Text: Hashable, Comparable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    package let string: String

    package init(_ string: String) {
        var native = string
        native.makeContiguousUTF8()
        self.string = native
    }

    package init(_ string: some StringProtocol) {
        self.init(String(string))
    }

    package init(stringLiteral value: String) {
        self.init(value)
    }

    package var description: String { string }

    /// The length that DynamoDB's limits and sizes count.
    package var utf8Count: Int { string.utf8.count }

    package var isEmpty: Bool { string.isEmpty }

    package func hasPrefix(_ prefix: Text) -> Bool {
        let count = prefix.utf8Count
        guard utf8Count >= count else { return false }
        return withUTF8 { whole in
            prefix.withUTF8 { Text.compare(whole, $0, count: count) == 0 }
        }
    }

    /// Whether the bytes of `other` occur in this text.
    package func contains(_ other: Text) -> Bool {
        withUTF8 { whole in
            other.withUTF8 { part in
                guard part.count <= whole.count else { return false }
                return (0...(whole.count - part.count)).contains { start in
                    Text.compare(UnsafeRawBufferPointer(rebasing: whole[start...]), part, count: part.count) == 0
                }
            }
        }
    }

    package func withUTF8<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        if let result = string.utf8.withContiguousStorageIfAvailable({ body(UnsafeRawBufferPointer($0)) }) {
            return result
        }
        return Array(string.utf8).withUnsafeBytes(body)
    }

    package static func == (lhs: Text, rhs: Text) -> Bool {
        lhs.withUTF8 { a in
            rhs.withUTF8 { b in a.count == b.count && compare(a, b, count: a.count) == 0 }
        }
    }

    package static func < (lhs: Text, rhs: Text) -> Bool {
        lhs.withUTF8 { a in
            rhs.withUTF8 { b in
                let order = compare(a, b, count: min(a.count, b.count))
                return order == 0 ? a.count < b.count : order < 0
            }
        }
    }

    package func hash(into hasher: inout Hasher) {
        withUTF8 { bytes in
            hasher.combine(bytes: bytes)
            hasher.combine(UInt8(0xFF))
        }
    }

    private static func compare(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer, count: Int) -> Int32 {
        guard count > 0, let left = a.baseAddress, let right = b.baseAddress else { return 0 }
        return memcmp(left, right, count)
    }
}
