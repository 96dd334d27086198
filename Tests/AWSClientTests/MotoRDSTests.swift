import AWS
import AWSClient
import HTTPClient
import TestSupport
import Testing

/// Our calls against moto's server, which we did not write. What it does otherwise than AWS is not asserted here.
@Suite(.enabled(if: Python.interpreter != nil, "ENVCTL_PYTHON is not set"))
struct MotoRDSTests {
    static func client(_ server: MotoServer) -> AWSClient {
        AWSClient(
            settings: AWSSettings(region: "eu-central-1", endpoints: EndpointOverrides(url: server.url)),
            credentials: StaticCredentials(AWSCredentials(accessKeyID: "AKIAEXAMPLE", secretAccessKey: "secret")),
            transport: HTTPClient())
    }

    /// A source with one instance, made with calls that the client does not have.
    private struct CreateDBCluster: QueryOperation {
        static let action = "CreateDBCluster"
        func encode(into parameters: inout QueryParameters) {
            parameters.add("DBClusterIdentifier", "src")
            parameters.add("Engine", "aurora-postgresql")
            parameters.add("MasterUsername", "postgres")
            parameters.add("MasterUserPassword", "passwordpassword")
        }
        static func decode(_ result: XMLElement) throws(XMLDecodingError) -> String {
            guard let cluster = result["DBCluster"] else { throw XMLDecodingError("no cluster") }
            return try cluster.required("DBClusterArn")
        }
    }

    @Test func theLifeOfAClone() async throws {
        let server = try await MotoServer.start()
        defer { server.stop() }
        let client = Self.client(server)
        let rds = RDSClient(client)
        _ = try await client.send(CreateDBCluster(), to: .rds, version: RDS.version, region: nil)
        _ = try await rds.createDBInstance(
            RDS.CreateDBInstance(identifier: "src-1", instanceClass: "db.serverless", clusterIdentifier: "src"))

        var restore = RDS.RestoreDBClusterToPointInTime(identifier: "clone", source: .identifier("src"))
        restore.tags = [RDS.Tag("envctl:install", "i é&="), RDS.Tag("envctl:env", "e")]
        restore.serverlessV2Scaling = RDS.ServerlessV2Scaling(minimumCapacity: 0, maximumCapacity: 2)
        let clone = try await rds.restoreDBClusterToPointInTime(restore)
        #expect(clone.identifier == "clone")
        #expect(clone.engine == "aurora-postgresql")
        let arn = try #require(clone.arn)
        #expect(arn.hasPrefix("arn:aws:rds:eu-central-1:"))

        let again = await #expect(throws: AWSError.self) { try await rds.restoreDBClusterToPointInTime(restore) }
        #expect(again?.fault == .adopt)

        let instance = try await rds.createDBInstance(
            RDS.CreateDBInstance(identifier: "clone-1", instanceClass: "db.serverless", clusterIdentifier: "clone"))
        #expect(instance.clusterIdentifier == "clone")
        let described = try #require(try await rds.dbCluster("clone"))
        // moto leaves the clone in this status for a while, as AWS does.
        #expect([.creating, .available].contains(described.status))
        #expect(described.members.map(\.instanceIdentifier) == ["clone-1"])
        #expect(described.endpoint != nil)
        #expect(Set(described.tags) == Set(restore.tags))

        try await rds.addTagsToResource(RDS.AddTagsToResource(arn: arn, tags: [RDS.Tag("envctl:owner", "ada")]))
        let tags = try await rds.listTagsForResource(RDS.ListTagsForResource(arn: arn))
        #expect(Set(tags) == Set(restore.tags + [RDS.Tag("envctl:owner", "ada")]))

        var change = RDS.ModifyDBCluster(identifier: "clone")
        change.masterUserPassword = .random()
        _ = try await rds.modifyDBCluster(change)

        #expect(try await rds.allDBClusters().map(\.identifier).sorted() == ["clone", "src"])
        let filtered = RDS.DescribeDBClusters(filters: [RDS.Filter("db-cluster-id", ["clone"])])
        #expect(try await rds.allDBClusters(filtered).map(\.identifier) == ["clone"])
        #expect(try await rds.allDBInstances().map(\.identifier).sorted() == ["clone-1", "src-1"])

        _ = try await rds.stopDBCluster(RDS.StopDBCluster(identifier: "clone"))
        _ = try await rds.startDBCluster(RDS.StartDBCluster(identifier: "clone"))

        let early = await #expect(throws: AWSError.self) {
            try await rds.deleteDBCluster(RDS.DeleteDBCluster(identifier: "clone"))
        }
        #expect(early?.fault == .wait)
        _ = try await rds.deleteDBInstance(RDS.DeleteDBInstance(identifier: "clone-1"))
        _ = try await rds.deleteDBCluster(RDS.DeleteDBCluster(identifier: "clone"))
        #expect(try await rds.dbCluster("clone") == nil)
        #expect(try await rds.dbInstance("clone-1") == nil)
        let gone = await #expect(throws: AWSError.self) {
            try await rds.deleteDBCluster(RDS.DeleteDBCluster(identifier: "clone"))
        }
        #expect(gone?.code == "DBClusterNotFoundFault")
        #expect(gone?.status == 404)
        #expect(gone?.fault == .absent)
    }
}
