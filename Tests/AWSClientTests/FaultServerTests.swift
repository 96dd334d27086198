import AWS
import AWSClient
import HTTPClient
import SimulatedRDS
import Testing

/// The fault server refuses what it should, and does as AWS does where moto's server does otherwise.
@Suite struct FaultServerTests {
    private static let keys = AWSCredentials(accessKeyID: "AKIAEXAMPLE", secretAccessKey: "secret")

    /// A call with given parameters.
    private struct Raw<Name: ActionName>: QueryOperation {
        static var action: String { Name.name }
        var fields: [(String, String)]

        func encode(into parameters: inout QueryParameters) {
            for (name, value) in fields { parameters.add(name, value) }
        }

        static func decode(_ result: XMLElement) throws(XMLDecodingError) {}
    }

    private protocol ActionName: Sendable { static var name: String { get } }
    private enum Restore: ActionName { static let name = "RestoreDBClusterToPointInTime" }
    private enum DeleteCluster: ActionName { static let name = "DeleteDBCluster" }
    private enum Unknown: ActionName { static let name = "RebootDBCluster" }

    private static func with(_ body: (FaultServer, AWSClient) async throws -> Void) async throws {
        var region = SimulatedRegion(seed: 3)
        region.addSource("production")
        let server = try FaultServer(region, signers: .only(keys))
        defer { server.stop() }
        try await body(server, client(server, keys))
    }

    /// Its clock is the server's, and it tries once.
    private static func client(_ server: FaultServer, _ keys: AWSCredentials) -> AWSClient {
        var clock = AWSClock.system
        clock.now = { Timestamp(unixSeconds: server.unixSeconds) }
        return AWSClient(
            settings: AWSSettings(
                region: "eu-central-1", endpoints: EndpointOverrides(url: server.url),
                retries: RetryRules(maximumAttempts: 1)),
            credentials: StaticCredentials(keys), transport: HTTPClient(), clock: clock)
    }

    private static func code<Name: ActionName>(
        _ client: AWSClient, _ name: Name.Type, _ fields: [(String, String)]
    ) async -> String? {
        do throws(AWSError) {
            try await client.send(Raw<Name>(fields: fields), to: .rds, version: RDS.version, region: nil)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func whoDoesNotSignRightIsRefused() async throws {
        try await Self.with { server, client in
            let seen = try await RDSClient(client).allDBClusters()
            #expect(seen.map(\.identifier) == ["production"])
            let other = AWSCredentials(accessKeyID: "AKIAEXAMPLE", secretAccessKey: "guessed")
            let wrong = await #expect(throws: AWSError.self) {
                try await RDSClient(Self.client(server, other)).allDBClusters()
            }
            #expect(wrong?.code == "SignatureDoesNotMatch" && wrong?.status == 403 && wrong?.fault == .identity)
            let token = AWSCredentials(
                accessKeyID: Self.keys.accessKeyID, secretAccessKey: Self.keys.secretAccessKey, sessionToken: "stray")
            let stray = await #expect(throws: AWSError.self) {
                try await RDSClient(Self.client(server, token)).allDBClusters()
            }
            #expect(stray?.code == "SignatureDoesNotMatch")
            let elsewhere = await #expect(throws: AWSError.self) {
                try await RDSClient(client, region: "us-east-1").allDBClusters()
            }
            #expect(elsewhere?.code == "SignatureDoesNotMatch")
            server.expire(Self.keys.accessKeyID)
            let expired = await #expect(throws: AWSError.self) { try await RDSClient(client).allDBClusters() }
            #expect(expired?.code == "ExpiredToken" && expired?.fault == .identity)
            #expect(server.refused.count == 3)
        }
    }

    private static let restore = [
        ("DBClusterIdentifier", "clone"), ("SourceDBClusterIdentifier", "production"),
        ("UseLatestRestorableTime", "true"), ("DBSubnetGroupName", "production"),
        ("VpcSecurityGroupIds.VpcSecurityGroupId.1", "sg-1"), ("DBClusterParameterGroupName", "production-cluster"),
    ]

    @Test(arguments: [
        ("MonitoringInterval", "60"), ("RestoreToTime", "2027-01-01T00:00:00Z"), ("Tags.member.1.Key", "k"),
        ("Tags.Tag.2.Key", "k"), ("DeletionProtection", "no"), ("DBClusterIdentifier", "again"),
        ("BackupRetentionPeriod", "0"), ("ServerlessV2ScalingConfiguration.MaxCapacity", "0.3"),
        ("Tags.Tag.1.Key", "aws:mine"),
    ])
    func whatTheModelDoesNotHaveIsRefused(field: (String, String)) async throws {
        try await Self.with { server, client in
            #expect(await Self.code(client, Restore.self, Self.restore + [field]) == "InvalidParameterValue")
            #expect(await Self.code(client, Unknown.self, []) == "InvalidAction")
            let seen = try await RDSClient(client).allDBClusters()
            #expect(seen.count == 1)
        }
    }

    @Test func itDoesAsAWSDoesWhereMotoDoesNot() async throws {
        try await Self.with { server, client in
            let rds = RDSClient(client)
            // Without its type a restore is a full copy.
            #expect(await Self.code(client, Restore.self, Self.restore) == nil)
            #expect(server.with { $0.fullCopies } == ["clone"])
            #expect(server.with { $0.violations } == ["clone was made without tags"])
            #expect(await Self.code(client, Restore.self, Self.restore) == "DBClusterAlreadyExistsFault")
            // A cluster on its way takes no instance and cannot be deleted.
            let early = await #expect(throws: AWSError.self) {
                try await rds.createDBInstance(
                    RDS.CreateDBInstance(
                        identifier: "clone-1", instanceClass: "db.serverless", clusterIdentifier: "clone"))
            }
            #expect(early?.code == "InvalidDBClusterStateFault" && early?.fault == .wait)
            server.advance(by: .seconds(300))
            _ = try await rds.createDBInstance(
                RDS.CreateDBInstance(
                    identifier: "clone-1", instanceClass: "db.serverless", clusterIdentifier: "clone"))
            let young = try await rds.dbInstance("clone-1")
            #expect(young?.status == .creating)
            server.advance(by: .seconds(480))
            let grown = try await rds.dbInstance("clone-1")
            #expect(grown?.status == .available)
            #expect(
                await Self.code(client, DeleteCluster.self, [("DBClusterIdentifier", "clone")])
                    == "InvalidParameterCombination")
            #expect(
                await Self.code(
                    client, DeleteCluster.self, [("DBClusterIdentifier", "clone"), ("SkipFinalSnapshot", "true")])
                    == "InvalidDBClusterStateFault")
            let nameless = await Self.code(client, DeleteCluster.self, [("SkipFinalSnapshot", "true")])
            #expect(nameless == "InvalidParameterValue")
        }
    }

    /// A lost answer is a connection that ends after the work was done.
    @Test func aLostAnswerIsAmbiguous() async throws {
        try await Self.with { server, client in
            server.with { $0.accidents = [.init(.lostReply, of: Restore.name)] }
            let error = await #expect(throws: AWSError.self) {
                try await client.send(
                    Raw<Restore>(fields: Self.restore + [("RestoreType", "copy-on-write")]), to: .rds,
                    version: RDS.version, region: nil)
            }
            #expect(error?.isAmbiguous == true && error?.fault == .retry && error?.status == nil)
            let clone = try await RDSClient(client).dbCluster("clone")
            #expect(clone?.cloneGroupID == "group-1")
        }
    }
}
