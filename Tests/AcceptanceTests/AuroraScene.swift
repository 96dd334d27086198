import AWS
import AWSClient
import ControlPlane
import Environments
import HTTPClient
import Postgres
import TestSupport
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// An installation beside moto's server, which has a production cluster, and a PostgreSQL server that stands in for the
/// databases behind moto's clusters: production's two lie there as ExtendDB lays them out, and so do all copies.
struct AuroraScene: Sendable {
    let it: Installation
    let moto: MotoServer
    let calls: RecordedCalls
    let rds: RDSClient
    /// Production's databases.
    let catalog: PostgresConfiguration
    let data: PostgresConfiguration
    let transcript: Transcript

    static let source = "production"
    static let region = ExtendDBDeployment.productionRegion
    /// Made-up, so that they are no claim about AWS.
    static let prices =
        #"{"currency": "USD", "acu_hour": 0.14, "instance_hours": {"db.t4g.medium": 0.09}, "hourly_budget": BUDGET}"#

    /// Runs `body` with a started control plane that has the cluster as the snapshot `prod`, then checks that nothing is
    /// left but production, and that AWS's own model has nothing against a single request.
    ///
    /// - Parameters:
    ///   - poll: how often AWS is asked while something moves.
    ///   - isShown: whether what is done stands in the transcript, if one is written.
    static func with(
        ports: ClosedRange<Int>, poll: String = "1s", budget: Double = 100, settings: [String: String] = [:],
        isShown: Bool = false, _ body: (AuroraScene) async throws -> Void
    ) async throws {
        let home = "/tmp/envctl-aurora-\(UUID().uuidString.prefix(8).lowercased())"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        // Not below `home`: whose command line names that counts as a process of the installation.
        let calls = RecordedCalls(path: "/tmp/rds-calls-\(UUID().uuidString.prefix(8).lowercased())")
        let moto = try await MotoServer.start(record: calls.path)
        defer {
            moto.stop()
            unlink(calls.path)
        }
        let server = try await TestPostgres.shared()
        try await TestPostgres.withDatabase { catalog in
            try await TestPostgres.withDatabase { data in
                // As everywhere, the catalog points at production's own database: a copy that kept this would reach it.
                let production = server.tcpConfiguration.with(database: data.database)
                try await ExtendDBDeployment.makeProduction(.second, catalog: catalog, data: data, url: production.url)
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: home)
                let mapping = """
                    {"\(source)": {"url": "\(server.tcpConfiguration.url)", "catalog_template": "\(catalog.database)",
                    "data_template": "\(data.database)"}}
                    """
                try Data(mapping.utf8).write(to: URL(filePath: home + "/endpoints.json"))
                let prices = Self.prices.replacing("BUDGET", with: "\(budget)")
                try Data(prices.utf8).write(to: URL(filePath: home + "/prices.json"))
                let variables = [
                    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "only-moto-reads-this",
                    "AWS_REGION": region, "AWS_ENDPOINT_URL_RDS": moto.url, "ENVCTL_AURORA_POLL": poll,
                    "ENVCTL_AURORA_ENDPOINTS": home + "/endpoints.json",
                    "ENVCTL_AURORA_PRICES": home + "/prices.json", "PATH": Python.path,
                ]
                try await Installation.with(
                    ports: ports, home: home,
                    settings: variables.merging(settings) { $1 }
                ) { it in
                    let aws = Self.client(moto)
                    let scene = AuroraScene(
                        it: it, moto: moto, calls: calls, rds: RDSClient(aws), catalog: catalog, data: data,
                        transcript: Transcript(isWritten: isShown))
                    try await scene.makeSource(aws)
                    let before = try await scene.fingerprint()
                    try await scene.envctl("up")
                    try await scene.envctl(
                        "snapshot", "register", "prod", "--aurora-cluster", source, "--tls", "disable")
                    try await body(scene)
                    try await scene.expectNothingLeft()
                    #expect(try await scene.fingerprint() == before, "production is not what it was")
                    let requests = try scene.calls.all()
                    let complaints = try await ServiceModel.judge(requests.map { ("rds", $0.form) })
                    #expect(complaints == [])
                    print("requests at moto, judged by botocore's model: \(requests.count)")
                }
            }
        }
    }

    /// Runs `envctl`, requires that it succeeds, and shows it in the transcript.
    @discardableResult
    func envctl(_ arguments: String...) async throws -> String { try await envctl(arguments) }

    @discardableResult
    func envctl(_ arguments: [String]) async throws -> String {
        let result = try await attempt(arguments)
        try #require(
            result.exitCode == 0,
            "envctl \(arguments.joined(separator: " ")): exit \(result.exitCode): \(result.output)")
        return result.output
    }

    /// The same without a requirement.
    @discardableResult
    func attempt(_ arguments: [String], environment: [String: String] = [:]) async throws -> Installation.Result {
        let before = try calls.all().count
        let result = try await it.run(arguments: arguments, environment: environment)
        try transcript.add(
            command: ["envctl"] + arguments, result: result, calls: Array(try calls.all().dropFirst(before)))
        return result
    }

    /// A request of the AWS CLI to an environment's endpoint, with the variables that `envctl exec` sets.
    @discardableResult
    func aws(_ name: String, _ arguments: String...) async throws -> String {
        try await envctl(["exec", name, "--", "aws", "dynamodb"] + arguments)
    }
}

