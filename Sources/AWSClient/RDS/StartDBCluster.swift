extension RDS {
    /// Starts a stopped cluster; minutes pass until it is `available`.
    package struct StartDBCluster: QueryOperation, Hashable {
        package static let action = "StartDBCluster"

        package var identifier: String

        package init(identifier: String) {
            self.identifier = identifier
        }

        package func encode(into parameters: inout QueryParameters) {
            parameters.add("DBClusterIdentifier", identifier)
        }

        package static func decode(_ result: XMLElement) throws(XMLDecodingError) -> DBCluster {
            try DBCluster.decode(in: result)
        }
    }
}

extension RDSClient {
    package func startDBCluster(_ request: RDS.StartDBCluster) async throws(AWSError) -> RDS.DBCluster {
        try await send(request)
    }
}
