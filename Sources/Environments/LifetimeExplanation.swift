/// What will become of an environment: what happens next and when, why, and how to change it. A value, made from what
/// is known about it; `envctl why` prints it.
package struct LifetimeExplanation: Hashable, Sendable {
    /// What decides at the moment, as a stable word for programs.
    package enum Situation: String, Sendable, Hashable, CaseIterable {
        /// Waiting in the queue for the limits to admit it.
        case queued
        /// On its way to `ready`.
        case underway
        /// A step failed and is tried again.
        case retrying
        /// Ready until its deadline.
        case ready
        /// Ready, and its deadline was warned of.
        case warned
        /// Ready, and put to sleep next if no request comes.
        case idle
        case hibernated
        /// Something uses it.
        case held
        case protected
        /// Its record is damaged where protection stands.
        case protectionUnreadable = "protection_unreadable"
        /// Expired, and restorable while its grace lasts.
        case expiring
        case failed
        /// Unclaimed in its snapshot's pool.
        case pooled
        case deleting
        case deleted
        /// It belongs on a machine whose control plane is not heard of.
        case hostSilent = "host_silent"
    }

    /// Something that will happen.
    package struct Step: Hashable, Sendable {
        package var action: LifetimeRule.Action
        package var at: Timestamp
        package var because: String
    }

    /// A way to change it.
    package struct Remedy: Hashable, Sendable {
        package var command: String
        package var effect: String
    }

    /// Everything that is known about an environment when somebody asks.
    package struct Circumstances: Sendable {
        package var record: EnvironmentRecord
        /// The rule's inputs, with what stands outside the record.
        package var inputs: LifetimeRule.Inputs
        package var limits: LifetimeLimits
        package var retry: RetryPolicy
        package var now: Timestamp
        /// What holds it now.
        package var holders: [Holder] = []
        /// What it waits for in the queue, at which place, and until when: `waits for room …`.
        package var queue: String?
        /// The machine that it belongs on, when that machine's control plane is not heard of, and since when.
        package var silentHost: (name: String, since: Timestamp?)?

        package init(
            _ record: EnvironmentRecord, inputs: LifetimeRule.Inputs, limits: LifetimeLimits, retry: RetryPolicy,
            now: Timestamp
        ) {
            self.record = record
            self.inputs = inputs
            self.limits = limits
            self.retry = retry
            self.now = now
        }
    }

    package var situation: Situation
    /// One or two sentences.
    package var summary: String
    package var next: [Step]
    package var remedies: [Remedy]

    package init(_ it: Circumstances) {
        let situation = it.situation
        self.situation = situation
        summary = it.summary(situation)
        next = it.forecast.map { Step(action: $0.action, at: $0.at, because: $0.reason.expectation) }
        remedies = it.remedies(situation)
    }
}

extension LifetimeExplanation.Circumstances {
    typealias Situation = LifetimeExplanation.Situation

    var forecast: [LifetimeRule.Expectation] { LifetimeRule.forecast(inputs, limits: limits, now: now) }

    var protection: Protection? {
        guard case .yes(let protection) = inputs.protected, protection.holds(at: now) else { return nil }
        return protection
    }

    /// When a failed step is tried again.
    var nextTry: Timestamp? {
        guard record.attempts > 0, record.reason != nil, let next = record.nextAttemptAt else { return nil }
        return next
    }

    var situation: Situation {
        if record.phase == .deleted { return .deleted }
        if silentHost != nil { return .hostSilent }
        switch record.phase {
        case .deleted: return .deleted
        case .deleting: return nextTry == nil ? .deleting : .retrying
        case .queued: return .queued
        case .requested, .cloning, .sealing, .starting, .probing, .resetting:
            return nextTry == nil ? .underway : .retrying
        case .failed: return .failed
        case .expiring: return .expiring
        case .ready, .hibernated: return inputs.isPooled ? .pooled : standing
        }
    }

    /// Of one that is handed out.
    private var standing: Situation {
        if inputs.protected == .unreadable { return .protectionUnreadable }
        if protection != nil { return .protected }
        if !holders.isEmpty { return .held }
        if inputs.warnedFor != nil, inputs.warnedFor == LifetimeRule.deadline(inputs, limits).at { return .warned }
        if record.phase == .hibernated { return .hibernated }
        return forecast.first?.action == .hibernate ? .idle : .ready
    }
}
