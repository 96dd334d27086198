import CPostgres

/// One value of a row, in PostgreSQL's text format. Every accessor but `isNull` and `orNil` throws `.decoding`, naming
/// the column, when the cell is NULL or holds something else.
package struct PostgresCell: Sendable {
    static let unknownColumn = -1

    let storage: ResultStorage
    let row: Int
    let column: Int

    package var isNull: Bool {
        column != Self.unknownColumn && PQgetisnull(storage.pointer, CInt(row), CInt(column)) == 1
    }

    /// This cell, or nil when it is NULL: `try row[2].orNil?.string`.
    package var orNil: PostgresCell? { isNull ? nil : self }

    /// The bytes as they lie in the result, valid only inside `body`; empty for NULL.
    package func withUTF8<T, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> T) throws(E) -> T {
        guard column != Self.unknownColumn, let start = PQgetvalue(storage.pointer, CInt(row), CInt(column)) else {
            return try body(UnsafeRawBufferPointer(start: nil, count: 0))
        }
        let count = Int(PQgetlength(storage.pointer, CInt(row), CInt(column)))
        return try body(UnsafeRawBufferPointer(start: start, count: count))
    }

    package var string: String {
        get throws(PostgresError) {
            try check()
            return withUTF8 { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// The text format as bytes. For `bytea` columns use `bytea`.
    package var bytes: [UInt8] {
        get throws(PostgresError) {
            try check()
            return withUTF8 { [UInt8]($0) }
        }
    }

    package var int: Int {
        get throws(PostgresError) {
            let value = try int64
            guard let result = Int(exactly: value) else { throw mismatch("an integer") }
            return result
        }
    }

    package var int64: Int64 {
        get throws(PostgresError) {
            try check()
            guard let value = withUTF8(decimal) else { throw mismatch("an integer") }
            return value
        }
    }

    package var double: Double {
        get throws(PostgresError) {
            guard let value = Double(try string) else { throw mismatch("a number") }
            return value
        }
    }

    package var bool: Bool {
        get throws(PostgresError) {
            try check()
            let byte = withUTF8 { $0.count == 1 ? $0[0] : 0 }
            switch byte {
            case UInt8(ascii: "t"): return true
            case UInt8(ascii: "f"): return false
            default: throw mismatch("a boolean")
            }
        }
    }

    /// The content of a `bytea` column (`bytea_output = hex`, the server's default).
    package var bytea: [UInt8] {
        get throws(PostgresError) {
            try check()
            guard let value = withUTF8(decodeHex) else { throw mismatch("a bytea in hex format") }
            return value
        }
    }

    /// The elements of a one-dimensional array of any type, each in text format.
    package var textArray: [String?] {
        get throws(PostgresError) {
            try check()
            guard let value = withUTF8({ ArrayLiteral.parse($0) }) else { throw mismatch("a one-dimensional array") }
            return value
        }
    }

    private func check() throws(PostgresError) {
        guard column != Self.unknownColumn else {
            throw PostgresError(.decoding, "the result has no column of that name")
        }
        guard !isNull else { throw PostgresError(.decoding, "column \(storage.columnName(column)) is NULL") }
    }

    private func mismatch(_ wanted: String) -> PostgresError {
        PostgresError(.decoding, "column \(storage.columnName(column)) does not hold \(wanted)")
    }
}

private func decimal(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    guard let first = bytes.first else { return nil }
    let negative = first == UInt8(ascii: "-")
    let digits = negative ? UnsafeRawBufferPointer(rebasing: bytes.dropFirst()) : bytes
    guard !digits.isEmpty else { return nil }
    var value: Int64 = 0
    for byte in digits {
        guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
        let (product, overflow) = value.multipliedReportingOverflow(by: 10)
        // Downwards, because Int64.min has no positive counterpart.
        let (difference, underflow) = product.subtractingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
        guard !overflow, !underflow else { return nil }
        value = difference
    }
    if negative { return value }
    return value == .min ? nil : -value
}

private func decodeHex(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
    guard bytes.count >= 2, bytes.count.isMultiple(of: 2), bytes[0] == UInt8(ascii: "\\"), bytes[1] == UInt8(ascii: "x")
    else { return nil }
    var result = [UInt8]()
    result.reserveCapacity(bytes.count / 2 - 1)
    for offset in stride(from: 2, to: bytes.count, by: 2) {
        guard let high = nibble(bytes[offset]), let low = nibble(bytes[offset + 1]) else { return nil }
        result.append(high << 4 | low)
    }
    return result
}

private func nibble(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
}
