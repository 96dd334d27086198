/// Base64 of RFC 4648 with the standard alphabet and padding, strict: no white space, no missing padding, no stray
/// bits in the last character.
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static let values: [UInt8] = {
        var table = [UInt8](repeating: 0xFF, count: 256)
        for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
        return table
    }()

    package static func encode(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        append(bytes, to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    package static func append(_ bytes: [UInt8], to out: inout [UInt8]) {
        out.reserveCapacity(out.count + (bytes.count + 2) / 3 * 4)
        alphabet.withUnsafeBufferPointer { alphabet in
            bytes.withUnsafeBufferPointer { input in
                var index = 0
                while index + 3 <= input.count {
                    let group = Int(input[index]) << 16 | Int(input[index + 1]) << 8 | Int(input[index + 2])
                    out.append(alphabet[group >> 18])
                    out.append(alphabet[group >> 12 & 63])
                    out.append(alphabet[group >> 6 & 63])
                    out.append(alphabet[group & 63])
                    index += 3
                }
                let rest = input.count - index
                guard rest > 0 else { return }
                let group = Int(input[index]) << 16 | (rest == 2 ? Int(input[index + 1]) << 8 : 0)
                out.append(alphabet[group >> 18])
                out.append(alphabet[group >> 12 & 63])
                out.append(rest == 2 ? alphabet[group >> 6 & 63] : UInt8(ascii: "="))
                out.append(UInt8(ascii: "="))
            }
        }
    }

    package static func decode(_ text: String) -> [UInt8]? {
        if let bytes = text.utf8.withContiguousStorageIfAvailable({ decode(UnsafeRawBufferPointer($0)) }) {
            return bytes
        }
        return Array(text.utf8).withUnsafeBytes { decode($0) }
    }

    package static func decode(_ input: UnsafeRawBufferPointer) -> [UInt8]? {
        guard input.count % 4 == 0 else { return nil }
        guard !input.isEmpty else { return [] }
        let equals = UInt8(ascii: "=")
        let padding = input[input.count - 1] != equals ? 0 : (input[input.count - 2] != equals ? 1 : 2)
        var valid = true
        let count = input.count / 4 * 3 - padding
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { out, initialized in
            values.withUnsafeBufferPointer { values in
                var written = 0
                var index = 0
                var seen: UInt8 = 0
                while index < input.count {
                    let isLast = index + 4 == input.count
                    let a = values[Int(input[index])]
                    let b = values[Int(input[index + 1])]
                    let c = isLast && padding == 2 ? 0 : values[Int(input[index + 2])]
                    let d = isLast && padding >= 1 ? 0 : values[Int(input[index + 3])]
                    seen |= a | b | c | d
                    let group = UInt32(a & 63) << 18 | UInt32(b & 63) << 12 | UInt32(c & 63) << 6 | UInt32(d & 63)
                    if written < count { out[written] = UInt8(truncatingIfNeeded: group >> 16) }
                    if written + 1 < count { out[written + 1] = UInt8(truncatingIfNeeded: group >> 8) }
                    if written + 2 < count { out[written + 2] = UInt8(truncatingIfNeeded: group) }
                    if isLast, padding == 1, c & 3 != 0 { valid = false }
                    if isLast, padding == 2, b & 15 != 0 { valid = false }
                    written += 3
                    index += 4
                }
                if seen & 0xC0 != 0 { valid = false }
            }
            initialized = count
        }
        return valid ? bytes : nil
    }
}
