import Environments
import Postgres
import Testing

@testable import ControlPlane

@Suite struct DeletionTests {
    @Test func takesEverythingDownInOrder() async throws {
        try await LifecycleHarness.with { harness in
            let record = try await harness.clone("pr-1")
            let begun = try await harness.environments.delete("pr-1")
            #expect(begun.phase == .deleting)
            let gone = try await harness.until(record.id) { $0.phase == .deleted }
            #expect(gone.port == nil && gone.credential == nil && gone.rolePassword == nil && gone.deletedAt != nil)
            #expect(harness.leftovers.isEmpty)
            let order = harness.world.snapshot.calls.filter { $0 == .stop || $0 == .drop }
            #expect(order == [.stop, .drop])
            let again = try await harness.environments.delete("pr-1")
            #expect(again.id == record.id)
            #expect(again.phase == .deleted)
            #expect(await harness.code { _ = try await harness.environments.get("pr-1") } == .notFound)
            #expect(await harness.code { _ = try await harness.environments.delete("never") } == .notFound)
            // The name is free again.
            #expect(try await harness.clone("pr-1").id != record.id)
        }
    }

    @Test(arguments: [FakeWorld.Call.clone, .seal, .launch, .probe])
    func inTheMiddleOfAnyStepLeavesNothing(call: FakeWorld.Call) async throws {
        try await LifecycleHarness.with { harness in
            let gate = harness.world.close(call)
            let outcome = try await harness.environments.clone(CloneSpec(snapshot: "prod", name: "early"))
            await gate.arrivals(1)
            _ = try await harness.environments.delete("early")
            #expect(
                await harness.code {
                    _ = try await harness.environments.clone(CloneSpec(snapshot: "prod", name: "early"))
                } == .conflict)
            harness.world.open(call)
            try await harness.until(outcome.record.id) { $0.phase == .deleted }
            #expect(harness.leftovers.isEmpty)
        }
    }

    @Test func isTriedUntilItSucceeds() async throws {
        try await LifecycleHarness.with { harness in
            let record = try await harness.clone("sticky")
            let fault = ControlError(.failed, "the database is in use")
            harness.world.fail(.drop, with: Array(repeating: fault, count: 12))
            _ = try await harness.environments.delete("sticky")
            try await harness.until(record.id) { $0.phase == .deleted }
            #expect(harness.leftovers.isEmpty)
        }
    }

    @Test func comesByItselfAtTheDeadline() async throws {
        // No sweep and no poll comes in time: it is the reaper's waking for the deadline that does it.
        try await LifecycleHarness.with({
            $0.tunables.sweepInterval = .seconds(3600)
            $0.tunables.pollInterval = .seconds(3600)
        }) { harness in
            let record = try await harness.clone("short", ttl: .milliseconds(300))
            let gone = try await harness.until(record.id) { $0.phase == .deleted }
            #expect(gone.reason?.contains("lifetime ended") == true)
            let history = try await harness.store.events(subject: record.id.text)
            let late = try #require(history.first { $0.kind == "deleting" }).at - record.expiresAt
            #expect(late >= .zero)
            #expect(late < harness.patience)
            #expect(harness.leftovers.isEmpty)
        }
    }

    @Test func extendingMovesTheDeadline() async throws {
        try await LifecycleHarness.with { harness in
            let short = try await harness.clone("short", ttl: .seconds(3600))
            let kept = try await harness.clone("kept", ttl: .seconds(60))
            let extended = try await harness.environments.extend("kept", ttl: .seconds(3600))
            #expect(extended.expiresAt > kept.expiresAt + .seconds(3000))
            // A shorter one wakes the reaper from a longer sleep.
            _ = try await harness.environments.extend("short", ttl: .milliseconds(50))
            try await harness.until(short.id) { $0.phase == .deleted }
            #expect(await harness.engine.reaper.sweep() > .zero)
            #expect(try await harness.environments.get("kept").phase == .ready)
            _ = try await harness.environments.extend("kept", ttl: .milliseconds(50))
            try await harness.until(kept.id) { $0.phase == .deleted }
            #expect(
                await harness.code { _ = try await harness.environments.extend("kept", ttl: .seconds(60)) }
                    == .notFound)
        }
    }

    @Test func manyDeadlinesAtOnceAreMetWithinTheLimits() async throws {
        try await LifecycleHarness.with({ $0.ports = 31_000...31_999 }) { harness in
            var ids: [EnvironmentID] = []
            for number in 0..<300 {
                let outcome = try await harness.environments.clone(
                    CloneSpec(snapshot: "prod", name: "mass-\(number)"))
                ids.append(outcome.record.id)
            }
            for id in ids { try await harness.until(id) { $0.phase == .ready } }
            try await harness.store.pool.query("UPDATE environments SET expires_at = clock_timestamp()")
            harness.engine.reaperWake.signal()
            for id in ids { try await harness.until(id) { $0.phase == .deleted } }
            #expect(harness.leftovers.isEmpty)
            let peak = try #require(harness.world.snapshot.peak[.drop])
            #expect(peak <= harness.configuration.tunables.concurrentWorkers)
        }
    }
}
