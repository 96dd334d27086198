import AWS
import AWSClient
import Environments
import HTTPClient
import Postgres
import SimulatedRDS
import TestSupport
import Testing

@testable import ControlPlane

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The provider over real records and a real PostgreSQL, and the whole client stack up to a region's socket. Time is
/// virtual: it passes when somebody waits.
struct AuroraScene: Sendable {
    let harness: LifecycleHarness
    let provider: AuroraProvider
    let wire: AuroraWire
    let clock: VirtualClock
    /// The registered cluster.
    let source: String
    /// nil: moto.
    let faults: FaultServer?
    let other: AuroraOperator

    static let region = "eu-central-1"

    /// - Parameters:
    ///   - prepare: sets the fault server's region up.
    ///   - isProduction: the databases behind the clusters are ExtendDB's of production, and can be sealed; else they
    ///     are empty.
    static func with(
        _ stand: AuroraStand, seed: UInt64 = 1, isProduction: Bool = false,
        _ prepare: (inout SimulatedRegion) -> Void = { _ in },
        _ body: @Sendable (AuroraScene) async throws -> Void
    ) async throws {
        let faults: FaultServer?
        let url: String
        let source: String
        let keys = AWSCredentials(accessKeyID: "AKIAEXAMPLE", secretAccessKey: "secret", sessionToken: "token")
        switch stand {
        case .moto:
            faults = nil
            url = try await SharedMoto.server().url
            source = "production-\(uniqueID())"
        case .faultServer:
            var region = SimulatedRegion(seed: seed, region: Self.region)
            region.addSource("production")
            prepare(&region)
            region.forgetCalls()
            let server = try FaultServer(region, signers: .only(keys))
            faults = server
            url = server.url
            source = "production"
        }
        defer { faults?.stop() }
        let clock = VirtualClock()
        let wire = AuroraWire()
        func client(_ transport: any AWSTransport) -> AWSClient {
            AWSClient(
                settings: AWSSettings(region: Self.region, endpoints: EndpointOverrides(url: url)),
                credentials: StaticCredentials(keys), transport: transport, clock: awsClock(clock, faults))
        }
        let other = AuroraOperator(client: client(HTTPClient()))
        if stand == .moto {
            try await other.createCluster(source)
            try await other.createInstance(source + "-1", of: source)
        }
        let calls = client(wire)
        try await withHarness { harness in
            try await withTemplates(isProduction) { catalog, data in
                let path = try TemporaryDirectory.make("aurora") + "/endpoints.json"
                let map = """
                    {"\(source)": {"url": "\(catalog.with(database: "postgres").url)",
                    "catalog_template": "\(catalog.database)", "data_template": "\(data.database)"}}
                    """
                try Data(map.utf8).write(to: URL(filePath: path))
                let store = harness.store
                let installation = harness.installation
                let regions = AuroraRegions(
                    make: { RDSAurora(client: RDSClient(calls, region: $0), metrics: ControlPlaneMetrics()) },
                    now: { clock.now },
                    guarding: { () async throws(ControlError) in
                        AuroraGuard(
                            installation: installation,
                            sources: Set(try await store.auroraSources().map(\.cluster)))
                    })
                let provider = AuroraProvider(
                    store: store, regions: regions, installation: installation,
                    endpoints: try AuroraEndpoints(path: path), patience: AuroraPatience(),
                    logger: LifecycleHarness.logger)
                var generator = SystemRandomNumberGenerator()
                _ = try await store.register(
                    id: SnapshotID(using: &generator), name: SnapshotName("aurora"),
                    source: AuroraSource(cluster: source, region: Self.region), by: .local)
                let scene = AuroraScene(
                    harness: harness, provider: provider, wire: wire, clock: clock, source: source, faults: faults,
                    other: other)
                let before = try await scene.production()
                try await body(scene)
                // Whatever happened, production is as it was.
                #expect(try await scene.production() == before)
                #expect(faults?.with { $0.violations } ?? [] == [])
                #expect(faults?.refused ?? [] == [])
            }
        }
    }

    private static func withTemplates(
        _ isProduction: Bool, _ body: @Sendable (PostgresConfiguration, PostgresConfiguration) async throws -> Void
    ) async throws {
        try await TestPostgres.withDatabase { catalog in
            try await TestPostgres.withDatabase { data in
                if isProduction {
                    try await ExtendDBDeployment.makeProduction(.second, catalog: catalog, data: data)
                }
                try await body(catalog, data)
            }
        }
    }

