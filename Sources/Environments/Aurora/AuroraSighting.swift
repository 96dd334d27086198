/// What the status of a cluster or an instance means for the next step. AWS adds statuses without notice, so one that
/// is not known is waited out.
package enum AuroraStatus: Hashable, Sendable {
    case available
    /// On its way somewhere: to be looked at again.
    case busy(String)
    case stopped
    case deleting
    /// Nothing but a deletion helps.
    case broken(String)
    /// Not in the documentation when this was written.
    case unknown(String)

    /// - Parameter text: as the API writes it ("Viewing DB cluster status", "Viewing DB instance status").
    package init(_ text: String) {
        switch text {
        case "available": self = .available
        case "stopped": self = .stopped
        case "deleting": self = .deleting
        case "creating", "backing-up", "backtracking", "failing-over", "maintenance", "migrating", "modifying",
            "promoting", "preparing-data-migration", "renaming", "resetting-master-credentials", "starting", "stopping",
            "storage-optimization", "update-iam-db-auth", "upgrading", "configuring-associated-roles",
            "configuring-enhanced-monitoring", "configuring-iam-database-auth", "configuring-log-exports", "rebooting",
            "moving-to-vpc", "converting-to-vpc", "storage-config-upgrade", "storage-initialization",
            "delete-precheck", "configuring-db-instance", "scaling-compute":
            self = .busy(text)
        case "cloning-failed", "migration-failed", "failed", "incompatible-network", "incompatible-option-group",
            "incompatible-parameters", "incompatible-restore", "incompatible-create", "insufficient-capacity",
            "storage-full", "inaccessible-encryption-credentials", "inaccessible-encryption-credentials-recoverable",
            "restore-error":
            self = .broken(text)
        default: self = .unknown(text)
        }
    }

    package var text: String {
        switch self {
        case .available: "available"
        case .stopped: "stopped"
        case .deleting: "deleting"
        case .busy(let text), .broken(let text), .unknown(let text): text
        }
    }
}

/// A cluster as `DescribeDBClusters` shows it, as far as a decision needs it.
package struct AuroraCluster: Hashable, Sendable {
    package var identifier: String
    package var status: AuroraStatus
    package var arn = ""
    package var endpoint: String?
    package var port = 5432
    package var engine = ""
    package var engineVersion = ""
    package var masterUser = ""
    package var cloneGroup: String?
    package var kmsKey: String?
    package var subnetGroup: String?
    package var securityGroups: [String] = []
    package var parameterGroup: String?
    package var members: [String] = []
    package var tags: [String: String] = [:]
    package var isProtected = false

    package init(_ identifier: String, status: AuroraStatus) {
        self.identifier = identifier
        self.status = status
    }

    package var mark: AuroraMark? { AuroraMark(tags: tags) }
}

/// An instance as `DescribeDBInstances` shows it.
package struct AuroraInstance: Hashable, Sendable {
    package var identifier: String
    package var cluster: String?
    package var status: AuroraStatus
    package var instanceClass = ""
    package var parameterGroup: String?
    package var tags: [String: String] = [:]
    package var isProtected = false

    package init(_ identifier: String, cluster: String?, status: AuroraStatus) {
        self.identifier = identifier
        self.cluster = cluster
        self.status = status
    }

    package var mark: AuroraMark? { AuroraMark(tags: tags) }
}

/// What one look at a region showed. It can be older than the last call and name a thing twice.
package struct AuroraSighting: Hashable, Sendable {
    package var clusters: [AuroraCluster]
    package var instances: [AuroraInstance]

    package init(clusters: [AuroraCluster] = [], instances: [AuroraInstance] = []) {
        self.clusters = clusters
        self.instances = instances
    }

    package func cluster(_ identifier: String) -> AuroraCluster? {
        clusters.first { $0.identifier == identifier }
    }

    func instances(of cluster: String) -> [AuroraInstance] {
        var seen: Set<String> = []
        return instances.filter { $0.cluster == cluster && seen.insert($0.identifier).inserted }
            .sorted { $0.identifier < $1.identifier }
    }
}
