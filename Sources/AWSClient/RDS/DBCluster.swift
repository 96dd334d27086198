extension RDS {
    /// An Aurora cluster: what its description says that a decision here depends on.
    package struct DBCluster: Sendable, Hashable {
        package var identifier: String
        package var arn: String?
        /// `cluster-ABC…`, which stays when the identifier is changed or given to another cluster.
        package var resourceID: String?
        package var status: ClusterStatus
        package var percentProgress: String?
        package var engine: String
        package var engineVersion: String?
        /// `provisioned`, also for Serverless v2; `serverless` is the first Serverless.
        package var engineMode: String?
        package var databaseName: String?
        package var masterUsername: String?
        package var masterUserSecretARN: String?
        /// Where the writer is, once there is one.
        package var endpoint: String?
        package var readerEndpoint: String?
        package var port: Int?
        package var members: [DBClusterMember]
        package var subnetGroup: String?
        package var vpcSecurityGroupIDs: [String]
        package var availabilityZones: [String]
        package var networkType: String?
        package var parameterGroup: String?
        package var isStorageEncrypted: Bool
        package var kmsKeyID: String?
        /// `aurora` or `aurora-iopt1`; nil means `aurora`.
        package var storageType: String?
        package var allocatedStorage: Int?
        package var backupRetentionPeriod: Int?
        /// Common to a source and all its copy-on-write clones; nil while nothing was ever cloned.
        package var cloneGroupID: String?
        package var isCrossAccountClone: Bool
        package var replicationSource: String?
        package var globalClusterIdentifier: String?
        package var isDeletionProtected: Bool
        package var isIAMAuthenticationEnabled: Bool
        package var isPubliclyAccessible: Bool?
        package var isVPCNetworkingEnabled: Bool?
        package var isInternetAccessGatewayEnabled: Bool?
        package var serverlessV2Scaling: ServerlessV2Scaling?
        /// A new password was asked for and is not in force yet.
        package var hasPendingMasterPassword: Bool
        package var createTime: Timestamp?
        package var earliestRestorableTime: Timestamp?
        package var latestRestorableTime: Timestamp?
        /// When RDS starts a stopped cluster again by itself.
        package var automaticRestartTime: Timestamp?
        package var tags: [Tag]

        /// The one that a reply about it holds.
        static func decode(in result: XMLElement) throws(XMLDecodingError) -> DBCluster {
            guard let element = result["DBCluster"] else {
                throw XMLDecodingError("<\(result.name)> lacks <DBCluster>")
            }
            return try DBCluster(decoding: element)
        }

        package init(decoding element: XMLElement) throws(XMLDecodingError) {
            identifier = try element.required("DBClusterIdentifier")
            arn = element.string("DBClusterArn")
            resourceID = element.string("DbClusterResourceId")
            status = ClusterStatus(rawValue: try element.required("Status"))
            percentProgress = element.string("PercentProgress")
            engine = try element.required("Engine")
            engineVersion = element.string("EngineVersion")
            engineMode = element.string("EngineMode")
            databaseName = element.string("DatabaseName")
            masterUsername = element.string("MasterUsername")
            masterUserSecretARN = element["MasterUserSecret"]?.string("SecretArn")
            endpoint = element.string("Endpoint")
            readerEndpoint = element.string("ReaderEndpoint")
            port = try element.integer("Port")
            var members: [DBClusterMember] = []
            for member in element.list("DBClusterMembers", of: "DBClusterMember") {
                members.append(try DBClusterMember(decoding: member))
            }
            self.members = members
            subnetGroup = element.string("DBSubnetGroup")
            vpcSecurityGroupIDs = element.list("VpcSecurityGroups", of: "VpcSecurityGroupMembership")
                .compactMap { $0.string("VpcSecurityGroupId") }
            availabilityZones = element.strings("AvailabilityZones", of: "AvailabilityZone")
            networkType = element.string("NetworkType")
            parameterGroup = element.string("DBClusterParameterGroup")
            isStorageEncrypted = try element.boolean("StorageEncrypted") ?? false
            kmsKeyID = element.string("KmsKeyId")
            storageType = element.string("StorageType")
            allocatedStorage = try element.integer("AllocatedStorage")
            backupRetentionPeriod = try element.integer("BackupRetentionPeriod")
            cloneGroupID = element.string("CloneGroupId")
            isCrossAccountClone = try element.boolean("CrossAccountClone") ?? false
            replicationSource = element.string("ReplicationSourceIdentifier")
            globalClusterIdentifier = element.string("GlobalClusterIdentifier")
            isDeletionProtected = try element.boolean("DeletionProtection") ?? false
            isIAMAuthenticationEnabled = try element.boolean("IAMDatabaseAuthenticationEnabled") ?? false
            isPubliclyAccessible = try element.boolean("PubliclyAccessible")
            isVPCNetworkingEnabled = try element.boolean("VPCNetworkingEnabled")
            isInternetAccessGatewayEnabled = try element.boolean("InternetAccessGatewayEnabled")
            serverlessV2Scaling = try ServerlessV2Scaling.decode(element)
            hasPendingMasterPassword = element["PendingModifiedValues"]?["MasterUserPassword"] != nil
            createTime = try element.time("ClusterCreateTime")
            earliestRestorableTime = try element.time("EarliestRestorableTime")
            latestRestorableTime = try element.time("LatestRestorableTime")
            automaticRestartTime = try element.time("AutomaticRestartTime")
            tags = try Tag.decode(element)
        }
    }

    package struct DBClusterMember: Sendable, Hashable {
        package var instanceIdentifier: String
        package var isWriter: Bool
        package var parameterGroupStatus: String?
        package var promotionTier: Int?

        init(decoding element: XMLElement) throws(XMLDecodingError) {
            instanceIdentifier = try element.required("DBInstanceIdentifier")
            isWriter = try element.boolean("IsClusterWriter") ?? false
            parameterGroupStatus = element.string("DBClusterParameterGroupStatus")
            promotionTier = try element.integer("PromotionTier")
        }
    }
}
