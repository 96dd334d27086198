import Cryptography
import Environments

/// The name under which this state directory's control planes claim records, one process after another.
enum ReplicaName {
    static func ensure(path: String) throws(ControlError) -> String {
        if let text = try PosixFile.readText(path) {
            let name = String(text.prefix { !$0.isWhitespace })
            if !name.isEmpty { return name }
        }
        let name = Hex.encode(SecureRandom.bytes(8))
        try PosixFile.write(name + "\n", to: path, mode: 0o600)
        return name
    }
}
