/// The lifetimes that a user may ask for.
package struct LifetimeLimits: Hashable, Sendable {
    /// Given when nobody says anything: half a working day.
    package var defaultTTL: Duration = .seconds(4 * 3600)
    /// A shorter one could pass before the environment is ready.
    package var minimumTTL: Duration = .seconds(10)
    package var maximumTTL: Duration = .seconds(30 * 86_400)

    package init() {}

    /// The lifetime to give for a requested one.
    package func ttl(requested: Duration?) throws(ControlError) -> Duration {
        guard let requested else { return defaultTTL }
        guard requested >= minimumTTL, requested <= maximumTTL else {
            throw ControlError(
                .invalidRequest, subject: "ttl",
                "a lifetime of \(DurationText.format(requested)) is not allowed",
                hint: "choose a ttl from \(DurationText.format(minimumTTL)) to \(DurationText.format(maximumTTL))")
        }
        return requested
    }
}

/// The one rule that says whether an environment stays, and why. Its inputs are values; more of them (idle time,
/// maximum age, protection, grace) join as fields and each brings its own instant.
package enum LifetimeRule {
    package struct Inputs: Hashable, Sendable {
        package var phase: Phase
        package var expiresAt: Timestamp

        package init(phase: Phase, expiresAt: Timestamp) {
            self.phase = phase
            self.expiresAt = expiresAt
        }
    }

    package enum Verdict: Hashable, Sendable {
        /// Stays at least until then, if nothing is changed; `nil`: for good.
        case keep(until: Timestamp?)
        case delete(reason: String)
    }

    package static func verdict(_ inputs: Inputs, now: Timestamp) -> Verdict {
        switch inputs.phase {
        case .deleting, .deleted:
            // Already decided, whatever the deadline says.
            return .keep(until: nil)
        case .queued, .requested, .cloning, .sealing, .starting, .probing, .ready, .hibernated, .resetting, .expiring,
            .failed:
            guard inputs.expiresAt <= now else { return .keep(until: inputs.expiresAt) }
            return .delete(reason: "its lifetime ended at \(inputs.expiresAt)")
        }
    }
}
