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

        package init() {}

        /// All of what passes, each with that probability.
        package init(all rate: Double) {
            (refused, lostReply, staleList, duplicates) = (rate, rate, rate, rate)
            (noCapacity, oddStatus, stuckDeleting) = (rate / 2, rate / 4, rate / 10)
        }
    }

    private struct Cluster {
        var shown: AuroraCluster
        var password: String?
        /// Statuses to come: from this instant on it is so; nil: it is gone.
        var schedule: [(at: Timestamp, status: AuroraStatus?)] = []
        var volume: Int
    }

    private struct Instance {
        var shown: AuroraInstance
        var schedule: [(at: Timestamp, status: AuroraStatus?)] = []
    }

    package private(set) var now: Timestamp
    package var faults = Faults()
    package var clusterQuota = 40
    /// Calls by action.
    package private(set) var calls: [String: Int] = [:]
    /// What no client of ours may ever do.
    package private(set) var violations: [String] = []
    /// Clones that were silently made as full copies.
    package private(set) var fullCopies: [String] = []
    private var clusters: [String: Cluster] = [:]
    private var instances: [String: Instance] = [:]
    private var history: [AuroraSighting] = []
    private var generator: Chance
    private var volumes = 0

    package init(seed: UInt64, now: Timestamp = Timestamp(unixSeconds: 1_800_000_000)) {
        generator = Chance(seed: seed)
        self.now = now
    }

    package mutating func advance(by time: Duration) {
        now = now + time
        settle()
    }

    /// A cluster of production with one instance.
    package mutating func addSource(_ name: String) {
        volumes += 1
        var shown = AuroraCluster(name, status: .available)
        shown.arn = "arn:aws:rds:eu-central-1:111122223333:cluster:\(name)"
        shown.engine = "aurora-postgresql"
        shown.engineVersion = "16.4"
        shown.endpoint = "\(name).cluster-abc.eu-central-1.rds.amazonaws.com"
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
        instance.parameterGroup = "production-instance"
        instances[name + "-1"] = Instance(shown: instance)
    }

    /// What a person did in the console.
    package mutating func stop(_ name: String) {
        clusters[name]?.shown.status = .stopped
        for key in instances.keys where instances[key]?.shown.cluster == name {
            instances[key]?.shown.status = .stopped
        }
    }

    package mutating func protect(_ name: String) { clusters[name]?.shown.isProtected = true }

    /// Everything that is not production's.
    package var remains: [String] {
        (clusters.values.map(\.shown).filter { $0.mark != nil }.map(\.identifier)
            + instances.values.map(\.shown).filter { $0.mark != nil }.map(\.identifier)).sorted()
    }

    package func password(of cluster: String) -> String? { clusters[cluster]?.password }
    package func status(of cluster: String) -> AuroraStatus? { clusters[cluster]?.shown.status }
}

// MARK: - The calls

extension SimulatedRegion {
    package mutating func list(only name: String? = nil) throws(AuroraFault) -> AuroraSighting {
        try enter("DescribeDBClusters")
        calls["DescribeDBInstances", default: 0] += 1
        let truth = AuroraSighting(
            clusters: clusters.values.map(\.shown).sorted { $0.identifier < $1.identifier },
            instances: instances.values.map(\.shown).sorted { $0.identifier < $1.identifier })
        history = (history + [truth]).suffix(4)
        var shown = truth
        // A question for one cluster is answered from where it is written.
        if name == nil, generator.chance(faults.staleList) { shown = generator.pick(history) ?? truth }
        if generator.chance(faults.duplicates) {
            shown.clusters += shown.clusters.reversed()
            shown.instances += shown.instances
        }
        if let name {
            shown.clusters.removeAll { $0.identifier != name }
            shown.instances.removeAll { $0.cluster != name }
        }
        return shown
    }

