import Synchronization

/// Claims of pool members that come close after one another: the jobs of one build, as a rule. Refilling meanwhile would
/// make copies beside those who are waiting for their answer, so the pools are left alone until the burst is over.
struct ClaimBurst: Sendable {
    /// A burst is over when nothing was claimed for so long.
    static let calm = Duration.milliseconds(250)
    /// So long a burst is waited for at most, so that refills keep up with claims that never end.
    static let patience = Duration.seconds(1)

    private var began: ContinuousClock.Instant?
    private var last: ContinuousClock.Instant?

    mutating func claimed(at now: ContinuousClock.Instant) {
        began = began ?? now
        last = now
    }

    /// How long the pools are to be left alone; nil: not at all, and the next claim begins another burst.
    mutating func hold(at now: ContinuousClock.Instant) -> Duration? {
        guard let began, let last else { return nil }
        let end = min(last + Self.calm, began + Self.patience)
        if now < end { return now.duration(to: end) }
        self.began = nil
        self.last = nil
        return nil
    }
}

/// Where claims are told, and the keeper of the pools asks.
final class ClaimWatch: Sendable {
    private let burst = Mutex(ClaimBurst())

    func claimed() { burst.withLock { $0.claimed(at: .now) } }

    func hold() -> Duration? { burst.withLock { $0.hold(at: .now) } }
}
