import Environments
import Postgres
import TestSupport
import Testing

@testable import ControlPlane

/// The limits of clones at AWS as requests, the queue and the pools meet them in the records.
@Suite struct AuroraPoolTests {
    /// Records without anybody who acts on them, and a registered cluster; a clone costs one unit an hour.
    private func with(
        budget: Double, _ body: @Sendable (LifecycleHarness, AdmissionSettings) async throws -> Void
    ) async throws {
        let configuration = LifecycleHarness.configuration(directory: try TemporaryDirectory.make("aurora-pool"))
        try await withTestPool(limits: .init(maximum: 4)) { pool in
            try await RecordStore.migrate(pool)
            let harness = try await LifecycleHarness.make(pool, FakeWorld(), configuration, replica: "one")
            var generator = SystemRandomNumberGenerator()
            _ = try await harness.store.register(
                id: SnapshotID(using: &generator), name: SnapshotName("aurora"),
                source: AuroraSource(cluster: "production", region: "eu-west-1"), by: .local)
            var admission = harness.engine.admission
            admission.prices = AuroraPrices(currency: "USD", acuHour: 0.5, hourlyBudget: budget)
            try await body(harness, admission)
        }
    }

    private func settings(_ admission: AdmissionSettings) -> PoolSettings {
        PoolSettings(defaultSize: 0, making: 32, admission: admission)
    }

    private func keep(
        _ harness: LifecycleHarness, _ admission: AdmissionSettings
    ) async throws -> (view: PoolView, plan: PoolPlan) {
        try await harness.store.keepPools(settings(admission)) {
            var generator = SystemRandomNumberGenerator()
            return PoolRefill(id: EnvironmentID(using: &generator), rolePassword: "password")
        }
    }

    private func request(
        _ name: String, queue: Bool = false, _ harness: LifecycleHarness, _ admission: AdmissionSettings
    ) async throws -> RequestOutcome {
        var generator = SystemRandomNumberGenerator()
        let request = EnvironmentRequest(
            id: EnvironmentID(using: &generator), name: try EnvironmentName(name), snapshot: try SnapshotName("aurora"),
            ttl: .seconds(60), idleTimeout: .zero, labels: [:], owner: "ada", rolePassword: "password",
            whenFull: queue ? .queue : .refuse, actor: .local)
        return try await harness.store.request(request, within: admission)
    }

    @Test func membersStayWithinTheBudgetAndCountForUsers() async throws {
        try await with(budget: 3) { harness, admission in
            _ = try await harness.store.setPoolSize(SnapshotName("aurora"), 5, by: .local)
            #expect(try await keep(harness, admission).plan.make.map(\.count) == [3])
            let (view, plan) = try await keep(harness, admission)
            let pool = try #require(view.pools.first { $0.aurora != nil })
            #expect(plan.make.isEmpty && plan.held[pool.snapshot]?.cause == "aurora-budget")
            let outcome = try await request("one", harness, admission)
            guard case .refused(let error) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(error.code == .quota && error.subject == "aurora-budget")
        }
    }

    @Test func fifteenMembersAreAllThereCanBe() async throws {
        try await with(budget: 100) { harness, admission in
            var admission = admission
            admission.clonesOfOthers = { $0.cluster == "production" ? 2 : 0 }
            _ = try await harness.store.setPoolSize(SnapshotName("aurora"), 20, by: .local)
            #expect(try await keep(harness, admission).plan.make.map(\.count) == [13])
            let (view, plan) = try await keep(harness, admission)
            let pool = try #require(view.pools.first { $0.aurora != nil })
            let hold = try #require(plan.held[pool.snapshot])
            #expect(hold.cause == "aurora-clones" && hold.description.contains("15 of 15"))
            guard case .refused(let error) = try await request("one", harness, admission) else {
                Issue.record("a sixteenth clone was let in")
                return
            }
            #expect(error.subject == "aurora-clones")
        }
    }

    /// Who waits for room of the machine is not let in past the budget, and stands in nobody's way.
    @Test func theQueueKeepsToTheBudget() async throws {
        try await with(budget: 2) { harness, admission in
            var full = admission
            full.maximumEnvironments = 1
            guard case .created = try await request("one", harness, full) else {
                Issue.record("the first request was not let in")
                return
            }
            for name in ["two", "three"] {
                guard case .created(let record) = try await request(name, queue: true, harness, full) else {
                    Issue.record("\(name) does not wait")
                    return
                }
                #expect(record.phase == .queued)
            }
            // Nor do pools come before those who wait.
            _ = try await harness.store.setPoolSize(SnapshotName("aurora"), 1, by: .local)
            #expect(try await keep(harness, admission).plan.make.isEmpty)
            let outcome = try await harness.store.admitQueued(admission)
            #expect(outcome.admitted.count == 1 && outcome.waiting == 1)
            #expect(try await harness.store.admitQueued(admission).admitted == [])
        }
    }
}
