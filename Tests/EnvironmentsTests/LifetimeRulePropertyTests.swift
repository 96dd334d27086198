import Testing

@testable import Environments

/// The lifetime rule over tens of thousands of random inputs. Instants are drawn from a coarse grid, so that they often
/// meet.
@Suite struct LifetimeRulePropertyTests {
    private struct Case {
        var inputs: LifetimeRule.Inputs
        var limits = LifetimeLimits()
        var now: Timestamp
        var verdict: LifetimeRule.Verdict { verdict(at: now) }

        func verdict(at instant: Timestamp) -> LifetimeRule.Verdict {
            LifetimeRule.verdict(inputs, limits: limits, now: instant)
        }

        var oldest: Timestamp { inputs.livesSince + limits.maximumAge }
        var isLiving: Bool { ![.expiring, .deleting, .deleted].contains(inputs.phase) }
        var isProtected: Bool {
            switch inputs.protected {
            case .no: false
            case .unreadable: true
            case .yes(let protection): protection.holds(at: now)
            }
        }
        var isEnding: Bool { verdict.action == .expire || verdict.action == .delete }
    }

    private static let zero = Timestamp(unixSeconds: 1_000_000)
    private static let unit = Duration.seconds(60)

    private static func instant(_ range: ClosedRange<Int>, _ generator: inout SeededGenerator) -> Timestamp {
        zero + unit * Int.random(in: range, using: &generator)
    }

    private static func makeCase(_ seed: UInt64) -> Case {
        var generator = SeededGenerator(seed: seed)
        let ttl = unit * Int.random(in: 0...40, using: &generator)
        var inputs = LifetimeRule.Inputs(
            phase: Phase.allCases.randomElement(using: &generator) ?? .ready, livesSince: zero,
            expiresAt: zero + ttl, ttl: ttl)
        inputs.wasReady = generator.chance(0.7)
        inputs.isPooled = generator.chance(0.2)
        inputs.isSuperseded = generator.chance(0.5)
        inputs.canTellIdle = generator.chance(0.9)
        inputs.idleTimeout = generator.chance(0.7) ? unit * Int.random(in: 1...20, using: &generator) : .zero
        if inputs.wasReady { inputs.activeAt = instant(0...40, &generator) }
        if generator.chance(0.3) {
            let until = generator.chance(0.7) ? instant(0...60, &generator) : nil
            inputs.protected = .yes(Protection(owner: "ann", reason: "a demo", until: until))
        } else if generator.chance(0.1) {
            inputs.protected = .unreadable
        }
        if generator.chance(0.3) { inputs.heldUntil = instant(0...60, &generator) }
        if generator.chance(0.3) { inputs.warnedFor = inputs.expiresAt }
        if inputs.phase == .expiring, generator.chance(0.95) { inputs.graceEndsAt = instant(0...60, &generator) }
        var made = Case(inputs: inputs, now: instant(0...60, &generator))
        made.limits.maximumAge = unit * Int.random(in: 1...50, using: &generator)
        made.limits.grace = generator.chance(0.8) ? unit * Int.random(in: 1...10, using: &generator) : .zero
        made.limits.maximumWarningLead = unit * Int.random(in: 0...5, using: &generator)
        return made
    }

    private func forEachCase(_ body: (Case, UInt64) -> Void) {
        for seed in Seeds.first(20_000) { body(Self.makeCase(seed), seed) }
    }

