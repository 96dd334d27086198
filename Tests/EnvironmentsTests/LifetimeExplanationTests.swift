import Environments
import Testing

@Suite struct LifetimeExplanationTests {
    private let now = Timestamp(unixSeconds: 5000)
    private let limits = LifetimeLimits()

    private func circumstances(
        _ phase: Phase, _ change: (inout EnvironmentRecord) -> Void = { _ in }
    ) throws -> LifetimeExplanation.Circumstances {
        var record = try requestedRecord(at: now)
        record.phase = phase
        record.readyAt = now
        record.readySince = now
        record.hasStorage = true
        change(&record)
        return LifetimeExplanation.Circumstances(
            record, inputs: LifetimeRule.Inputs(record), limits: limits, retry: RetryPolicy(), now: now)
    }

    private func explain(
        _ phase: Phase, _ change: (inout EnvironmentRecord) -> Void = { _ in }
    ) throws -> LifetimeExplanation {
        LifetimeExplanation(try circumstances(phase, change))
    }

    @Test func readyTellsItsWholeFuture() throws {
        let why = try explain(.ready)
        #expect(why.situation == .ready)
        #expect(why.summary == "pr-42 is ready until its deadline, in 1h, at \(now + .seconds(3600)).")
        #expect(why.next.map(\.action.code) == ["warn", "expire", "delete"])
        #expect(why.next.map(\.at) == [3240, 3600, 4200].map { now + .seconds($0) })
        #expect(why.next.last?.because == "its grace ends")
        #expect(why.remedies.first?.command == "envctl extend pr-42 --ttl 8h")
        #expect(why.remedies.first?.effect.contains("30d") == true)
    }

    @Test func whatSleepsNextSaysSo() throws {
        let why = try explain(.ready) { $0.idleTimeout = .seconds(900) }
        #expect(why.situation == .idle)
        #expect(why.summary.contains("without a request since \(now)") && why.summary.contains("After 15m"))
        #expect(why.next.map(\.action.code) == ["hibernate", "warn", "expire", "delete"])
    }

    @Test func aWarningIsNotGivenTwice() throws {
        let why = try explain(.ready) { $0.warnedFor = $0.expiresAt }
        #expect(why.situation == .warned)
        #expect(why.next.map(\.action.code) == ["expire", "delete"])
    }

    @Test func protectionSaysWhoAndWhyAndHowToLiftIt() throws {
        let forGood = try explain(.ready) { $0.protection = Protection(owner: "ann", reason: "a demo", until: nil) }
        #expect(forGood.situation == .protected)
        #expect(forGood.summary.contains("by ann until that is lifted (a demo)"))
        #expect(forGood.next.isEmpty)
        #expect(forGood.remedies.map(\.command) == ["envctl unprotect pr-42"])
        let until = now + .seconds(7200)
        let ending = try explain(.ready) { $0.protection = Protection(owner: "ann", reason: "a demo", until: until) }
        #expect(ending.next.contains { $0.action == .expire && $0.at == until && $0.because.contains("ann ends") })
    }

    @Test func whatIsInUseNamesItsUsers() throws {
        var it = try circumstances(.ready)
        it.inputs.heldUntil = now + .seconds(60)
        it.holders = [
            Holder(
                id: "h", purpose: "npm test", owner: "ci", createdAt: now, expiresAt: now + .seconds(60))
        ]
        let why = LifetimeExplanation(it)
        #expect(why.situation == .held)
        #expect(why.summary.contains("`npm test` (ci)"))
    }

    @Test func everyPhaseHasAnAnswer() throws {
        let expected: [Phase: LifetimeExplanation.Situation] = [
            .queued: .queued, .requested: .underway, .cloning: .underway, .sealing: .underway, .starting: .underway,
            .probing: .underway, .ready: .ready, .hibernated: .hibernated, .resetting: .underway,
            .expiring: .expiring, .failed: .failed, .deleting: .deleting, .deleted: .deleted,
        ]
        for phase in Phase.allCases {
            let why = try explain(phase) {
                if phase == .expiring { $0.graceEndsAt = now + .seconds(300) }
            }
            #expect(why.situation == expected[phase], "\(phase)")
            #expect(why.summary.hasPrefix("pr-42 ") && why.summary.hasSuffix("."), "\(why.summary)")
            #expect(!why.remedies.isEmpty, "\(phase)")
        }
    }

