extension RDS {
    /// Stops a cluster with its instances. RDS starts it again by itself after seven days.
    package struct StopDBCluster: QueryOperation, Hashable {
        package static let action = "StopDBCluster"

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
    package func stopDBCluster(_ request: RDS.StopDBCluster) async throws(AWSError) -> RDS.DBCluster {
        try await send(request)
    }
}
