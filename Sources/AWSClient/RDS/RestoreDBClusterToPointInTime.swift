extension RDS {
    /// Makes a cluster from another one's volume: with `copyOnWrite` a clone that shares its pages.
    ///
    /// Monitoring and Performance Insights cannot be asked for here: Aurora refuses those parameters for a restore
    /// (`InvalidParameterCombination`). Nor can `RestoreToTime`, which copy-on-write forbids.
    package struct RestoreDBClusterToPointInTime: QueryOperation, Hashable {
        package static let action = "RestoreDBClusterToPointInTime"

        package enum RestoreType: String, Sendable, Hashable, CaseIterable {
            case fullCopy = "full-copy"
            case copyOnWrite = "copy-on-write"
        }

        /// What to restore.
        package enum Source: Sendable, Hashable {
            /// An identifier, or the ARN of a cluster that another account shares.
            case identifier(String)
            /// `cluster-ABC…`.
            case resourceID(String)
        }

        package var identifier: String
        package var source: Source
        /// Always sent: the service's default is a full copy.
        package var restoreType: RestoreType
        package var subnetGroup: String?
        /// Empty: the VPC's default group, not the source's.
        package var vpcSecurityGroupIDs: [String] = []
        /// nil: the engine's default, not the source's.
        package var parameterGroup: String?
        package var serverlessV2Scaling: ServerlessV2Scaling?
        package var isIAMAuthenticationEnabled: Bool?
        package var isDeletionProtected: Bool?
        package var copiesTagsToSnapshot: Bool?
        /// Days, 1 to 35.
        package var backupRetentionPeriod: Int?
        package var storageType: String?
        package var kmsKeyID: String?
        package var port: Int?
        package var networkType: String?
        package var engineMode: String?
        package var logExports: [String] = []
        package var isVPCNetworkingEnabled: Bool?
        package var isInternetAccessGatewayEnabled: Bool?
        package var tags: [Tag] = []

        package init(identifier: String, source: Source, restoreType: RestoreType = .copyOnWrite) {
            self.identifier = identifier
            self.source = source
            self.restoreType = restoreType
        }

        package func encode(into parameters: inout QueryParameters) {
            parameters.add("DBClusterIdentifier", identifier)
            parameters.add("RestoreType", restoreType.rawValue)
            switch source {
            case .identifier(let identifier): parameters.add("SourceDBClusterIdentifier", identifier)
            case .resourceID(let id): parameters.add("SourceDbClusterResourceId", id)
            }
            parameters.add("UseLatestRestorableTime", true)
            parameters.add("Port", port)
            parameters.add("DBSubnetGroupName", subnetGroup)
            parameters.add("VpcSecurityGroupIds", of: "VpcSecurityGroupId", vpcSecurityGroupIDs)
            parameters.add("DBClusterParameterGroupName", parameterGroup)
            parameters.add("KmsKeyId", kmsKeyID)
            parameters.add("EnableIAMDatabaseAuthentication", isIAMAuthenticationEnabled)
            parameters.add("EnableCloudwatchLogsExports", logExports)
            parameters.add("DeletionProtection", isDeletionProtected)
            parameters.add("CopyTagsToSnapshot", copiesTagsToSnapshot)
            parameters.add("StorageType", storageType)
            parameters.add("NetworkType", networkType)
            parameters.add("EngineMode", engineMode)
            parameters.add("BackupRetentionPeriod", backupRetentionPeriod)
            parameters.add("EnableVPCNetworking", isVPCNetworkingEnabled)
            parameters.add("EnableInternetAccessGateway", isInternetAccessGatewayEnabled)
            serverlessV2Scaling?.encode(into: &parameters)
            Tag.encode(tags, into: &parameters)
        }

        package static func decode(_ result: XMLElement) throws(XMLDecodingError) -> DBCluster {
            try DBCluster.decode(in: result)
        }
    }
}

extension RDSClient {
    package func restoreDBClusterToPointInTime(
        _ request: RDS.RestoreDBClusterToPointInTime
    ) async throws(AWSError) -> RDS.DBCluster {
        try await send(request)
    }
}
