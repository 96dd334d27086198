/// The units that may be used at a moment: so many come every second, and what is not used is kept for a while ("DynamoDB
/// currently retains up to five minutes (300 seconds) of unused read and write capacity", "Burst capacity").
///
/// What a request costs is known when it is done. So it may be begun whenever there is anything left, and what it takes
/// beyond that has to come in again before the next one.
package struct TokenBucket: Hashable, Sendable {
    /// Seconds for which unused units are kept.
    package static let burst = 300.0

    /// Units that come every second.
    package private(set) var rate: Double
    /// Negative when more was taken than there was.
    private var units: Double
    /// Unix seconds.
    private var filledAt: Double

    /// Full, as of something that nobody has used yet.
    package init(rate: Double, at now: Double) {
        self.rate = rate
        units = rate * Self.burst
        filledAt = now
    }

    /// The units that there are.
    package mutating func available(at now: Double) -> Double {
        // A clock that goes back brings nothing.
        units = min(rate * Self.burst, units + max(0, now - filledAt) * rate)
        filledAt = max(filledAt, now)
        return units
    }

    package mutating func take(_ taken: Double, at now: Double) {
        units = available(at: now) - taken
    }

    /// Another rate from now on.
    package mutating func change(rate: Double, at now: Double) {
        guard rate != self.rate else { return }
        let kept = available(at: now)
        self.rate = rate
        units = min(kept, rate * Self.burst)
    }
}
