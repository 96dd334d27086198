import Cryptography
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// gzip (RFC 1952) without compression: stored blocks (RFC 1951, 3.2.4), which every inflater reads.
enum StoredGzip {
    static func make(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        var start = 0
        repeat {
            let end = min(start + 65_535, bytes.count)
            let length = UInt16(end - start)
            out.append(end == bytes.count ? 1 : 0)
            out += [UInt8(length & 255), UInt8(length >> 8), UInt8(~length & 255), UInt8(~length >> 8)]
            out += bytes[start..<end]
            start = end
        } while start < bytes.count
        for value in [CRC32.checksum(bytes), UInt32(truncatingIfNeeded: bytes.count)] {
            out += (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
        }
        return out
    }
}

enum TestFile {
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o644) throws {
        let file = try #require(fopen(path, "w"))
        defer { fclose(file) }
        try #require(bytes.isEmpty || fwrite(bytes, 1, bytes.count, file) == bytes.count)
        chmod(path, mode)
    }
}
