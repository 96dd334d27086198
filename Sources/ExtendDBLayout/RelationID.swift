import Cryptography

/// Ids of tables and indexes: version 4 UUIDs of RFC 9562 as text.
package enum RelationID {
    package static func random() -> String {
        var bytes = SecureRandom.bytes(16)
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        return [bytes[0..<4], bytes[4..<6], bytes[6..<8], bytes[8..<10], bytes[10..<16]].map { Hex.encode($0) }
            .joined(separator: "-")
    }
}
