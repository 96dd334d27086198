/// A server process, identified so that a reused process number is not mistaken for it.
package struct ServerIdentity: Hashable, Sendable {
    package var pid: Int32
    /// When the process started, in the kernel's own unit (clock ticks since boot on Linux); only compared for equality.
    package var startTime: Int64

    package init(pid: Int32, startTime: Int64) {
        self.pid = pid
        self.startTime = startTime
    }
}

/// What an environment's clients sign their requests with.
package struct EnvironmentCredential: Hashable, Sendable, CustomStringConvertible {
    package var accessKeyID: String
    @Secret package var secretAccessKey: String

    package init(accessKeyID: String, secretAccessKey: String) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
    }

    /// Without the secret, so that a log line cannot leak it.
    package var description: String { "EnvironmentCredential(\(accessKeyID))" }
}

/// Keeps an environment from expiring, from being deleted and from being reset, until it ends or is lifted.
package struct Protection: Hashable, Sendable {
    /// Who protected it.
    package var owner: String
    package var reason: String
    /// `nil`: until it is lifted.
    package var until: Timestamp?

    package init(owner: String, reason: String, until: Timestamp?) {
        self.owner = owner
        self.reason = reason
        self.until = until
    }

    package func holds(at now: Timestamp) -> Bool { until.map { $0 > now } ?? true }
}

/// How long the steps to `ready` took, in milliseconds, by this process's monotonic clock; a step that has not been
/// done is `nil`. After a restart of the server `starting` and `probing` are those of the restart.
package struct PhaseTimings: Hashable, Sendable {
    package var cloning: Int64?
    package var sealing: Int64?
    package var starting: Int64?
    package var probing: Int64?
    /// From the request to `ready` the first time, by the database's clock.
    package var total: Int64?

    package init() {}
}

/// Everything that is recorded about one environment.
package struct EnvironmentRecord: Hashable, Sendable, Identifiable {
    package var id: EnvironmentID
    package var name: EnvironmentName
    package var snapshot: SnapshotName
    package var snapshotID: SnapshotID
    /// The generation of the snapshot that it was cloned from; a refresh of the snapshot does not change it.
    package var generation: Int
    /// How its copies are made; its snapshot's kind decides.
    package var storage = StorageKind.template
    /// Counts the copies made for this environment; part of the database's name.
    package var incarnation: Int = 1
    /// The oldest copy that may still exist; older than `incarnation` between a reset and the drop of what it replaced.
    package var oldestIncarnation: Int = 1
    /// Who asked for it; free text.
    package var owner: String = ""
    package var labels: [String: String] = [:]
    /// The replica on whose machine its server runs; `nil` until one has taken it up. Others leave the server alone.
    package var host: String?
    /// Whether it is a member of its snapshot's warm pool that nobody has claimed.
    package var isPooled = false
    /// When it was claimed from the pool; lifetimes count from then.
    package var claimedAt: Timestamp?

    package var phase: Phase = .requested
    /// Why it failed or is being deleted, or what the last failed try said while another one is due.
    package var reason: String?
    /// Failed tries since the last success.
    package var attempts: Int = 0
    /// When a worker should look at it next; `nil` when nothing is to be done until something happens.
    package var nextAttemptAt: Timestamp?

    package var createdAt: Timestamp
    /// When it became ready for the first time.
    package var readyAt: Timestamp?
    /// When it became ready the last time; decides whether a death of the server is one of a series. `nil` from a reset
    /// until the copy that it asks for has become ready: as long as there is no whole copy to start on.
    package var readySince: Timestamp?
    package var expiresAt: Timestamp
    package var deletedAt: Timestamp?
    /// The lifetime that was asked for last.
    package var ttl: Duration

    /// How long it may go without a request before it is put to sleep; zero: never.
    package var idleTimeout: Duration = .zero
    /// The last request that its server is known to have answered.
    package var lastRequestAt: Timestamp?
    package var hibernatedAt: Timestamp?
    /// When `expiring` becomes `deleting`.
    package var graceEndsAt: Timestamp?
    package var protection: Protection?
    /// The deadline that was warned of.
    package var warnedFor: Timestamp?

    /// The TCP port of the endpoint; `nil` once it is given back.
    package var port: Int?
    package var region: String = ""
    package var accountID: String = ""
    package var credential: EnvironmentCredential?
    /// The password of the environment's PostgreSQL role.
    @Secret package var rolePassword: String? = nil
    /// Whether a database and a role of it may exist.
    package var hasStorage = false
    package var server: ServerIdentity?
    package var timings = PhaseTimings()

    package init(
        id: EnvironmentID, name: EnvironmentName, snapshot: SnapshotName, snapshotID: SnapshotID, generation: Int,
        createdAt: Timestamp, expiresAt: Timestamp, ttl: Duration
    ) {
        self.id = id
        self.name = name
        self.snapshot = snapshot
        self.snapshotID = snapshotID
        self.generation = generation
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.ttl = ttl
    }

    /// The name of its database, whether it exists or not.
    package var database: String { ResourceNames.cloneDatabase(id, incarnation: incarnation) }
    /// The names of all databases of it that may exist, the current one last.
    package var databases: [String] {
        (min(oldestIncarnation, incarnation)...incarnation).map { ResourceNames.cloneDatabase(id, incarnation: $0) }
    }
    /// The name of its PostgreSQL role, whether it exists or not.
    package var role: String { ResourceNames.role(id) }
}
