package import Environments

/// The RDS control plane of one region in memory, with virtual time and faults by a seed: what AWS does with clusters
/// and instances as far as clones need it, with its durations, limits and states, and with the accidents that a client
/// has to live with. It differs from AWS in nothing that the plan decides on.
package struct SimulatedRegion: Sendable {
    /// How often what goes wrong, each from 0 to 1.
    package struct Faults: Sendable {
        /// Refused before anything was done: throttling, errors of AWS's own.
        package var refused = 0.0
        /// Done, but the answer was lost.
        package var lostReply = 0.0
        /// A list as it was some calls ago.
        package var staleList = 0.0
        /// A list that names things twice.
        package var duplicates = 0.0
        /// No machines, or a quota, for the moment.
        package var noCapacity = 0.0
        /// A new status, for a while, after an operation.
        package var oddStatus = 0.0
        /// A deletion that takes hours.
        package var stuckDeleting = 0.0
        /// A volume that cannot be cloned.
        package var cloningFailed = 0.0
        /// An instance that does not come up.
        package var instanceFailed = 0.0

        package init() {}

        /// All of what passes, each with that probability.
        package init(all rate: Double) {
            (refused, lostReply, staleList, duplicates) = (rate, rate, rate, rate)
            (noCapacity, oddStatus, stuckDeleting) = (rate / 2, rate / 4, rate / 10)
        }
    }

    /// What happens to the next calls of one action, before what chance does to them.
    package struct Accident: Sendable {
        package enum Kind: Sendable {
            /// Refused before anything was done.
            case refused(AuroraFault.Kind, code: String, message: String)
            /// Done, but the answer was lost.
            case lostReply
        }

        package var kind: Kind
        package var action: String
        package var times: Int

        package init(_ kind: Kind, of action: String, times: Int = 1) {
            self.kind = kind
            self.action = action
            self.times = times
        }
    }

    /// What a restore asks for beside names and tags.
    package struct RestoreForm: Sendable {
        package var subnetGroup: String?
        package var securityGroups: [String]
        package var parameterGroup: String?
        package var isCopyOnWrite: Bool

        package init(
            subnetGroup: String?, securityGroups: [String], parameterGroup: String?, isCopyOnWrite: Bool
        ) {
            self.subnetGroup = subnetGroup
            self.securityGroups = securityGroups
            self.parameterGroup = parameterGroup
            self.isCopyOnWrite = isCopyOnWrite
        }
    }

    /// From that instant on it is so; nil: it is gone.
    typealias Schedule = [(at: Timestamp, status: AuroraStatus?)]

    struct Cluster {
        var shown: AuroraCluster
        var password: String?
        var schedule: Schedule = []
        var volume: Int
    }

    struct Instance {
        var shown: AuroraInstance
        var schedule: Schedule = []
    }

    /// The code of a fault that stands for an answer that never came.
    package static let lostReply = "RequestTimeout"

    package internal(set) var now: Timestamp
    package var faults = Faults()
    package var accidents: [Accident] = []
    package var clusterQuota = 40
    package var instanceQuota = 40
    package let name: String
    package var account = "111122223333"
    package var subnetGroups: Set<String> = ["production"]
    package var clusterParameterGroups: Set<String> = ["production-cluster", "default.aurora-postgresql16"]
    package var instanceParameterGroups: Set<String> = ["production-instance", "default.aurora-postgresql16"]
    /// Calls by action.
    package internal(set) var calls: [String: Int] = [:]
    /// When there was a call.
    package internal(set) var times: [Timestamp] = []
    /// What no client of ours may ever do.
    package internal(set) var violations: [String] = []
    /// Clones that were silently made as full copies.
    package internal(set) var fullCopies: [String] = []
    var clusters: [String: Cluster] = [:]
    var instances: [String: Instance] = [:]
    var history: [AuroraSighting] = []
    var generator: Chance
    var volumes = 0

    package init(
        seed: UInt64, now: Timestamp = Timestamp(unixSeconds: 1_800_000_000), region: String = "eu-central-1"
    ) {
        generator = Chance(seed: seed)
        self.now = now
        name = region
    }

    /// Counting begins anew.
    package mutating func forgetCalls() { (calls, times) = ([:], []) }

    package mutating func advance(by time: Duration) {
        now = now + time
        settle()
    }

    /// A cluster of production with one instance.
    package mutating func addSource(_ name: String) {
        volumes += 1
        var shown = AuroraCluster(name, status: .available)
        shown.arn = arn("cluster", name)
        shown.engine = "aurora-postgresql"
        shown.engineVersion = "16.4"
        shown.endpoint = host(name)
        shown.masterUser = "postgres"
        shown.subnetGroup = "production"
        shown.securityGroups = ["sg-production"]
        shown.parameterGroup = "production-cluster"
        shown.members = [name + "-1"]
        shown.tags = ["team": "shop"]
        shown.isProtected = true
        shown.cloneGroup = "group-\(volumes)"
        clusters[name] = Cluster(shown: shown, volume: volumes)
        var instance = AuroraInstance(name + "-1", cluster: name, status: .available)
        instance.instanceClass = "db.r7g.large"
        instance.parameterGroup = "production-instance"
        instances[name + "-1"] = Instance(shown: instance)
    }

    func arn(_ kind: String, _ name: String) -> String { "arn:aws:rds:\(self.name):\(account):\(kind):\(name)" }
    func host(_ name: String) -> String { "\(name).cluster-abc.\(self.name).rds.amazonaws.com" }
}

// MARK: - What people do in the console

extension SimulatedRegion {
    package mutating func stop(_ name: String) {
        clusters[name]?.shown.status = .stopped
        for key in instances.keys where instances[key]?.shown.cluster == name {
            instances[key]?.shown.status = .stopped
        }
    }

    package mutating func protect(_ name: String) { clusters[name]?.shown.isProtected = true }

    /// A deletion of a cluster with its instances that is under way.
    package mutating func deleteByHand(_ name: String) {
        let end = now + .seconds(300)
        for key in instances.keys where instances[key]?.shown.cluster == name {
            instances[key]?.shown.status = .deleting
            instances[key]?.schedule = [(end, nil)]
        }
        clusters[name]?.shown.status = .deleting
        clusters[name]?.schedule = [(end, nil)]
    }

    /// A cluster of that name that carries nobody's tags.
    package mutating func occupy(_ name: String) {
        volumes += 1
        var shown = AuroraCluster(name, status: .available)
        shown.arn = arn("cluster", name)
        shown.engine = "aurora-postgresql"
        shown.tags = ["team": "other"]
        clusters[name] = Cluster(shown: shown, volume: volumes)
    }
}

// MARK: - What there is

extension SimulatedRegion {
    /// Everything that carries somebody's mark.
    package var remains: [String] {
        (clusters.values.map(\.shown).filter { $0.mark != nil }.map(\.identifier)
            + instances.values.map(\.shown).filter { $0.mark != nil }.map(\.identifier)).sorted()
    }

    package func password(of cluster: String) -> String? { clusters[cluster]?.password }
    package func status(of cluster: String) -> AuroraStatus? { clusters[cluster]?.shown.status }
    package func cluster(_ name: String) -> AuroraCluster? { clusters[name]?.shown }

    /// The most calls that any minute had.
    package var busiestMinute: Int {
        var most = 0
        var first = 0
        for (index, time) in times.enumerated() {
            while time - times[first] >= .seconds(60) { first += 1 }
            most = max(most, index - first + 1)
        }
        return most
    }
}
