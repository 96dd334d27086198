import Environments
import Synchronization
import Testing

@testable import ControlPlane

@Suite struct FaultTests {
    private let fault = ControlError(.unavailable, "no answer")

    @Test(arguments: [FakeWorld.Call.clone, .seal, .launch, .probe])
    func aStepThatFailsForAWhileIsTriedAgain(call: FakeWorld.Call) async throws {
        try await LifecycleHarness.with { harness in
            harness.world.fail(call, with: [fault, fault])
            let record = try await harness.clone("flaky")
            #expect(record.phase == .ready)
            #expect(record.reason == nil)
            let kinds = try await harness.environments.events("flaky").map(\.kind)
            #expect(kinds.filter { $0 == "retry" }.count == 2)
        }
    }

    @Test(arguments: [FakeWorld.Call.clone, .seal, .launch, .probe])
    func aStepThatFailsForGoodEndsInFailedAndNothingStays(call: FakeWorld.Call) async throws {
        try await LifecycleHarness.with { harness in
            harness.world.fail(call, with: Array(repeating: fault, count: 5))
            let failed = try await harness.clone("doomed")
            #expect(failed.phase == .failed)
            #expect(failed.reason == "no answer")
            let clean = try await harness.until(failed.id) { $0.port == nil && !$0.hasStorage }
            #expect(clean.phase == .failed)
            #expect(harness.leftovers.isEmpty)
            #expect(await harness.code { _ = try await harness.environments.credentials("doomed") } == .conflict)
            let gone = try await harness.environments.delete("doomed", wait: harness.patience)
            #expect(gone.phase == .deleted)
        }
    }

    @Test func anErrorThatNoTryCanHelpEndsAtOnce() async throws {
        try await LifecycleHarness.with { harness in
            harness.world.fail(.clone, with: [ControlError(.notFound, "the template is gone")])
            let failed = try await harness.clone("gone")
            #expect(failed.phase == .failed)
            // Counted in the history: the record's own count starts over once what the try left is taken down, which
            // may come before this look.
            #expect(harness.world.snapshot.calls.filter { $0 == .clone }.count == 1)
            let events = try await harness.environments.events("gone")
            #expect(!events.contains { $0.kind == "retry" })
            #expect(events.contains { $0.kind == "failed" && $0.message.contains("given up after 1 of") })
        }
    }

    @Test func aForeignListenerOnThePortCostsOnlyAnotherPort() async throws {
        try await LifecycleHarness.with({ $0.ports = 30_200...30_203 }) { harness in
            let outcome = try await {
                let gate = harness.world.close(.clone)
                let outcome = try await harness.environments.clone(CloneSpec(snapshot: "prod", name: "moved"))
                await gate.arrivals(1)
                return outcome
            }()
            let first = try #require(outcome.record.port)
            harness.world.state.withLock { _ = $0.busyPorts.insert(first) }
            harness.world.open(.clone)
            let ready = try await harness.environments.wait("moved", timeout: harness.patience)
            #expect(ready.phase == .ready)
            #expect(ready.port != first)
        }
    }

    @Test func aServerThatDiesIsRestartedWithTheSameEndpointAndCredential() async throws {
        try await LifecycleHarness.with { harness in
            let before = try await harness.clone("alive")
            harness.world.killServer(of: before.id)
            let after = try await harness.until(before.id) { $0.phase == .ready && $0.server != before.server }
            #expect(after.port == before.port)
            #expect(after.credential == before.credential)
            #expect(after.readyAt == before.readyAt)
            let calls = harness.world.snapshot.calls
            #expect(calls.filter { $0 == .seal }.count == 1)
            #expect(try await harness.environments.events("alive").map(\.kind).contains("server-died"))
        }
    }

    @Test func aServerThatNeverStaysIsGivenUpWithItsDataKept() async throws {
        try await LifecycleHarness.with({ $0.tunables.retry.maximumRestarts = 3 }) { harness in
            let record = try await harness.clone("crashing")
            harness.world.fail(.launch, with: Array(repeating: fault, count: 10))
            harness.world.killServer(of: record.id)
            let failed = try await harness.until(record.id) { $0.phase == .failed }
            #expect(failed.hasStorage)
            #expect(harness.world.snapshot.databases[record.database] != nil)
        }
    }
}
