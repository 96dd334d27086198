extension LifetimeRule {
    /// Something that the rule will do if no input changes until then.
    package struct Expectation: Hashable, Sendable {
        package var action: Action
        package var at: Timestamp
        package var reason: Reason
    }

    /// Everything that the rule will do to an environment that is left alone, in order: what the reaper does, looked at
    /// only at the instants that the verdicts name.
    package static func forecast(_ inputs: Inputs, limits: LifetimeLimits, now: Timestamp) -> [Expectation] {
        var inputs = inputs
        var now = now
        var expected: [Expectation] = []
        // A life has at most a warning, a sleep, an end and a deletion, with a look or two between them.
        for _ in 0..<16 {
            let verdict = verdict(inputs, limits: limits, now: now)
            if verdict.action != .keep {
                expected.append(Expectation(action: verdict.action, at: now, reason: verdict.reason))
            }
            switch verdict.action {
            case .keep:
                guard let next = verdict.next else { return expected }
                now = next
            case .warn(let deadline): inputs.warnedFor = deadline
            case .hibernate: inputs.phase = .hibernated
            case .expire:
                inputs.phase = .expiring
                inputs.graceEndsAt = now + limits.grace
            case .delete: return expected
            }
        }
        return expected
    }
}

extension LifetimeRule.Action {
    /// A stable word for programs.
    package var code: String {
        switch self {
        case .keep: "keep"
        case .warn: "warn"
        case .hibernate: "hibernate"
        case .expire: "expire"
        case .delete: "delete"
        }
    }
}

extension LifetimeRule.Reason {
    /// Why something will be done to an environment, for whoever asks before it is.
    package var expectation: String {
        switch self {
        case .decided: "it is being deleted"
        case .lifetime: "its lifetime ends"
        case .maximumAge: "it reaches its maximum age"
        case .patience: "it waits no longer for room"
        case .held: "its lifetime is over, and what holds it lets go unless it is renewed"
        case .protected(let protection): "its lifetime is over, and its protection by \(protection.owner) ends"
        case .protectionUnreadable: "its protection cannot be read"
        case .pooled: "it waits in the pool"
        case .superseded: "its snapshot's generation is superseded, and nobody claimed it"
        case .idle: "no request came for its idle time"
        case .grace: "its grace ends"
        }
    }
}
