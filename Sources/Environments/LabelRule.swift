/// What labels may be: few, short, and printable on one line, so that they fit a table, a log and a URL.
package enum LabelRule {
    package static let maximumCount = 64
    /// In bytes of UTF-8.
    package static let maximumKeyLength = 63
    /// In bytes of UTF-8.
    package static let maximumValueLength = 255

    /// - Throws: `invalidRequest` that names the first label which breaks the rule.
    package static func check(_ labels: [String: String]) throws(ControlError) {
        guard labels.count <= maximumCount else {
            throw ControlError(
                .invalidRequest, subject: "labels", "\(labels.count) labels are too many",
                hint: "an environment has at most \(maximumCount)")
        }
        for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
            guard !key.isEmpty, key.utf8.count <= maximumKeyLength, isPrintable(key), !key.contains("=") else {
                throw ControlError(
                    .invalidRequest, subject: "labels", "'\(shown(key))' is not a valid name of a label",
                    hint: "1 to \(maximumKeyLength) bytes without '=' and without control characters")
            }
            guard value.utf8.count <= maximumValueLength, isPrintable(value) else {
                throw ControlError(
                    .invalidRequest, subject: "labels", "the value of label '\(key)' is not valid",
                    hint: "at most \(maximumValueLength) bytes without control characters")
            }
        }
    }

    private static func isPrintable(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }

    private static func shown(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(80).map { isPrintable(String($0)) ? $0 : "?" }))
    }
}
