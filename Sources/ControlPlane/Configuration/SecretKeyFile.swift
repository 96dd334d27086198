import Cryptography
import Environments

/// The key of the secrets in the records: 32 random bytes, made once, kept in a file that only its owner reads.
enum SecretKeyFile {
    static func ensure(path: String) throws(ControlError) -> [UInt8] {
        if let text = try PosixFile.readText(path) {
            let digits = String(text.prefix { !$0.isWhitespace })
            guard let key = Hex.decode(digits), key.count == AES256GCM.keyLength else {
                throw ControlError(
                    .misconfigured, subject: path, "\(path) does not hold a key of 64 hexadecimal digits",
                    hint: "put back the file that belongs to these records")
            }
            return key
        }
        let key = SecureRandom.bytes(AES256GCM.keyLength)
        try PosixFile.write(Hex.encode(key) + "\n", to: path, mode: 0o600)
        return key
    }
}
