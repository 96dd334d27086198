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
        let isWord = { (kind: String) in
            !kind.isEmpty && kind.utf8.count <= 64
                && kind.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
        }
        guard kinds.count <= maximumKinds, kinds.allSatisfy(isWord) else {
            throw ControlError(
                .invalidRequest, subject: "kinds", "the kinds of events are not acceptable",
                hint: "at most \(maximumKinds) words such as ready or deleted; leave them out for all")
        }
    }
}
