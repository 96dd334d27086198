/// The one rule that says whether an environment stays, sleeps or goes, why, and until when that answer holds.
///
/// An environment ends at its deadline: the end of its ttl, at most its maximum age. What holds it (`envctl exec`)
/// moves the end up to the maximum age; protection moves it without bound. What was ready once goes into its grace
/// then, in which it can be restored, and is deleted at the end of that; what never was ready, and what nobody claimed
/// from a pool, has nothing that anybody could miss.
///
/// The verdict depends on `now` through comparisons with instants that the inputs fix, and names the next of them: it
/// is the same at every moment until then, so nothing has to look again before.
package enum LifetimeRule {
    /// What is known of an environment's protection.
    package enum Protected: Hashable, Sendable {
        case no
        case yes(Protection)
        /// The record is damaged. It counts as protected until somebody mends it: a deletion cannot be taken back.
        case unreadable
    }

    package struct Inputs: Hashable, Sendable {
        package var phase: Phase
        /// Whether it was ready once, and so may hold what a user would miss.
        package var wasReady: Bool
        /// Whether it waits in a pool for somebody to claim it.
        package var isPooled: Bool
        /// Whether the generation of a pool's member is not the newest one of a snapshot that exists.
        package var isSuperseded: Bool
        /// What its age counts from.
        package var livesSince: Timestamp
        package var expiresAt: Timestamp
        package var ttl: Duration
        /// Zero: it is never put to sleep.
        package var idleTimeout: Duration
        /// The last sign of use that is known: a request, or the start of its server.
        package var activeAt: Timestamp?
        /// Whether whoever asks can know how long it has been idle: only the replica on its server's machine can.
        package var canTellIdle: Bool
        package var protected: Protected
        /// The latest end of what holds it.
        package var heldUntil: Timestamp?
        /// The deadline that was warned of.
        package var warnedFor: Timestamp?
        /// Set in `expiring`.
        package var graceEndsAt: Timestamp?

        package init(phase: Phase, livesSince: Timestamp, expiresAt: Timestamp, ttl: Duration) {
            self.phase = phase
            wasReady = false
            isPooled = false
            isSuperseded = false
            self.livesSince = livesSince
            self.expiresAt = expiresAt
            self.ttl = ttl
            idleTimeout = .zero
            canTellIdle = true
            protected = .no
        }

        /// The inputs of a record, and what stands outside it.
        package init(_ record: EnvironmentRecord, heldUntil: Timestamp? = nil, isSuperseded: Bool = false) {
            self.init(
                phase: record.phase, livesSince: record.livesSince, expiresAt: record.expiresAt, ttl: record.ttl)
            wasReady = record.readyAt != nil
            isPooled = record.isPooled
            self.isSuperseded = isSuperseded
            idleTimeout = record.idleTimeout
            activeAt = [record.lastRequestAt, record.readySince].compactMap(\.self).max()
            protected = record.protection.map { .yes($0) } ?? .no
            self.heldUntil = heldUntil
            warnedFor = record.warnedFor
            graceEndsAt = record.graceEndsAt
        }
    }

    package enum Action: Hashable, Sendable {
        case keep
        /// Say that it will expire at that deadline.
        case warn(deadline: Timestamp)
        /// Put it to sleep.
        case hibernate
        /// Take it out of service; it can be restored while its grace lasts.
        case expire
        /// Take it down for good.
        case delete
    }

    package struct Verdict: Hashable, Sendable {
        package var action: Action
        package var reason: Reason
        /// When the verdict can be another one if no input changes; nil: never.
        package var next: Timestamp?

        package init(action: Action, reason: Reason, next: Timestamp?) {
            self.action = action
            self.reason = reason
            self.next = next
        }
    }

    package static func verdict(_ inputs: Inputs, limits: LifetimeLimits, now: Timestamp) -> Verdict {
        switch inputs.phase {
        case .deleting, .deleted:
            return Verdict(action: .keep, reason: .decided, next: nil)
        case .expiring:
            let grace = graceEnd(inputs, limits)
            guard let end = grace.at else { return Verdict(action: .keep, reason: grace.cause, next: nil) }
            return end <= now
                ? Verdict(action: .delete, reason: grace.cause, next: nil)
                : Verdict(action: .keep, reason: grace.cause, next: end)
        case .queued, .requested, .cloning, .sealing, .starting, .probing, .ready, .hibernated, .resetting, .failed:
            return inputs.isPooled ? pooled(inputs, now: now) : living(inputs, limits, now: now)
        }
    }

    /// A pool's member is replaced with its snapshot and else stays awake until somebody claims it.
    private static func pooled(_ inputs: Inputs, now: Timestamp) -> Verdict {
        guard inputs.isSuperseded else { return Verdict(action: .keep, reason: .pooled, next: nil) }
        switch inputs.protected {
        case .unreadable: return Verdict(action: .keep, reason: .protectionUnreadable, next: nil)
        case .yes(let protection) where protection.holds(at: now):
            return Verdict(action: .keep, reason: .protected(protection), next: protection.until)
        case .yes, .no: return Verdict(action: .delete, reason: .superseded, next: nil)
        }
    }

    private static func living(_ inputs: Inputs, _ limits: LifetimeLimits, now: Timestamp) -> Verdict {
        let end = end(inputs, limits)
        if let at = end.at, at <= now {
            let isRestorable = inputs.wasReady && limits.grace > .zero
            return Verdict(action: isRestorable ? .expire : .delete, reason: end.cause, next: nil)
        }
        let warning = warning(inputs, limits)
        if let warning, warning.at <= now, now < warning.deadline {
            return Verdict(action: .warn(deadline: warning.deadline), reason: end.cause, next: warning.deadline)
        }
        let later = [warning?.at, end.at].compactMap(\.self).filter { $0 > now }
        if let idle = idleEnd(inputs), idle.at <= now {
            return Verdict(action: .hibernate, reason: .idle(since: idle.since), next: later.min())
        }
        let idle = idleEnd(inputs).map { [$0.at] } ?? []
        return Verdict(action: .keep, reason: end.cause, next: (later + idle).min())
    }
}

