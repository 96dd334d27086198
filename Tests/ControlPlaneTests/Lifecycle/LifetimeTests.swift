import Environments
import Postgres
import Synchronization
import Testing

@testable import ControlPlane

/// Grace, protection, holds and idleness on a running control plane.
@Suite struct LifetimeTests {
    private func with(
        grace: Duration = .seconds(600), _ change: (inout ControlPlaneConfiguration) -> Void = { _ in },
        _ body: @Sendable (LifecycleHarness) async throws -> Void
    ) async throws {
        try await LifecycleHarness.with(
            {
                $0.lifetimes.grace = grace
                change(&$0)
            }, body)
    }

    /// The deadline or another instant of an environment, moved to now.
    private func bring(_ column: String, _ record: EnvironmentRecord, _ harness: LifecycleHarness) async throws {
        try await harness.store.pool.query(
            PostgresQuery(
                "UPDATE environments SET \(column) = clock_timestamp() WHERE id = $1", [.text(record.id.text)]))
    }

    private func kinds(_ record: EnvironmentRecord, _ harness: LifecycleHarness) async throws -> [String] {
        try await harness.store.events(subject: record.id.text).map(\.kind)
    }

    @Test func whatExpiredComesBackAsItWasOrGoesWithItsGrace() async throws {
        try await with { harness in
            let record = try await harness.clone("pr-1", ttl: .seconds(3600))
            try await bring("expires_at", record, harness)
            let expired = try await harness.until(record.id) { $0.phase == .expiring && $0.server == nil }
            #expect(expired.graceEndsAt != nil && expired.reason?.contains("lifetime ended") == true)
            #expect(!harness.leftovers.isEmpty, "its data stay")
            #expect(await harness.code { _ = try await harness.environments.credentials("pr-1") } == .conflict)
            let restored = try await harness.environments.restore("pr-1")
            #expect(restored.ttl == .seconds(3600))
            let back = try await harness.until(record.id) { $0.phase == .ready }
            #expect(back.credential == record.credential && back.database == record.database)
            #expect(back.port == record.port && back.graceEndsAt == nil)
            #expect(await harness.code { _ = try await harness.environments.restore("pr-1") } == .conflict)
            try await bring("expires_at", record, harness)
            try await harness.until(record.id) { $0.phase == .expiring }
            try await bring("grace_ends_at", record, harness)
            try await harness.until(record.id) { $0.phase == .deleted }
            #expect(harness.leftovers.isEmpty)
            let told = try await kinds(record, harness)
            #expect(told.filter { ["expiring", "restored", "deleted"].contains($0) }.count == 4)
        }
    }

