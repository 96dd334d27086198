import CCrypto

/// Random bytes for keys, nonces and secrets, from libcrypto's generator.
package enum SecureRandom {
    /// `count` random bytes. A machine whose generator fails cannot make secrets, so that ends the process.
    package static func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        precondition(RAND_bytes(&bytes, Int32(count)) == 1, "the system's random generator failed")
        return bytes
    }

    /// `count` characters drawn evenly from `alphabet`, by rejection, so that no character is likelier than another.
    package static func text(_ count: Int, from alphabet: String) -> String {
        let letters = Array(alphabet.utf8)
        precondition(!letters.isEmpty && letters.count <= 256, "an alphabet has 1 to 256 letters")
        let limit = 256 - 256 % letters.count
        var text: [UInt8] = []
        while text.count < count {
            for byte in bytes(count) where Int(byte) < limit && text.count < count {
                text.append(letters[Int(byte) % letters.count])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Whether two byte strings are equal, in a time that depends on their lengths only.
package func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
}
