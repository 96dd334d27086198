/// Where an environment is in its life. A phase is an intent: being in `cloning` says that a copy under the derived
/// name is about to be made or is being made, so whoever reads the record after a crash knows what to look for.
package enum Phase: String, Sendable, Hashable, CaseIterable {
    /// Recorded with its name taken, and waiting in the queue until the limits admit it; holds nothing else.
    case queued
    /// Recorded, with its name and port taken; nothing made yet.
    case requested
    /// The database and the role are being made.
    case cloning
    /// The copy is being cut off from its source: re-pointed, re-keyed, quieted, verified.
    case sealing
    /// The server process is being started, for the first time or again after it died.
    case starting
    /// Signed requests are being sent to the endpoint.
    case probing
    /// Handed out.
    case ready
    /// Asleep: no process and no connection. The port is held, and the first connection to it wakes the environment.
    case hibernated
    /// Its data are about to be replaced: the server is being stopped, then a new copy is made as for a new one.
    case resetting
    /// Its lifetime is over: nothing of it runs, but its data and its name stay until the grace ends, so that it can be
    /// restored.
    case expiring
    /// Given up, with the reason; still deleted at its deadline or on request.
    case failed
    /// Being taken down; nothing leads out of it but `deleted`.
    case deleting
    /// The tombstone: nothing of it exists any more but its history.
    case deleted

    /// Whether a waiting user has an answer.
    package var isSettled: Bool {
        switch self {
        case .ready, .hibernated, .expiring, .failed, .deleted: true
        case .queued, .requested, .cloning, .sealing, .starting, .probing, .resetting, .deleting: false
        }
    }

    /// Whether the environment is on its way to `ready`, or there, or asleep.
    package var isWanted: Bool {
        switch self {
        case .queued, .requested, .cloning, .sealing, .starting, .probing, .ready, .hibernated, .resetting: true
        case .expiring, .failed, .deleting, .deleted: false
        }
    }

    /// Whether its data are still to be made: what limits on copies count.
    package var isBeforeStorage: Bool {
        switch self {
        case .queued, .requested, .cloning, .resetting: true
        case .sealing, .starting, .probing, .ready, .hibernated, .expiring, .failed, .deleting, .deleted: false
        }
    }
}
