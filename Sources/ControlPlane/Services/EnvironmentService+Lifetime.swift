package import Environments

/// What users do about how long an environment lives.
extension EnvironmentService {
    /// Moves the deadline to `ttl` from now; what expired is restored by that.
    ///
    /// - Throws: `invalidRequest` for a ttl against the rule or beyond the maximum age, `conflict` when it has reached that
    ///   or is being deleted.
    package func extend(
        _ name: String, ttl: Duration, by actor: Actor = .local
    ) async throws(ControlError) -> EnvironmentRecord {
        let ttl = try configuration.lifetimes.ttl(requested: ttl)
        return try await change(name, by: actor) { [machine, limits] record, now throws(ControlError) in
            try machine.extending(record, ttl: ttl, limits: limits, now: now)
        }
    }

    /// Brings back what expired, while its grace lasts.
    ///
    /// - Parameter ttl: how long it lives from now; nil: as long as was asked for last.
    /// - Throws: `conflict` when it has not expired, has reached its maximum age or is being deleted.
    package func restore(
        _ name: String, ttl: Duration? = nil, by actor: Actor = .local
    ) async throws(ControlError) -> EnvironmentRecord {
        let ttl = try ttl.map { ttl throws(ControlError) in try configuration.lifetimes.ttl(requested: ttl) }
        return try await change(name, by: actor) { [machine, limits] record, now throws(ControlError) in
            try machine.restoring(record, ttl: ttl, limits: limits, now: now)
        }
    }

    /// Keeps an environment from expiring, from being deleted and from being reset.
    ///
    /// - Parameter duration: nil: until it is lifted.
    /// - Throws: `invalidRequest` without a reason, `conflict` when it is being deleted.
    package func protect(
        _ name: String, reason: String, for duration: Duration? = nil, by actor: Actor = .local
    ) async throws(ControlError) -> EnvironmentRecord {
        try ProtectionRule.check(reason: reason, duration: duration)
        return try await change(name, by: actor) { [machine] record, now throws(ControlError) in
            try machine.protecting(
                record, Protection(owner: actor.name, reason: reason, until: duration.map { now + $0 }))
        }
    }

    /// Lifts the protection; without one nothing happens.
    package func unprotect(_ name: String, by actor: Actor = .local) async throws(ControlError) -> EnvironmentRecord {
        try await change(name, by: actor) { [machine] record, _ in machine.unprotecting(record) }
    }

    /// What a clone of the name and snapshot of what has expired asks for.
    func cloneAgain(
        _ name: EnvironmentName, of snapshot: SnapshotName, ttl: Duration?, by actor: Actor
    ) async throws(ControlError) -> EnvironmentRecord {
        try await change(name.text, by: actor) { [machine, limits] record, now throws(ControlError) in
            // Somebody may have been quicker.
            try machine.cloningAgain(try Self.same(record, as: snapshot), ttl: ttl, limits: limits, now: now)
        }
    }

    /// When an environment expires as far as is known, its age and protection considered; of what is protected until
    /// that is lifted, and of what waits in the queue, the deadline that is recorded.
    package func deadline(of record: EnvironmentRecord) -> Timestamp {
        limits.deadline(of: record) ?? record.expiresAt
    }

    /// How what expired comes back; that its age leaves nothing of its life is for `why` to tell, which knows the time.
    func bringingBack(_ record: EnvironmentRecord) -> String {
        let name = record.name
        let isYoung = record.graceEndsAt.map { $0 < limits.oldestInstant(record) } ?? false
        return isYoung ? "`envctl restore \(name)` brings it back" : "`envctl why \(name)` says how it can come back"
    }

    private var limits: LifetimeLimits { configuration.lifetimes }
}