    private static func awsClock(_ clock: VirtualClock, _ faults: FaultServer?) -> AWSClock {
        AWSClock(
            now: {
                guard let faults else { return AWSClock.system.now() }
                return .init(unixSeconds: faults.unixSeconds)
            },
            pause: { (seconds) async throws(CancellationError) in
                clock.advance(by: .seconds(seconds))
                faults?.advance(by: .seconds(seconds))
            },
            random: { 0.5 })
    }
}

// MARK: - Time and steps

extension AuroraScene {
    /// What became of a series of steps.
    struct Outcome: Sendable {
        /// The texts that were shown on the way, each once.
        var shown: [String] = []
        var error: ControlError?
        var isDone = false
    }

    /// Lets time pass for the region, the look at it, and the records.
    func pass(_ time: Duration) async throws {
        clock.advance(by: time)
        faults?.advance(by: time)
        let earlier = "- $1::bigint * interval '1 microsecond'"
        for statement in [
            "UPDATE aurora_clones SET status_since = status_since \(earlier), started_at = started_at \(earlier)",
            "UPDATE environments SET next_attempt_at = next_attempt_at \(earlier) WHERE next_attempt_at IS NOT NULL",
        ] {
            try await harness.store.pool.query(PostgresQuery(statement, [.int(Int(time.microseconds))]))
        }
    }

    func environment(_ name: String) async throws -> EnvironmentRecord {
        _ = try await harness.environments.clone(CloneSpec(snapshot: "aurora", name: name))
        var record = try await harness.environments.get(name)
        #expect(record.storage == .aurora)
        record.hasStorage = true
        return record
    }

    /// Steps until the clone can be connected to, or so many.
    @discardableResult
    func make(_ record: EnvironmentRecord, steps: Int = 3000) async throws -> Outcome {
        try await run(steps) { () async throws(ControlError) in try await provider.make(record) }
    }

    /// Steps until nothing is left of the incarnations; nil: of all.
    @discardableResult
    func drop(_ record: EnvironmentRecord, _ incarnations: [Int]? = nil) async throws -> Outcome {
        try await run(3000) { () async throws(ControlError) in
            try await provider.drop(record, incarnations ?? Array(1...record.incarnation))
        }
    }

    private func run(
        _ steps: Int, _ step: () async throws(ControlError) -> EffectResult
    ) async throws -> Outcome {
        var outcome = Outcome()
        for _ in 0..<steps {
            let result: EffectResult
            do throws(ControlError) {
                result = try await step()
            } catch {
                outcome.error = error
                return outcome
            }
            guard case .waiting(let what, let delay, let isNews) = result else {
                outcome.isDone = true
                return outcome
            }
            if isNews { outcome.shown.append(what) }
            try await pass(delay)
        }
        return outcome
    }

    /// The registered cluster as it is.
    private func production() async throws -> String {
        if let faults { return String(describing: faults.with { $0.cluster(source) }) }
        guard let cluster = try await other.rds.dbCluster(source) else { return "none" }
        // moto's clock moves some of its members.
        let groups = "\(cluster.subnetGroup ?? "") \(cluster.vpcSecurityGroupIDs) \(cluster.parameterGroup ?? "")"
        return "\(cluster.status) \(cluster.members) \(cluster.tags) \(cluster.isDeletionProtected) \(groups)"
    }

    /// The identifier of an environment's clone.
    func cluster(_ record: EnvironmentRecord) -> String {
        AuroraNames.cluster(harness.installation, record.id, incarnation: record.incarnation)
    }

    func mark(_ record: EnvironmentRecord) -> AuroraMark {
        AuroraMark(installation: harness.installation, environment: record.id, incarnation: record.incarnation)
    }

    /// What there is at AWS of this installation.
    func leftovers() async throws -> [String] {
        let clusters = try await other.rds.allDBClusters().map { ($0.identifier, $0.tags) }
        let instances = try await other.rds.allDBInstances().map { ($0.identifier, $0.tags) }
        return (clusters + instances).filter { _, tags in
            tags.contains(RDS.Tag("envctl:install", harness.installation.text))
        }.map(\.0).sorted()
    }

    /// Lets time pass until somebody's change is through.
    func until(_ isSo: () async throws -> Bool) async throws {
        for _ in 0..<200 {
            if try await isSo() { return }
            try await pass(.seconds(15))
        }
        Issue.record("it does not happen")
    }
}
