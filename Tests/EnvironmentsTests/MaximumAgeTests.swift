import Testing

@testable import Environments

/// What becomes of requests, and of advice, near the maximum age and beyond it.
@Suite struct MaximumAgeRuleTests {
    private let now = Timestamp(unixSeconds: 5000)
    private let machine = EnvironmentMachine()

    private func record(_ phase: Phase, age: Duration = .zero) throws -> EnvironmentRecord {
        var record = try requestedRecord(at: now)
        record.createdAt = now + .seconds(-age.wholeSeconds)
        record.phase = phase
        record.readyAt = now
        record.readySince = now
        record.hasStorage = true
        if phase == .expiring { record.graceEndsAt = now + .seconds(600) }
        return record
    }

    private func limits(_ maximumAge: Duration) -> LifetimeLimits {
        var limits = LifetimeLimits()
        limits.maximumAge = maximumAge
        return limits
    }

    private func why(_ record: EnvironmentRecord, _ limits: LifetimeLimits) -> LifetimeExplanation {
        LifetimeExplanation(
            LifetimeExplanation.Circumstances(
                record, inputs: LifetimeRule.Inputs(record), limits: limits, retry: RetryPolicy(), now: now))
    }

    @Test func whatExpiredAtItsMaximumAgeComesBackOnlyProtected() throws {
        let limits = limits(.seconds(60))
        var it = try record(.expiring, age: .seconds(60))
        let requests: [() throws -> Transition] = [
            { try machine.restoring(it, ttl: nil, limits: limits, now: now) },
            { try machine.restoring(it, ttl: .seconds(10), limits: limits, now: now) },
            { try machine.extending(it, ttl: .seconds(10), limits: limits, now: now) },
            { try machine.cloningAgain(it, ttl: nil, limits: limits, now: now) },
        ]
        for request in requests {
            let error = #expect(throws: ControlError.self) { _ = try request() }
            #expect(error?.code == .conflict)
            #expect(error?.hint?.contains("`envctl delete pr-42` frees its name") == true)
        }
        #expect(why(it, limits).remedies.map(\.command.firstTwoWords) == ["envctl protect", "envctl delete"])
        it = try machine.protecting(it, Protection(owner: "ann", reason: "a demo", until: nil)).record
        #expect(why(it, limits).remedies.map(\.command.firstTwoWords) == ["envctl restore", "envctl unprotect"])
        it = try machine.restoring(it, ttl: nil, limits: limits, now: now).record
        #expect(it.phase == .starting)
        #expect(limits.deadline(of: it) == nil)
        it.phase = .ready
        #expect(why(it, limits).remedies[0].effect == "lifts that; its lifetime is over, so it goes at once")
    }

    @Test func aRepeatedCloneLivesAsLongAsItsAgeAllows() throws {
        let it = try record(.expiring, age: .seconds(1000))
        let limits = limits(.seconds(1200))
        let again = try machine.cloningAgain(it, ttl: .seconds(900), limits: limits, now: now).record
        #expect(again.phase == .starting && again.expiresAt == limits.oldestInstant(it))
        let short = try machine.cloningAgain(it, ttl: .seconds(100), limits: limits, now: now).record
        #expect(short.expiresAt == now + .seconds(100))
        let ready = try record(.ready)
        #expect(try machine.cloningAgain(ready, ttl: .seconds(100), limits: limits, now: now) == Transition(ready))
    }

    @Test func theDeadlineIsTheEarlierOfTtlAndAge() throws {
        var it = try record(.ready, age: .seconds(120))
        #expect(limits(.seconds(86_400)).deadline(of: it) == it.expiresAt)
        #expect(limits(.seconds(1200)).deadline(of: it) == now + .seconds(1080))
        it.protection = Protection(owner: "ann", reason: "a demo", until: now + .seconds(1100))
        #expect(limits(.seconds(1200)).deadline(of: it) == now + .seconds(1100))
    }

    @Test func whyOffersAnExtensionThatIsAccepted() throws {
        var it = try record(.ready, age: .seconds(120))
        it.expiresAt = now + .seconds(300)
        #expect(why(it, limits(.seconds(1200))).remedies[0].command == "envctl extend pr-42 --ttl 16m")
        it.expiresAt = now + .seconds(3600)
        let commands = why(it, limits(.seconds(1200))).remedies.map(\.command.firstTwoWords)
        #expect(commands == ["envctl protect", "envctl delete"])
    }

    /// Tens of thousands of ages, lifetimes and protections: whatever `why` offers is accepted, also half a second later.
    @Test func nothingIsOfferedThatIsRefused() throws {
        for seed in Seeds.first(10_000) {
            var generator = SeededGenerator(seed: seed)
            let limits = limits(.seconds(Int.random(in: 10...100_000, using: &generator)))
            let age = Duration.seconds(Int.random(in: 0...100_000, using: &generator))
            let phases = [Phase.ready, .hibernated, .expiring]
            var it = try record(phases.randomElement(using: &generator) ?? .ready, age: age)
            it.expiresAt = now + .seconds(Int.random(in: -100...50_000, using: &generator))
            if generator.chance(0.2) { it.protection = Protection(owner: "ann", reason: "a demo", until: nil) }
            for remedy in why(it, limits).remedies {
                let words = remedy.command.split(separator: " ").map(String.init)
                let text = remedy.command.split(separator: "--ttl ").dropFirst().first.map { $0.filter { $0 != "]" } }
                let later = now + .milliseconds(500)
                do {
                    let ttl = try text.map { text throws(ControlError) in
                        try limits.ttl(requested: try DurationText.parse(text))
                    }
                    switch words[1] {
                    case "extend":
                        let extended = try machine.extending(it, ttl: try #require(ttl), limits: limits, now: later)
                        #expect(limits.deadline(of: extended.record) == extended.record.expiresAt, "seed \(seed)")
                    case "restore":
                        // A moment later its age may leave nothing at all.
                        let left = limits.leftOfAge(it, now: later) ?? .seconds(1)
                        guard ttl != nil || left >= .seconds(1) else { break }
                        let back = try machine.restoring(it, ttl: ttl, limits: limits, now: later).record
                        let verdict = LifetimeRule.verdict(LifetimeRule.Inputs(back), limits: limits, now: later)
                        #expect(verdict.action != .expire, "seed \(seed)")
                    case "delete": _ = try machine.deletingOnRequest(it, reason: "asked for", now: later)
                    default: break
                    }
                } catch {
                    Issue.record("seed \(seed): `\(remedy.command)` is refused: \(error)")
                }
            }
        }
    }

    @Test func extendingWhatWaitsSetsTheLifetimeThatBeginsAtItsAdmission() throws {
        var it = try record(.queued)
        it.readyAt = nil
        it.expiresAt = now + .seconds(86_400)
        for ttl in [Duration.seconds(10), .seconds(3 * 86_400)] {
            let extended = try machine.extending(it, ttl: ttl, limits: LifetimeLimits(), now: now)
            #expect(extended.record.ttl == ttl && extended.record.expiresAt == it.expiresAt)
            #expect(extended.events.map(\.kind) == ["extended"])
        }
        let over = LifetimeRule.verdict(LifetimeRule.Inputs(it), limits: LifetimeLimits(), now: it.expiresAt)
        #expect(over.action == .delete && over.reason == .patience(until: it.expiresAt))
        #expect(why(it, LifetimeLimits()).next.map(\.because) == ["it waits no longer for room"])
    }
}

extension String {
    fileprivate var firstTwoWords: String { split(separator: " ").prefix(2).joined(separator: " ") }
}
