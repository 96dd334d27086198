import Environments

/// The RDS calls that clones need, in one region.
protocol AuroraAPI: Sendable {
    /// Every cluster and instance of the region, all pages.
    func list() async throws(AuroraFault) -> AuroraSighting
    /// One cluster with its instances, from where they are written; empty when it does not exist.
    func describe(_ cluster: String) async throws(AuroraFault) -> AuroraSighting
    /// - Throws: a fault when one of the groups is not there.
    func checkGroups(subnets: String?, parameters: String?) async throws(AuroraFault)
    func restore(_ request: AuroraRestore) async throws(AuroraFault)
    func createInstance(_ request: AuroraCompute) async throws(AuroraFault)
    func setPassword(_ password: String, ofCluster cluster: String) async throws(AuroraFault)
    func liftProtection(ofCluster cluster: String) async throws(AuroraFault)
    func start(cluster: String) async throws(AuroraFault)
    func deleteInstance(_ instance: String) async throws(AuroraFault)
    func deleteCluster(_ cluster: String) async throws(AuroraFault)
}

/// A clone of a volume. Groups are always named: AWS would take the engine's and the VPC's defaults, not the source's.
struct AuroraRestore: Sendable, Hashable {
    var target: String
    var source: String
    var subnetGroup: String?
    var securityGroups: [String]
    var parameterGroup: String?
    /// For `db.serverless`; nil for other classes.
    var scaling: Scaling?
    var tags: [String: String]

    struct Scaling: Sendable, Hashable {
        var minimum: Double
        var maximum: Double
        var autoPauseSeconds: Int
    }
}

/// The one instance of a clone.
struct AuroraCompute: Sendable, Hashable {
    var instance: String
    var cluster: String
    var instanceClass: String
    var parameterGroup: String?
    var tags: [String: String]
}

/// Every call that changes something goes through here: what the guard forbids is not sent, whoever asks.
struct GuardedAurora: Sendable {
    let api: any AuroraAPI
    let guarding: AuroraGuard

    func restore(_ request: AuroraRestore) async throws {
        try guarding.check(.restore(target: request.target, source: request.source))
        try await api.restore(request)
    }

    func createInstance(_ request: AuroraCompute) async throws {
        try guarding.check(.createInstance(request.instance, cluster: request.cluster))
        try await api.createInstance(request)
    }

    func setPassword(_ password: String, ofCluster cluster: String) async throws {
        try guarding.check(.modify(cluster: cluster))
        try await api.setPassword(password, ofCluster: cluster)
    }

    func liftProtection(ofCluster cluster: String) async throws {
        try guarding.check(.modify(cluster: cluster))
        try await api.liftProtection(ofCluster: cluster)
    }

    func start(cluster: String) async throws {
        try guarding.check(.start(cluster: cluster))
        try await api.start(cluster: cluster)
    }

    func deleteInstance(_ instance: String) async throws {
        try guarding.check(.deleteInstance(instance))
        try await api.deleteInstance(instance)
    }

    func deleteCluster(_ cluster: String) async throws {
        try guarding.check(.deleteCluster(cluster))
        try await api.deleteCluster(cluster)
    }
}
