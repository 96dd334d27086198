extension RDS {
    package struct DBClusterParameterGroup: Sendable, Hashable {
        package var name: String
        package var arn: String?
        /// `aurora-postgresql16`.
        package var family: String?
        package var summary: String?
    }

    /// Lists cluster parameter groups, or describes one. A group that is not there is `DBParameterGroupNotFound`.
    package struct DescribeDBClusterParameterGroups: QueryOperation, Hashable {
        package static let action = "DescribeDBClusterParameterGroups"

        package var name: String?
        package var paging: Paging

        package init(name: String? = nil, paging: Paging = Paging()) {
            self.name = name
            self.paging = paging
        }

        package func encode(into parameters: inout QueryParameters) {
            parameters.add("DBClusterParameterGroupName", name)
            paging.encode(into: &parameters)
        }

        package static func decode(_ result: XMLElement) throws(XMLDecodingError) -> Page<DBClusterParameterGroup> {
            var groups: [DBClusterParameterGroup] = []
            for element in result.list("DBClusterParameterGroups", of: "DBClusterParameterGroup") {
                groups.append(
                    DBClusterParameterGroup(
                        name: try element.required("DBClusterParameterGroupName"),
                        arn: element.string("DBClusterParameterGroupArn"),
                        family: element.string("DBParameterGroupFamily"), summary: element.string("Description")))
            }
            return Page(elements: groups, marker: result.string("Marker"))
        }
    }
}

extension RDSClient {
    package func describeDBClusterParameterGroups(
        _ request: RDS.DescribeDBClusterParameterGroups
    ) async throws(AWSError) -> RDS.Page<RDS.DBClusterParameterGroup> {
        try await send(request)
    }
}
