extension RDS {
    /// An instance of a cluster: what its description says that a decision here depends on.
    package struct DBInstance: Sendable, Hashable {
        package var identifier: String
        package var arn: String?
        package var resourceID: String?
        package var instanceClass: String?
        package var status: InstanceStatus
        package var engine: String
        package var engineVersion: String?
        package var clusterIdentifier: String?
        /// nil while it is being made.
        package var endpoint: Endpoint?
        package var availabilityZone: String?
        package var parameterGroups: [String]
        package var subnetGroup: String?
        package var vpcID: String?
        package var vpcSecurityGroupIDs: [String]
        package var isPubliclyAccessible: Bool
        package var isAutoMinorVersionUpgradeEnabled: Bool
        package var promotionTier: Int?
        package var caCertificateIdentifier: String?
        package var isDeletionProtected: Bool
        package var createTime: Timestamp?
        package var tags: [Tag]

        package struct Endpoint: Sendable, Hashable {
            package var address: String
            package var port: Int?
        }

        /// The one that a reply about it holds.
        static func decode(in result: XMLElement) throws(XMLDecodingError) -> DBInstance {
            guard let element = result["DBInstance"] else {
                throw XMLDecodingError("<\(result.name)> lacks <DBInstance>")
            }
            return try DBInstance(decoding: element)
        }

        package init(decoding element: XMLElement) throws(XMLDecodingError) {
            identifier = try element.required("DBInstanceIdentifier")
            arn = element.string("DBInstanceArn")
            resourceID = element.string("DbiResourceId")
            instanceClass = element.string("DBInstanceClass")
            status = InstanceStatus(rawValue: try element.required("DBInstanceStatus"))
            engine = try element.required("Engine")
            engineVersion = element.string("EngineVersion")
            clusterIdentifier = element.string("DBClusterIdentifier")
            if let place = element["Endpoint"], let address = place.string("Address") {
                endpoint = Endpoint(address: address, port: try place.integer("Port"))
            }
            availabilityZone = element.string("AvailabilityZone")
            parameterGroups = element.list("DBParameterGroups", of: "DBParameterGroup")
                .compactMap { $0.string("DBParameterGroupName") }
            subnetGroup = element["DBSubnetGroup"]?.string("DBSubnetGroupName")
            vpcID = element["DBSubnetGroup"]?.string("VpcId")
            vpcSecurityGroupIDs = element.list("VpcSecurityGroups", of: "VpcSecurityGroupMembership")
                .compactMap { $0.string("VpcSecurityGroupId") }
            isPubliclyAccessible = try element.boolean("PubliclyAccessible") ?? false
            isAutoMinorVersionUpgradeEnabled = try element.boolean("AutoMinorVersionUpgrade") ?? false
            promotionTier = try element.integer("PromotionTier")
            caCertificateIdentifier = element.string("CACertificateIdentifier")
            isDeletionProtected = try element.boolean("DeletionProtection") ?? false
            createTime = try element.time("InstanceCreateTime")
            tags = try Tag.decode(element)
        }
    }
}
