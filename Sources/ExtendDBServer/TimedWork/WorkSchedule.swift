/// When there is next something to do whose time is written in the data: items that expire, records that grow too old.
///
/// It knows no clock and no timer. All times are unix seconds.
struct WorkSchedule: Hashable, Sendable {
    /// Passes follow each other at this distance at least, so that items that expire one after another share one.
    static let spacing = 0.5
    /// How long to wait after a failure: twice as long after each one, up to the limit.
    static let firstPause = 1.0
    static let longestPause = 60.0

    /// The earliest moment at which there is something to do; `nil`: nothing is known of.
    private(set) var due: Double?
    /// No pass begins before this.
    private var rest = -Double.infinity
    private var failures = 0
    private(set) var isRunning = false

    /// When the next pass begins; `nil` if there is nothing to do, or one is at work, whose end asks again.
    var wake: Double? { isRunning ? nil : due.map { max($0, rest) } }

    /// There will be something to do at this time.
    mutating func note(_ time: Double) {
        due = min(due ?? time, time)
    }

    /// - Returns: whether a pass begins now. What is noted from here on is for the next one.
    mutating func begin(at now: Double) -> Bool {
        guard let wake, wake <= now else { return false }
        isRunning = true
        due = nil
        return true
    }

    /// - Parameter next: when the data say that there is something to do again.
    mutating func end(next: Double?, at now: Double) {
        isRunning = false
        failures = 0
        rest = now + Self.spacing
        if let next { note(next) }
    }

    /// The pass could not be finished: what it was for is still to be done.
    mutating func fail(at now: Double) {
        isRunning = false
        let pause = Self.firstPause * Double(1 << min(failures, 10))
        failures += 1
        rest = now + min(pause, Self.longestPause)
        note(now)
    }
}
