/// The cyclic redundancy check of zlib, gzip and `x-amz-crc32`: reflected polynomial 0xEDB88320, all ones at the start,
/// inverted at the end.
package struct CRC32: Sendable {
    private var register: UInt32 = 0xFFFF_FFFF

    package init() {}

    package static func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBytes { checksum($0) }
    }

    package static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var check = CRC32()
        check.update(bytes)
        return check.value
    }

    /// The checksum of everything given so far.
    package var value: UInt32 { ~register }

    /// Takes eight bytes a step ("slicing by eight", Kounavis and Berry 2005): a response's checksum must not cost
    /// more than writing it.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        var register = register
        let blocks = bytes.count / 8
        Self.tables.withUnsafeBufferPointer { table in
            for block in 0..<blocks {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: block * 8, as: UInt64.self))
                let low = UInt32(truncatingIfNeeded: word) ^ register
                let high = UInt32(truncatingIfNeeded: word >> 32)
                register = table[1792 + Int(low & 255)] ^ table[1536 + Int(low >> 8 & 255)]
                register ^= table[1280 + Int(low >> 16 & 255)] ^ table[1024 + Int(low >> 24)]
                register ^= table[768 + Int(high & 255)] ^ table[512 + Int(high >> 8 & 255)]
                register ^= table[256 + Int(high >> 16 & 255)] ^ table[Int(high >> 24)]
            }
            for byte in bytes[(blocks * 8)...] {
                register = table[Int((register ^ UInt32(byte)) & 255)] ^ register >> 8
            }
        }
        self.register = register
    }

    /// Eight tables of 256 entries: table n holds the effect of a byte with n zero bytes behind it.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var entry = UInt32(byte)
            for _ in 0..<8 {
                entry = entry & 1 == 1 ? entry >> 1 ^ 0xEDB8_8320 : entry >> 1
            }
            tables[byte] = entry
        }
        for index in 256..<(8 * 256) {
            let before = tables[index - 256]
            tables[index] = tables[Int(before & 255)] ^ before >> 8
        }
        return tables
    }()
}