    package mutating func restore(_ target: String, from source: String, tags: [String: String]) throws(AuroraFault) {
        let action = "RestoreDBClusterToPointInTime"
        try enter(action)
        if AuroraMark(tags: tags) == nil { violations.append("\(target) was made without tags") }
        guard let origin = clusters[source] else {
            throw AuroraFault(.absent, code: "DBClusterNotFoundFault", message: "no \(source)", action: action)
        }
        guard clusters[target] == nil else {
            throw AuroraFault(.adopt, code: "DBClusterAlreadyExistsFault", message: "taken", action: action)
        }
        if clusters.count >= clusterQuota {
            throw AuroraFault(.quota, code: "DBClusterQuotaExceededFault", message: "quota", action: action)
        }
        if generator.chance(faults.noCapacity) {
            throw AuroraFault(.capacity, code: "InsufficientStorageClusterCapacity", message: "full", action: action)
        }
        let mark = AuroraMark(tags: tags)
        let twins = clusters.values.filter { $0.shown.mark?.environment == mark?.environment && $0.shown.mark != nil }
        if twins.contains(where: { $0.shown.mark?.incarnation == mark?.incarnation }) {
            violations.append("a second clone for \(mark?.environment.text ?? "-")")
        }
        var cluster = Cluster(shown: AuroraCluster(target, status: .busy("creating")), volume: origin.volume)
        let clones = clusters.values.count { $0.volume == origin.volume } - 1
        if clones >= AuroraCloneLimit.maximum {
            fullCopies.append(target)
            volumes += 1
            cluster.volume = volumes
        }
        cluster.shown.arn = "arn:aws:rds:eu-central-1:111122223333:cluster:\(target)"
        cluster.shown.engine = origin.shown.engine
        cluster.shown.engineVersion = origin.shown.engineVersion
        cluster.shown.endpoint = "\(target).cluster-abc.eu-central-1.rds.amazonaws.com"
        cluster.shown.masterUser = origin.shown.masterUser
        cluster.shown.cloneGroup = cluster.volume == origin.volume ? origin.shown.cloneGroup : "group-\(volumes)"
        cluster.shown.tags = tags
        let end: AuroraStatus = generator.chance(faults.cloningFailed) ? .broken("cloning-failed") : .available
        cluster.schedule = way(to: end, within: 90...300)
        clusters[target] = cluster
        try leave(action)
    }

    package mutating func createInstance(
        _ name: String, in cluster: String, tags: [String: String]
    ) throws(AuroraFault) {
        let action = "CreateDBInstance"
        try enter(action)
        guard let owner = clusters[cluster] else {
            throw AuroraFault(.absent, code: "DBClusterNotFoundFault", message: "no \(cluster)", action: action)
        }
        if owner.shown.mark == nil { violations.append("an instance for \(cluster), which is not ours") }
        guard instances[name] == nil else {
            throw AuroraFault(.adopt, code: "DBInstanceAlreadyExists", message: "taken", action: action)
        }
        guard owner.shown.status == .available else { throw wrongState(cluster, action) }
        if generator.chance(faults.noCapacity) {
            throw AuroraFault(.capacity, code: "InsufficientDBInstanceCapacity", message: "full", action: action)
        }
        var instance = Instance(shown: AuroraInstance(name, cluster: cluster, status: .busy("creating")))
        instance.shown.tags = tags
        instance.schedule = way(to: .available, within: 180...480)
        instances[name] = instance
        clusters[cluster]?.shown.members.append(name)
        try leave(action)
    }

    package mutating func setPassword(_ password: String, of cluster: String) throws(AuroraFault) {
        let action = "ModifyDBCluster"
        try change(cluster, action)
        guard clusters[cluster]?.shown.status == .available else { throw wrongState(cluster, action) }
        clusters[cluster]?.password = password
        clusters[cluster]?.shown.status = .busy("resetting-master-credentials")
        let way = self.way(to: .available, within: 10...60)
        clusters[cluster]?.schedule = way
        try leave(action)
    }

    package mutating func liftProtection(_ cluster: String) throws(AuroraFault) {
        try change(cluster, "ModifyDBCluster")
        clusters[cluster]?.shown.isProtected = false
        try leave("ModifyDBCluster")
    }

    package mutating func start(_ cluster: String) throws(AuroraFault) {
        try change(cluster, "StartDBCluster")
        guard clusters[cluster]?.shown.status == .stopped else { throw wrongState(cluster, "StartDBCluster") }
        clusters[cluster]?.shown.status = .busy("starting")
        let way = self.way(to: .available, within: 420...600)
        clusters[cluster]?.schedule = way
        for name in instances.keys.sorted() where instances[name]?.shown.cluster == cluster {
            instances[name]?.shown.status = .busy("starting")
            let way = self.way(to: .available, within: 420...600)
            instances[name]?.schedule = way
        }
        try leave("StartDBCluster")
    }

