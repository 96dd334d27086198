/// When a failed step is tried again: exponential with full jitter (each wait is drawn evenly from zero to the cap of
/// its try), so that many environments that failed together do not come back together.
package struct RetryPolicy: Hashable, Sendable {
    /// The cap of the first wait.
    package var base: Duration = .milliseconds(250)
    /// The cap that the growth stops at.
    package var maximum: Duration = .seconds(30)
    /// Failed tries in a row, of cloning, of sealing, or of starting and probing together, after which an environment
    /// that never was ready is given up.
    package var maximumAttempts = 5
    /// As above for one that was handed out: a user's data hang on it, so more patience, about ten minutes.
    package var maximumRestarts = 20
    /// A server that ran this long before it died was healthy: its death begins a new series.
    package var healthyAfter: Duration = .seconds(60)

    package init() {}

    /// The wait before the next try.
    /// - Parameter attempts: failed tries so far, from 1.
    package func delay(attempts: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        let doublings = min(max(attempts, 1) - 1, 30)
        let cap = min(maximum.microseconds, base.microseconds * (1 << Int64(doublings)))
        return .microseconds(Int64.random(in: 0...max(cap, 0), using: &generator))
    }
}
