import Cryptography

/// Request identifiers in the form of DynamoDB's: 52 upper-case characters of the alphabet `0-9A-V`.
enum RequestID {
    /// Random; from libcrypto's generator, which asks the kernel once in a while instead of for each identifier.
    static func make() -> String {
        let bytes = SecureRandom.bytes(52)
        return String(unsafeUninitializedCapacity: bytes.count) { buffer in
            for (index, byte) in bytes.enumerated() {
                let value = byte & 31
                buffer[index] = value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
            }
            return bytes.count
        }
    }
}
