import TestSupport
import Testing

@testable import ExtendDBServer

@Suite struct WorkScheduleTests {
    /// The macros of expectations take no mutating calls.
    private func begin(_ schedule: inout WorkSchedule, at now: Double) -> Bool { schedule.begin(at: now) }

    @Test func `nothing is done until something is due`() {
        var schedule = WorkSchedule()
        #expect(schedule.wake == nil)
        schedule.note(20)
        schedule.note(10)
        #expect(schedule.wake == 10)
        #expect(begin(&schedule, at: 9.9) == false)
        #expect(begin(&schedule, at: 10))
        #expect(schedule.wake == nil, "one pass at a time")
        schedule.end(next: 30, at: 10.5)
        #expect(schedule.wake == 30)
    }

    @Test func `passes keep their distance, and failures a growing one`() {
        var schedule = WorkSchedule()
        schedule.note(0)
        #expect(begin(&schedule, at: 1))
        schedule.end(next: 1, at: 1)
        #expect(schedule.wake == 1 + WorkSchedule.spacing)
        var now = 2.0
        for pause in [1.0, 2, 4, 8, 16, 32, 60, 60] {
            #expect(begin(&schedule, at: now))
            schedule.fail(at: now)
            #expect(schedule.wake == now + pause)
            now += pause
        }
        #expect(begin(&schedule, at: now))
        schedule.end(next: nil, at: now)
        #expect(schedule.wake == nil)
    }

    /// Whatever happens, what was noted is looked at by a pass that begins at its time or later, and not much later.
    @Test func `no moment is forgotten`() {
        var random = SeededGenerator()
        for _ in 0..<300 {
            var schedule = WorkSchedule()
            var pending: [Double] = []
            var taken: [Double] = []
            var now = 0.0
            for _ in 0..<60 {
                now += Double.random(in: 0...2, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0, 1:
                    let time = now + Double.random(in: -3...5, using: &random)
                    schedule.note(time)
                    pending.append(time)
                case 2 where schedule.isRunning:
                    // The data still hold what was not due when the pass read them.
                    schedule.end(next: taken.filter { $0 > now }.min(), at: now)
                    pending += taken.filter { $0 > now }
                    taken = []
                case 3 where schedule.isRunning:
                    schedule.fail(at: now)
                    pending += taken
                    taken = []
                default:
                    if schedule.begin(at: now) {
                        taken += pending
                        pending = []
                    }
                }
                if !schedule.isRunning, let first = pending.min() {
                    let wake = schedule.wake
                    #expect(wake != nil)
                    #expect((wake ?? .infinity) <= max(first, now + WorkSchedule.longestPause))
                }
            }
        }
    }
}
