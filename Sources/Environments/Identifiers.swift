/// 96 random bits as 24 lowercase hexadecimal digits: unique without asking anyone, and short enough that every name
/// derived from it fits PostgreSQL's 63 bytes.
private func randomIdentifier(using generator: inout some RandomNumberGenerator) -> String {
    var text = ""
    for _ in 0..<3 {
        let digits = String(UInt32.random(in: .min ... .max, using: &generator), radix: 16)
        text += String(repeating: "0", count: 8 - digits.count) + digits
    }
    return text
}

/// The identity of one environment for all its life; a name can be used again, an id never.
package struct EnvironmentID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String
    package var description: String { text }

    /// An id that a record or a resource's mark carries.
    package init(_ text: String) { self.text = text }
    package init(using generator: inout some RandomNumberGenerator) { text = randomIdentifier(using: &generator) }

    /// Whether a text has the form of an id that was made here.
    package static func isWellFormed(_ text: String) -> Bool {
        text.utf8.count == 24 && text.utf8.allSatisfy { Array("0123456789abcdef".utf8).contains($0) }
    }

    package static func < (a: EnvironmentID, b: EnvironmentID) -> Bool { a.text < b.text }
}

/// The identity of one snapshot.
package struct SnapshotID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String
    package var description: String { text }

    package init(_ text: String) { self.text = text }
    package init(using generator: inout some RandomNumberGenerator) { text = randomIdentifier(using: &generator) }

    package static func < (a: SnapshotID, b: SnapshotID) -> Bool { a.text < b.text }
}

/// The identity of one installation of envctl: whatever it makes carries it as a mark, and it touches nothing that
/// carries another mark or none.
package struct InstallationID: Hashable, Sendable, CustomStringConvertible {
    package let text: String
    package var description: String { text }

    package init(_ text: String) { self.text = text }
    package init(using generator: inout some RandomNumberGenerator) { text = randomIdentifier(using: &generator) }
}

/// The names of what is made for a record. They follow from the record alone, so a second try finds the first one's
/// work under the same name and adopts it.
package enum ResourceNames {
    /// The database of one generation of a snapshot.
    package static func snapshotDatabase(_ id: SnapshotID, generation: Int) -> String {
        "envctl_s_\(id.text)_g\(generation)"
    }

    /// The database of an environment; `incarnation` counts its copies (a reset makes the next one).
    package static func cloneDatabase(_ id: EnvironmentID, incarnation: Int) -> String {
        "envctl_e_\(id.text)_g\(incarnation)"
    }

    /// The login role of an environment.
    package static func role(_ id: EnvironmentID) -> String { "envctl_r_\(id.text)" }
}
