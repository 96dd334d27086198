import Cryptography
import Synchronization

/// The signing keys of the day, so that a request costs one HMAC instead of five.
///
/// Only keys that verified a signature get in, so a stranger who names regions at random cannot fill it. A changed
/// secret never meets the old secret's key, because an entry remembers which secret it came from.
package final class SigningKeyCache: Sendable {
    private struct Name: Hashable {
        let accessKeyID: String
        let scope: CredentialScope
    }

    private struct Entry {
        let secret: String
        let key: [UInt8]
    }

    /// The largest number of keys held.
    package let capacity: Int
    private let entries = Mutex<[Name: Entry]>([:])

    package init(capacity: Int = 256) {
        self.capacity = capacity
    }

    package var count: Int {
        entries.withLock { $0.count }
    }

    func key(accessKeyID: String, scope: CredentialScope, secret: String) -> [UInt8]? {
        let entry = entries.withLock { $0[Name(accessKeyID: accessKeyID, scope: scope)] }
        guard let entry, constantTimeEquals(Array(entry.secret.utf8), Array(secret.utf8)) else { return nil }
        return entry.key
    }

    func store(_ key: [UInt8], accessKeyID: String, scope: CredentialScope, secret: String, today: String) {
        entries.withLock { entries in
            if entries.count >= capacity {
                entries = entries.filter { $0.key.scope.date == today }
            }
            if entries.count >= capacity {
                entries.removeAll(keepingCapacity: true)
            }
            entries[Name(accessKeyID: accessKeyID, scope: scope)] = Entry(secret: secret, key: key)
        }
    }
}
