/// Changes of an environment's lifetime, as changes of its record.
extension EnvironmentMachine {
    /// The record after a verdict of the lifetime rule. A verdict that the record has outrun changes nothing.
    package func carryingOut(
        _ verdict: LifetimeRule.Verdict, on record: EnvironmentRecord, limits: LifetimeLimits, now: Timestamp
    ) throws(ControlError) -> Transition {
        switch verdict.action {
        case .keep: return Transition(record)
        case .warn(let deadline): return warning(of: deadline, record, limits, now: now)
        case .hibernate: return try hibernating(record, reason: verdict.reason.sentence, now: now)
        case .expire: return expiring(record, reason: verdict.reason.sentence, grace: limits.grace, now: now)
        case .delete: return deleting(record, reason: verdict.reason.sentence, now: now)
        }
    }

    private func warning(
        of deadline: Timestamp, _ record: EnvironmentRecord, _ limits: LifetimeLimits, now: Timestamp
    ) -> Transition {
        var transition = Transition(record)
        transition.record.warnedFor = deadline
        let left = DurationText.format(.seconds(max(1, (deadline - now).wholeSeconds)))
        // At its maximum age nothing else keeps it.
        let verb = deadline < limits.oldestInstant(record) ? "extend" : "protect"
        let command = "\(verb) \(record.name) --\(verb == "extend" ? "ttl" : "reason") …"
        transition.note("warning", "expires in \(left), at \(deadline); `envctl \(command)` keeps it longer")
        return transition
    }

    /// The record with its deadline moved to `ttl` from now. What expired is restored by that; what waits in the queue
    /// will live so long from its admission, and waits no longer or shorter than before.
    ///
    /// - Throws: `invalidRequest` when it would outlive its maximum age, `conflict` when it has reached that or is on its
    ///   way out.
    package func extending(
        _ record: EnvironmentRecord, ttl: Duration, limits: LifetimeLimits, now: Timestamp
    ) throws(ControlError) -> Transition {
        guard record.phase != .deleting, record.phase != .deleted else {
            throw ControlError(
                .conflict, subject: record.name.text, "environment '\(record.name)' is being deleted already",
                hint: "clone a new one under another name")
        }
        var transition = Transition(record)
        transition.record.ttl = ttl
        guard record.phase != .queued else {
            transition.note("extended", "lives \(DurationText.format(ttl)) from when it leaves the queue")
            return transition
        }
        try check(ttl, for: record, limits, now)
        if record.phase == .expiring { return try restoring(record, ttl: ttl, now: now) }
        transition.record.expiresAt = now + ttl
        transition.note("extended", "lives \(DurationText.format(ttl)) from now")
        return transition
    }

    /// As `restoring`, within the maximum age.
    ///
    /// - Parameter ttl: nil: as long as was asked for last, or as its age allows.
    /// - Throws: `invalidRequest` when it would outlive its maximum age, `conflict` when it has reached that or has not
    ///   expired.
    package func restoring(
        _ record: EnvironmentRecord, ttl: Duration?, limits: LifetimeLimits, now: Timestamp
    ) throws(ControlError) -> Transition {
        guard record.phase == .expiring else { return try restoring(record, ttl: ttl ?? record.ttl, now: now) }
        if let ttl {
            try check(ttl, for: record, limits, now)
            return try restoring(record, ttl: ttl, now: now)
        }
        return try restoring(record, ttl: bounded(record.ttl, for: record, limits, now), now: now)
    }

    /// The record of an environment that a clone of its name and snapshot asks for again: what expired is restored, for
    /// as long as is asked for or as its age allows, since whoever repeats a clone does not know of its age. Everything
    /// else stays as it is.
    ///
    /// - Throws: `conflict` when it has reached its maximum age.
    package func cloningAgain(
        _ record: EnvironmentRecord, ttl: Duration?, limits: LifetimeLimits, now: Timestamp
    ) throws(ControlError) -> Transition {
        guard record.phase == .expiring else { return Transition(record) }
        return try restoring(record, ttl: bounded(ttl ?? record.ttl, for: record, limits, now), now: now)
    }

    /// As much of `ttl` as its age leaves.
    private func bounded(
        _ ttl: Duration, for record: EnvironmentRecord, _ limits: LifetimeLimits, _ now: Timestamp
    ) throws(ControlError) -> Duration {
        guard let left = try leftOfAge(record, limits, now) else { return ttl }
        return min(ttl, left)
    }

    private func check(
        _ ttl: Duration, for record: EnvironmentRecord, _ limits: LifetimeLimits, _ now: Timestamp
    ) throws(ControlError) {
        guard let left = try leftOfAge(record, limits, now), ttl > left else { return }
        throw ControlError(
            .invalidRequest, subject: record.name.text,
            "environment '\(record.name)' cannot live \(DurationText.format(ttl)) from now: no environment becomes "
                + "older than \(DurationText.format(limits.maximumAge))",
            hint: "it can live \(DurationText.format(.seconds(left.wholeSeconds))) more, until "
                + "\(limits.oldestInstant(record))")
    }

    /// - Throws: `conflict` when nothing is left, whatever ttl is asked for.
    private func leftOfAge(
        _ record: EnvironmentRecord, _ limits: LifetimeLimits, _ now: Timestamp
    ) throws(ControlError) -> Duration? {
        let left = limits.leftOfAge(record, now: now)
        guard let left, left.wholeSeconds <= 0 else { return left }
        let name = record.name
        let protect = "`envctl protect \(name) --reason TEXT`"
        throw ControlError(
            .conflict, subject: name.text,
            "environment '\(name)' has reached the maximum age of \(DurationText.format(limits.maximumAge))",
            hint: record.phase == .expiring
                ? "`envctl delete \(name)` frees its name for a new clone; \(protect), then `envctl restore \(name)`, "
                    + "brings it back"
                : "\(protect) keeps it beyond that; or clone a new one")
    }

    /// The record of an environment that is kept from expiring, being deleted and being reset.
    package func protecting(
        _ record: EnvironmentRecord, _ protection: Protection
    ) throws(ControlError) -> Transition {
        guard record.phase != .deleting, record.phase != .deleted else {
            throw ControlError(
                .conflict, subject: record.name.text, "environment '\(record.name)' is being deleted already",
                hint: "nothing can keep it any more")
        }
        guard record.protection != protection else { return Transition(record) }
        var transition = Transition(record)
        transition.record.protection = protection
        let end = protection.until.map { " until \($0)" } ?? ""
        transition.note("protected", "\(protection.owner) protects it\(end): \(protection.reason)")
        return transition
    }

    /// The record of an environment whose lifetime counts again.
    package func unprotecting(_ record: EnvironmentRecord) -> Transition {
        guard let protection = record.protection else { return Transition(record) }
        var transition = Transition(record)
        transition.record.protection = nil
        transition.note("unprotected", "no longer protected by \(protection.owner) (\(protection.reason))")
        return transition
    }
}
