import Cryptography
import Environments
import Logging
import Postgres
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import ControlPlane

/// A control plane's inside over a real PostgreSQL and a `FakeWorld`: what a test drives.
struct LifecycleHarness: Sendable {
    let world: FakeWorld
    let store: RecordStore
    let configuration: ControlPlaneConfiguration
    let installation: InstallationID
    let environments: EnvironmentService
    let snapshots: SnapshotService
    let pools: PoolService
    let events: EventService
    let box: RuntimeBox
    let capacity: CapacityService
    let engine: LifecycleEngine

    static let logger: Logger = {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }()

    /// A configuration whose times suit a test.
    static func configuration(directory: String) -> ControlPlaneConfiguration {
        var configuration = ControlPlaneConfiguration(stateDirectory: directory, processEnvironment: [:])
        configuration.lifetimes.minimumTTL = .zero
        configuration.lifetimes.grace = .zero
        configuration.poolSize = 0
        // The server is shared with all other tests.
        configuration.tunables.limitsConnections = false
        configuration.tunables.healthInterval = .milliseconds(20)
        configuration.tunables.reconcileInterval = .seconds(3600)
        configuration.tunables.progressInterval = .milliseconds(10)
        configuration.tunables.retry.base = .milliseconds(2)
        configuration.tunables.retry.maximum = .milliseconds(20)
        return configuration
    }

    /// Runs `body` next to a running engine on a database of its own that holds the snapshots `prod` and `other`.
    static func with(
        _ change: (inout ControlPlaneConfiguration) -> Void = { _ in },
        machine: MachineReader = MachineReader { MachineFacts() },
        _ body: @Sendable (LifecycleHarness) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory.make("lifecycle")
        var configuration = configuration(directory: directory)
        change(&configuration)
        try await withTestPool(limits: .init(maximum: 8)) { pool in
            try await RecordStore.migrate(pool)
            let world = FakeWorld()
            let harness = try await make(pool, world, configuration, replica: "one", machine: machine)
            for name in ["prod", "other"] { try await harness.addSnapshot(name) }
            try await harness.run { try await body(harness) }
            #expect(world.snapshot.violations.isEmpty)
        }
    }

    /// The inside of one process; not running yet.
    static func make(
        _ pool: PostgresPool, _ world: FakeWorld, _ configuration: ControlPlaneConfiguration, replica: String,
        machine: MachineReader = MachineReader { MachineFacts() }
    ) async throws -> LifecycleHarness {
        var generator = SystemRandomNumberGenerator()
        let installation = try await RecordStore.installation(pool, using: &generator)
        let store = RecordStore(
            pool: pool, secrets: try SecretBox(key: Array(repeating: 7, count: 32)), replica: replica)
        let effectors = Effectors(provider: world, sealer: world, launcher: world, prober: world)
        let engine = LifecycleEngine(
            configuration: configuration, store: store, effectors: effectors, importer: world,
            installation: installation, machine: machine, logger: logger)
        let box = RuntimeBox()
        box.set(
            .running(
                Runtime(
                    store: store, effectors: effectors, installation: installation, hub: engine.hub,
                    dispatcherWake: engine.dispatcherWake, reaperWake: engine.reaperWake,
                    snapshotWake: engine.snapshotWake, poolWake: engine.poolWake, claims: engine.claims,
                    admissionWake: engine.admissionWake, admission: engine.admission, pools: engine.pools,
                    reconciler: engine.reconciler,
                    startedAt: try await store.now(),
                    databaseVersion: "15")))
        return LifecycleHarness(
            world: world, store: store, configuration: configuration, installation: installation,
            environments: EnvironmentService(box: box, configuration: configuration),
            snapshots: SnapshotService(box: box), pools: PoolService(box: box),
            events: EventService(box: box, configuration: configuration), box: box,
            capacity: CapacityService(box: box), engine: engine)
    }

    /// The process after this one, on the same records and the same world.
    func next() async throws -> LifecycleHarness {
        try await Self.make(store.pool, world, configuration, replica: store.replica)
    }