    @Test func graceSaysUntilWhenItCanBeRestored() throws {
        let why = try explain(.expiring) {
            $0.reason = "its lifetime ended"
            $0.graceEndsAt = now + .seconds(300)
        }
        #expect(why.summary.contains("until its grace ends, in 5m"))
        #expect(why.next.map(\.action.code) == ["delete"])
        #expect(why.remedies.first?.command == "envctl restore pr-42 [--ttl 4h]")
    }

    @Test func aFailureSaysWhatIsLeftOfIt() throws {
        let kept = try explain(.failed) { $0.reason = "no answer" }
        #expect(kept.summary.contains("no answer") && kept.summary.contains("What is left of its data stays"))
        #expect(kept.remedies.contains { $0.command == "envctl reset pr-42" })
        let never = try explain(.failed) {
            $0.reason = "no answer"
            $0.readyAt = nil
        }
        #expect(never.summary.contains("Nothing of it is left"))
        #expect(!never.remedies.contains { $0.command == "envctl reset pr-42" })
        let dropped = try explain(.failed) {
            $0.reason = "no answer"
            $0.hasStorage = false
        }
        #expect(dropped.summary.contains("Nothing of it is left"))
    }

    @Test func aRetrySaysWhichTryWhyAndWhenTheNextOneComes() throws {
        let why = try explain(.starting) {
            $0.reason = "no answer"
            $0.attempts = 3
            $0.nextAttemptAt = now + .seconds(7)
        }
        #expect(why.situation == .retrying)
        #expect(
            why.summary == "pr-42 is starting; try 3 of 20 failed: no answer. The next one comes in 7s, at "
                + "\(now + .seconds(7)).")
    }

    @Test func thePoolTheQueueAndASilentHostAreExplained() throws {
        var pooled = try circumstances(.ready)
        pooled.inputs.isPooled = true
        #expect(LifetimeExplanation(pooled).situation == .pooled)
        #expect(LifetimeExplanation(pooled).summary.contains("pool of prod-snapshot"))
        var queued = try circumstances(.queued)
        queued.queue = "waits for room below the limit 'ports', 3 of 4 in the queue"
        #expect(
            LifetimeExplanation(queued).summary.hasPrefix(
                "pr-42 waits for room below the limit 'ports', 3 of 4 in the queue. It gives up waiting in "))
        var silent = try circumstances(.ready)
        silent.silentHost = ("build-7", now)
        #expect(LifetimeExplanation(silent).situation == .hostSilent)
        #expect(LifetimeExplanation(silent).summary.contains("belongs on build-7"))
        #expect(LifetimeExplanation(silent).remedies.contains { $0.command == "envctl delete pr-42" })
        var leaving = try circumstances(.deleting)
        leaving.silentHost = ("build-7", now)
        #expect(LifetimeExplanation(leaving).summary.hasSuffix("Another machine deletes its data soon."))
        #expect(!LifetimeExplanation(leaving).remedies.contains { $0.command.hasPrefix("envctl delete") })
        var damaged = try circumstances(.ready)
        damaged.inputs.protected = .unreadable
        #expect(LifetimeExplanation(damaged).situation == .protectionUnreadable)
    }
}

@Suite struct HolderRuleTests {
    @Test func holdsLastFromSecondsToAnHour() throws {
        #expect(try HolderRule.ttl(requested: nil) == .seconds(60))
        for bad in [Duration.zero, .seconds(4), .seconds(3601)] {
            #expect(throws: ControlError.self) { try HolderRule.ttl(requested: bad) }
        }
    }

    @Test func purposesAreShortAndOnOneLine() {
        #expect(HolderRule.purpose("npm test") == "npm test")
        #expect(HolderRule.purpose("a\nb\u{1B}[31m") == "a b [31m")
        #expect(HolderRule.purpose(String(repeating: "é", count: 300)).utf8.count == 200)
    }
}
