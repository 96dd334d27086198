/// What a webhook may be.
package enum WebhookRule {
    package static let maximumURLLength = 2_048
    package static let maximumKinds = 64

    /// - Throws: `invalidRequest` that names what breaks the rule.
    package static func check(url: String, kinds: [String]) throws(ControlError) {
        let lowered = url.lowercased()
        let prefix = ["https://", "http://"].first { lowered.hasPrefix($0) }
        let authority = url.dropFirst(prefix?.count ?? 0).prefix { !"/?#".contains($0) }
        let isPlain = url.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value < 0x7F }
        guard prefix != nil, isPlain, url.utf8.count <= maximumURLLength, !authority.isEmpty, !authority.hasPrefix(":")
        else {
            throw ControlError(
                .invalidRequest, subject: "url", "'\(url.prefix(80))' is not the URL of a webhook",
                hint: "write an absolute one, e.g. https://ci.example.org/envctl")
        }
        // It would stand in lists and in the history.
        guard !authority.contains("@") else {
            throw ControlError(
                .invalidRequest, subject: "url", "the URL of a webhook holds a user or password",
                hint: "leave it out: the receiver knows messages by their signature")
        }
        guard kinds.count <= maximumKinds else {
            throw ControlError(
                .invalidRequest, subject: "kinds", "\(kinds.count) kinds of events are too many",
                hint: "at most \(maximumKinds); leave them out for all")
        }
        try EventKind.check(kinds)
    }
}
