/// Where an environment is in its life. A phase is an intent: being in `cloning` says that a copy under the derived
/// name is about to be made or is being made, so whoever reads the record after a crash knows what to look for.
package enum Phase: String, Sendable, Hashable, CaseIterable {
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
    /// Given up, with the reason; still deleted at its deadline or on request.
    case failed
    /// Being taken down; nothing leads out of it but `deleted`.
    case deleting
    /// The tombstone: nothing of it exists any more but its history.
    case deleted

    /// Whether a waiting user has an answer.
    package var isSettled: Bool {
        switch self {
        case .ready, .failed, .deleted: true
        case .requested, .cloning, .sealing, .starting, .probing, .deleting: false
        }
    }

    /// Whether the environment is on its way to `ready`, or there.
    package var isWanted: Bool {
        switch self {
        case .requested, .cloning, .sealing, .starting, .probing, .ready: true
        case .failed, .deleting, .deleted: false
        }
    }
}
