package import Environments

/// What `envctl status` shows.
package struct ControlPlaneStatus: Sendable, Hashable {
    /// Where the records and the clones are.
    package struct Database: Sendable, Hashable {
        /// `private` or `external`.
        package var kind: String
        /// Without a password.
        package var address: String
        /// As the server writes it, e.g. `15.20`.
        package var version: String
    }

    package var version: String
    package var installation: String
    package var stateDirectory: String
    /// Whether it takes requests.
    package var isReady: Bool
    package var startedAt: Timestamp?
    package var pid: Int32
    package var database: Database?
    /// Number of users' environments in each phase that has any; tombstones are not counted.
    package var environments: [Phase: Int]
    package var snapshots: Int
    package var pools: [PoolStatus] = []
    package var portsInUse: Int
    package var portsTotal: Int
    /// Why it does not take requests.
    package var reason: String?
}
