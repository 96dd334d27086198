import AWS
import AWSClient
import HTTPClient
import Postgres
import TestSupport
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// An installation beside moto's server with a production cluster, whose databases are on the installation's own
/// PostgreSQL: moto has none behind its clusters.
struct AuroraInstallation: Sendable {
    let it: Installation
    let rds: RDSClient

    static let source = "production"
    static let endpoints = "/aurora-endpoints.json"

    /// Runs `body` with a control plane that knows the cluster as the snapshot `prod`.
    static func with(ports: ClosedRange<Int>, _ body: (AuroraInstallation) async throws -> Void) async throws {
        let moto = try MotoServer()
        defer { moto.stop() }
        let rds = RDSClient(
            AWSClient(
                settings: AWSSettings(region: "eu-west-1", endpoints: EndpointOverrides(url: moto.url)),
                credentials: StaticCredentials(AWSCredentials(accessKeyID: "AKIAEXAMPLE", secretAccessKey: "secret")),
                transport: HTTPClient()))
        try await makeSource(moto.url)
        let home = "/tmp/envctl-aurora-\(UUID().uuidString.prefix(8).lowercased())"
        let settings = [
            "AWS_ENDPOINT_URL_RDS": moto.url, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret", "ENVCTL_AURORA_POLL": "0s",
            "ENVCTL_AURORA_ENDPOINTS": home + endpoints, "ENVCTL_RECONCILE_INTERVAL": "1s",
        ]
        try await Installation.with(ports: ports, home: home, settings: settings) { it in
            try Data("{}".utf8).write(to: URL(filePath: home + endpoints))
            try await it.expect("up")
            try await makeDatabases(it)
            try await it.stopServer()
            _ = try await it.startServer()
            try await it.expect(
                "snapshot", "register", "prod", "--aurora-cluster", source, "--catalog-database", "prod_catalog",
                "--data-database", "prod_data")
            try await body(AuroraInstallation(it: it, rds: rds))
        }
    }

    private static func makeSource(_ url: String) async throws {
        _ = try await Python.lines(
            """
            import boto3, sys
            rds = boto3.client('rds', endpoint_url=sys.argv[1], region_name='eu-west-1',
                               aws_access_key_id='AKIAEXAMPLE', aws_secret_access_key='secret')
            rds.create_db_cluster(DBClusterIdentifier='production', Engine='aurora-postgresql',
                                  MasterUsername='postgres', MasterUserPassword='of-production-alone')
            rds.create_db_instance(DBInstanceIdentifier='production-1', DBClusterIdentifier='production',
                                   Engine='aurora-postgresql', DBInstanceClass='db.serverless')
            """, arguments: [url])
    }

    /// Production as ExtendDB lays it out, its credentials and its connection string included, to be copied for each
    /// clone.
    private static func makeDatabases(_ it: Installation) async throws {
        let admin = try await it.postgres().admin
        for name in ["prod_catalog", "prod_data"] { try await it.administer("CREATE DATABASE \(name)") }
        try await ExtendDBDeployment.makeProduction(
            .first, catalog: admin.with(database: "prod_catalog"), data: admin.with(database: "prod_data"))
        let mapping = """
            {"\(source)": {"url": "\(admin.url)", "catalog_template": "prod_catalog", "data_template": "prod_data"}}
            """
        try Data(mapping.utf8).write(to: URL(filePath: it.home + endpoints))
    }

    /// Everything at AWS but production; and production must be as it was.
    func clones() async throws -> [String] {
        let clusters = try await rds.allDBClusters()
        let instances = try await rds.allDBInstances()
        let production = try #require(clusters.first { $0.identifier == Self.source })
        #expect(production.tags.isEmpty && production.members.map(\.instanceIdentifier) == ["production-1"])
        #expect(instances.contains { $0.identifier == "production-1" })
        return (clusters.map(\.identifier) + instances.map(\.identifier))
            .filter { $0 != Self.source && $0 != "production-1" }.sorted()
    }

    /// The databases that stand in for clones, and the roles of environments.
    func standIns() async throws -> [String] {
        let connection = try await PostgresConnection.connect(try await it.postgres().admin)
        let rows = try await connection.query(
            """
            SELECT datname FROM pg_database WHERE datname LIKE 'envctl\\_a\\_%'
            UNION ALL SELECT rolname FROM pg_roles WHERE rolname LIKE 'envctl\\_r\\_%' ORDER BY 1
            """)
        let names = try rows.map { try $0[0].string }
        await connection.close()
        return names
    }

    /// Master passwords that the records still hold.
    func secrets() async throws -> Int {
        let records = try await it.postgres().admin.with(database: "envctl")
        let connection = try await PostgresConnection.connect(records)
        let rows = try await connection.query(
            "SELECT count(*) FROM aurora_clones WHERE master_password IS NOT NULL")
        let count = try rows.first?[0].int ?? -1
        await connection.close()
        return count
    }

    /// Calls of the RDS API by action, as the control plane counts them.
    func calls() async throws -> [String: Int] {
        struct Info: Decodable { var url: String }
        let info = try #require(FileManager.default.contents(atPath: it.home + "/run/server.json"))
        let url = try JSONDecoder().decode(Info.self, from: info).url
        let token = String(
            decoding: FileManager.default.contents(atPath: it.home + "/run/token") ?? Data(), as: UTF8.self)
        let response = try await HTTPClient().send(
            HTTPRequest(
                method: "GET", url: url + "/metrics",
                headers: [("Authorization", "Bearer \(token.prefix { !$0.isWhitespace })")]))
        var calls: [String: Int] = [:]
        for line in String(decoding: response.body, as: UTF8.self).split(separator: "\n")
        where line.hasPrefix("envctl_provider_calls_total{") {
            let parts = line.split(separator: "\"")
            guard parts.count == 3, let count = Double(parts[2].drop { $0 != " " }.dropFirst()) else { continue }
            calls[String(parts[1])] = Int(count)
        }
        return calls
    }
}
