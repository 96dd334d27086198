/// Slows down whoever guesses: a bucket of allowed failures for each source address, refilled at a steady rate.
///
/// Pure: the time is given, as what a monotonic clock says since any fixed moment.
package struct FailureLimiter: Sendable {
    private struct Bucket: Sendable {
        /// How long it takes from `at` on until the bucket is full again.
        var debt: Duration
        var at: Duration
    }

    /// Failures in a row that are answered.
    package let capacity: Int
    /// The time after which one more is.
    package let refill: Duration
    /// Addresses that are remembered; the oldest are forgotten when there are more, so that an attacker with many
    /// addresses costs no memory.
    package let maximumSources: Int
    private var buckets: [String: Bucket] = [:]

    package init(capacity: Int = 10, refill: Duration = .seconds(6), maximumSources: Int = 10_000) {
        precondition(capacity > 0 && refill > .zero && maximumSources > 0, "limits of failures")
        self.capacity = capacity
        self.refill = refill
        self.maximumSources = maximumSources
    }

    package var sourceCount: Int { buckets.count }

    /// How long the source has to wait before it may try again; nil: it may now.
    package func wait(_ source: String, now: Duration) -> Duration? {
        guard let bucket = buckets[source] else { return nil }
        let excess = debt(bucket, now: now) - refill * (capacity - 1)
        return excess > .zero ? excess : nil
    }

    /// Counts a failure.
    package mutating func failed(_ source: String, now: Duration) {
        let debt = buckets[source].map { self.debt($0, now: now) } ?? .zero
        buckets[source] = Bucket(debt: min(debt + refill, refill * capacity), at: now)
        if buckets.count > maximumSources { shrink(now: now) }
    }

    private func debt(_ bucket: Bucket, now: Duration) -> Duration {
        max(.zero, bucket.debt - (now - bucket.at))
    }

    /// Forgets those who have refilled, and as many of the longest unseen as it takes to get to half.
    private mutating func shrink(now: Duration) {
        buckets = buckets.filter { debt($0.value, now: now) > .zero }
        guard buckets.count > maximumSources / 2 else { return }
        for (source, _) in buckets.sorted(by: { $0.value.at < $1.value.at }).prefix(buckets.count - maximumSources / 2)
        {
            buckets[source] = nil
        }
    }
}
