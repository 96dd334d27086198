import Environments
import Testing

@testable import ControlPlane

@Suite struct WorkSlotsTests {
    private func id(_ number: Int) -> EnvironmentID { EnvironmentID("e\(number)") }

    @Test func clonesHaveALimitOfTheirOwn() {
        var slots = WorkSlots(maximumClones: 2, maximumWorkers: 4)
        #expect(slots.free == (2, 2))
        slots.begin(id(1), .requested)
        slots.begin(id(2), .cloning)
        #expect(slots.free == (0, 2))
        let freed = slots.update(id(1), .sealing)
        #expect(freed)
        let freedAgain = slots.update(id(1), .starting)
        #expect(!freedAgain)
        #expect(slots.free == (1, 1))
        slots.end(id(1))
        #expect(slots.free == (1, 2))
        slots.begin(id(3), .deleting)
        slots.begin(id(4), .deleting)
        slots.begin(id(5), .deleting)
        #expect(slots.free == (0, 0))
    }
}

@Suite struct DispatcherPauseTests {
    private let tunables = Tunables()

    @Test func withNothingDueOnlyPollingIsLeft() {
        #expect(tunables.pause(untilDue: nil, hasRoom: true) == tunables.pollInterval)
        #expect(tunables.pause(untilDue: .seconds(3600), hasRoom: true) == tunables.pollInterval)
    }

    @Test func whatWillBeDueIsWaitedFor() {
        #expect(tunables.pause(untilDue: .milliseconds(300), hasRoom: true) == .milliseconds(301))
        #expect(tunables.pause(untilDue: .milliseconds(300), hasRoom: false) == .milliseconds(301))
    }

    /// A worker that ends signals; whoever held a row for a moment does not.
    @Test(arguments: [Duration.zero, .seconds(-5)])
    func whatIsDueAndWasPassedOverIsLookedAtAgainSoon(due: Duration) {
        #expect(tunables.pause(untilDue: due, hasRoom: true) == tunables.contentionPause)
        #expect(tunables.pause(untilDue: due, hasRoom: false) == tunables.pollInterval)
    }
}

@Suite struct SignalTests {
    @Test func aSignalBeforeTheWaitIsKept() async {
        let signal = WakeSignal()
        signal.signal()
        signal.signal()
        let start = ContinuousClock.now
        await signal.wait(atMost: .seconds(60))
        #expect(start.duration(to: .now) < .seconds(30))
        await signal.wait(atMost: .milliseconds(1))
    }

    @Test func aCancelledWaitReturns() async {
        let signal = WakeSignal()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await signal.wait(atMost: .seconds(600)) }
            group.cancelAll()
        }
        // Reached at all is the point; and the signal still works.
        signal.signal()
        await signal.wait(atMost: .seconds(600))
    }

    @Test func watchersHearTheirSubjectOnly() async {
        let hub = ChangeHub()
        let mine = hub.changes(of: "a")
        hub.changed("b")
        hub.changed("a")
        hub.changed("a")
        var count = 0
        for await _ in mine {
            count += 1
            if count == 1 { hub.everythingChanged() }
            if count == 2 { break }
        }
        #expect(count == 2)
    }

    @Test func failpointsHaveDistinctNames() {
        #expect(Set(Failpoint.allCases.map(\.rawValue)).count == Failpoint.allCases.count)
        for effect in Effect.allCases {
            #expect(effect.failpointBefore.rawValue == "\(effect.rawValue).before-effect")
            #expect(effect.failpointAfter.rawValue == "\(effect.rawValue).after-effect")
        }
    }
}
