import Environments
import Testing

/// The lifetime rule's verdicts one by one, and what they make of a record.
@Suite struct LifetimeRuleTests {
    private let now = Timestamp(unixSeconds: 5000)
    private let limits = LifetimeLimits()
    private let machine = EnvironmentMachine()

    private func inputs(_ phase: Phase = .ready, deadline: Duration) -> LifetimeRule.Inputs {
        var inputs = LifetimeRule.Inputs(
            phase: phase, livesSince: now, expiresAt: now + deadline, ttl: .seconds(3600))
        inputs.wasReady = true
        inputs.activeAt = now
        return inputs
    }

    private func verdict(_ inputs: LifetimeRule.Inputs, after: Duration = .zero) -> LifetimeRule.Verdict {
        LifetimeRule.verdict(inputs, limits: limits, now: now + after)
    }

    @Test func aLifeIsKeptWarnedOfExpiredAndDeleted() {
        var it = inputs(deadline: .seconds(3600))
        let deadline = now + .seconds(3600)
        let kept = verdict(it)
        #expect(kept.action == .keep)
        #expect(kept.reason == .lifetime(until: deadline))
        // A tenth of an hour before the deadline.
        #expect(kept.next == deadline + .seconds(-360))
        #expect(verdict(it, after: .seconds(3240)).action == .warn(deadline: deadline))
        it.warnedFor = deadline
        #expect(verdict(it, after: .seconds(3241)).next == deadline)
        let over = verdict(it, after: .seconds(3600))
        #expect(over.action == .expire)
        #expect(over.reason.sentence.contains("lifetime ended at \(deadline)"))
        it.phase = .expiring
        it.graceEndsAt = deadline + limits.grace
        #expect(verdict(it, after: .seconds(3600)).next == deadline + limits.grace)
        #expect(verdict(it, after: .seconds(4200)).action == .delete)
    }

    @Test func theWarningLeadIsShortForShortLives() {
        #expect(limits.warningLead(ttl: .seconds(86_400)) == .seconds(600))
        #expect(limits.warningLead(ttl: .seconds(60)) == .seconds(6))
        #expect(limits.warningLead(ttl: .seconds(-5)) == .zero)
    }

    @Test(arguments: [Phase.deleting, .deleted])
    func aDecidedDeletionIsLeftAlone(phase: Phase) {
        let verdict = verdict(inputs(phase, deadline: .zero), after: .seconds(99))
        #expect(verdict == LifetimeRule.Verdict(action: .keep, reason: .decided, next: nil))
    }

    @Test func everyPhaseThatLivesEndsAtItsDeadline() {
        for phase in Phase.allCases where ![.expiring, .deleting, .deleted].contains(phase) {
            var it = inputs(phase, deadline: .seconds(10))
            #expect(verdict(it, after: .seconds(10)).action == .expire, "\(phase)")
            it.wasReady = false
            #expect(verdict(it, after: .seconds(10)).action == .delete, "\(phase)")
        }
    }

    @Test func whatGoesWithoutRequestsSleeps() {
        var it = inputs(deadline: .seconds(3600))
        it.idleTimeout = .seconds(900)
        #expect(verdict(it).next == now + .seconds(900))
        #expect(verdict(it, after: .seconds(900)).action == .hibernate)
        #expect(verdict(it, after: .seconds(900)).reason == .idle(since: now))
        it.heldUntil = now + .seconds(1000)
        #expect(verdict(it, after: .seconds(900)).action == .keep)
        #expect(verdict(it, after: .seconds(1000)).action == .hibernate)
        it.idleTimeout = .zero
        #expect(verdict(it, after: .seconds(1000)).action == .keep)
    }

