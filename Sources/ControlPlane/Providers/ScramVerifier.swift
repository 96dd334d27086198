import Cryptography
import DynamoModel

/// What PostgreSQL stores for a password with SCRAM-SHA-256 (RFC 5803), computed here so that the password itself
/// is in no SQL statement, and so in no log and no `pg_stat_activity`.
enum ScramVerifier {
    /// Iterations make a password that people chose dear to guess. Ours are random, of 190 bits and more, which nobody
    /// guesses at any price, and every connection would pay for them: 4096, PostgreSQL's default, cost its client 5.5 ms
    /// of processor time, some 40 ms for each environment that is made
    /// (`docs/decisions/0034-one-iteration-for-random-passwords.md`).
    static let iterations = 1

    /// - Parameter password: random, and ASCII: the SASLprep of RFC 4013 leaves it as it is.
    static func make(password: String, salt: [UInt8], iterations: Int = Self.iterations) -> String {
        let key = Array(password.utf8)
        // PBKDF2 with one block, as RFC 5802 defines Hi().
        var block = HMACSHA256.authenticate(salt + [0, 0, 0, 1], key: key)
        var salted = block
        for _ in 1..<iterations {
            block = HMACSHA256.authenticate(block, key: key)
            for index in salted.indices { salted[index] ^= block[index] }
        }
        let storedKey = SHA256.hash(HMACSHA256.authenticate("Client Key", key: salted))
        let serverKey = HMACSHA256.authenticate("Server Key", key: salted)
        return "SCRAM-SHA-256$\(iterations):\(Base64.encode(salt))$"
            + "\(Base64.encode(storedKey)):\(Base64.encode(serverKey))"
    }
}
