import Environments
import Logging
import ServiceLifecycle

/// Carries out what the lifetime rule says: warns, puts to sleep, takes out of service and condemns. It sleeps until
/// the earliest instant at which a verdict can change, by the database's clock; a sweep stands behind that, and
/// whoever changes an input wakes it. Taking down what it condemned is the workers' business, within their limits.
struct Reaper: Service {
    let store: RecordStore
    let launcher: any Launcher
    let machine: EnvironmentMachine
    let configuration: ControlPlaneConfiguration
    let wake: WakeSignal
    let dispatcher: WakeSignal
    let hub: ChangeHub
    let metrics: ControlPlaneMetrics
    let logger: Logger

    /// Judged in one statement and changed in one transaction; a thousand due at once take a handful.
    private static let batch = 256
    /// How long after a look the next one comes at the earliest: the news of a thousand changes wake it once.
    private static let minimumPause = Duration.milliseconds(20)
    /// When to look again at what could not be judged or changed.
    private static let retryPause = Duration.seconds(30)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let pause = await sweep()
                await wake.wait(atMost: pause)
                guard (try? await Task.sleep(for: Self.minimumPause)) != nil else { return }
            }
        }
    }

    /// Acts on every verdict that is due. Returns how long nothing will come at least, unless somebody signals.
    func sweep() async -> Duration {
        let interval = configuration.tunables.sweepInterval
        do {
            while true {
                let (due, next) = try await store.due(limit: Self.batch)
                guard !due.isEmpty else { return min(next.map { $0 + .milliseconds(1) } ?? interval, interval) }
                try await judge(due)
            }
        } catch {
            logger.error("the deadlines could not be checked", metadata: ["error": "\(error)"])
            return .seconds(1)
        }
    }

    private func judge(_ due: [DueEnvironment]) async throws(ControlError) {
        var activeAt: [EnvironmentID: Timestamp] = [:]
        var condemned: [EnvironmentID] = []
        var noted: [NotedVerdict] = []
        for environment in due {
            var inputs = environment.inputs
            if let asked = lastActivity(environment) {
                inputs.activeAt = asked
                activeAt[environment.id] = asked
            }
            let verdict = LifetimeRule.verdict(inputs, limits: configuration.lifetimes, now: environment.now)
            let acts = verdict.action != .keep
            if acts {
                condemned.append(environment.id)
                metrics.reaped(verdict.action.word, late: environment.now - environment.dueAt)
            }
            // What is changed is due again by that; only what was not is noted like this.
            noted.append(
                NotedVerdict(
                    id: environment.id, dueAt: environment.dueAt,
                    next: acts ? environment.now + Self.retryPause : verdict.next,
                    lastRequestAt: activeAt[environment.id]))
        }
        if !condemned.isEmpty { try await carryOut(condemned, activeAt) }
        try await store.note(noted)
    }

    private func carryOut(
        _ ids: [EnvironmentID], _ activeAt: [EnvironmentID: Timestamp]
    ) async throws(ControlError) {
        let changed = try await store.carryOut(
            ids, limits: configuration.lifetimes, machine: machine, activeAt: activeAt)
        guard !changed.isEmpty else { return }
        dispatcher.signal()
        for record in changed {
            hub.changed(record.id.text)
            logger.info(
                "the lifetime rule acted",
                metadata: ["environment": "\(record.name)", "id": "\(record.id)", "phase": "\(record.phase.rawValue)"])
        }
    }

    /// The last sign of use of an environment that could be put to sleep here, asked of its server: the record is
    /// brought up to it only when it falls due by what stands there, so a busy environment is written once an idle
    /// time.
    private func lastActivity(_ environment: DueEnvironment) -> Timestamp? {
        let inputs = environment.inputs
        guard inputs.phase == .ready, inputs.canTellIdle, inputs.idleTimeout > .zero, let recorded = inputs.activeAt
        else { return nil }
        let since = launcher.sinceLastRequest(directory: configuration.environmentDirectory(environment.id))
        return since.map { max(recorded, environment.now + .microseconds(-$0.microseconds)) } ?? recorded
    }
}

extension LifetimeRule.Action {
    /// For a metric's label.
    fileprivate var word: String {
        switch self {
        case .keep: "keep"
        case .warn: "warn"
        case .hibernate: "hibernate"
        case .expire: "expire"
        case .delete: "delete"
        }
    }
}