    @Test func aHoldMovesTheEndUpToTheMaximumAge() {
        var it = inputs(deadline: .seconds(60))
        it.heldUntil = now + .seconds(90)
        #expect(verdict(it, after: .seconds(60)).action == .keep)
        #expect(verdict(it, after: .seconds(60)).reason == .held(until: now + .seconds(90)))
        #expect(verdict(it, after: .seconds(90)).action == .expire)
        // A hold that its age cuts short does not let go.
        it.heldUntil = now + limits.maximumAge + .seconds(30)
        #expect(verdict(it, after: .seconds(60)).reason == .maximumAge(until: now + limits.maximumAge))
        it.expiresAt = now + .seconds(40 * 86_400)
        it.heldUntil = now + .seconds(50 * 86_400)
        #expect(verdict(it, after: limits.maximumAge).action == .expire)
        #expect(verdict(it, after: limits.maximumAge).reason.code == "maximum_age")
    }

    @Test func protectionMovesEveryEnd() {
        var it = inputs(deadline: .seconds(60))
        it.protected = .yes(Protection(owner: "ann", reason: "a demo", until: now + .seconds(90)))
        #expect(verdict(it, after: .seconds(60)).action == .warn(deadline: now + .seconds(90)))
        #expect(verdict(it, after: .seconds(90)).action == .expire)
        it.phase = .expiring
        it.graceEndsAt = now + .seconds(70)
        #expect(verdict(it, after: .seconds(80)).action == .keep)
        #expect(verdict(it, after: .seconds(90)).action == .delete)
        it.protected = .unreadable
        let kept = verdict(it, after: .seconds(1_000_000))
        #expect(kept == LifetimeRule.Verdict(action: .keep, reason: .protectionUnreadable, next: nil))
    }

    @Test func poolsKnowNoDeadlineButTheirSnapshot() {
        var it = inputs(deadline: .seconds(3600))
        it.isPooled = true
        it.idleTimeout = .seconds(10)
        #expect(verdict(it, after: .seconds(9_000)).action == .keep)
        it.isSuperseded = true
        #expect(verdict(it).action == .delete)
        // Claimed, it does not depend on its parent any more.
        it.isPooled = false
        #expect(verdict(it).action == .keep)
    }

    @Test func verdictsBecomeTransitions() throws {
        var record = try requestedRecord(at: now)
        record.phase = .ready
        record.readyAt = now
        record.readySince = now
        record.hasStorage = true
        func carryOut(_ action: LifetimeRule.Action) throws -> Transition {
            let verdict = LifetimeRule.Verdict(action: action, reason: .idle(since: now), next: nil)
            return try machine.carryingOut(verdict, on: record, limits: limits, now: now)
        }
        #expect(try carryOut(.keep) == Transition(record))
        let warned = try carryOut(.warn(deadline: now + .seconds(90)))
        #expect(warned.record.warnedFor == now + .seconds(90))
        #expect(warned.events.map(\.kind) == ["warning"])
        #expect(warned.events[0].message.contains("in 1m30s"))
        #expect(warned.events[0].message.contains("`envctl extend pr-42 --ttl"))
        let last = try carryOut(.warn(deadline: limits.oldestInstant(record)))
        #expect(last.events[0].message.contains("`envctl protect pr-42 --reason"))
        #expect(try carryOut(.hibernate).record.phase == .hibernated)
        let expiring = try carryOut(.expire).record
        #expect(expiring.phase == .expiring)
        #expect(expiring.graceEndsAt == now + limits.grace)
        #expect(try carryOut(.delete).record.phase == .deleting)
    }
}

/// Requests about a lifetime, on the machine.
@Suite struct LifetimeRequestTests {
    private let now = Timestamp(unixSeconds: 5000)
    private let limits = LifetimeLimits()
    private let machine = EnvironmentMachine()

    private func record(_ phase: Phase) throws -> EnvironmentRecord {
        var record = try requestedRecord(at: now)
        record.phase = phase
        record.readyAt = now
        record.readySince = now
        record.hasStorage = true
        if phase == .expiring { record.graceEndsAt = now + limits.grace }
        return record
    }

