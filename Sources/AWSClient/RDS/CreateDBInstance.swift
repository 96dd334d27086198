extension RDS {
    /// Gives a cluster an instance. Only a cluster that is `available` takes one.
    package struct CreateDBInstance: QueryOperation, Hashable {
        package static let action = "CreateDBInstance"

        package var identifier: String
        /// `db.serverless`, `db.t4g.medium`, …
        package var instanceClass: String
        package var engine: String
        package var clusterIdentifier: String
        package var isPubliclyAccessible: Bool?
        package var isAutoMinorVersionUpgradeEnabled: Bool?
        /// 0 to 15.
        package var promotionTier: Int?
        package var parameterGroup: String?
        package var availabilityZone: String?
        package var caCertificateIdentifier: String?
        package var copiesTagsToSnapshot: Bool?
        package var tags: [Tag] = []

        package init(
            identifier: String, instanceClass: String, engine: String = "aurora-postgresql", clusterIdentifier: String
        ) {
            self.identifier = identifier
            self.instanceClass = instanceClass
            self.engine = engine
            self.clusterIdentifier = clusterIdentifier
        }

        package func encode(into parameters: inout QueryParameters) {
            parameters.add("DBInstanceIdentifier", identifier)
            parameters.add("DBInstanceClass", instanceClass)
            parameters.add("Engine", engine)
            parameters.add("DBClusterIdentifier", clusterIdentifier)
            parameters.add("AvailabilityZone", availabilityZone)
            parameters.add("DBParameterGroupName", parameterGroup)
            parameters.add("AutoMinorVersionUpgrade", isAutoMinorVersionUpgradeEnabled)
            parameters.add("PubliclyAccessible", isPubliclyAccessible)
            parameters.add("CopyTagsToSnapshot", copiesTagsToSnapshot)
            parameters.add("PromotionTier", promotionTier)
            parameters.add("CACertificateIdentifier", caCertificateIdentifier)
            Tag.encode(tags, into: &parameters)
        }

        package static func decode(_ result: XMLElement) throws(XMLDecodingError) -> DBInstance {
            try DBInstance.decode(in: result)
        }
    }
}

extension RDSClient {
    package func createDBInstance(_ request: RDS.CreateDBInstance) async throws(AWSError) -> RDS.DBInstance {
        try await send(request)
    }
}