extension LifetimeRule {
    /// When something ends, nil: never, and what fixes that instant.
    struct End: Hashable {
        var at: Timestamp?
        var cause: Reason
    }

    /// When an environment that is not held ends.
    static func deadline(_ inputs: Inputs, _ limits: LifetimeLimits) -> End {
        let oldest = inputs.livesSince + limits.maximumAge
        let at = min(oldest, inputs.expiresAt)
        let cause: Reason =
            if inputs.phase == .queued {
                // What waits does not live yet, so neither its lifetime nor its age can be over.
                .patience(until: at)
            } else {
                oldest < inputs.expiresAt ? .maximumAge(until: at) : .lifetime(until: at)
            }
        return protecting(End(at: at, cause: cause), inputs)
    }

    /// When an environment ends.
    static func end(_ inputs: Inputs, _ limits: LifetimeLimits) -> End {
        let deadline = deadline(inputs, limits)
        guard let at = deadline.at, let held = inputs.heldUntil, held > at else { return deadline }
        let oldest = inputs.livesSince + limits.maximumAge
        let bounded = min(held, oldest)
        guard bounded > at else { return deadline }
        // Where its age ends it, what holds it does not let go.
        return End(at: bounded, cause: held < oldest ? .held(until: bounded) : .maximumAge(until: bounded))
    }

    /// When an expired environment is deleted.
    static func graceEnd(_ inputs: Inputs, _ limits: LifetimeLimits) -> End {
        // Without an end of its own, which no step leaves behind, it has the grace that it would be given.
        let at = inputs.graceEndsAt ?? min(inputs.expiresAt, inputs.livesSince + limits.maximumAge) + limits.grace
        return protecting(End(at: at, cause: .grace(until: at)), inputs)
    }

    private static func protecting(_ end: End, _ inputs: Inputs) -> End {
        switch inputs.protected {
        case .no: return end
        case .unreadable: return End(at: nil, cause: .protectionUnreadable)
        case .yes(let protection):
            guard let until = protection.until else { return End(at: nil, cause: .protected(protection)) }
            guard let at = end.at, until > at else { return end }
            return End(at: until, cause: .protected(protection))
        }
    }

    /// When the warning of the deadline is due; nil when none is, or it was given. A deadline is warned of though
    /// something holds the environment: it goes as soon as that lets go.
    static func warning(_ inputs: Inputs, _ limits: LifetimeLimits) -> (at: Timestamp, deadline: Timestamp)? {
        guard inputs.wasReady, let deadline = deadline(inputs, limits).at, inputs.warnedFor != deadline else {
            return nil
        }
        return (deadline + .microseconds(-limits.warningLead(ttl: inputs.ttl).microseconds), deadline)
    }

    /// When an awake environment falls asleep if no request comes; nil when it never does.
    static func idleEnd(_ inputs: Inputs) -> (at: Timestamp, since: Timestamp)? {
        guard inputs.phase == .ready, inputs.canTellIdle, inputs.idleTimeout > .zero, let since = inputs.activeAt else {
            return nil
        }
        let at = since + inputs.idleTimeout
        return (inputs.heldUntil.map { max($0, at) } ?? at, since)
    }
}