    @Test func extendingIsBoundedByTheMaximumAge() throws {
        let it = try record(.ready)
        let later = now + .seconds(86_400)
        let extended = try machine.extending(it, ttl: .seconds(86_400), limits: limits, now: later)
        #expect(extended.record.expiresAt == later + .seconds(86_400))
        #expect(extended.events.map(\.kind) == ["extended"])
        do {
            _ = try machine.extending(it, ttl: .seconds(30 * 86_400), limits: limits, now: later)
            Issue.record("it may become older than the maximum")
        } catch {
            #expect(error.code == .invalidRequest)
            #expect(error.message.contains("30d"))
            #expect(error.hint?.contains("29d") == true)
        }
        do {
            _ = try machine.extending(it, ttl: .seconds(60), limits: limits, now: now + limits.maximumAge)
            Issue.record("it is extended beyond its maximum age")
        } catch {
            #expect(error.code == .conflict, "no ttl would do")
            #expect(error.message.contains("maximum age of 30d"))
            #expect(error.hint?.contains("protect") == true)
        }
    }

    @Test func extendingWhatExpiredRestoresIt() throws {
        let restored = try machine.extending(try record(.expiring), ttl: .seconds(600), limits: limits, now: now)
        #expect(restored.record.phase == .starting)
        #expect(restored.record.graceEndsAt == nil)
        #expect(restored.record.expiresAt == now + .seconds(600))
        #expect(throws: ControlError.self) {
            try machine.extending(try record(.deleting), ttl: .seconds(600), limits: limits, now: now)
        }
    }

    @Test func restoringGivesTheOldLifetimeWithinTheMaximumAge() throws {
        let it = try record(.expiring)
        #expect(try machine.restoring(it, ttl: nil, limits: limits, now: now).record.expiresAt == now + it.ttl)
        let late = now + .seconds(30 * 86_400 - 600)
        let cut = try machine.restoring(it, ttl: nil, limits: limits, now: late).record
        #expect(cut.expiresAt == limits.oldestInstant(it))
        let tooLate = now + limits.maximumAge + .seconds(1)
        #expect(throws: ControlError.self) { try machine.restoring(it, ttl: nil, limits: limits, now: tooLate) }
        var protected = it
        protected.protection = Protection(owner: "ann", reason: "a demo", until: nil)
        let kept = try machine.restoring(protected, ttl: nil, limits: limits, now: tooLate)
        #expect(kept.record.phase == .starting)
        #expect(throws: ControlError.self) {
            try machine.restoring(try record(.ready), ttl: nil, limits: limits, now: now)
        }
    }

    @Test func protectionForbidsDeletionUntilItEndsOrIsLifted() throws {
        let protection = Protection(owner: "ann", reason: "a demo", until: now + .seconds(60))
        let protected = try machine.protecting(try record(.ready), protection)
        #expect(protected.events.map(\.kind) == ["protected"])
        #expect(try machine.protecting(protected.record, protection).events.isEmpty)
        do {
            _ = try machine.deletingOnRequest(protected.record, reason: "asked for", now: now)
            Issue.record("what is protected is deleted")
        } catch {
            #expect(error.code == .conflict)
            #expect(error.message.contains("ann") && error.message.contains("a demo"))
            #expect(error.hint?.contains("envctl unprotect") == true)
        }
        let after = try machine.deletingOnRequest(protected.record, reason: "x", now: now + .seconds(60)).record
        #expect(after.phase == .deleting)
        let lifted = machine.unprotecting(protected.record)
        #expect(lifted.record.protection == nil)
        #expect(machine.unprotecting(lifted.record).events.isEmpty)
        #expect(throws: ControlError.self) { try machine.protecting(try record(.deleting), protection) }
    }

    @Test func aProtectionSaysWhy() {
        #expect(throws: Never.self) { try ProtectionRule.check(reason: "the demo on Friday", duration: nil) }
        for (reason, duration) in [
            ("", nil), ("  ", nil), ("a\nb", nil), (String(repeating: "x", count: 501), nil), ("x", Duration.zero),
        ] {
            #expect(throws: ControlError.self) { try ProtectionRule.check(reason: reason, duration: duration) }
        }
    }
}
