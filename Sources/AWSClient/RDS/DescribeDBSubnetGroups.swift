extension RDS {
    package struct DBSubnetGroup: Sendable, Hashable {
        package var name: String
        package var arn: String?
        package var vpcID: String?
        /// `Complete` when it can be used.
        package var status: String?
        package var subnets: [Subnet]

        package struct Subnet: Sendable, Hashable {
            package var identifier: String
            package var availabilityZone: String?
            package var status: String?
        }
    }

    /// Lists subnet groups, or describes one.
    package struct DescribeDBSubnetGroups: QueryOperation, Hashable {
        package static let action = "DescribeDBSubnetGroups"

        package var name: String?
        package var paging: Paging

        package init(name: String? = nil, paging: Paging = Paging()) {
            self.name = name
            self.paging = paging
        }

        package func encode(into parameters: inout QueryParameters) {
            parameters.add("DBSubnetGroupName", name)
            paging.encode(into: &parameters)
        }

        package static func decode(_ result: XMLElement) throws(XMLDecodingError) -> Page<DBSubnetGroup> {
            var groups: [DBSubnetGroup] = []
            for element in result.list("DBSubnetGroups", of: "DBSubnetGroup") {
                var subnets: [DBSubnetGroup.Subnet] = []
                for subnet in element.list("Subnets", of: "Subnet") {
                    subnets.append(
                        DBSubnetGroup.Subnet(
                            identifier: try subnet.required("SubnetIdentifier"),
                            availabilityZone: subnet["SubnetAvailabilityZone"]?.string("Name"),
                            status: subnet.string("SubnetStatus")))
                }
                groups.append(
                    DBSubnetGroup(
                        name: try element.required("DBSubnetGroupName"), arn: element.string("DBSubnetGroupArn"),
                        vpcID: element.string("VpcId"), status: element.string("SubnetGroupStatus"), subnets: subnets))
            }
            return Page(elements: groups, marker: result.string("Marker"))
        }
    }
}

extension RDSClient {
    package func describeDBSubnetGroups(
        _ request: RDS.DescribeDBSubnetGroups
    ) async throws(AWSError) -> RDS.Page<RDS.DBSubnetGroup> {
        try await send(request)
    }
}
