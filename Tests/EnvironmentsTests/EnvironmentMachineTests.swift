import Environments
import Testing

@Suite struct EnvironmentMachineTests {
    private let machine = EnvironmentMachine()
    private let now = Timestamp(unixSeconds: 1_000_000)
    private let server = ServerIdentity(pid: 7, startTime: 70)
    private let other = ServerIdentity(pid: 8, startTime: 80)

    private func record(_ phase: Phase, _ change: (inout EnvironmentRecord) -> Void = { _ in }) throws
        -> EnvironmentRecord
    {
        var record = try requestedRecord(at: now)
        record.phase = phase
        record.hasStorage = phase != .requested
        record.credential = EnvironmentCredential(accessKeyID: "AK", secretAccessKey: "s")
        change(&record)
        return record
    }

    private func step(_ record: EnvironmentRecord, _ server: ServerIdentity?) -> Decision {
        machine.step(record, observed: Observation(server: server), now: now)
    }

    @Test func eachPhaseHasItsStep() throws {
        #expect(step(try record(.requested), nil) == .enter(.cloning))
        #expect(step(try record(.cloning), nil) == .perform(.clone))
        #expect(step(try record(.sealing), nil) == .perform(.seal))
        #expect(step(try record(.starting), nil) == .perform(.launch))
        #expect(step(try record(.starting) { $0.port = nil }, nil) == .perform(.takePort))
        #expect(step(try record(.starting) { $0.credential = nil }, nil) == .enter(.sealing))
        #expect(step(try record(.starting), server) == .adopt(server))
        #expect(step(try record(.probing) { $0.server = server }, server) == .perform(.probe))
        #expect(step(try record(.probing) { $0.server = server }, other) == .adopt(other))
        #expect(step(try record(.probing) { $0.server = server }, nil) == .serverLost)
        #expect(step(try record(.ready) { $0.server = server }, server) == .rest)
        #expect(step(try record(.ready) { $0.server = server }, nil) == .serverLost)
        #expect(step(try record(.hibernated) { $0.server = server }, server) == .perform(.stopServer))
        #expect(step(try record(.hibernated) { $0.server = server }, nil) == .perform(.stopServer))
        #expect(step(try record(.hibernated), nil) == .perform(.holdPort))
        #expect(step(try record(.deleting), server) == .perform(.stopServer))
        #expect(step(try record(.deleting), nil) == .perform(.dropStorage))
        #expect(step(try record(.deleting) { $0.hasStorage = false }, nil) == .enter(.deleted))
        #expect(step(try record(.deleted), nil) == .rest)
        #expect(step(try record(.failed), nil) == .perform(.dropStorage))
        #expect(step(try record(.failed) { $0.readyAt = now }, nil) == .rest)
    }

    @Test func nothingIsDoneBeforeItsTime() throws {
        let waiting = try record(.cloning) { $0.nextAttemptAt = now + .seconds(1) }
        #expect(step(waiting, nil) == .rest)
    }

    @Test func anErrorThatAnotherTryCannotHelpFailsAtOnce() throws {
        var generator = SeededGenerator(seed: 3)
        let gone = ControlError(.notFound, "the snapshot is gone")
        let failed = machine.failed(.clone, gone, try record(.cloning), now: now, using: &generator).record
        #expect(failed.phase == .failed)
        #expect(failed.reason == "the snapshot is gone")
        #expect(failed.nextAttemptAt == now)
    }

    @Test func triesAreBoundedAndCountedAnewForEachPhase() throws {
        var generator = SeededGenerator(seed: 4)
        let error = ControlError(.unavailable, "no answer")
        var current = try record(.cloning)
        for attempt in 1..<machine.retry.maximumAttempts {
            current = machine.failed(.clone, error, current, now: now, using: &generator).record
            #expect(current.phase == .cloning)
            #expect(current.attempts == attempt)
            #expect(try #require(current.nextAttemptAt) >= now)
        }
        let after = machine.succeeded(.clone, .done, current, took: .milliseconds(61), now: now).record
        #expect(after.attempts == 0)
        #expect(after.phase == .sealing)
        #expect(after.timings.cloning == 61)
        let last = machine.failed(.clone, error, current, now: now, using: &generator)
        #expect(last.record.phase == .failed)
        #expect(last.events.map(\.kind) == ["failed"])
    }

    @Test func aTakenPortIsGivenUpForAnother() throws {
        var generator = SeededGenerator(seed: 5)
        let taken = ControlError(.portInUse, subject: "20000", "port 20000 is taken")
        var current = machine.failed(.launch, taken, try record(.starting), now: now, using: &generator).record
        #expect(current.port == nil)
        current.nextAttemptAt = now
        #expect(step(current, nil) == .perform(.takePort))
        current = machine.succeeded(.takePort, .port(20_007), current, took: .zero, now: now).record
        #expect(step(current, nil) == .perform(.launch))
    }

    @Test func readyTellsHowLongItTook() throws {
        let probing = try record(.probing) { $0.server = server }
        let ready = machine.succeeded(.probe, .done, probing, took: .milliseconds(9), now: now + .milliseconds(180))
            .record
        #expect(ready.phase == .ready)
        #expect(ready.timings.total == 180)
        #expect(ready.readyAt == now + .milliseconds(180))
        #expect(ready.nextAttemptAt == nil)
    }

    @Test func deletingTwiceChangesNothing() throws {
        let once = machine.deleting(try record(.ready), reason: "asked for", now: now).record
        #expect(once.phase == .deleting)
        let twice = machine.deleting(once, reason: "again", now: now + .seconds(1))
        #expect(twice.record == once)
        #expect(twice.events.isEmpty)
    }

    @Test func everyPhaseThatActsHasAnIntent() {
        let acting = Phase.allCases.filter { EnvironmentMachine.intent(of: $0) != nil }
        #expect(
            acting == [
                .cloning, .sealing, .starting, .probing, .hibernated, .resetting, .expiring, .deleting,
            ])
    }
}
