package import Environments

/// Everything that decides how a control plane behaves; every default stands here.
package struct ControlPlaneConfiguration: Sendable, Hashable {
    /// Holds the private PostgreSQL, sockets, keys and one directory an environment; absolute.
    package var stateDirectory: String
    /// The address of the HTTP API, as ``ListenAddress`` reads it.
    package var listen: String = "127.0.0.1:8642"
    /// Records and clones live on this server instead of a private one: a libpq URL of a role that may create
    /// databases and roles.
    package var databaseURL: String?
    /// Where endpoints listen.
    package var endpointAddress: String = "127.0.0.1"
    /// The host in the endpoints' URLs, where it is not their address: a name that clients elsewhere resolve.
    package var endpointName: String?
    package var tls = TLSSettings()
    /// The ports of endpoints; one an environment.
    package var ports: ClosedRange<Int> = 20_000...20_999
    /// The server binary; nil: found by the launcher.
    package var serverExecutable: String?
    /// The process environment, for what the parts look up themselves (`PATH`, `ENVCTL_POSTGRES_BIN`, …).
    package var processEnvironment: [String: String]
    package var lifetimes = LifetimeLimits()
    /// How many unclaimed environments are kept ready for each snapshot whose pool nobody sized; 0: none.
    package var poolSize = 2
    /// How many environments users may have in all; nil: as many as the machine has room for.
    package var maximumEnvironments: Int?
    /// How many environments one owner may have; nil: no limit of its own.
    package var maximumEnvironmentsPerOwner: Int?
    /// A file that says where the databases of Aurora clones are; see `AuroraEndpoints`.
    package var auroraEndpoints: String?
    /// A file with what AWS charges and the budget; see `AuroraPrices`.
    package var auroraPrices: String?
    /// How often Aurora is looked at while something moves there.
    package var auroraPoll: Duration = AuroraPatience().poll
    package var tunables = Tunables()

    package init(stateDirectory: String, processEnvironment: [String: String]) {
        self.stateDirectory = stateDirectory
        self.processEnvironment = processEnvironment
    }

    /// Paths below the state directory.
    package var runDirectory: String { stateDirectory + "/run" }
    package var lockPath: String { runDirectory + "/lock" }
    package var secretKeyPath: String { runDirectory + "/secret.key" }
    package var tokenPath: String { runDirectory + "/token" }
    package var serverInfoPath: String { runDirectory + "/server.json" }
    package var tlsDirectory: String { runDirectory + "/tls" }
    package var environmentsDirectory: String { stateDirectory + "/environments" }
    package func environmentDirectory(_ id: EnvironmentID) -> String { environmentsDirectory + "/" + id.text }
}

/// Constants of behaviour that tests and simulation change.
package struct Tunables: Sendable, Hashable {
    /// Copies made at once. They share the checkpoints that each of them needs: fifty clones asked for at once took 6.4 s
    /// with four, 5.7 s with six and 5.4 s with eight, and more fight for the same disk.
    package var concurrentClones = 8
    /// Environments that are being moved to any other phase at once, deletions included.
    package var concurrentWorkers = 16
    /// Whether requests are refused when PostgreSQL's connections run out; off where a test shares its server.
    package var limitsConnections = true
    /// How long an administrator's session is kept for the next copy or deletion: long enough for many at once, and
    /// none while nothing happens.
    package var administratorIdleTime: Duration = .seconds(5)
    /// Connections to the records; the workers and the callers share them.
    package var maximumConnections = 12
    /// Snapshots imported or dropped at once.
    package var concurrentImports = 2
    /// How long a generation of a snapshot is kept at least once a newer one is ready: longer than a request takes that
    /// chose it just before.
    package var supersededGrace: Duration = .seconds(60)
    /// How often the progress of an import is written down.
    package var progressInterval: Duration = .milliseconds(500)
    /// How long a claimed record is left alone by other replicas after its worker was last heard of.
    package var lease: Duration = .seconds(60)
    /// How often claims are renewed and a replica says that it is alive: several times within a lease, however short,
    /// and within the half minute after which others take it for silent (`RecordStore.replicaPatience`), however long.
    package var renewalInterval: Duration { min(lease / 4, .seconds(10)) }
    /// Polling behind the notifications.
    package var pollInterval: Duration = .seconds(10)
    /// When to look again at what is due and was passed over because somebody held its row for a moment: a request that
    /// reads it, or another replica. Neither says when it is done.
    package var contentionPause: Duration = .milliseconds(50)
    /// How often the deadlines are looked at when none is known to be near.
    package var sweepInterval: Duration = .seconds(30)
    /// How often the processes of ready environments are looked at.
    package var healthInterval: Duration = .seconds(1)
    /// How often what exists is compared with what is recorded.
    package var reconcileInterval: Duration = .seconds(60)
    package var probeDeadline: Duration = .seconds(10)
    package var retry = RetryPolicy()
    /// When an event that a webhook did not take is sent again.
    package var deliveries = DeliveryPolicy()

    package init() {}

    /// How long a dispatcher waits at most after it claimed what it could, unless it is signalled.
    ///
    /// - Parameters:
    ///   - untilDue: until the next record is due that nobody holds; nil when none waits.
    ///   - hasRoom: whether it could have claimed more of every kind.
    package func pause(untilDue: Duration?, hasRoom: Bool) -> Duration {
        guard let untilDue else { return pollInterval }
        guard untilDue <= .zero else { return min(untilDue + .milliseconds(1), pollInterval) }
        // What is due and was not claimed waits for a place, and the worker that frees one signals; or its row was
        // locked, and nobody does.
        return hasRoom ? contentionPause : pollInterval
    }
}