    @Test func aCloneOfANameInItsGraceBringsItBack() async throws {
        try await with { harness in
            let record = try await harness.clone("pr-1")
            try await bring("expires_at", record, harness)
            try await harness.until(record.id) { $0.phase == .expiring }
            #expect(
                await harness.code {
                    _ = try await harness.environments.clone(CloneSpec(snapshot: "other", name: "pr-1"))
                } == .conflict)
            #expect(
                await harness.code {
                    _ = try await harness.environments.clone(
                        CloneSpec(snapshot: "prod", name: "pr-1"), mayHave: { _ in false })
                } == .conflict)
            #expect(try await harness.environments.get("pr-1").phase == .expiring)
            let again = try await harness.environments.clone(
                CloneSpec(snapshot: "prod", name: "pr-1", ttl: .seconds(7200)))
            #expect(!again.created && again.record.id == record.id && again.record.ttl == .seconds(7200))
            try await harness.until(record.id) { $0.phase == .ready }
            // An explicit deletion knows no grace.
            let gone = try await harness.environments.delete("pr-1", wait: harness.patience)
            #expect(gone.phase == .deleted)
        }
    }

    @Test func aDeletionDuringTheGraceIsFinal() async throws {
        try await with { harness in
            let record = try await harness.clone("pr-1")
            try await bring("expires_at", record, harness)
            try await harness.until(record.id) { $0.phase == .expiring }
            #expect(try await harness.environments.delete("pr-1", wait: harness.patience).phase == .deleted)
            #expect(harness.leftovers.isEmpty)
        }
    }

    @Test func protectionOutlastsTheDeadlineAndRefusesDeletion() async throws {
        try await with(grace: .zero) { harness in
            let record = try await harness.clone("pr-1", ttl: .seconds(3600))
            _ = try await harness.environments.protect("pr-1", reason: "a demo", by: Actor(name: "ann"))
            try await bring("expires_at", record, harness)
            do {
                _ = try await harness.environments.delete("pr-1")
                Issue.record("what is protected is deleted")
            } catch let error as ControlError {
                #expect(error.code == .conflict && error.message.contains("ann"))
            }
            let why = try await harness.environments.why("pr-1").why
            #expect(why.situation == .protected && why.summary.contains("a demo"))
            _ = await harness.engine.reaper.sweep()
            #expect(try await harness.environments.get("pr-1").phase == .ready)
            _ = try await harness.environments.unprotect("pr-1")
            try await harness.until(record.id) { $0.phase == .deleted }
            #expect(await harness.code { _ = try await harness.environments.unprotect("pr-1") } == .notFound)
        }
    }

    @Test func aHoldKeepsItUntilItLetsGo() async throws {
        try await with(grace: .zero) { harness in
            let record = try await harness.clone("pr-1", ttl: .seconds(3600))
            let hold = try await harness.environments.hold("pr-1", purpose: "npm test")
            try await bring("expires_at", record, harness)
            _ = await harness.engine.reaper.sweep()
            let (_, holders, why) = try await harness.environments.why("pr-1")
            #expect(why.situation == .held && holders == [hold])
            let renewed = try await harness.environments.renewHold("pr-1", id: hold.id, ttl: .seconds(120))
            #expect(renewed.expiresAt > hold.expiresAt)
            #expect(
                await harness.code { _ = try await harness.environments.renewHold("pr-1", id: "none") } == .notFound)
            try await harness.clone("other")
            try await harness.environments.releaseHold("other", id: hold.id)
            #expect(try await harness.environments.why("pr-1").holders.count == 1, "another one's hold is let go")
            try await harness.environments.releaseHold("pr-1", id: hold.id)
            try await harness.until(record.id) { $0.phase == .deleted }
            #expect(
                await harness.code { _ = try await harness.environments.hold("pr-1", purpose: "") } == .notFound)
        }
    }

    @Test func aHoldThatIsNotRenewedLapses() async throws {
        try await with(grace: .zero) { harness in
            let record = try await harness.clone("pr-1", ttl: .seconds(3600))
            let hold = try await harness.environments.hold("pr-1", purpose: "killed")
            try await bring("expires_at", record, harness)
            _ = await harness.engine.reaper.sweep()
            #expect(try await harness.environments.get("pr-1").phase == .ready)
            try await harness.store.pool.query(
                "UPDATE holders SET expires_at = clock_timestamp() WHERE id = $1", .text(hold.id))
            harness.engine.reaperWake.signal()
            try await harness.until(record.id) { $0.phase == .deleted }
        }
    }

    @Test func whatIsIdleFallsAsleepAndWhatIsUsedDoesNot() async throws {
        try await with { harness in
            // None may be ready before it is known which of them is used.
            _ = harness.world.close(.clone)
            let idle = try await harness.environments.clone(
                CloneSpec(snapshot: "prod", name: "idle", idle: .milliseconds(300))
            ).record
            let busy = try await harness.environments.clone(
                CloneSpec(snapshot: "prod", name: "busy", idle: .milliseconds(300))
            ).record
            let awake = try await harness.environments.clone(
                CloneSpec(snapshot: "prod", name: "awake", idle: .zero)
            ).record
            let directory = harness.configuration.environmentDirectory(busy.id)
            harness.world.state.withLock { $0.sinceLastRequest[directory] = .zero }
            harness.world.open(.clone)
            let slept = try await harness.until(idle.id) { $0.phase == .hibernated && $0.server == nil }
            #expect(slept.hibernatedAt != nil)
            #expect(try await kinds(slept, harness).contains("hibernated"))
            #expect(try await harness.environments.why("idle").why.situation == .hibernated)
            for name in ["busy", "awake"] {
                try await harness.until(try await harness.environments.get(name).id) { $0.phase == .ready }
            }
            // What its server told was written down, for the process after this one.
            let told = try await harness.until(busy.id) { record in
                record.phase == .ready
                    && (record.lastRequestAt ?? record.createdAt) > (record.readySince ?? idle.createdAt)
            }
            #expect(told.lastRequestAt != nil)
            #expect(try await harness.environments.get("awake").phase == .ready)
            _ = awake
        }
    }

    @Test func anExtensionIsBoundedByTheMaximumAge() async throws {
        try await with({ $0.lifetimes.maximumAge = .seconds(7200) }) { harness in
            try await harness.clone("pr-1", ttl: .seconds(3600))
            do {
                _ = try await harness.environments.extend("pr-1", ttl: .seconds(7200))
                Issue.record("it may become older than the maximum")
            } catch let error as ControlError {
                #expect(error.code == .invalidRequest && error.message.contains("2h"))
                #expect(error.hint?.contains("it can live") == true)
            }
            _ = try await harness.environments.extend("pr-1", ttl: .seconds(7000))
        }
    }

    @Test func manyDeadlinesAreActedOnInTime() async throws {
        // No sweep and no poll comes in time: what is due is acted on because the reaper wakes for it.
        try await with(
            grace: .zero,
            {
                $0.ports = 31_000...31_999
                $0.tunables.sweepInterval = .seconds(3600)
                $0.tunables.pollInterval = .seconds(3600)
            }
        ) { harness in
            var ids: [EnvironmentID] = []
            for number in 0..<200 {
                ids.append(
                    try await harness.environments.clone(CloneSpec(snapshot: "prod", name: "mass-\(number)")).record.id)
            }
            for id in ids { try await harness.until(id) { $0.phase == .ready } }
            // Due one after another within two seconds.
            try await harness.store.pool.query(
                "UPDATE environments SET expires_at = clock_timestamp() + random() * interval '2 seconds'")
            harness.engine.reaperWake.signal()
            for id in ids {
                let gone = try await harness.until(id) { $0.phase == .deleted }
                // Taking down so many takes its time, which is not the reaper's.
                let history = try await harness.store.events(subject: id.text)
                let begun = try #require(history.first { $0.kind == "deleting" })
                #expect(begun.at - gone.expiresAt < harness.patience)
            }
        }
    }
}