    package mutating func deleteInstance(_ name: String) throws(AuroraFault) {
        let action = "DeleteDBInstance"
        try enter(action)
        guard let instance = instances[name] else {
            throw AuroraFault(.absent, code: "DBInstanceNotFound", message: "no \(name)", action: action)
        }
        if instance.shown.mark == nil { violations.append("deleted the instance \(name), which is not ours") }
        guard instance.shown.status != .deleting else {
            throw AuroraFault(.wait, code: "InvalidDBInstanceState", message: "already being deleted", action: action)
        }
        if case .busy = instance.shown.status {
            throw AuroraFault(.wait, code: "InvalidDBInstanceState", message: "busy", action: action)
        }
        instances[name]?.shown.status = .deleting
        let end = now + seconds(120...360)
        instances[name]?.schedule = [(end, nil)]
        try leave(action)
    }

    package mutating func deleteCluster(_ name: String) throws(AuroraFault) {
        let action = "DeleteDBCluster"
        try change(name, action)
        guard let cluster = clusters[name] else { return }
        let live = instances.values.contains { $0.shown.cluster == name && $0.shown.status != .deleting }
        if live {
            violations.append("deleted \(name) before its instances")
            throw AuroraFault(.wait, code: "InvalidDBClusterStateFault", message: "still contains", action: action)
        }
        switch cluster.shown.status {
        case .available, .broken, .unknown: break
        case .stopped, .busy, .deleting: throw wrongState(name, action)
        }
        if cluster.shown.isProtected {
            throw AuroraFault(.fatal, code: "InvalidParameterCombination", message: "protected", action: action)
        }
        let last = instances.values.filter { $0.shown.cluster == name }.flatMap { $0.schedule.map(\.at) }.max() ?? now
        let took = generator.chance(faults.stuckDeleting) ? seconds(7200...14_400) : seconds(60...120)
        clusters[name]?.shown.status = .deleting
        clusters[name]?.schedule = [(max(last, now) + took, nil)]
        try leave(action)
    }
}

// MARK: - How it goes on

extension SimulatedRegion {
    private mutating func enter(_ action: String) throws(AuroraFault) {
        calls[action, default: 0] += 1
        settle()
        if generator.chance(faults.refused) {
            let code = generator.pick(["Throttling", "InternalFailure", "ServiceUnavailable"]) ?? "Throttling"
            throw AuroraFault(.retry, code: code, message: "again later", action: action)
        }
    }

    /// Done; whether the caller learns of it is another matter.
    private mutating func leave(_ action: String) throws(AuroraFault) {
        if generator.chance(faults.lostReply) {
            throw AuroraFault(.retry, code: "RequestTimeout", message: "no answer came", action: action)
        }
    }

    private mutating func change(_ name: String, _ action: String) throws(AuroraFault) {
        try enter(action)
        guard let cluster = clusters[name] else {
            throw AuroraFault(.absent, code: "DBClusterNotFoundFault", message: "no \(name)", action: action)
        }
        if cluster.shown.mark == nil { violations.append("\(action) of \(name), which is not ours") }
    }

    private func wrongState(_ name: String, _ action: String) -> AuroraFault {
        AuroraFault(.wait, code: "InvalidDBClusterStateFault", message: "\(name) is not in a fit state", action: action)
    }

    private mutating func seconds(_ range: ClosedRange<Int>) -> Duration {
        .seconds(Int.random(in: range, using: &generator))
    }

    private mutating func way(
        to end: AuroraStatus, within range: ClosedRange<Int>
    ) -> [(at: Timestamp, status: AuroraStatus?)] {
        let arrival = now + seconds(range)
        guard generator.chance(faults.oddStatus) else { return [(arrival, end)] }
        return [(now + .seconds(1), .unknown("polishing")), (arrival, end)]
    }

    private mutating func settle() {
        for name in clusters.keys.sorted() {
            while let next = clusters[name]?.schedule.first, next.at <= now {
                if let status = next.status {
                    clusters[name]?.shown.status = status
                    clusters[name]?.schedule.removeFirst()
                } else {
                    clusters[name] = nil
                }
            }
        }
        for name in instances.keys.sorted() {
            while let next = instances[name]?.schedule.first, next.at <= now {
                if let status = next.status {
                    instances[name]?.shown.status = status
                    instances[name]?.schedule.removeFirst()
                } else {
                    if let owner = instances[name]?.shown.cluster {
                        clusters[owner]?.shown.members.removeAll { $0 == name }
                    }
                    instances[name] = nil
                }
            }
        }
    }
}

/// Randomness that follows from a seed (SplitMix64).
private struct Chance: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func chance(_ probability: Double) -> Bool {
        probability > 0 && Double.random(in: 0..<1, using: &self) < probability
    }

    mutating func pick<T>(_ choices: [T]) -> T? { choices.randomElement(using: &self) }
}
