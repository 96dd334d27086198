extension LifetimeRule {
    /// What fixes a verdict: a value for programs, a sentence for histories.
    package enum Reason: Hashable, Sendable {
        /// It is on its way out, or gone.
        case decided
        /// Its ttl.
        case lifetime(until: Timestamp)
        case maximumAge(until: Timestamp)
        /// A request waits in the queue only so long.
        case patience(until: Timestamp)
        /// Something that uses it beyond its deadline.
        case held(until: Timestamp)
        case protected(Protection)
        /// Its record is damaged where protection stands.
        case protectionUnreadable
        /// It waits in its snapshot's pool.
        case pooled
        /// It waits in its snapshot's pool, and the snapshot has a newer generation or is gone.
        case superseded
        /// No request came for its idle time.
        case idle(since: Timestamp)
        case grace(until: Timestamp)

        /// A stable word for programs.
        package var code: String {
            switch self {
            case .decided: "decided"
            case .lifetime: "lifetime"
            case .maximumAge: "maximum_age"
            case .patience: "patience"
            case .held: "held"
            case .protected: "protected"
            case .protectionUnreadable: "protection_unreadable"
            case .pooled: "pooled"
            case .superseded: "superseded"
            case .idle: "idle"
            case .grace: "grace"
            }
        }

        /// Why something was done to an environment, for its history.
        package var sentence: String {
            switch self {
            case .decided: "it is being deleted already"
            case .lifetime(let until): "its lifetime ended at \(until)"
            case .maximumAge(let until): "it reached its maximum age at \(until)"
            case .patience(let until): "it waited in the queue until \(until), and no room came"
            case .held(let until): "its lifetime ended, and what held it let go at \(until)"
            case .protected(let protection):
                protection.until.map { "its lifetime ended, and its protection by \(protection.owner) at \($0)" }
                    ?? "\(protection.owner) protected it"
            case .protectionUnreadable: "its protection cannot be read"
            case .pooled: "it waits in the pool"
            case .superseded: "its snapshot's generation is superseded, and nobody claimed it"
            case .idle(let since): "no request since \(since)"
            case .grace(let until): "its grace ended at \(until)"
            }
        }
    }
}
