extension RDS {
    /// Deletes an instance. The last one of a cluster can be deleted as well; the cluster stays.
    /// Neither a snapshot nor its automated backups are kept: an environment's data are a copy.
    package struct DeleteDBInstance: QueryOperation, Hashable {
        package static let action = "DeleteDBInstance"

        package var identifier: String

        package init(identifier: String) {
            self.identifier = identifier
        }

        package func encode(into parameters: inout QueryParameters) {
            parameters.add("DBInstanceIdentifier", identifier)
            parameters.add("SkipFinalSnapshot", true)
            parameters.add("DeleteAutomatedBackups", true)
        }

        package static func decode(_ result: XMLElement) throws(XMLDecodingError) -> DBInstance {
            try DBInstance.decode(in: result)
        }
    }
}

extension RDSClient {
    package func deleteDBInstance(_ request: RDS.DeleteDBInstance) async throws(AWSError) -> RDS.DBInstance {
        try await send(request)
    }
}
