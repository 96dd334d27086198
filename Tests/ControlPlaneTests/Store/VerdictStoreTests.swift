import Environments
import Postgres
import TestSupport
import Testing

@testable import ControlPlane

/// What falls due when, and what acting on it changes, in the records alone: nothing runs.
@Suite struct VerdictStoreTests {
    private func with(_ body: @Sendable (LifecycleHarness) async throws -> Void) async throws {
        try await withTestPool(limits: .init(maximum: 8)) { pool in
            try await RecordStore.migrate(pool)
            var configuration = LifecycleHarness.configuration(directory: "/nonexistent")
            configuration.lifetimes.grace = .seconds(600)
            let harness = try await LifecycleHarness.make(pool, FakeWorld(), configuration, replica: "one")
            try await harness.addSnapshot("prod")
            try await body(harness)
        }
    }

    /// A ready environment whose times the test sets.
    private func ready(_ harness: LifecycleHarness, _ name: String) async throws -> EnvironmentRecord {
        let record = try await harness.environments.clone(CloneSpec(snapshot: "prod", name: name)).record
        try await set(
            harness, record,
            "phase = 'ready', ready_at = clock_timestamp(), ready_since = clock_timestamp(), "
                + "has_storage = true, next_attempt_at = NULL")
        return record
    }

    private func set(_ harness: LifecycleHarness, _ record: EnvironmentRecord, _ assignments: String) async throws {
        try await harness.store.pool.query(
            PostgresQuery("UPDATE environments SET \(assignments) WHERE id = $1", [.text(record.id.text)]))
    }

    private func sweep(_ harness: LifecycleHarness) async throws -> [String] {
        _ = await harness.engine.reaper.sweep()
        return try await harness.store.due(limit: 10).due.map(\.id.text)
    }

    private func phase(_ harness: LifecycleHarness, _ record: EnvironmentRecord) async throws -> Phase? {
        try await harness.store.find(id: record.id)?.phase
    }

    @Test func isDueAgainOnlyAtTheInstantThatTheVerdictNames() async throws {
        try await with { harness in
            let record = try await ready(harness, "pr-1")
            #expect(try await harness.store.due(limit: 10).due.map(\.id) == [record.id])
            #expect(try await sweep(harness) == [])
            let next = try #require(try await harness.store.due(limit: 10).next)
            // The idle time of a quarter of an hour comes first.
            #expect(next > .seconds(880) && next <= .seconds(900))
            // A worker's own notes bring nothing forward, a change of an input does.
            try await set(harness, record, "lease_owner = 'one', attempts = 3")
            #expect(try await harness.store.due(limit: 10).due.isEmpty)
            _ = try await harness.environments.extend("pr-1", ttl: .seconds(100))
            #expect(try await harness.store.due(limit: 10).due.map(\.id) == [record.id])
            #expect(try await sweep(harness) == [])
            let sooner = try #require(try await harness.store.due(limit: 10).next)
            #expect(sooner > .seconds(80) && sooner <= .seconds(90), "the warning")
        }
    }

    @Test func anExtensionThatCameBetweenWins() async throws {
        try await with { harness in
            let record = try await ready(harness, "pr-1")
            try await set(harness, record, "expires_at = clock_timestamp()")
            let due = try await harness.store.due(limit: 10).due
            #expect(due.map(\.id) == [record.id])
            _ = try await harness.environments.extend("pr-1", ttl: .seconds(3600))
            let changed = try await harness.store.carryOut(
                [record.id], limits: harness.configuration.lifetimes, machine: EnvironmentMachine(), activeAt: [:])
            #expect(changed.isEmpty)
            // Nor does the stale look put off the new one.
            try await harness.store.note([NotedVerdict(id: record.id, dueAt: due[0].dueAt, next: nil)])
            #expect(try await harness.store.due(limit: 10).due.map(\.id) == [record.id])
            #expect(try await phase(harness, record) == .ready)
        }
    }

