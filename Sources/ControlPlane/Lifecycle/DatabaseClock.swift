import Environments

/// The database's clock between two reads of it: its last answer plus what a monotonic clock says has passed.
struct DatabaseClock: Sendable {
    private let read: Timestamp
    private let at: ContinuousClock.Instant

    init(_ read: Timestamp) {
        self.read = read
        at = .now
    }

    var now: Timestamp { read + at.duration(to: .now) }
}
