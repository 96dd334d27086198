/// Answer of `GET /v1/status`: the control plane as a whole.
package struct StatusResource: Codable, Sendable, Equatable {
    package var version: String
    package var installation: String
    package var ready: Bool
    /// Why it does not take requests.
    package var reason: String?
    package var pid: Int
    package var startedAt: String?
    package var stateDirectory: String
    package var database: DatabaseResource?
    /// How many environments of users there are in each phase that has any.
    package var environments: [String: Int]
    package var snapshots: Int
    package var portsInUse: Int
    package var portsTotal: Int
    /// The warm pools, one for each snapshot.
    package var pools: [PoolResource]

    package init(
        version: String, installation: String, ready: Bool, reason: String?, pid: Int, startedAt: String?,
        stateDirectory: String, database: DatabaseResource?, environments: [String: Int], snapshots: Int,
        portsInUse: Int, portsTotal: Int,
        pools: [PoolResource] = []
    ) {
        self.version = version
        self.installation = installation
        self.ready = ready
        self.reason = reason
        self.pid = pid
        self.startedAt = startedAt
        self.stateDirectory = stateDirectory
        self.database = database
        self.environments = environments
        self.snapshots = snapshots
        self.portsInUse = portsInUse
        self.portsTotal = portsTotal
        self.pools = pools
    }
}

/// The PostgreSQL server behind the control plane.
package struct DatabaseResource: Codable, Sendable, Equatable {
    /// `private` or `external`.
    package var kind: String
    /// Without a password.
    package var address: String
    package var version: String

    package init(kind: String, address: String, version: String) {
        self.kind = kind
        self.address = address
        self.version = version
    }
}

/// One finding of `envctl doctor`.
package struct CheckResource: Codable, Sendable, Equatable {
    package var name: String
    /// Whether it works; false: envctl doctor exits 1.
    package var ok: Bool
    /// `ok`, `warning` (it works, and could work better) or `problem`.
    package var severity: String
    package var detail: String
    package var hint: String?

    package init(name: String, severity: String, detail: String, hint: String? = nil) {
        self.name = name
        ok = severity != "problem"
        self.severity = severity
        self.detail = detail
        self.hint = hint
    }
}
