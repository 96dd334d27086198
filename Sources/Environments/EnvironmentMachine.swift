/// What exists, as far as a decision needs it.
package struct Observation: Hashable, Sendable {
    /// The live server of the environment: the recorded one if it runs, else one that is found running for it.
    package var server: ServerIdentity?
    /// Whether this machine holds the endpoint's listening socket beside the server, or without one.
    package var holdsPort: Bool

    package init(server: ServerIdentity?, holdsPort: Bool = false) {
        self.server = server
        self.holdsPort = holdsPort
    }
}

/// One thing to do in the world. Each can be repeated: it finds what an earlier try left and finishes it.
package enum Effect: String, Hashable, Sendable, CaseIterable {
    /// Make the database and the role.
    case clone
    /// Cut the copy off from its source and make its credential.
    case seal
    /// Reserve another port, since somebody else holds the reserved one.
    case takePort
    /// Start the server.
    case launch
    /// Ask the endpoint as a user would.
    case probe
    /// End the server; the listening socket is kept when the environment is to serve again.
    case stopServer
    /// Listen on the endpoint's port without a server, so that the first connection can wake it.
    case holdPort
    /// Drop the copies that a reset replaced.
    case dropPrevious
    /// Drop the databases and the role.
    case dropStorage
}

/// What the next thing to do for an environment is.
package enum Decision: Hashable, Sendable {
    /// Do this, then record what came of it.
    case perform(Effect)
    /// Only record: enter this phase.
    case enter(Phase)
    /// Only record: this server runs for the environment already.
    case adopt(ServerIdentity)
    /// Only record: the server is gone.
    case serverLost
    /// Nothing, until something changes or `nextAttemptAt` comes.
    case rest
}

/// What came of an effect.
package enum EffectResult: Hashable, Sendable {
    case done
    /// A copy that took several steps is complete; since when it was in the making.
    case made(since: Timestamp)
    /// Begun, and not at its end: to be looked at again after so long. Nothing is held meanwhile.
    case waiting(String, after: Duration, isNews: Bool)
    case sealed(accountID: String, credential: EnvironmentCredential)
    case port(Int)
    case launched(ServerIdentity)
}

/// A changed record and the lines for its history.
package struct Transition: Hashable, Sendable {
    package struct Event: Hashable, Sendable {
        package var kind: String
        package var message: String
    }

    package var record: EnvironmentRecord
    package var events: [Event] = []

    package init(_ record: EnvironmentRecord) { self.record = record }

    mutating func note(_ kind: String, _ message: String) { events.append(Event(kind: kind, message: message)) }
}

/// The life of an environment as a function of its record and what exists.
///
/// ```
/// requested → cloning → sealing → starting → probing → ready
///                                    ↑___________________|  the server died
/// queued → requested                                           the limits admit it
/// ready ⇄ hibernated                                           starting again when a connection comes
/// ready, hibernated, failed → resetting → cloning              the same endpoint and credential, new data
/// ready, hibernated, failed → expiring → deleting              restored to starting while the grace lasts; to
///                                                              resetting when a reset was under way
/// any of these → failed      after the last try, or at once when another try cannot help
/// any → deleting → deleted
/// ```
///
/// It is level-triggered: `step` looks at the whole record and never at what led to it, so a worker that starts after
/// a crash decides as the one before it would have. Three rules hold by construction and are property-tested: a server
/// is started only on a sealed copy, never while another one runs; nothing leads out of `deleting` but `deleted`; and
/// a deletion stops the server before it drops the storage, and gives the port back last.
package struct EnvironmentMachine: Sendable {
    package var retry: RetryPolicy

    package init(retry: RetryPolicy = RetryPolicy()) { self.retry = retry }

    /// The next thing to do.
    package func step(_ record: EnvironmentRecord, observed: Observation, now: Timestamp) -> Decision {
        if let due = record.nextAttemptAt, due > now { return .rest }
        switch record.phase {
        case .queued:
            return .rest
        case .requested:
            return .enter(.cloning)
        case .cloning:
            return .perform(.clone)
        case .sealing:
            return .perform(.seal)
        case .starting:
            return start(record, observed)
        case .probing:
            guard let server = observed.server else { return .serverLost }
            return server == record.server ? .perform(.probe) : .adopt(server)
        case .ready:
            guard let server = observed.server else { return .serverLost }
            guard server == record.server else { return .adopt(server) }
            return record.oldestIncarnation < record.incarnation ? .perform(.dropPrevious) : .rest
        case .hibernated:
            // Also when it died by itself meanwhile: whoever waits for its end reads the record.
            if observed.server != nil || record.server != nil { return .perform(.stopServer) }
            if !observed.holdsPort { return .perform(.holdPort) }
            if record.oldestIncarnation < record.incarnation { return .perform(.dropPrevious) }
            // What a failed try said is over when nothing is left to try.
            return record.reason == nil ? .rest : .enter(.hibernated)
        case .resetting:
            return observed.server != nil ? .perform(.stopServer) : .enter(.cloning)
        case .expiring:
            return isStanding(observed) ? .perform(.stopServer) : .rest
        case .failed:
            // What was handed out once holds a user's data: it stays until its deadline.
            guard record.readyAt == nil else { return isStanding(observed) ? .perform(.stopServer) : .rest }
            return cleanUp(record, observed) ?? .rest
        case .deleting:
            return cleanUp(record, observed) ?? .enter(.deleted)
        case .deleted:
            return .rest
        }
    }

    private func start(_ record: EnvironmentRecord, _ observed: Observation) -> Decision {
        guard record.credential != nil else { return .enter(.sealing) }
        if let server = observed.server { return .adopt(server) }
        return record.port == nil ? .perform(.takePort) : .perform(.launch)
    }

    private func cleanUp(_ record: EnvironmentRecord, _ observed: Observation) -> Decision? {
        if isStanding(observed) { return .perform(.stopServer) }
        if record.hasStorage { return .perform(.dropStorage) }
        return nil
    }

    /// Whether clients can still connect.
    private func isStanding(_ observed: Observation) -> Bool { observed.server != nil || observed.holdsPort }

    /// What an environment of this phase is about to do or doing, for the record of intents; `nil`: nothing.
    package static func intent(of phase: Phase) -> String? {
        switch phase {
        case .cloning: Effect.clone.rawValue
        case .sealing: Effect.seal.rawValue
        case .starting: Effect.launch.rawValue
        case .probing: Effect.probe.rawValue
        case .hibernated: "hibernate"
        case .resetting: "reset"
        case .expiring: "expire"
        case .deleting: "delete"
        case .queued, .requested, .ready, .failed, .deleted: nil
        }
    }
}