    /// Runs the engine for as long as `body`; then it is cancelled, which it takes like a death: nothing more is
    /// recorded.
    func run(_ body: @Sendable () async throws -> Void) async throws {
        try await engine.recover()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in engine.services { group.addTask { try await service.run() } }
            let result: Result<Void, any Error>
            do {
                try await body()
                result = .success(())
            } catch {
                result = .failure(error)
            }
            group.cancelAll()
            while let ended = await group.nextResult() {
                if case .failure(let error) = ended, !(error is CancellationError) { throw error }
            }
            try result.get()
        }
    }

    /// Returns when a connection to the environment's port would be noticed.
    func watched(_ id: EnvironmentID) async throws {
        let isWatched = await ChildProcess.poll(within: patience) { world.snapshot.watched.contains(id.text) }
        try #require(isWatched)
    }

    /// A further sealed generation of a snapshot.
    func addGeneration(_ number: Int, of snapshot: String) async throws {
        let record = try await snapshots.get(snapshot)
        try await store.pool.query(
            """
            INSERT INTO generations (snapshot_id, number, state, source, account_id, region, ready_at)
            VALUES ($1, $2, 'ready', '/exports', '123456789012', 'eu-central-1', clock_timestamp())
            """, .text(record.id.text), .int(number))
        let mark = InstallationMark(
            installation: installation.text, kind: .snapshot, id: record.id.text, generation: number)
        let database = ResourceNames.snapshotDatabase(record.id, generation: number)
        world.state.withLock { $0.databases[database] = mark }
    }

    /// A sealed snapshot, as an import leaves it.
    func addSnapshot(_ name: String) async throws {
        var generator = SystemRandomNumberGenerator()
        let record = try await store.requestImport(
            id: SnapshotID(using: &generator), name: SnapshotName(name), source: "/exports/\(name)")
        guard let claimed = try await store.claimGenerations(limit: 1, lease: .seconds(60)).claimed.first else {
            // The worker of a harness that runs was faster, and imports it from the world.
            #expect(try await snapshots.wait(name, timeout: patience).state == .ready)
            return
        }
        let mark = InstallationMark(
            installation: installation.text, kind: .snapshot, id: record.id.text, generation: 1)
        world.state.withLock { $0.databases[record.database] = mark }
        let imported = ImportedGeneration(
            tables: [.init(name: "shop", items: 5, bytes: 50)], probeTarget: nil, accountID: "123456789012",
            region: "eu-central-1", databaseBytes: 8_000_000)
        #expect(try await store.recordImported(claimed, imported))
    }

    /// Asks for a clone and waits until it settles.
    @discardableResult
    func clone(_ name: String, of snapshot: String = "prod", ttl: Duration? = nil) async throws -> EnvironmentRecord {
        _ = try await environments.clone(CloneSpec(snapshot: snapshot, name: name, ttl: ttl))
        return try await environments.wait(name, timeout: patience)
    }

    /// Waits until the newest environment of that name satisfies.
    @discardableResult
    func until(
        _ id: EnvironmentID, _ isDone: @escaping @Sendable (EnvironmentRecord) -> Bool
    ) async throws -> EnvironmentRecord {
        try await awaiting(
            "the expected did not happen", subject: id.text, changes: engine.hub.changes(of: id.text),
            timeout: patience
        ) { () async throws(ControlError) in
            guard let record = try await store.find(id: id) else { return nil }
            return isDone(record) ? record : nil
        }
    }

    /// Long enough for a loaded machine; nothing waits so long when all is well.
    var patience: Duration { .seconds(30) }

    /// What exists of environments: databases, roles and servers.
    var leftovers: [String] {
        let state = world.snapshot
        return state.databases.filter { $0.value.kind == .environment }.map(\.key) + Array(state.roles.keys)
            + Array(state.servers.keys)
    }

    func code(_ body: () async throws -> Void) async -> ControlError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? ControlError)?.code
        }
    }
}

/// Runs `body` with the inside of one process, prepared and not running, for what several processes after one another
/// do on the same records.
func withHarness(_ body: @Sendable (LifecycleHarness) async throws -> Void) async throws {
    let configuration = LifecycleHarness.configuration(directory: try TemporaryDirectory.make("restart"))
    try await withTestPool(limits: .init(maximum: 8)) { pool in
        try await RecordStore.migrate(pool)
        let world = FakeWorld()
        let harness = try await LifecycleHarness.make(pool, world, configuration, replica: "one")
        for name in ["prod", "other"] { try await harness.addSnapshot(name) }
        try await body(harness)
        #expect(world.snapshot.violations.isEmpty)
    }
}