// MARK: - moto

extension AuroraScene {
    private struct CreateSource: QueryOperation {
        static let action = "CreateDBCluster"
        func encode(into parameters: inout QueryParameters) {
            parameters.add("DBClusterIdentifier", AuroraScene.source)
            parameters.add("Engine", "aurora-postgresql")
            parameters.add("EngineVersion", "16.4")
            parameters.add("MasterUsername", "postgres")
            parameters.add("MasterUserPassword", "production-PR0D")
        }
        static func decode(_ result: XMLElement) throws(XMLDecodingError) -> String {
            guard let cluster = result["DBCluster"] else { throw XMLDecodingError("no cluster") }
            return try cluster.required("DBClusterArn")
        }
    }

    private static func client(_ moto: MotoServer) -> AWSClient {
        AWSClient(
            settings: AWSSettings(region: region, endpoints: EndpointOverrides(url: moto.url)),
            credentials: StaticCredentials(AWSCredentials(accessKeyID: "AKIAADMIN", secretAccessKey: "secret")),
            transport: HTTPClient())
    }

    private func makeSource(_ aws: AWSClient) async throws {
        _ = try await aws.send(CreateSource(), to: .rds, version: RDS.version, region: nil)
        _ = try await rds.createDBInstance(
            RDS.CreateDBInstance(
                identifier: Self.source + "-1", instanceClass: "db.r6g.large", clusterIdentifier: Self.source))
    }

    /// The identifiers of what moto has, clusters and instances.
    func remains() async throws -> [String] {
        let clusters = try await rds.allDBClusters().map(\.identifier)
        return try await (clusters + rds.allDBInstances().map(\.identifier)).sorted()
    }
}

// MARK: - What is left

extension AuroraScene {
    /// Only production, at moto, in PostgreSQL and in the records.
    func expectNothingLeft(_ where_: Comment? = nil) async throws {
        #expect(try await remains() == [Self.source, Self.source + "-1"], where_)
        #expect(try await storage() == [], where_)
        #expect(try await secrets() == [], where_)
        #expect(it.servers() == [], where_)
        let directories = try? FileManager.default.contentsOfDirectory(atPath: it.home + "/environments")
        #expect(directories ?? [] == [], where_)
    }

    /// Databases and roles of environments on the server that stands in.
    func storage() async throws -> [String] {
        try await query(
            """
            SELECT datname FROM pg_database WHERE datname LIKE 'envctl\\_a\\_%'
            UNION ALL SELECT rolname FROM pg_roles WHERE rolname LIKE 'envctl\\_r\\_%' ORDER BY 1
            """, in: catalog.with(database: "postgres"))
    }

    /// Where the records still hold a secret of something that is gone.
    private func secrets() async throws -> [String] {
        try await query(
            """
            SELECT cluster FROM aurora_clones WHERE master_password IS NOT NULL
            UNION ALL SELECT name FROM environments
            WHERE phase = 'deleted' AND (role_password IS NOT NULL OR secret_access_key IS NOT NULL) ORDER BY 1
            """, in: try await it.postgres().admin.with(database: "envctl"))
    }

    /// Of everything that production's databases hold.
    private func fingerprint() async throws -> [String] {
        try await [catalog, data].asyncFlatMap { database in
            let tables = try await query(
                "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
                in: database)
            return try await tables.sorted().asyncFlatMap { table in
                try await query(
                    "SELECT '\(table)' || md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) FROM \(table) t",
                    in: database)
            }
        }
    }

    func query(_ sql: String, in database: PostgresConfiguration) async throws -> [String] {
        let connection = try await PostgresConnection.connect(database)
        do {
            let rows = try await connection.query(PostgresQuery(sql, prepared: false))
            await connection.close()
            return try rows.map { try $0[0].string }
        } catch {
            await connection.close()
            throw error
        }
    }
}

extension Array {
    fileprivate func asyncFlatMap<T>(_ body: (Element) async throws -> [T]) async throws -> [T] {
        var all: [T] = []
        for element in self { all += try await body(element) }
        return all
    }
}
