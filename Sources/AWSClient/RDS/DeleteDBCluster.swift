extension RDS {
    /// Deletes a cluster, which must have no instances and must not be stopped or protected.
    /// Neither a snapshot nor its automated backups are kept: an environment's data are a copy.
    package struct DeleteDBCluster: QueryOperation, Hashable {
        package static let action = "DeleteDBCluster"

        package var identifier: String

        package init(identifier: String) {
            self.identifier = identifier
        }

        package func encode(into parameters: inout QueryParameters) {
            parameters.add("DBClusterIdentifier", identifier)
            parameters.add("SkipFinalSnapshot", true)
            parameters.add("DeleteAutomatedBackups", true)
        }

        package static func decode(_ result: XMLElement) throws(XMLDecodingError) -> DBCluster {
            try DBCluster.decode(in: result)
        }
    }
}

extension RDSClient {
    package func deleteDBCluster(_ request: RDS.DeleteDBCluster) async throws(AWSError) -> RDS.DBCluster {
        try await send(request)
    }
}
