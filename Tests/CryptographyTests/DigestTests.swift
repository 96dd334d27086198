import Cryptography
import Testing

/// Published vectors: FIPS 180-4 examples, RFC 1321 appendix A.5, RFC 4231, the CRC catalogue's check values.
@Suite struct DigestTests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func sha256(text: String, digest: String) {
        #expect(Hex.encode(SHA256.hash(text)) == digest)
        #expect(Hex.encode(SHA256.hash(Array(text.utf8))) == digest)
    }

    @Test(arguments: [
        ("", "d41d8cd98f00b204e9800998ecf8427e"),
        ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
    ])
    func md5(text: String, digest: String) {
        #expect(Hex.encode(MD5.hash(Array(text.utf8))) == digest)
    }

    /// FIPS 180-2, appendix A.1 and A.2.
    @Test(arguments: [
        ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
        ),
    ])
    func sha1(text: String, digest: String) {
        #expect(Hex.encode(SHA1.hash(Array(text.utf8))) == digest)
    }

    @Test(arguments: [DigestAlgorithm.sha256, .sha1, .md5])
    func incrementalEqualsWhole(algorithm: DigestAlgorithm) {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var digest = IncrementalDigest(algorithm)
        for start in stride(from: 0, to: bytes.count, by: 777) {
            digest.update(Array(bytes[start..<min(start + 777, bytes.count)]))
        }
        let whole =
            switch algorithm {
            case .sha256: SHA256.hash(bytes)
            case .sha1: SHA1.hash(bytes)
            case .md5: MD5.hash(bytes)
            }
        #expect(digest.finalize() == whole)
    }

    @Test(arguments: [
        (
            [UInt8](repeating: 0x0b, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ])
    func hmac(key: [UInt8], message: String, code: String) {
        #expect(Hex.encode(HMACSHA256.authenticate(message, key: key)) == code)
    }

    @Test(arguments: [
        ("", UInt32(0)), ("123456789", 0xCBF4_3926), ("The quick brown fox jumps over the lazy dog", 0x414F_A339),
    ])
    func crc32(text: String, check: UInt32) {
        #expect(CRC32.checksum(Array(text.utf8)) == check)
    }

    @Test func crc32InPiecesEqualsWhole() {
        let bytes = (0..<4_099).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) }
        for split in [0, 1, 7, 8, 9, 4_098, 4_099] {
            var check = CRC32()
            Array(bytes[..<split]).withUnsafeBytes { check.update($0) }
            Array(bytes[split...]).withUnsafeBytes { check.update($0) }
            #expect(check.value == CRC32.checksum(bytes), "split at \(split)")
        }
    }

    @Test func hexRoundTrip() {
        let bytes = (0...255).map { UInt8($0) }
        #expect(Hex.decode(Hex.encode(bytes)) == bytes)
        #expect(Hex.decode("00fF") == [0, 255])
        #expect(Hex.decode("0") == nil)
        #expect(Hex.decode("0g") == nil)
    }
}