    @Test func aVerdictStaysTheSameUntilTheInstantThatItNames() {
        forEachCase { it, seed in
            let verdict = it.verdict
            if let next = verdict.next { #expect(next > it.now, "seed \(seed)") }
            var generator = SeededGenerator(seed: seed)
            let end = verdict.next ?? it.now + .seconds(1_000_000_000)
            for _ in 0..<4 {
                let between = Int64.random(in: it.now.microseconds..<end.microseconds, using: &generator)
                #expect(it.verdict(at: Timestamp(microseconds: between)) == verdict, "seed \(seed)")
            }
        }
    }

    @Test func whatIsProtectedNeitherExpiresNorIsDeleted() {
        forEachCase { it, seed in if it.isProtected { #expect(!it.isEnding, "seed \(seed)") } }
    }

    @Test func nothingEndsBeforeItsDeadline() {
        forEachCase { it, seed in
            guard it.isEnding else { return }
            if it.inputs.phase == .expiring {
                if let end = it.inputs.graceEndsAt { #expect(it.now >= end, "seed \(seed)") }
            } else if it.inputs.isPooled {
                #expect(it.inputs.isSuperseded, "seed \(seed)")
            } else {
                #expect(it.now >= min(it.inputs.expiresAt, it.oldest), "seed \(seed)")
            }
        }
    }

    @Test func onlyProtectionOutlastsTheMaximumAge() {
        forEachCase { it, seed in
            guard it.isLiving, !it.inputs.isPooled, !it.isProtected, it.now >= it.oldest else { return }
            #expect(it.isEnding, "seed \(seed)")
        }
    }

    @Test func whatIsHeldStaysAwakeAndStaysUpToTheMaximumAge() {
        forEachCase { it, seed in
            guard it.isLiving, !it.inputs.isPooled, let held = it.inputs.heldUntil, it.now < min(held, it.oldest)
            else { return }
            #expect(!it.isEnding && it.verdict.action != .hibernate, "seed \(seed)")
        }
    }

    @Test func whatNeverWasReadyHasNeitherWarningNorGrace() {
        forEachCase { it, seed in
            guard !it.inputs.wasReady else { return }
            if case .warn = it.verdict.action { Issue.record("seed \(seed): warned") }
            #expect(it.verdict.action != .expire, "seed \(seed)")
        }
    }

    @Test func whatWasReadyIsNeverDeletedWithoutTheGraceThatIsConfigured() {
        forEachCase { it, seed in
            guard it.isLiving, it.inputs.wasReady, !it.inputs.isPooled, it.limits.grace > .zero else { return }
            #expect(it.verdict.action != .delete, "seed \(seed)")
        }
    }

    @Test func onlyWhatIsAwakeAndIdleIsPutToSleep() {
        forEachCase { it, seed in
            guard it.verdict.action == .hibernate else { return }
            #expect(it.inputs.phase == .ready && it.inputs.idleTimeout > .zero, "seed \(seed)")
            #expect(!it.inputs.isPooled && it.inputs.canTellIdle, "seed \(seed)")
            if let active = it.inputs.activeAt { #expect(it.now >= active + it.inputs.idleTimeout, "seed \(seed)") }
        }
    }

    @Test func aDeadlineIsWarnedOfOnceAndBeforeItComes() {
        forEachCase { it, seed in
            guard case .warn(let deadline) = it.verdict.action else { return }
            #expect(it.now < deadline, "seed \(seed)")
            var warned = it
            warned.inputs.warnedFor = deadline
            for instant in [it.now, deadline, deadline + Self.unit] {
                if case .warn = warned.verdict(at: instant).action { Issue.record("seed \(seed): warned again") }
            }
        }
    }

    /// The deadline that users are shown: an environment that nothing holds ends then, and not before.
    @Test func whatIsShownAsTheDeadlineIsWhenItEnds() {
        forEachCase { start, seed in
            guard start.isLiving, !start.inputs.isPooled, start.inputs.heldUntil == nil else { return }
            guard let deadline = LifetimeRule.deadline(start.inputs, start.limits).at else {
                #expect(start.isProtected, "seed \(seed)")
                return
            }
            var it = start
            it.now = deadline
            #expect(it.isEnding, "seed \(seed)")
            it.now = deadline + .microseconds(-1)
            #expect(!it.isEnding, "seed \(seed)")
        }
    }

    @Test func whatWaitsInTheQueueNeitherLivedNorBecameOld() {
        forEachCase { it, seed in
            guard it.inputs.phase == .queued, !it.inputs.isPooled, it.inputs.heldUntil == nil, it.isEnding
            else { return }
            #expect(["patience", "protected"].contains(it.verdict.reason.code), "seed \(seed)")
        }
    }

    @Test func anExtensionNeverBringsTheEndNearer() {
        forEachCase { it, seed in
            guard it.isLiving, !it.isEnding else { return }
            var extended = it
            extended.inputs.expiresAt = it.inputs.expiresAt + Self.unit
            #expect(!extended.isEnding, "seed \(seed)")
        }
    }

    /// Looks only at the instants that the verdicts name, as the reaper does.
    @Test func everyUnprotectedLifeIsOverOneGraceAfterItsMaximumAge() {
        forEachCase { start, seed in
            guard !start.inputs.isPooled else { return }
            var it = start
            it.inputs.protected = .no
            let latest = max(it.oldest, it.now, it.inputs.graceEndsAt ?? it.now) + it.limits.grace
            var looks = 0
            while looks < 20 {
                looks += 1
                let verdict = it.verdict
                switch verdict.action {
                case .keep:
                    guard let next = verdict.next else {
                        #expect(it.inputs.phase == .deleted || it.inputs.phase == .deleting, "seed \(seed)")
                        return
                    }
                    it.now = next
                case .warn(let deadline): it.inputs.warnedFor = deadline
                case .hibernate: it.inputs.phase = .hibernated
                case .expire:
                    it.inputs.phase = .expiring
                    it.inputs.graceEndsAt = it.now + it.limits.grace
                case .delete:
                    #expect(it.now <= latest, "seed \(seed)")
                    return
                }
            }
            Issue.record("seed \(seed): still there after \(looks) looks: \(it.verdict)")
        }
    }
}