    @Test func eachStepIsTakenOnceAndToldByTheReaper() async throws {
        try await with { harness in
            let record = try await ready(harness, "pr-1")
            try await set(harness, record, "expires_at = clock_timestamp() + interval '5 minutes', ttl_us = 3600000000")
            #expect(try await sweep(harness) == [])
            #expect(try await sweep(harness) == [])
            try await set(harness, record, "expires_at = clock_timestamp()")
            #expect(try await sweep(harness) == [])
            #expect(try await phase(harness, record) == .expiring)
            let grace = try #require(try await harness.store.due(limit: 10).next)
            #expect(grace > .seconds(580) && grace <= .seconds(600))
            try await set(harness, record, "grace_ends_at = clock_timestamp()")
            #expect(try await sweep(harness) == [])
            #expect(try await phase(harness, record) == .deleting)
            let told = try await harness.store.pool.query(
                "SELECT kind, actor FROM events WHERE subject_id = $1 AND actor = 'reaper' ORDER BY id",
                .text(record.id.text))
            #expect(
                try told.map { "\(try $0[0].string) by \(try $0[1].string)" } == [
                    "warning by reaper", "expiring by reaper", "deleting by reaper",
                ])
        }
    }

    @Test func whatHoldsItIsSeenAndMissed() async throws {
        try await with { harness in
            let record = try await ready(harness, "pr-1")
            let store = harness.store
            try await store.pool.query(
                "INSERT INTO holders VALUES ('h1', $1, '', '', now(), clock_timestamp() + interval '1 minute')",
                .text(record.id.text))
            try await set(harness, record, "expires_at = clock_timestamp()")
            #expect(try await sweep(harness) == [])
            #expect(try await phase(harness, record) == .ready)
            let held = try #require(try await store.due(limit: 10).next)
            #expect(held > .seconds(50) && held <= .seconds(60))
            try await store.pool.query("UPDATE holders SET expires_at = expires_at + interval '1 hour'")
            #expect(try await store.due(limit: 10).due.isEmpty, "a longer hold brings nothing forward")
            try await store.pool.query("DELETE FROM holders")
            #expect(try await sweep(harness) == [])
            #expect(try await phase(harness, record) == .expiring)
        }
    }

    @Test func aProtectionThatCannotBeReadKeeps() async throws {
        try await with { harness in
            let record = try await ready(harness, "pr-1")
            try await set(harness, record, "protected_reason = 'a demo', expires_at = clock_timestamp()")
            let due = try #require(try await harness.store.due(limit: 10).due.first)
            #expect(due.inputs.protected == .unreadable)
            #expect(try await sweep(harness) == [])
            #expect(try await phase(harness, record) == .ready)
        }
    }

    @Test func poolsFollowTheirSnapshot() async throws {
        try await with { harness in
            let member = try await ready(harness, "pool-1")
            let claimed = try await ready(harness, "claimed")
            try await set(harness, member, "pooled = true, expires_at = clock_timestamp()")
            #expect(try await sweep(harness) == [])
            #expect(try await phase(harness, member) == .ready)
            try await harness.store.pool.query("UPDATE generations SET state = 'deleting'")
            #expect(try await sweep(harness) == [])
            #expect(try await phase(harness, member) == .deleting)
            #expect(try await phase(harness, claimed) == .ready)
        }
    }

    @Test func eachMachineJudgesItsOwnUnlessItIsNotHeardOf() async throws {
        try await with { harness in
            let record = try await ready(harness, "pr-1")
            try await set(harness, record, "host = 'two', expires_at = clock_timestamp()")
            try await harness.store.pool.query("INSERT INTO replicas (name) VALUES ('two')")
            #expect(try await harness.store.due(limit: 10).due.isEmpty)
            try await harness.store.pool.query("UPDATE replicas SET seen_at = clock_timestamp() - interval '1 minute'")
            let due = try #require(try await harness.store.due(limit: 10).due.first)
            #expect(!due.inputs.canTellIdle)
            #expect(try await sweep(harness) == [])
            #expect(try await phase(harness, record) == .expiring)
        }
    }
}
