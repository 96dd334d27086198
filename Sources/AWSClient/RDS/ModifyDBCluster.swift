extension RDS {
    /// Changes a cluster. What is nil stays as it is.
    package struct ModifyDBCluster: QueryOperation, Hashable {
        package static let action = "ModifyDBCluster"

        package var identifier: String
        /// At once instead of in the next maintenance window.
        package var appliesImmediately: Bool
        package var masterUserPassword: MasterPassword?
        /// RDS makes a password and keeps it in Secrets Manager.
        package var managesMasterUserPassword: Bool?
        package var isDeletionProtected: Bool?
        package var serverlessV2Scaling: ServerlessV2Scaling?
        /// Days, 1 to 35.
        package var backupRetentionPeriod: Int?
        package var vpcSecurityGroupIDs: [String] = []
        package var parameterGroup: String?
        package var isIAMAuthenticationEnabled: Bool?

        package init(identifier: String, appliesImmediately: Bool = true) {
            self.identifier = identifier
            self.appliesImmediately = appliesImmediately
        }

        package func encode(into parameters: inout QueryParameters) {
            parameters.add("DBClusterIdentifier", identifier)
            parameters.add("ApplyImmediately", appliesImmediately)
            parameters.add("BackupRetentionPeriod", backupRetentionPeriod)
            parameters.add("DBClusterParameterGroupName", parameterGroup)
            parameters.add("VpcSecurityGroupIds", of: "VpcSecurityGroupId", vpcSecurityGroupIDs)
            parameters.add("MasterUserPassword", masterUserPassword?.reveal())
            parameters.add("ManageMasterUserPassword", managesMasterUserPassword)
            parameters.add("EnableIAMDatabaseAuthentication", isIAMAuthenticationEnabled)
            parameters.add("DeletionProtection", isDeletionProtected)
            serverlessV2Scaling?.encode(into: &parameters)
        }

        package static func decode(_ result: XMLElement) throws(XMLDecodingError) -> DBCluster {
            try DBCluster.decode(in: result)
        }
    }
}

extension RDSClient {
    package func modifyDBCluster(_ request: RDS.ModifyDBCluster) async throws(AWSError) -> RDS.DBCluster {
        try await send(request)
    }
}
