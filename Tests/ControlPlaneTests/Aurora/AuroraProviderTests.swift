import Environments
import Postgres
import SimulatedRDS
import Synchronization
import TestSupport
import Testing

@testable import ControlPlane

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The provider over real records and a real PostgreSQL, in a simulated region.
@Suite struct AuroraProviderTests {
    /// A provider for one environment of a registered cluster.
    private struct Scene: Sendable {
        var harness: LifecycleHarness
        var provider: AuroraProvider
        var world: SimulatedAurora

        /// Steps until an end; the texts that were shown on the way.
        func make(_ record: EnvironmentRecord, steps: Int = 3000) async -> (shown: [String], error: ControlError?) {
            await run(steps) { () async throws(ControlError) in try await provider.make(record) }
        }

        func drop(_ record: EnvironmentRecord) async -> (shown: [String], error: ControlError?) {
            await run(3000) { () async throws(ControlError) in
                try await provider.drop(record, Array(1...record.incarnation))
            }
        }

        private func run(
            _ steps: Int, _ step: () async throws(ControlError) -> EffectResult
        ) async -> (shown: [String], error: ControlError?) {
            var shown: [String] = []
            for _ in 0..<steps {
                do throws(ControlError) {
                    guard case .waiting(let what, _, let isNews) = try await step() else { return (shown, nil) }
                    if isNews { shown.append(what) }
                } catch {
                    return (shown, error)
                }
            }
            return (shown, ControlError(.timeout, "no end after \(steps) steps"))
        }

        func environment(_ name: String) async throws -> EnvironmentRecord {
            _ = try await harness.environments.clone(CloneSpec(snapshot: "aurora", name: name))
            var record = try await harness.environments.get(name)
            #expect(record.storage == .aurora)
            record.hasStorage = true
            return record
        }
    }

    private func with(
        seed: UInt64, faults: SimulatedRegion.Faults = .init(), allowFullCopy: Bool = false,
        _ body: @Sendable (Scene) async throws -> Void
    ) async throws {
        try await withHarness { harness in
            let server = try await TestPostgres.shared().configuration
            try await TestPostgres.withDatabase { catalog in
                try await TestPostgres.withDatabase { data in
                    let directory = try TemporaryDirectory.make("aurora")
                    let path = directory + "/endpoints.json"
                    let map = """
                        {"production": {"url": "\(server.url)", "catalog_template": "\(catalog.database)",
                        "data_template": "\(data.database)"}}
                        """
                    try Data(map.utf8).write(to: URL(filePath: path))
                    let world = SimulatedAurora(seed: seed, faults: faults)
                    let installation = harness.installation
                    let store = harness.store
                    let regions = AuroraRegions(
                        make: { _ in world },
                        guarding: { () async throws(ControlError) in
                            AuroraGuard(
                                installation: installation,
                                sources: Set(try await store.auroraSources().map(\.cluster)))
                        })
                    var patience = AuroraPatience()
                    patience.poll = .zero
                    let provider = AuroraProvider(
                        store: store, regions: regions, installation: installation,
                        endpoints: try AuroraEndpoints(path: path), patience: patience,
                        logger: LifecycleHarness.logger)
                    var generator = SystemRandomNumberGenerator()
                    var source = AuroraSource(cluster: "production", region: "eu-central-1")
                    source.allowFullCopy = allowFullCopy
                    _ = try await store.register(
                        id: SnapshotID(using: &generator), name: SnapshotName("aurora"), source: source, by: .local)
                    try await body(Scene(harness: harness, provider: provider, world: world))
                    #expect(world.region.withLock { $0.violations } == [])
                    #expect(world.region.withLock { $0.status(of: "production") } == .available)
                }
            }
        }
    }

    @Test(arguments: [0.0, 0.2])
    func makesAndRemovesACloneWithItsDatabases(rate: Double) async throws {
        for seed in [1, 2, 3] as [UInt64] {
            try await with(seed: seed, faults: .init(all: rate)) { scene in
                let record = try await scene.environment("one")
                let made = await scene.make(record)
                #expect(made.error == nil, "seed \(seed): \(String(describing: made.error))")
                let row = try #require(try await scene.harness.store.auroraClone(record.id, 1))
                let password = scene.world.region.withLock { $0.password(of: row.cluster) }
                #expect(password != nil && password == row.masterPassword && row.isAdmitted && row.endpoint != nil)

                let served = try await scene.provider.served(record)
                let connection = try await PostgresConnection.connect(served.catalog)
                let owners = try await connection.query("SELECT current_user::text")
                #expect(try owners.first?[0].string == record.role)
                await connection.close()

                let dropped = await scene.drop(record)
                #expect(dropped.error == nil, "seed \(seed): \(String(describing: dropped.error))")
                #expect(scene.world.region.withLock { $0.remains } == [])
                let gone = try #require(try await scene.harness.store.auroraClone(record.id, 1))
                #expect(gone.isGone && gone.masterPassword == nil)
                await #expect(throws: PostgresError.self) { try await PostgresConnection.connect(served.catalog) }
                if rate == 0 {
                    let calls = scene.world.region.withLock { $0.calls }
                    #expect(calls["RestoreDBClusterToPointInTime"] == 1 && calls["CreateDBInstance"] == 1)
                    #expect(calls["ModifyDBCluster"] == 1 && calls["DeleteDBInstance"] == 1)
                    #expect(calls["DeleteDBCluster"] == 1)
                }
            }
        }
    }

