import Cryptography
import Testing

@Suite struct AES256GCMTests {
    /// Test cases 14 and 16 of McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B.
    @Test func publishedVectors() throws {
        let zero = try AES256GCM.seal(
            [UInt8](repeating: 0, count: 16), key: [UInt8](repeating: 0, count: 32),
            nonce: [UInt8](repeating: 0, count: 12))
        #expect(
            Hex.encode(zero[12...])
                == "cea7403d4d606b6e074ec5d3baf39d18" + "d0d1c8a799996bf0265b98b5d48ab919")

        let key = try #require(Hex.decode("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"))
        let nonce = try #require(Hex.decode("cafebabefacedbaddecaf888"))
        let aad = try #require(Hex.decode("feedfacedeadbeeffeedfacedeadbeefabaddad2"))
        let plaintext = try #require(
            Hex.decode(
                "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
                    + "b16aedf5aa0de657ba637b39"))
        let sealed = try AES256GCM.seal(plaintext, key: key, nonce: nonce, aad: aad)
        #expect(Array(sealed.prefix(12)) == nonce)
        #expect(
            Hex.encode(sealed[12...])
                == "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
                + "c5f61e6393ba7a0abcc9f662" + "76fc6ece0f4e1768cddf8853bb2d551b")
        #expect(try AES256GCM.open(sealed, key: key, aad: aad) == plaintext)
    }

    @Test func everyAlteredByteIsRefused() throws {
        let key = SecureRandom.bytes(32)
        let sealed = try AES256GCM.seal(Array("secret".utf8), key: key, aad: Array("AKIA".utf8))
        for index in sealed.indices {
            var altered = sealed
            altered[index] ^= 1
            #expect(throws: CryptoError.authenticationFailed) {
                try AES256GCM.open(altered, key: key, aad: Array("AKIA".utf8))
            }
        }
        #expect(throws: CryptoError.authenticationFailed) { try AES256GCM.open(sealed, key: key) }
        #expect(throws: CryptoError.sealedLength(27)) { try AES256GCM.open(Array(sealed.prefix(27)), key: key) }
        #expect(throws: CryptoError.keyLength(16)) { try AES256GCM.open(sealed, key: Array(key.prefix(16))) }
    }

    @Test func emptyPlaintextAndFreshNonces() throws {
        let key = SecureRandom.bytes(32)
        let first = try AES256GCM.seal([], key: key)
        let second = try AES256GCM.seal([], key: key)
        #expect(first.count == 28)
        #expect(first != second)
        #expect(try AES256GCM.open(first, key: key) == [])
    }

    @Test func constantTimeEquality() {
        #expect(constantTimeEquals([], []))
        #expect(constantTimeEquals([1, 2], [1, 2]))
        #expect(!constantTimeEquals([1, 2], [1, 3]))
        #expect(!constantTimeEquals([1, 2], [1, 2, 3]))
    }

    @Test func randomTextUsesTheWholeAlphabet() {
        let text = SecureRandom.text(2_000, from: "ABC")
        #expect(text.utf8.count == 2_000)
        #expect(Set(text) == ["A", "B", "C"])
    }
}
