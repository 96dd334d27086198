import AWSClient
package import Environments
import HTTPClient
package import Logging
import Postgres
import ServiceLifecycle

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The environment manager: records in PostgreSQL, workers that make them true, and the two services that users and
/// the API call.
///
/// Whatever it starts outlives it: PostgreSQL and the servers of environments keep running when it stops or dies, and
/// the next one finds and adopts them.
package final class ControlPlane: Service {
    /// The version of the product, shown by `--version`, `status` and the API.
    package static let version = "0.1.0"

    package let configuration: ControlPlaneConfiguration
    package let environments: EnvironmentService
    package let snapshots: SnapshotService
    package let pools: PoolService
    package let events: EventService
    package let tokens: TokenService
    package let webhooks: WebhookService
    package let metrics = ControlPlaneMetrics()
    package let degradation = Degradation()
    package let capacity: CapacityService
    package let costs: AuroraCostService
    let box = RuntimeBox()
    private let aws: AWSAccess
    private let logger: Logger

    package init(configuration: ControlPlaneConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        environments = EnvironmentService(box: box, configuration: configuration)
        aws = AWSAccess(environment: configuration.processEnvironment)
        snapshots = SnapshotService(box: box, aws: aws)
        pools = PoolService(box: box)
        capacity = CapacityService(box: box)
        costs = AuroraCostService(box: box)
        events = EventService(box: box, configuration: configuration)
        tokens = TokenService(box: box)
        webhooks = WebhookService(box: box)
    }

    /// Runs until graceful shutdown or cancellation.
    /// - Throws: `ControlError` with what prevents it from starting: another one runs, no PostgreSQL, ….
    package func run() async throws {
        do {
            try await runLocked()
            box.set(.ended(Self.stopped))
        } catch {
            box.set(.ended(error as? ControlError ?? ControlError(.failed, "the control plane ended: \(error)")))
            throw error
        }
    }

    /// Who says whose a token is.
    /// - Parameter localToken: the one in the state directory, for the user of this machine.
    package func authenticator(localToken: String) -> Authenticator {
        Authenticator(localToken: localToken, box: box)
    }

    /// Returns once requests are taken.
    /// - Throws: what prevented it.
    package func waitUntilReady() async throws(ControlError) { try await box.waitUntilRunning() }

    private static let stopped = ControlError(
        .unavailable, "the control plane is stopping", hint: "`envctl up` starts it again")

    private func runLocked() async throws {
        let directory = configuration.runDirectory
        if !PosixFile.isDirectory(directory) { try PosixFile.makeDirectory(directory, mode: 0o711) }
        let lock = try InstanceLock(path: configuration.lockPath)
        // Known to be missing before anything is made.
        let launcher = try ProcessLauncher(
            executable: configuration.serverExecutable, environment: configuration.processEnvironment, logger: logger)
        let certificate = try ServerCertificate.ensure(configuration)
        let secrets = try SecretBox(key: SecretKeyFile.ensure(path: configuration.secretKeyPath))
        let server = try await RecordsServer.start(configuration, logger: logger)
        let pool = PostgresPool(
            configuration: server.records, limits: .init(maximum: configuration.tunables.maximumConnections))
        let administrators = PostgresPool(
            configuration: server.admin,
            limits: .init(
                // One for each step, and for who compares what exists with the records.
                maximum: configuration.tunables.concurrentWorkers + 2,
                idleTimeout: configuration.tunables.administratorIdleTime))
        try await withThrowingTaskGroup { group in
            group.addTask { await pool.run() }
            group.addTask { await administrators.run() }
            try await serve(server, pool, administrators, secrets, launcher, certificate)
            group.cancelAll()
        }
        _ = consume lock
    }

    private func serve(
        _ server: RecordsServer, _ pool: PostgresPool, _ administrators: PostgresPool, _ secrets: SecretBox,
        _ launcher: ProcessLauncher, _ certificate: ServerCertificate?
    ) async throws {
        try await RecordStore.migrate(pool)
        var generator = SystemRandomNumberGenerator()
        let installation = try await RecordStore.installation(pool, using: &generator)
        try await RecordStore.proveKey(pool, secrets)
        let replica = try ReplicaName.ensure(path: configuration.runDirectory + "/replica")
        let store = RecordStore(pool: pool, secrets: secrets, replica: replica)
        // A private server is this installation's alone; on another one others may work with the same login.
        let owner =
            server.privateServer == nil
            ? try await InstallationRole.ensure(installation, admin: server.admin) : server.admin.user
        let provider = TemplateProvider(
            admin: PostgresAdmin(pool: administrators), installation: installation.text, owner: owner,
            flush: try await FlushTime.measure(PostgresAdmin(pool: administrators)), logger: logger)
        let effectors = Effectors(
            provider: provider, sealer: CloneSealer(admin: server.admin), launcher: launcher,
            prober: Prober(client: HTTPClient(authority: certificate?.authority)),
            aurora: try aurora(store, installation), certificate: certificate)
        let importer = SnapshotImporter(admin: server.admin, owner: owner, logger: logger)
        let engine = LifecycleEngine(
            configuration: configuration, store: store, effectors: effectors, importer: importer,
            installation: installation,
            machine: MachineReader(dataDirectory: try await server.dataDirectory()),
            prices: try AuroraPrices.read(path: configuration.auroraPrices), metrics: metrics, logger: logger)
        try await engine.recover()
        var services = engine.services
        if let postgres = server.privateServer {
            services.append(
                PostgresKeeper(
                    postgres: postgres, interval: configuration.tunables.healthInterval, hub: engine.hub,
                    wakes: engine.wakes, logger: logger))
        }
        services.append(
            RecordsWatch(
                store: store, degradation: degradation, installation: installation,
                interval: configuration.tunables.healthInterval * 2, hub: engine.hub, wakes: engine.wakes,
                logger: logger))
        let now = try await store.now()
        box.set(
            .running(
                Runtime(
                    store: store, effectors: effectors, installation: installation, hub: engine.hub,
                    dispatcherWake: engine.dispatcherWake, reaperWake: engine.reaperWake,
                    snapshotWake: engine.snapshotWake, poolWake: engine.poolWake,
                    claims: engine.claims,
                    admissionWake: engine.admissionWake, admission: engine.admission, pools: engine.pools,
                    reconciler: engine.reconciler,
                    startedAt: now,
                    databaseVersion: server.versionText)))
        logger.info("control plane ready", metadata: ["installation": "\(installation)"])
        try await withThrowingTaskGroup { group in
            for service in services { group.addTask { try await service.run() } }
            try await group.waitForAll()
        }
    }
}

