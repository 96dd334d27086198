/// When an event is sent to a webhook again after a failure, and when it is given up.
package struct DeliveryPolicy: Sendable, Hashable {
    /// The longest first wait.
    package var base: Duration = .seconds(5)
    /// What the growth of the waits stops at.
    package var maximum: Duration = .seconds(3_600)
    /// How long after it was due first an event is still sent.
    package var patience: Duration = .seconds(86_400)

    package init() {}

    package enum Verdict: Sendable, Hashable {
        case again(after: Duration)
        case giveUp
    }

    /// - Parameters:
    ///   - attempts: failed ones so far, from 1.
    ///   - age: since it was due first.
    package func verdict(
        attempts: Int, age: Duration, using generator: inout some RandomNumberGenerator
    ) -> Verdict {
        let doublings = min(max(attempts, 1) - 1, 30)
        let cap = min(maximum.microseconds, base.microseconds * (1 << Int64(doublings)))
        // At least half of it, so that the number of attempts in a day is bounded; the rest by chance, so that receivers
        // that were down are not met by everything at once.
        let wait = Duration.microseconds(Int64.random(in: cap / 2...cap, using: &generator))
        return age + wait > patience ? .giveUp : .again(after: wait)
    }
}
