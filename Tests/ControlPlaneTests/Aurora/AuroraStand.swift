import AWS
import AWSClient
import SimulatedRDS
import TestSupport
import Testing

/// The RDS regions that the provider is held against, both over HTTP: moto's server, which we did not write, and ours,
/// which does as AWS does where moto does not.
enum AuroraStand: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case moto
    case faultServer

    var testDescription: String { rawValue }

    /// moto needs its interpreter.
    static let available = allCases.filter { $0 != .moto || Python.interpreter != nil }
}

/// One for all tests of this process: it takes seconds to start, and each test has a source of its own in it.
enum SharedMoto {
    private static let started = Task { try await MotoServer.start() }

    static func server() async throws -> MotoServer { try await started.value }
}

/// A cluster, by the call that the client does not have.
struct CreateDBCluster: QueryOperation {
    static let action = "CreateDBCluster"
    let identifier: String

    func encode(into parameters: inout QueryParameters) {
        parameters.add("DBClusterIdentifier", identifier)
        parameters.add("Engine", "aurora-postgresql")
        parameters.add("MasterUsername", "postgres")
        parameters.add("MasterUserPassword", "passwordpassword")
    }

    static func decode(_ result: XMLElement) throws(XMLDecodingError) -> String {
        guard let cluster = result["DBCluster"] else { throw XMLDecodingError("no cluster") }
        return try cluster.required("DBClusterIdentifier")
    }
}

/// Somebody with rights in a region beside the control plane.
struct AuroraOperator: Sendable {
    let client: AWSClient
    var rds: RDSClient { RDSClient(client) }

    func createCluster(_ name: String) async throws {
        _ = try await client.send(
            CreateDBCluster(identifier: name), to: .rds, version: RDS.version, region: nil)
    }

    func createInstance(_ name: String, of cluster: String) async throws {
        _ = try await rds.createDBInstance(
            RDS.CreateDBInstance(identifier: name, instanceClass: "db.serverless", clusterIdentifier: cluster))
    }

    func protect(_ cluster: String) async throws {
        var change = RDS.ModifyDBCluster(identifier: cluster)
        change.isDeletionProtected = true
        _ = try await rds.modifyDBCluster(change)
    }
}
