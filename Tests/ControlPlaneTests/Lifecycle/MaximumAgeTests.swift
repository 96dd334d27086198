import Environments
import Postgres
import Testing

@testable import ControlPlane

/// The maximum age on a running control plane.
@Suite struct MaximumAgeTests {
    /// An environment that expired at its maximum age, two hours ago created.
    private func aged(_ name: String, _ harness: LifecycleHarness) async throws -> EnvironmentRecord {
        let record = try await harness.clone(name, ttl: .seconds(3600))
        try await harness.store.pool.query(
            PostgresQuery(
                """
                UPDATE environments SET created_at = created_at - interval '2 hours', verdict_at = clock_timestamp()
                WHERE id = $1
                """, [.text(record.id.text)]))
        harness.engine.reaperWake.signal()
        return try await harness.until(record.id) { $0.phase == .expiring }
    }

    private func with(_ body: @Sendable (LifecycleHarness) async throws -> Void) async throws {
        try await LifecycleHarness.with(
            {
                $0.lifetimes.grace = .seconds(600)
                $0.lifetimes.maximumAge = .seconds(7200)
            }, body)
    }

    @Test func aCloneOfWhatExpiredAtItsMaximumAgeIsAConflictThatSaysWhatHelps() async throws {
        try await with { harness in
            let old = try await aged("pr-1", harness)
            do {
                _ = try await harness.environments.clone(CloneSpec(snapshot: "prod", name: "pr-1"))
                Issue.record("it came back beyond its maximum age")
            } catch let error as ControlError {
                #expect(error.code == .conflict && error.hint?.contains("envctl delete pr-1") == true)
            }
            #expect(await harness.code { _ = try await harness.environments.restore("pr-1") } == .conflict)
            let why = try await harness.environments.why("pr-1").why
            #expect(!why.remedies.contains { $0.command.contains("restore") })
            _ = try await harness.environments.delete("pr-1", wait: harness.patience)
            let new = try await harness.environments.clone(CloneSpec(snapshot: "prod", name: "pr-1"))
            #expect(new.created && new.record.id != old.id)
        }
    }

    @Test func protectionBringsItBackUntilItIsLifted() async throws {
        try await with { harness in
            let old = try await aged("pr-1", harness)
            _ = try await harness.environments.protect("pr-1", reason: "a demo")
            _ = try await harness.environments.restore("pr-1")
            try await harness.until(old.id) { $0.phase == .ready }
            let lifted = try await harness.environments.unprotect("pr-1")
            // Two hours after its creation, not when its ttl ends.
            #expect(harness.environments.deadline(of: lifted) == lifted.createdAt + .seconds(7200))
            #expect(harness.environments.deadline(of: lifted) < lifted.expiresAt)
            try await harness.until(old.id) { $0.phase == .expiring }
        }
    }

    @Test func aRepeatedCloneIsCutToWhatItsAgeLeaves() async throws {
        try await with { harness in
            let record = try await harness.clone("pr-1", ttl: .seconds(3600))
            try await harness.store.pool.query(
                PostgresQuery(
                    """
                    UPDATE environments SET created_at = created_at - interval '1 hour', expires_at = clock_timestamp()
                    WHERE id = $1
                    """, [.text(record.id.text)]))
            try await harness.until(record.id) { $0.phase == .expiring }
            let again = try await harness.environments.clone(
                CloneSpec(snapshot: "prod", name: "pr-1", ttl: .seconds(7000)))
            #expect(!again.created && again.record.id == record.id)
            #expect(again.record.expiresAt == again.record.createdAt + .seconds(7200))
        }
    }

    @Test func extendingWhatWaitsChangesNothingAboutTheWaiting() async throws {
        try await LifecycleHarness.with({ $0.maximumEnvironments = 1 }) { harness in
            try await harness.clone("first")
            let queued = try await harness.environments.clone(
                CloneSpec(snapshot: "prod", name: "next", whenFull: .queue)
            ).record
            let extended = try await harness.environments.extend("next", ttl: .seconds(5000))
            #expect(extended.phase == .queued && extended.expiresAt == queued.expiresAt)
            _ = try await harness.environments.delete("first", wait: harness.patience)
            let ready = try await harness.environments.wait("next", timeout: harness.patience)
            #expect(ready.phase == .ready && ready.ttl == .seconds(5000))
            #expect(ready.expiresAt < queued.expiresAt, "its lifetime counts from its admission")
        }
    }
}
