/// What a protection must say: whoever meets it later must learn why it is there.
package enum ProtectionRule {
    /// In bytes of UTF-8.
    package static let maximumReasonLength = 500

    /// - Throws: `invalidRequest` for an empty, long or unprintable reason, or an end that is not in the future.
    package static func check(reason: String, duration: Duration?) throws(ControlError) {
        guard reason.contains(where: { !$0.isWhitespace }), reason.utf8.count <= maximumReasonLength,
            reason.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else {
            throw ControlError(
                .invalidRequest, subject: "reason", "a protection needs a reason that others can read",
                hint: "write why it must be kept, on one line of at most \(maximumReasonLength) bytes")
        }
        guard duration.map({ $0 > .zero }) ?? true else {
            throw ControlError(
                .invalidRequest, subject: "seconds", "a protection cannot end before it begins",
                hint: "write how long it shall hold, e.g. 7d, or leave it out to hold until it is lifted")
        }
    }
}
