import Cryptography
import Environments

/// Encrypts the secrets of the records with a key that lies outside the database: who reads the tables or a backup of
/// them has no credential of any environment.
struct SecretBox: Sendable {
    private let key: [UInt8]

    /// - Parameter key: 32 bytes.
    init(key: [UInt8]) throws(ControlError) {
        guard key.count == AES256GCM.keyLength else {
            throw ControlError(.misconfigured, "the key of the records has \(key.count) bytes instead of 32")
        }
        self.key = key
    }

    /// - Parameter purpose: where the secret belongs, e.g. an id and a column; a value moved elsewhere does not open.
    func seal(_ secret: String, purpose: String) throws(ControlError) -> [UInt8] {
        do {
            return try AES256GCM.seal(Array(secret.utf8), key: key, aad: Array(purpose.utf8))
        } catch {
            throw ControlError(.failed, "could not encrypt a secret: \(error)")
        }
    }

    func open(_ sealed: [UInt8], purpose: String) throws(ControlError) -> String {
        do {
            return String(decoding: try AES256GCM.open(sealed, key: key, aad: Array(purpose.utf8)), as: UTF8.self)
        } catch {
            throw ControlError(
                .misconfigured, "a secret in the records does not open with run/secret.key",
                hint: "put back the key file that belongs to these records")
        }
    }
}
