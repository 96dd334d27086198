package import Environments
import Logging
import ServiceLifecycle
import Synchronization

/// What came of a comparison.
package struct ReconcileOutcome: Sendable, Hashable {
    package var plan: ReconcilePlan
    /// Whether the plan was only made.
    package var isDryRun: Bool
    /// Why a step was not taken, in the order of the plan's steps; nil: it was.
    package var problems: [ControlError?]

    /// How many steps of each action were taken, and how many could not be.
    package var counts: (done: [ReconcilePlan.Step.Action: Int], failed: Int) {
        guard !isDryRun else { return ([:], 0) }
        var done: [ReconcilePlan.Step.Action: Int] = [:]
        for (step, problem) in zip(plan.steps, problems) where problem == nil { done[step.action, default: 0] += 1 }
        return (done, problems.count { $0 != nil })
    }
}

/// Makes what exists equal to what is recorded, in both directions: see `ReconcilePlan`. At the start at once, then in
/// every tick what the tick before saw too.
struct Reconciler: Service {
    let store: RecordStore
    let effectors: Effectors
    let installation: InstallationID
    let configuration: ControlPlaneConfiguration
    let dispatcher: WakeSignal
    let metrics: ControlPlaneMetrics
    let logger: Logger
    private let memory = Memory()

    /// What the last tick saw.
    private final class Memory: Sendable {
        let seen = Mutex<Set<ReconcilePlan.Sighting>>([])
    }

    init(
        store: RecordStore, effectors: Effectors, installation: InstallationID,
        configuration: ControlPlaneConfiguration, dispatcher: WakeSignal, metrics: ControlPlaneMetrics, logger: Logger
    ) {
        self.store = store
        self.effectors = effectors
        self.installation = installation
        self.configuration = configuration
        self.dispatcher = dispatcher
        self.metrics = metrics
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: configuration.tunables.reconcileInterval)) != nil {
                do {
                    try await tick()
                } catch {
                    metrics.reconcileFailed()
                    logger.error(
                        "the comparison of what exists with the records failed", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// What a tick would do now.
    func dryRun() async throws(ControlError) -> ReconcileOutcome {
        let plan = ReconcilePlan(try await inputs(), seen: memory.seen.withLock { $0 })
        return ReconcileOutcome(plan: plan, isDryRun: true, problems: plan.steps.map { _ in nil })
    }

    /// One comparison, carried out.
    /// - Parameter trustsFirstSight: see `ReconcilePlan`.
    @discardableResult
    func tick(trustsFirstSight: Bool = false) async throws(ControlError) -> ReconcileOutcome {
        let plan = ReconcilePlan(
            try await inputs(), seen: memory.seen.withLock { $0 }, trustsFirstSight: trustsFirstSight)
        var problems: [ControlError?] = []
        for step in plan.steps {
            do {
                try await carryOut(step)
                logger.notice("reconciled", metadata: ["step": "\(step)"])
                problems.append(nil)
            } catch {
                logger.warning("could not be reconciled", metadata: ["step": "\(step)", "error": "\(error)"])
                problems.append(error)
            }
        }
        // What could not be done was seen, and is tried again by the next tick.
        let failed = zip(plan.steps, problems).filter { $0.1 != nil }.map(\.0.sighting)
        memory.seen.withLock { $0 = plan.sightings.union(failed) }
        let outcome = ReconcileOutcome(plan: plan, isDryRun: false, problems: problems)
        metrics.reconciled(outcome)
        return outcome
    }

    /// In the order that `ReconcilePlan` needs.
    private func inputs() async throws(ControlError) -> ReconcilePlan.Inputs {
        let before = try await store.list()
        var found = try await found()
        let clusters = await clusters()
        found.formUnion(clusters ?? [])
        return ReconcilePlan.Inputs(
            found: found, before: before, after: try await store.list(), generations: try await store.generations(),
            replica: store.replica, installation: installation, listsClusters: clusters != nil)
    }

    /// The clones at AWS; nil when they cannot be listed: then nothing is concluded about them, and the rest goes on.
    private func clusters() async -> Set<FoundResource>? {
        guard let aurora = effectors.aurora else { return nil }
        do {
            let found = try await aurora.list().map {
                FoundResource(kind: .cluster, name: $0.identifier, owner: .environment($0.mark.environment))
            }
            return Set(found)
        } catch {
            metrics.calledProvider("list-clusters", error: error)
            logger.warning("the Aurora clones cannot be listed", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func listed() async throws(ControlError) -> [OwnedResource] {
        do {
            let resources = try await effectors.provider.list()
            metrics.calledProvider("list", error: nil)
            return resources
        } catch {
            metrics.calledProvider("list", error: error)
            throw error
        }
    }

    private func found() async throws(ControlError) -> Set<FoundResource> {
        var found: Set<FoundResource> = []
        for resource in try await listed() where resource.mark.installation == installation.text {
            let owner = resource.mark.owner
            if let database = resource.database {
                found.insert(FoundResource(kind: .database, name: database, owner: owner))
            }
            if let role = resource.role { found.insert(FoundResource(kind: .role, name: role, owner: owner)) }
        }
        // The state directory is this installation's alone: the lock and the key in it say so. What people put beside the
        // environments' directories is theirs.
        for id in try PosixFile.list(configuration.environmentsDirectory) where EnvironmentID.isWellFormed(id) {
            found.insert(FoundResource(kind: .directory, name: id, owner: .environment(EnvironmentID(id))))
        }
        return found
    }
}