    @Test func theSixteenthCloneIsRefusedByName() async throws {
        try await with(seed: 4) { scene in
            for number in 1...15 {
                let environment = try await scene.environment("e\(number)")
                let made = await scene.make(environment, steps: 1)
                #expect(made.shown.count == 1)
            }
            let refused = await #expect(throws: ControlError.self) { try await scene.environment("e16") }
            #expect(refused?.code == .quota && refused?.subject == "aurora-clones")
            #expect(scene.world.region.withLock { $0.fullCopies } == [])
        }
    }

    /// Clones of others count as well: fewer of ours are admitted, and the last word is spoken under the lock.
    @Test func clonesOfOthersCount() async throws {
        try await with(seed: 5) { scene in
            scene.world.region.withLock { region in
                for number in 1...14 {
                    let mark = AuroraMark(
                        installation: InstallationID("another"), environment: EnvironmentID("e\(number)"),
                        incarnation: 1)
                    try? region.restore(
                        "other-\(number)", from: "production",
                        tags: mark.tags(source: "production", owner: "", name: "x", expiresAt: ""))
                }
            }
            let first = try await scene.environment("first")
            #expect(await scene.make(first, steps: 1).error?.code == .timeout)
            let second = try await scene.environment("second")
            let refused = await scene.make(second)
            #expect(refused.error?.code == .quota && refused.error?.subject == "aurora-clones")
            #expect(scene.world.region.withLock { $0.fullCopies } == [])
            #expect(await scene.drop(second).error == nil)
        }
    }

    /// A fault, what the machine did, what the user saw: the table of docs/aurora.md.
    @Test func everyFaultHasItsStory() async throws {
        typealias Faults = SimulatedRegion.Faults
        let faults: [(String, WritableKeyPath<Faults, Double>, Double)] = [
            ("throttled or an error of AWS's own", \.refused, 0.5), ("the answer was lost", \.lostReply, 0.7),
            ("a list that is behind", \.staleList, 0.7), ("a list that names things twice", \.duplicates, 1),
            ("no capacity", \.noCapacity, 0.8), ("an unknown status", \.oddStatus, 1),
            ("a deletion that takes hours", \.stuckDeleting, 1), ("the volume cannot be cloned", \.cloningFailed, 1),
        ]
        for (name, path, rate) in faults {
            var injected = Faults()
            injected[keyPath: path] = rate
            try await with(seed: 11, faults: injected) { scene in
                let record = try await scene.environment("one")
                let made = await scene.make(record)
                let dropped = await scene.drop(record)
                let calls = scene.world.region.withLock { $0.calls }
                let shown = Set(made.shown + dropped.shown).filter {
                    $0.contains("AWS") || $0.contains("unknown") || $0.contains("Exists") || $0.contains("deleted")
                }.sorted()
                print(
                    "| \(name) | restores \(calls["RestoreDBClusterToPointInTime"] ?? 0), instances "
                        + "\(calls["CreateDBInstance"] ?? 0), deletions \(calls["DeleteDBCluster"] ?? 0); "
                        + "\(made.error == nil ? "made" : "given up"), then \(dropped.error == nil ? "gone" : "left") | "
                        + "\(made.error?.message ?? shown.joined(separator: "; ")) |")
                if name == "the volume cannot be cloned" {
                    #expect(
                        made.error?.code == .misconfigured && made.error?.message.contains("cloning-failed") == true)
                } else {
                    #expect(made.error == nil, "\(name): \(String(describing: made.error))")
                }
                #expect(dropped.error == nil, "\(name): \(String(describing: dropped.error))")
                #expect(scene.world.region.withLock { $0.remains } == [], "\(name)")
            }
        }
    }

    @Test func theGuardHoldsWhateverTheRecordsSay() async throws {
        try await with(seed: 6) { scene in
            let guarded = try await scene.provider.regions.region("eu-central-1").guarded()
            for name in ["production", "PRODUCTION", "another", "envctl-000000000000-x"] {
                let calls: [@Sendable () async throws -> Void] = [
                    { try await guarded.deleteCluster(name) }, { try await guarded.deleteInstance(name) },
                    { try await guarded.start(cluster: name) }, { try await guarded.liftProtection(ofCluster: name) },
                    { try await guarded.setPassword("12345678", ofCluster: name) },
                ]
                for call in calls {
                    let error = await #expect(throws: ControlError.self) { try await call() }
                    #expect(error?.code == .forbidden)
                }
            }
            #expect(scene.world.region.withLock { $0.calls["DeleteDBCluster"] } == nil)
        }
    }
}