extension ControlPlane {
    /// The provider of clones at AWS. It calls nothing until a cluster is registered.
    private func aurora(_ store: RecordStore, _ installation: InstallationID) throws -> AuroraProvider {
        var patience = AuroraPatience()
        patience.poll = configuration.auroraPoll
        let regions = AuroraRegions(
            make: { [aws, metrics] (region) async throws(ControlError) in
                RDSAurora(client: RDSClient(try aws.client(), region: region), metrics: metrics)
            },
            guarding: { () async throws(ControlError) in
                AuroraGuard(
                    installation: installation, sources: Set(try await store.auroraSources().map(\.cluster)))
            })
        return AuroraProvider(
            store: store, regions: regions, installation: installation,
            endpoints: try AuroraEndpoints(path: configuration.auroraEndpoints), patience: patience, logger: logger)
    }

    /// What `envctl status` shows; says why when requests are not taken.
    package func status() async -> ControlPlaneStatus {
        var status = ControlPlaneStatus(
            version: Self.version, installation: "", stateDirectory: configuration.stateDirectory, isReady: false,
            pid: getpid(), environments: [:], snapshots: 0, portsInUse: 0,
            portsTotal: configuration.ports.count)
        do throws(ControlError) {
            let runtime = try box.runtime()
            if let reason = degradation.current { throw ControlError(.unavailable, "degraded: \(reason)") }
            status.installation = runtime.installation.text
            status.startedAt = runtime.startedAt
            let address = runtime.store.pool.configuration
            status.database = ControlPlaneStatus.Database(
                kind: configuration.databaseURL == nil ? "private" : "external",
                address: "\(address.host):\(address.port)", version: runtime.databaseVersion)
            status.environments = try await runtime.store.countByPhase()
            status.pools = try await pools.list()
            status.snapshots = try await runtime.store.snapshots().count
            status.portsInUse = try await runtime.store.portsInUse(configuration.ports)
            status.isReady = true
        } catch {
            status.reason = error.message
        }
        return status
    }
}
