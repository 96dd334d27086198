/// Reads the tokens of JSON (RFC 8259) from bytes: strict grammar, strict UTF-8, strict escapes.
///
/// The scanner borrows its bytes and must not outlive the closure that lends them. It knows nothing of structure: the
/// tree parser and the item decoder stand on it.
struct JSONScanner {
    let bytes: UnsafeRawBufferPointer
    var index = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// The next byte that is not white space, or nil at the end; does not consume it.
    @inline(__always)
    mutating func peek() -> UInt8? {
        while index < bytes.count {
            let byte = bytes[index]
            if byte > 0x20 { return byte }
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            index += 1
        }
        return nil
    }

    /// Consumes the byte if it comes next.
    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        index += 1
        return true
    }

    @inline(__always)
    mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard take(byte) else { throw unexpected("'\(Character(UnicodeScalar(byte)))'") }
    }

    mutating func expectEnd() throws(JSONError) {
        if peek() != nil { throw unexpected("the end") }
    }

    mutating func literal(_ text: StaticString) throws(JSONError) {
        let count = text.utf8CodeUnitCount
        let matches =
            index + count <= bytes.count
            && (0..<count).allSatisfy { bytes[index + $0] == text.utf8Start[$0] }
        guard matches else { throw unexpected("a value") }
        index += count
    }

    mutating func bool() throws(JSONError) -> Bool {
        if peek() == UInt8(ascii: "t") {
            try literal("true")
            return true
        }
        try literal("false")
        return false
    }

    /// The text of a number, as it stands.
    mutating func number() throws(JSONError) -> String {
        let start = index
        if index < bytes.count, bytes[index] == UInt8(ascii: "-") { index += 1 }
        if index < bytes.count, bytes[index] == UInt8(ascii: "0") {
            index += 1
        } else {
            try digits()
        }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            try digits()
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") {
                index += 1
            }
            try digits()
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func digits() throws(JSONError) {
        let start = index
        while index < bytes.count, bytes[index] &- UInt8(ascii: "0") < 10 { index += 1 }
        guard index > start else { throw unexpected("a digit") }
    }

    /// A string token, quotes included.
    mutating func string() throws(JSONError) -> String {
        let token = try stringToken()
        let span = UnsafeRawBufferPointer(rebasing: bytes[token.range])
        if !token.hasEscapes { return try string(of: span, isASCII: token.isASCII, at: token.range.lowerBound) }
        let decoded = try unescape(token.range)
        return try decoded.withJSONBytes { buffer throws(JSONError) in
            try string(of: buffer, isASCII: false, at: token.range.lowerBound)
        }
    }

    /// Decoding repairs what is invalid, so a string that came out otherwise than it went in was invalid. This is
    /// several times faster than the standard library's validating initialiser.
    private func string(
        of span: UnsafeRawBufferPointer, isASCII: Bool, at offset: Int
    ) throws(JSONError) -> String {
        let string = String(decoding: span, as: UTF8.self)
        if isASCII { return string }
        let isExact = string.utf8.withContiguousStorageIfAvailable { $0.elementsEqual(span) }
        guard isExact ?? string.utf8.elementsEqual(span) else {
            throw JSONError(offset: offset, reason: "the string is not valid UTF-8")
        }
        return string
    }

    /// Hands out the bytes of a string token: in place where there is nothing to unescape.
    mutating func withStringBytes<R>(
        _ body: (UnsafeRawBufferPointer) throws(JSONError) -> R
    ) throws(JSONError) -> R {
        let token = try stringToken()
        if !token.hasEscapes { return try body(UnsafeRawBufferPointer(rebasing: bytes[token.range])) }
        var decoded = try unescape(token.range)
        var failure: JSONError?
        let result: R? = decoded.withUnsafeMutableBytes { buffer in
            do throws(JSONError) {
                return try body(UnsafeRawBufferPointer(buffer))
            } catch {
                failure = error
                return nil
            }
        }
        guard let result else { throw failure ?? JSONError(offset: token.range.lowerBound, reason: "bad string") }
        return result
    }

    func unexpected(_ expected: String) -> JSONError {
        JSONError(
            offset: index, reason: index < bytes.count ? "expected \(expected)" : "expected \(expected), found the end")
    }
}

extension JSONScanner {
    private struct StringToken {
        let range: Range<Int>
        let hasEscapes: Bool
        let isASCII: Bool
    }

    /// Finds the end of a string and consumes it.
    @inline(__always)
    private mutating func stringToken() throws(JSONError) -> StringToken {
        try expect(UInt8(ascii: "\""))
        let start = index
        var hasEscapes = false
        var seen: UInt8 = 0
        while index < bytes.count {
            let byte = bytes[index]
            seen |= byte
            if byte == UInt8(ascii: "\"") {
                index += 1
                return StringToken(range: start..<(index - 1), hasEscapes: hasEscapes, isASCII: seen < 0x80)
            }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                index += 1
            } else if byte < 0x20 {
                throw JSONError(offset: index, reason: "control character in a string")
            }
            index += 1
        }
        throw JSONError(offset: bytes.count, reason: "unterminated string")
    }

    private func unescape(_ range: Range<Int>) throws(JSONError) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(range.count)
        var at = range.lowerBound
        while at < range.upperBound {
            let byte = bytes[at]
            guard byte == UInt8(ascii: "\\") else {
                out.append(byte)
                at += 1
                continue
            }
            guard at + 1 < range.upperBound else { throw JSONError(offset: at, reason: "unfinished escape") }
            switch bytes[at + 1] {
            case UInt8(ascii: "\""): out.append(UInt8(ascii: "\""))
            case UInt8(ascii: "\\"): out.append(UInt8(ascii: "\\"))
            case UInt8(ascii: "/"): out.append(UInt8(ascii: "/"))
            case UInt8(ascii: "b"): out.append(0x08)
            case UInt8(ascii: "f"): out.append(0x0C)
            case UInt8(ascii: "n"): out.append(0x0A)
            case UInt8(ascii: "r"): out.append(0x0D)
            case UInt8(ascii: "t"): out.append(0x09)
            case UInt8(ascii: "u"):
                let scalar = try unicodeEscape(&at, upTo: range.upperBound)
                out.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                continue
            default: throw JSONError(offset: at, reason: "unknown escape")
            }
            at += 2
        }
        return out
    }

    /// Reads `\uXXXX`, and the second half of a surrogate pair.
    private func unicodeEscape(_ at: inout Int, upTo end: Int) throws(JSONError) -> Unicode.Scalar {
        let start = at
        let first = try hexDigits(&at, upTo: end)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, at + 1 < end, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u") else {
            throw JSONError(offset: start, reason: "lone surrogate")
        }
        let second = try hexDigits(&at, upTo: end)
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw JSONError(offset: start, reason: "lone surrogate") }
        return scalar
    }

    private func hexDigits(_ at: inout Int, upTo end: Int) throws(JSONError) -> UInt32 {
        guard at + 6 <= end else { throw JSONError(offset: at, reason: "unfinished escape") }
        var value: UInt32 = 0
        for byte in bytes[(at + 2)..<(at + 6)] {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw JSONError(offset: at, reason: "bad hexadecimal digit in an escape")
            }
            value = value << 4 | UInt32(digit)
        }
        at += 6
        return value
    }
}
