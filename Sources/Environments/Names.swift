/// The rule that names of environments and snapshots share: what fits a DNS label, so that a name can become a host
/// name, a file name and a label value without quoting.
package enum NameRule {
    package static let maximumLength = 63
    package static let text =
        "1 to 63 characters a-z, 0-9 and '-', beginning and ending with a letter or a digit"

    package static func accepts(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard let first = bytes.first, let last = bytes.last, bytes.count <= maximumLength else { return false }
        return isLetterOrDigit(first) && isLetterOrDigit(last)
            && bytes.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
    }

    fileprivate static func check(_ name: String, kind: String) throws(ControlError) {
        guard !accepts(name) else { return }
        let shown = name.count > 80 ? String(name.prefix(77)) + "..." : name
        throw ControlError(
            .invalidRequest, subject: shown, "'\(shown)' is not a valid \(kind) name", hint: "a name is \(text)")
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

/// The name by which a user knows an environment; unique among those that are not deleted.
package struct EnvironmentName: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String
    package var description: String { text }

    package init(_ text: String) throws(ControlError) {
        try NameRule.check(text, kind: "environment")
        self.text = text
    }

    package static func < (a: EnvironmentName, b: EnvironmentName) -> Bool { a.text < b.text }
}

/// The name of a snapshot, e.g. `prod-snapshot`; unique among those that are not deleted.
package struct SnapshotName: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String
    package var description: String { text }

    package init(_ text: String) throws(ControlError) {
        try NameRule.check(text, kind: "snapshot")
        self.text = text
    }

    package static func < (a: SnapshotName, b: SnapshotName) -> Bool { a.text < b.text }
}
