import Environments
import HTTPClient
import Logging
import Postgres
import ServiceLifecycle

/// Everything that makes the records true, put together: the workers, the reaper, the watches, and how they wake one
/// another.
struct LifecycleEngine: Sendable {
    let store: RecordStore
    let hub = ChangeHub()
    let dispatcherWake = WakeSignal()
    let reaperWake = WakeSignal()
    let snapshotWake = WakeSignal()
    let poolWake = WakeSignal()
    let claims = ClaimWatch()
    let admissionWake = WakeSignal()
    let admission: AdmissionSettings
    let pools: PoolSettings
    let worker: EnvironmentWorker
    let reaper: Reaper
    let reconciler: Reconciler
    let services: [any Service]
    private let snapshotWorker: SnapshotWorker
    private let health: HealthRegistry
    private let healthCheck: HealthCheck

    var wakes: [WakeSignal] { [dispatcherWake, reaperWake, snapshotWake, poolWake, admissionWake] }

    init(
        configuration: ControlPlaneConfiguration, store: RecordStore, effectors: Effectors, importer: any Importer,
        installation: InstallationID, machine: MachineReader = MachineReader(dataDirectory: nil),
        prices: AuroraPrices? = nil, metrics: ControlPlaneMetrics = ControlPlaneMetrics(), logger: Logger
    ) {
        self.store = store
        var admission = AdmissionSettings(configuration, machine: machine)
        admission.prices = prices
        if let aurora = effectors.aurora { admission.clonesOfOthers = { aurora.clonesOfOthers($0) } }
        self.admission = admission
        pools = PoolSettings(configuration, admission: admission)
        let tunables = configuration.tunables
        health = HealthRegistry()
        healthCheck = HealthCheck(launcher: effectors.launcher)
        worker = EnvironmentWorker(
            machine: EnvironmentMachine(retry: tunables.retry),
            performer: EffectPerformer(
                effectors: effectors, store: store, installation: installation, configuration: configuration),
            store: store, hub: hub, health: health, settled: [poolWake, admissionWake],
            leases: LeaseKeeper(lease: tunables.lease), metrics: metrics, logger: logger)
        reaper = Reaper(
            store: store, launcher: effectors.launcher, machine: worker.machine, configuration: configuration,
            wake: reaperWake, dispatcher: dispatcherWake, hub: hub, metrics: metrics, logger: logger)
        reconciler = Reconciler(
            store: store, effectors: effectors, installation: installation, configuration: configuration,
            dispatcher: dispatcherWake, metrics: metrics, logger: logger)
        snapshotWorker = SnapshotWorker(
            store: store, provider: effectors.provider, importer: importer, installation: installation,
            tunables: tunables, wake: snapshotWake, hub: hub, logger: logger)
        services = [
            Dispatcher(store: store, worker: worker, tunables: tunables, wake: dispatcherWake, logger: logger),
            reaper,
            reconciler,
            HealthWatch(
                registry: health, check: healthCheck, store: store, wake: dispatcherWake,
                interval: tunables.healthInterval, logger: logger),
            KnockWatch(
                launcher: effectors.launcher, store: store, machine: worker.machine, wake: dispatcherWake,
                logger: logger),
            snapshotWorker,
            PoolKeeper(
                store: store, settings: pools, wake: poolWake, claims: claims, dispatcher: dispatcherWake,
                hub: hub, sweepInterval: tunables.sweepInterval, logger: logger),
            AdmissionKeeper(
                store: store, settings: admission, wake: admissionWake, dispatcher: dispatcherWake, reaper: reaperWake,
                hub: hub, sweepInterval: tunables.pollInterval, logger: logger),
            RecordListener(
                configuration: store.pool.configuration, hub: hub, wakes: [dispatcherWake, reaperWake],
                snapshotWakes: [snapshotWake, poolWake], tokens: store.tokens, logger: logger),
            WebhookSender(
                store: store, hub: hub, client: HTTPClient(), policy: tunables.deliveries,
                pollInterval: tunables.pollInterval, logger: logger),
        ]
    }

    /// What a start does before anything else: frees what the process before held, learns which servers should run,
    /// and removes what that process made and nobody recorded.
    func recover() async throws(ControlError) {
        try await store.releaseOwnLeases()
        try await store.releaseOwnGenerationLeases()
        try await store.releaseOwnDeliveries()
        try await store.reconsiderAll()
        try await store.dropLapsedHolds()
        try await snapshotWorker.dropBrokenOff()
        try await store.beacon()
        // The servers of another machine are that machine's business.
        let records = try await store.list().filter { $0.host == nil || $0.host == store.replica }
        for record in records { health.update(record) }
        let unheld = worker.performer.holdPorts(of: records, logger: worker.logger)
        if !unheld.isEmpty { try await store.wake(unheld, phase: .hibernated) }
        let dead = healthCheck.dead(health.all)
        if !dead.isEmpty { try await store.wake(dead, phase: .ready) }
        try await reconciler.tick(trustsFirstSight: true)
    }
}
