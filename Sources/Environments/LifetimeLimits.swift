/// The lifetimes that a user may ask for, and what the lifetime rule grants by itself.
package struct LifetimeLimits: Hashable, Sendable {
    /// Given when nobody says anything: half a working day.
    package var defaultTTL: Duration = .seconds(4 * 3600)
    /// A shorter one could pass before the environment is ready.
    package var minimumTTL: Duration = .seconds(10)
    /// How old an environment may become, however often it is extended and whatever uses it; only protection outlasts
    /// it. Counted from the claim, else from the creation.
    package var maximumAge: Duration = .seconds(30 * 86_400)
    /// How long what expired can be restored before it is deleted; zero: not at all.
    package var grace: Duration = .seconds(10 * 60)
    /// How long an environment may go without a request before it is put to sleep, unless its user says otherwise;
    /// zero: for ever.
    package var idleTimeout: Duration = .seconds(15 * 60)
    /// The longest time between the warning and the deadline that it is about.
    package var maximumWarningLead: Duration = .seconds(10 * 60)

    package init() {}

    /// The lifetime to give for a requested one.
    package func ttl(requested: Duration?) throws(ControlError) -> Duration {
        guard let requested else { return min(defaultTTL, maximumAge) }
        guard requested >= minimumTTL, requested <= maximumAge else {
            throw ControlError(
                .invalidRequest, subject: "ttl",
                "a lifetime of \(DurationText.format(requested)) is not allowed",
                hint: "choose a ttl from \(DurationText.format(minimumTTL)) to \(DurationText.format(maximumAge))")
        }
        return requested
    }

    /// The idle time to give for a requested one; zero: never put to sleep.
    package func idleTimeout(requested: Duration?) throws(ControlError) -> Duration {
        guard let requested else { return idleTimeout }
        guard requested >= .zero else {
            throw ControlError(
                .invalidRequest, subject: "idle",
                "an idle time of \(DurationText.format(requested)) is not allowed",
                hint: "write how long it may go without a request, e.g. 15m, or `never`")
        }
        return requested
    }

    /// How long before its deadline an environment of that lifetime is warned of: the smaller of the maximum and a
    /// tenth of the lifetime, so that a short life is not all warning.
    package func warningLead(ttl: Duration) -> Duration {
        min(maximumWarningLead, .microseconds(max(ttl.microseconds, 0) / 10))
    }

    /// When an environment reaches its maximum age.
    package func oldestInstant(_ record: EnvironmentRecord) -> Timestamp { record.livesSince + maximumAge }

    /// When an environment ends that nothing holds: at the end of its ttl or its maximum age, whichever comes first, and
    /// not before its protection ends; nil: never.
    package func deadline(of record: EnvironmentRecord) -> Timestamp? {
        LifetimeRule.deadline(LifetimeRule.Inputs(record), self).at
    }

    /// How much longer an environment may live; nil: its age is no bound, since it is protected.
    package func leftOfAge(_ record: EnvironmentRecord, now: Timestamp) -> Duration? {
        record.protection?.holds(at: now) ?? false ? nil : oldestInstant(record) - now
    }
}

extension EnvironmentRecord {
    /// When its life in a user's hands began: what its age counts from.
    package var livesSince: Timestamp { claimedAt ?? createdAt }
}
