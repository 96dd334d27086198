/// Something that uses an environment at the moment, such as a command of `envctl exec`: the environment neither expires
/// nor falls asleep meanwhile, up to its maximum age. It lapses by itself unless it is renewed.
package struct Holder: Hashable, Sendable, Identifiable {
    package var id: String
    /// What it does, in words of whoever opened it.
    package var purpose: String
    /// Who opened it.
    package var owner: String
    package var createdAt: Timestamp
    package var expiresAt: Timestamp

    package init(id: String, purpose: String, owner: String, createdAt: Timestamp, expiresAt: Timestamp) {
        self.id = id
        self.purpose = purpose
        self.owner = owner
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

/// What holds may be.
package enum HolderRule {
    /// How long one lasts without being renewed: short enough that a killed command does not keep an environment, and
    /// long enough that a restart of the control plane does not lose one.
    package static let defaultTTL = Duration.seconds(60)
    package static let ttls: ClosedRange<Duration> = .seconds(5) ... .seconds(3600)
    /// In bytes of UTF-8.
    package static let maximumPurposeLength = 200

    /// - Throws: `invalidRequest` for a ttl out of bounds.
    package static func ttl(requested: Duration?) throws(ControlError) -> Duration {
        let ttl = requested ?? defaultTTL
        guard ttls.contains(ttl) else {
            throw ControlError(
                .invalidRequest, subject: "ttl_seconds", "a hold of \(DurationText.format(ttl)) is not allowed",
                hint: "give \(DurationText.format(ttls.lowerBound)) to \(DurationText.format(ttls.upperBound)), and "
                    + "renew it for longer")
        }
        return ttl
    }

    /// `purpose` on one line and not too long.
    package static func purpose(_ text: String) -> String {
        let printable = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
        var kept = String.UnicodeScalarView()
        var length = 0
        for scalar in printable {
            length += UTF8.width(scalar)
            guard length <= maximumPurposeLength else { break }
            kept.append(scalar)
        }
        return String(kept)
    }
}
