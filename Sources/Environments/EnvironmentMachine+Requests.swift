/// What users and the lifetime rule ask of an environment, as changes of its record. Each is refused with a
/// `ControlError` that says why where the environment's phase or its protection forbids it, and changes nothing when
/// what is asked for is already so.
extension EnvironmentMachine {
    /// The record of an environment that is to sleep: no process, no connection, and its port held.
    package func hibernating(
        _ record: EnvironmentRecord, reason: String, now: Timestamp
    ) throws(ControlError) -> Transition {
        guard record.phase != .hibernated else { return Transition(record) }
        guard record.phase == .ready else { throw refusal("hibernate", record, "only a ready one can sleep") }
        var transition = Transition(record)
        enter(&transition, .hibernated, now: now)
        transition.record.hibernatedAt = now
        transition.note("hibernated", reason)
        return transition
    }

    /// The record of a sleeping environment that is to serve again.
    package func waking(
        _ record: EnvironmentRecord, reason: String, now: Timestamp
    ) throws(ControlError) -> Transition {
        switch record.phase {
        case .hibernated:
            var transition = Transition(record)
            enter(&transition, .starting, now: now)
            transition.record.hibernatedAt = nil
            // Else the idle rule would count from before its sleep.
            transition.record.lastRequestAt = now
            transition.note("waking", reason)
            return transition
        case .queued, .requested, .cloning, .sealing, .starting, .probing, .ready, .resetting:
            return Transition(record)
        case .expiring:
            throw refusal("wake", record, "its lifetime is over; `envctl restore \(record.name)` brings it back")
        case .failed, .deleting, .deleted:
            throw refusal("wake", record, "there is nothing to wake")
        }
    }

    /// The record of an environment whose data are to be those of `generation` again, under the same endpoint and
    /// credential.
    package func resetting(
        _ record: EnvironmentRecord, to generation: Int, now: Timestamp
    ) throws(ControlError) -> Transition {
        if let protection = record.protection, protection.holds(at: now) {
            throw protected("reset", record, protection)
        }
        switch record.phase {
        case .ready, .hibernated, .failed: break
        case .queued, .requested, .cloning, .sealing, .starting, .probing, .resetting, .expiring, .deleting, .deleted:
            throw refusal("reset", record, "`envctl wait \(record.name)` returns when it has settled")
        }
        guard record.readyAt != nil, record.credential != nil else {
            throw refusal("reset", record, "it never was ready; delete it and clone again")
        }
        var transition = Transition(record)
        enter(&transition, .resetting, now: now)
        transition.record.hibernatedAt = nil
        transition.record.generation = generation
        transition.record.incarnation += 1
        transition.record.readySince = nil
        transition.record.lastRequestAt = now
        transition.note("resetting", "replacing its data by generation \(generation) of \(record.snapshot)")
        return transition
    }

    /// The record of an environment whose lifetime is over: what a user may miss can be restored until the grace ends;
    /// what never was ready is deleted at once.
    package func expiring(
        _ record: EnvironmentRecord, reason: String, grace: Duration, now: Timestamp
    ) -> Transition {
        switch record.phase {
        case .expiring, .deleting, .deleted: return Transition(record)
        case .queued, .requested, .cloning, .sealing, .starting, .probing, .ready, .hibernated, .resetting, .failed:
            break
        }
        guard record.readyAt != nil, grace > .zero, !record.isPooled, record.hasStorage else {
            return deleting(record, reason: reason, now: now)
        }
        var transition = Transition(record)
        enter(&transition, .expiring, now: now)
        transition.record.hibernatedAt = nil
        transition.record.graceEndsAt = now + grace
        transition.record.reason = reason
        transition.note("expiring", "\(reason); `envctl restore` brings it back until \(now + grace)")
        return transition
    }

    /// The record of an environment that is brought back within its grace.
    ///
    /// - Parameter ttl: how long it lives from now.
    package func restoring(
        _ record: EnvironmentRecord, ttl: Duration, now: Timestamp
    ) throws(ControlError) -> Transition {
        guard record.phase == .expiring else {
            throw record.phase.isWanted
                ? refusal("restore", record, "its lifetime is not over; `envctl extend \(record.name)` lengthens it")
                : refusal("restore", record, "only what expired can be restored, while its grace lasts")
        }
        var transition = Transition(record)
        enter(&transition, .starting, now: now)
        transition.record.graceEndsAt = nil
        transition.record.expiresAt = now + ttl
        transition.record.ttl = ttl
        transition.record.lastRequestAt = now
        transition.note("restored", "lives \(DurationText.format(ttl)) from now")
        // A reset that was under way when it expired left no whole copy to start on, and perhaps a server on the old one.
        if record.readySince == nil { transition.record.phase = .resetting }
        return transition
    }

    /// As `deleting`, for a request of a user: what is protected is kept.
    package func deletingOnRequest(
        _ record: EnvironmentRecord, reason: String, now: Timestamp
    ) throws(ControlError) -> Transition {
        if let protection = record.protection, protection.holds(at: now) {
            throw protected("delete", record, protection)
        }
        return deleting(record, reason: reason, now: now)
    }

    private func enter(_ transition: inout Transition, _ phase: Phase, now: Timestamp) {
        transition.record.phase = phase
        transition.record.reason = nil
        transition.record.attempts = 0
        transition.record.nextAttemptAt = now
    }

    private func refusal(_ verb: String, _ record: EnvironmentRecord, _ hint: String) -> ControlError {
        ControlError(
            .conflict, subject: record.name.text,
            "environment '\(record.name)' cannot \(verb == "hibernate" ? "hibernate" : "be \(participle(verb))"): "
                + "it is \(record.phase.rawValue)", hint: hint)
    }

    private func protected(_ verb: String, _ record: EnvironmentRecord, _ protection: Protection) -> ControlError {
        let end = protection.until.map { " until \($0)" } ?? ""
        return ControlError(
            .conflict, subject: record.name.text,
            "environment '\(record.name)' cannot be \(participle(verb)): "
                + "\(protection.owner) protected it\(end) (\(protection.reason))",
            hint: "`envctl unprotect \(record.name)` lifts that")
    }

    private func participle(_ verb: String) -> String {
        switch verb {
        case "wake": "woken"
        case "reset": "reset"
        default: verb.hasSuffix("e") ? verb + "d" : verb + "ed"
        }
    }
}
