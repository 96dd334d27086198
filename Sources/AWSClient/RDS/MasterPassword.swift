import Cryptography

extension RDS {
    /// The password of a cluster's master user. It does not print, whether alone, inside another value, with
    /// `String(reflecting:)`, `dump` or a mirror; only `reveal` gives it.
    package struct MasterPassword: Sendable, Hashable {
        private let text: String

        /// Bounds of Aurora PostgreSQL ("ModifyDBCluster" in the RDS API reference).
        package static let lengths = 8...41

        /// nil for a password that RDS would refuse: 8 to 41 printable ASCII characters, without `/`, `"`, `@` and
        /// spaces.
        package init?(_ text: String) {
            let isAllowed = text.utf8.allSatisfy { byte in
                (0x21...0x7E).contains(byte)
                    && ![UInt8(ascii: "/"), UInt8(ascii: "\""), UInt8(ascii: "@")].contains(byte)
            }
            guard isAllowed, Self.lengths.contains(text.utf8.count) else { return nil }
            self.text = text
        }

        private init(unchecked text: String) {
            self.text = text
        }

        /// 40 letters and digits: 238 bits, and nothing that a connection string would have to escape.
        package static func random() -> MasterPassword {
            MasterPassword(
                unchecked: SecureRandom.text(
                    40, from: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"))
        }

        package func reveal() -> String { text }
    }
}

extension RDS.MasterPassword: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(secret)" }
    package var debugDescription: String { "(secret)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
