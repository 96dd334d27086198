import AWSClient
import Environments

/// The calls by the RDS API of one region.
struct RDSAurora: AuroraAPI {
    let client: RDSClient
    let metrics: ControlPlaneMetrics

    func list() async throws(AuroraFault) -> AuroraSighting {
        let clusters = try await call("DescribeDBClusters") { () async throws(AWSError) in
            try await client.allDBClusters()
        }
        let instances = try await call("DescribeDBInstances") { () async throws(AWSError) in
            try await client.allDBInstances()
        }
        return AuroraSighting(
            clusters: clusters.map(AuroraCluster.init), instances: instances.map(AuroraInstance.init))
    }

    func describe(_ cluster: String) async throws(AuroraFault) -> AuroraSighting {
        let found = try await call("DescribeDBClusters") { () async throws(AWSError) in
            try await client.dbCluster(cluster)
        }
        guard let found else { return AuroraSighting() }
        let instances = try await call("DescribeDBInstances") { () async throws(AWSError) in
            try await client.allDBInstances(
                RDS.DescribeDBInstances(filters: [RDS.Filter("db-cluster-id", [cluster])]))
        }
        return AuroraSighting(
            clusters: [AuroraCluster(found)],
            instances: instances.map(AuroraInstance.init).filter { $0.cluster == cluster })
    }

    func checkGroups(subnets: String?, parameters: String?) async throws(AuroraFault) {
        if let subnets {
            _ = try await call("DescribeDBSubnetGroups") { () async throws(AWSError) in
                try await client.describeDBSubnetGroups(RDS.DescribeDBSubnetGroups(name: subnets))
            }
        }
        if let parameters {
            _ = try await call("DescribeDBClusterParameterGroups") { () async throws(AWSError) in
                try await client.describeDBClusterParameterGroups(
                    RDS.DescribeDBClusterParameterGroups(name: parameters))
            }
        }
    }

    func restore(_ request: AuroraRestore) async throws(AuroraFault) {
        var restore = RDS.RestoreDBClusterToPointInTime(
            identifier: request.target, source: .identifier(request.source))
        restore.subnetGroup = request.subnetGroup
        restore.vpcSecurityGroupIDs = request.securityGroups
        restore.parameterGroup = request.parameterGroup
        restore.serverlessV2Scaling = request.scaling.map {
            RDS.ServerlessV2Scaling(
                minimumCapacity: $0.minimum, maximumCapacity: $0.maximum,
                // Only where the capacity can go down to nothing.
                secondsUntilAutoPause: $0.minimum == 0 ? $0.autoPauseSeconds : nil)
        }
        restore.isDeletionProtected = false
        // The least that there is; its backups go with it.
        restore.backupRetentionPeriod = 1
        restore.tags = Self.tags(request.tags)
        let final = restore
        _ = try await call("RestoreDBClusterToPointInTime") { () async throws(AWSError) in
            try await client.restoreDBClusterToPointInTime(final)
        }
    }

    func createInstance(_ request: AuroraCompute) async throws(AuroraFault) {
        var create = RDS.CreateDBInstance(
            identifier: request.instance, instanceClass: request.instanceClass, clusterIdentifier: request.cluster)
        create.isPubliclyAccessible = false
        // A restart for an update would end what a user does.
        create.isAutoMinorVersionUpgradeEnabled = false
        create.parameterGroup = request.parameterGroup
        create.tags = Self.tags(request.tags)
        let final = create
        _ = try await call("CreateDBInstance") { () async throws(AWSError) in try await client.createDBInstance(final) }
    }

    func setPassword(_ password: String, ofCluster cluster: String) async throws(AuroraFault) {
        var modify = RDS.ModifyDBCluster(identifier: cluster)
        modify.masterUserPassword = RDS.MasterPassword(password)
        try await self.modify(modify)
    }

    func liftProtection(ofCluster cluster: String) async throws(AuroraFault) {
        var modify = RDS.ModifyDBCluster(identifier: cluster)
        modify.isDeletionProtected = false
        try await self.modify(modify)
    }

    private func modify(_ request: RDS.ModifyDBCluster) async throws(AuroraFault) {
        _ = try await call("ModifyDBCluster") { () async throws(AWSError) in try await client.modifyDBCluster(request) }
    }

    func start(cluster: String) async throws(AuroraFault) {
        _ = try await call("StartDBCluster") { () async throws(AWSError) in
            try await client.startDBCluster(RDS.StartDBCluster(identifier: cluster))
        }
    }

    func deleteInstance(_ instance: String) async throws(AuroraFault) {
        _ = try await call("DeleteDBInstance") { () async throws(AWSError) in
            try await client.deleteDBInstance(RDS.DeleteDBInstance(identifier: instance))
        }
    }

    func deleteCluster(_ cluster: String) async throws(AuroraFault) {
        _ = try await call("DeleteDBCluster") { () async throws(AWSError) in
            try await client.deleteDBCluster(RDS.DeleteDBCluster(identifier: cluster))
        }
    }

    private func call<T: Sendable>(
        _ action: String, _ body: () async throws(AWSError) -> T
    ) async throws(AuroraFault) -> T {
        do {
            let value = try await body()
            metrics.calledProvider(action, error: nil)
            return value
        } catch {
            metrics.calledProvider(action, error: ControlError(.failed, error.code))
            throw AuroraFault(error, action: action)
        }
    }

    private static func tags(_ tags: [String: String]) -> [RDS.Tag] {
        tags.sorted { $0.key < $1.key }.map { RDS.Tag($0.key, $0.value) }
    }
}

extension AuroraFault {
    init(_ error: AWSError, action: String) {
        // Nothing was asked of AWS.
        let unasked: [AWSError.Code] = [.noCredentials, .noRegion, .invalidConfiguration, .tls]
        let isOurs = unasked.contains { $0.rawValue == error.code }
        let kind: Kind =
            switch error.fault {
            case _ where isOurs: .access
            case .retry: .retry
            case .wait: .wait
            case .adopt: .adopt
            case .absent: .absent
            case .quota: .quota
            case .capacity: .capacity
            case .configuration: .configuration
            case .identity: .identity
            case .fatal: .fatal
            }
        self.init(kind, code: error.code, message: error.message, action: action)
    }
}

extension AuroraCluster {
    init(_ found: RDS.DBCluster) {
        self.init(found.identifier, status: AuroraStatus(found.status.rawValue))
        arn = found.arn ?? ""
        endpoint = found.endpoint
        port = found.port ?? port
        engine = found.engine
        engineVersion = found.engineVersion ?? ""
        masterUser = found.masterUsername ?? ""
        cloneGroup = found.cloneGroupID
        kmsKey = found.kmsKeyID
        subnetGroup = found.subnetGroup
        securityGroups = found.vpcSecurityGroupIDs
        parameterGroup = found.parameterGroup
        members = found.members.map(\.instanceIdentifier)
        tags = Dictionary(found.tags.map { ($0.key, $0.value) }) { first, _ in first }
        isProtected = found.isDeletionProtected
    }
}

extension AuroraInstance {
    init(_ found: RDS.DBInstance) {
        self.init(
            found.identifier, cluster: found.clusterIdentifier, status: AuroraStatus(found.status.rawValue))
        instanceClass = found.instanceClass ?? ""
        parameterGroup = found.parameterGroups.first
        tags = Dictionary(found.tags.map { ($0.key, $0.value) }) { first, _ in first }
        isProtected = found.isDeletionProtected
    }
}
