import Environments
import Synchronization

/// What this process may believe of its claims without asking: a claim holds for the time of a lease, counted by a
/// clock that goes on while the process is stopped, from the moment before it was made or last renewed.
///
/// It keeps a process that was stopped from acting when it continues. A stop between this look and the act is caught by
/// what the act itself checks: names that follow from the record, the claim's number in a sealed clone, the epoch in
/// every write.
final class LeaseKeeper: Sendable {
    private let lease: Duration
    private let renewals = Mutex<[EnvironmentID: ContinuousClock.Instant]>([:])

    init(lease: Duration) { self.lease = lease }

    /// - Parameter claims: all that were still ours, as the records said at `instant` or later.
    func renewed(_ claims: [EnvironmentID], at instant: ContinuousClock.Instant) {
        renewals.withLock { $0 = Dictionary(uniqueKeysWithValues: claims.map { ($0, instant) }) }
    }

    func holds(
        _ id: EnvironmentID, claimedAt: ContinuousClock.Instant, now: ContinuousClock.Instant = .now
    ) -> Bool {
        let since = renewals.withLock { max(claimedAt, $0[id] ?? claimedAt) }
        return now < since + lease
    }
}
