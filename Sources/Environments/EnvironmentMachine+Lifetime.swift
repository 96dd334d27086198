/// Changes of an environment's lifetime, as changes of its record.
extension EnvironmentMachine {
    /// The record after a verdict of the lifetime rule. A verdict that the record has outrun changes nothing.
    package func carryingOut(
        _ verdict: LifetimeRule.Verdict, on record: EnvironmentRecord, limits: LifetimeLimits, now: Timestamp
    ) throws(ControlError) -> Transition {
        switch verdict.action {
        case .keep: return Transition(record)
        case .warn(let deadline): return warning(of: deadline, record, now: now)
        case .hibernate: return try hibernating(record, reason: verdict.reason.sentence, now: now)
        case .expire: return expiring(record, reason: verdict.reason.sentence, grace: limits.grace, now: now)
        case .delete: return deleting(record, reason: verdict.reason.sentence, now: now)
        }
    }

    private func warning(of deadline: Timestamp, _ record: EnvironmentRecord, now: Timestamp) -> Transition {
        var transition = Transition(record)
        transition.record.warnedFor = deadline
        let left = DurationText.format(.seconds(max(1, (deadline - now).wholeSeconds)))
        transition.note(
            "warning", "expires in \(left), at \(deadline); `envctl extend \(record.name) --ttl …` keeps it longer")
        return transition
    }

    /// The record with its deadline moved to `ttl` from now. What expired is restored by that.
    ///
    /// - Throws: `invalidRequest` when it would outlive its maximum age, `conflict` when it is on its way out.
    package func extending(
        _ record: EnvironmentRecord, ttl: Duration, limits: LifetimeLimits, now: Timestamp
    ) throws(ControlError) -> Transition {
        guard record.phase != .deleting, record.phase != .deleted else {
            throw ControlError(
                .conflict, subject: record.name.text, "environment '\(record.name)' is being deleted already",
                hint: "clone a new one under another name")
        }
        try checkAge(record, ttl, limits, now)
        if record.phase == .expiring { return try restoring(record, ttl: ttl, now: now) }
        var transition = Transition(record)
        transition.record.expiresAt = now + ttl
        transition.record.ttl = ttl
        transition.note("extended", "lives \(DurationText.format(ttl)) from now")
        return transition
    }

    /// As `restoring`, within the maximum age.
    ///
    /// - Parameter ttl: nil: as long as was asked for last, or as its age allows.
    package func restoring(
        _ record: EnvironmentRecord, ttl: Duration?, limits: LifetimeLimits, now: Timestamp
    ) throws(ControlError) -> Transition {
        if record.phase == .expiring { try checkAge(record, ttl ?? .zero, limits, now) }
        let left = limits.oldestInstant(record) - now
        return try restoring(record, ttl: ttl ?? (left > .zero ? min(record.ttl, left) : record.ttl), now: now)
    }

    /// Protection outlasts the maximum age, so what is protected is not held to it.
    private func checkAge(
        _ record: EnvironmentRecord, _ ttl: Duration, _ limits: LifetimeLimits, _ now: Timestamp
    ) throws(ControlError) {
        let oldest = limits.oldestInstant(record)
        guard now + ttl > oldest, !(record.protection?.holds(at: now) ?? false) else { return }
        let maximum = DurationText.format(limits.maximumAge)
        let left = (oldest - now).wholeSeconds
        guard left > 0 else {
            throw ControlError(
                .invalidRequest, subject: record.name.text,
                "environment '\(record.name)' has reached the maximum age of \(maximum)",
                hint: "`envctl protect \(record.name) --reason TEXT` keeps it beyond that; or clone a new one")
        }
        throw ControlError(
            .invalidRequest, subject: record.name.text,
            "environment '\(record.name)' cannot live \(DurationText.format(ttl)) from now: no environment becomes "
                + "older than \(maximum)",
            hint: "it can live \(DurationText.format(.seconds(left))) more, until \(oldest)")
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
