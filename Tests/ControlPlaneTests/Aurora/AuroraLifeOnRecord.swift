import Environments
import SimulatedRDS
import Synchronization

@testable import ControlPlane

/// One environment of a registered cluster taken through its whole life by the control plane's own worker and state
/// machine: claims, steps and records are the real ones, RDS is the fault server, time is virtual. Servers are not
/// started; the databases are sealed for real.
struct AuroraLifeOnRecord {
    /// What came of it.
    struct Story: Sendable {
        /// The phases that the record entered, in order.
        var phases: [String] = []
        /// The reasons that were given on the way (`envctl show`, `envctl events`), each once.
        var shown: [String] = []
        /// Requests by action, repetitions of the client included.
        var calls: [String: Int] = [:]
    }

    /// What others do to the clone.
    struct Interference: Sendable {
        /// Done when the clone has this status for the first time.
        var on: AuroraStatus?
        var during: @Sendable (inout SimulatedRegion, String) -> Void = { _, _ in }
        /// Before the deletion.
        var last: @Sendable (inout SimulatedRegion, String) -> Void = { _, _ in }
    }

    private let scene: AuroraScene
    private let faults: FaultServer
    private let worker: EnvironmentWorker

    init(_ scene: AuroraScene, _ faults: FaultServer) {
        self.scene = scene
        self.faults = faults
        let harness = scene.harness
        let world = harness.world
        worker =
            LifecycleEngine(
                configuration: harness.configuration, store: harness.store,
                effectors: Effectors(
                    provider: world, sealer: world, launcher: world, prober: world, aurora: scene.provider),
                importer: world, installation: harness.installation, logger: LifecycleHarness.logger
            ).worker
    }

    /// From the request until nothing is left.
    func run(_ others: Interference) async throws -> Story {
        let record = try await scene.environment("pr-1")
        let name = scene.cluster(record)
        // No server is started, so the sealing of what it would be started on is noted here.
        scene.harness.world.state.withLock { _ = $0.sealed.insert("envctl_a_\(record.id.text)_g1_c") }
        var isWaiting = others.on != nil
        try await settle {
            guard isWaiting else { return }
            isWaiting = faults.with { region in
                guard region.status(of: name) == others.on else { return true }
                others.during(&region, name)
                return false
            }
        }
        faults.with { others.last(&$0, name) }
        _ = try await scene.harness.environments.delete("pr-1")
        try await settle {}
        var story = Story()
        for event in try await scene.harness.store.events(subject: record.id.text) {
            if let phase = Phase(rawValue: event.kind), story.phases.last != phase.rawValue {
                story.phases.append(phase.rawValue)
            }
            let text = event.message.replacing(name, with: "CLONE")
            if ["waiting", "retry", "failed"].contains(event.kind), !story.shown.contains(text) {
                story.shown.append(text)
            }
        }
        story.calls = faults.with { $0.calls }
        return story
    }

    /// Works on what is due and lets time pass to the next that will be, until nothing is.
    private func settle(_ beforeEach: () -> Void) async throws {
        let store = scene.harness.store
        for _ in 0..<5000 {
            beforeEach()
            let claimedAt = ContinuousClock.now
            let batch = try await store.claim(beforeClone: 4, others: 4, lease: .seconds(60))
            for claimed in batch.claimed { await worker.drive(claimed, claimedAt: claimedAt) { _ in } }
            guard batch.claimed.isEmpty else { continue }
            guard let due = batch.nextDue else { return }
            try await scene.pass(max(due, .milliseconds(1)))
        }
        let events = try await scene.harness.environments.events("pr-1").suffix(3).map(\.message)
        throw ControlError(.timeout, "no end after 5000 steps: \(events)")
    }
}
