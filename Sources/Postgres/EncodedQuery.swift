/// A statement in the form that libpq takes: every value in one buffer, made by the caller so that the loop's thread
/// has less to do, and checked, so that nothing of a batch is sent when one of its statements cannot be.
struct EncodedQuery: Sendable {
    let sql: String
    let prepared: Bool
    let parameters: EncodedParameters

    init(_ query: PostgresQuery) throws(PostgresError) {
        guard !query.sql.utf8.contains(0) else {
            throw PostgresError(.invalidParameter, "the SQL text holds a zero byte")
        }
        sql = query.sql
        prepared = query.prepared && Self.isPreparable(query.sql)
        parameters = try EncodedParameters(query.parameters)
    }

    private static let preparable: Set<String> = ["select", "insert", "update", "delete", "with", "values", "merge"]

    /// Only planned statements gain by staying prepared.
    static func isPreparable(_ sql: String) -> Bool {
        let word = sql.utf8.drop { $0 <= 0x20 || $0 == UInt8(ascii: "(") }.prefix(7)
            .prefix { ($0 | 0x20) >= UInt8(ascii: "a") && ($0 | 0x20) <= UInt8(ascii: "z") }
        return preparable.contains(String(decoding: word.map { $0 | 0x20 }, as: UTF8.self))
    }
}

struct EncodedParameters: Sendable {
    private struct Slot {
        /// Where the value begins; -1 for NULL.
        var offset: Int
        var length: CInt
        var isBinary: Bool
    }

    private var bytes: [UInt8] = []
    private var slots: [Slot] = []

    var count: Int { slots.count }

    init(_ values: [PostgresValue]) throws(PostgresError) {
        guard values.count <= 65_535 else {
            throw PostgresError(.invalidParameter, "\(values.count) parameters, PostgreSQL takes 65535")
        }
        slots.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            let offset = bytes.count
            guard append(value) else {
                slots.append(Slot(offset: -1, length: 0, isBinary: false))
                continue
            }
            var isBinary = false
            if case .bytea = value { isBinary = true }
            // libpq reads text up to the first zero byte: sending it would cut the value.
            guard isBinary || !bytes[offset...].contains(0) else {
                throw PostgresError(
                    .invalidParameter, "parameter $\(index + 1) holds a zero byte, which PostgreSQL's text cannot")
            }
            guard let length = CInt(exactly: bytes.count - offset) else {
                throw PostgresError(.invalidParameter, "parameter $\(index + 1) is longer than 2 GiB")
            }
            slots.append(Slot(offset: offset, length: length, isBinary: isBinary))
            bytes.append(0)
        }
    }

    /// False for NULL.
    private mutating func append(_ value: PostgresValue) -> Bool {
        switch value {
        case .null: return false
        case .text(let text): bytes.append(contentsOf: text.utf8)
        case .utf8(let utf8): bytes.append(contentsOf: utf8)
        case .bytea(let content): bytes.append(contentsOf: content)
        case .int(let number): bytes.append(contentsOf: String(number).utf8)
        case .bool(let flag): bytes.append(flag ? UInt8(ascii: "t") : UInt8(ascii: "f"))
        case .double(let number): bytes.append(contentsOf: String(number).utf8)
        case .textArray(let elements): ArrayLiteral.append(elements.map { $0?.utf8 }, to: &bytes)
        case .utf8Array(let elements): ArrayLiteral.append(elements, to: &bytes)
        case .byteaArray(let elements): ArrayLiteral.append(bytea: elements, to: &bytes)
        }
        return true
    }

    /// The arguments of libpq's send functions, valid inside `body`: values, lengths, formats.
    func withPointers(
        _ body: (
            UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<CInt>?, UnsafePointer<CInt>?
        ) -> CInt
    ) -> CInt {
        guard !slots.isEmpty else { return body(nil, nil, nil) }
        return bytes.withUnsafeBytes { buffer in
            withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: slots.count) { values in
                withUnsafeTemporaryAllocation(of: CInt.self, capacity: slots.count * 2) { numbers in
                    let start = buffer.assumingMemoryBound(to: CChar.self).baseAddress
                    for (index, slot) in slots.enumerated() {
                        values.initializeElement(at: index, to: slot.offset < 0 ? nil : start.map { $0 + slot.offset })
                        numbers.initializeElement(at: index, to: slot.length)
                        numbers.initializeElement(at: slots.count + index, to: slot.isBinary ? 1 : 0)
                    }
                    let lengths = numbers.baseAddress.map { UnsafePointer($0) }
                    return body(
                        values.baseAddress.map { UnsafePointer($0) }, lengths, lengths.map { $0 + slots.count })
                }
            }
        }
    }
}
