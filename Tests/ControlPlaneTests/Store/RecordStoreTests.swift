import Environments
import Postgres
import TestSupport
import Testing

@testable import ControlPlane

@Suite struct MigrationTests {
    @Test func runsOnceHoweverManyStartAtOnce() async throws {
        try await withTestPool { pool in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { try await RecordStore.migrate(pool) } }
                try await group.waitForAll()
            }
            let rows = try await pool.query("SELECT number FROM schema_migrations ORDER BY number")
            #expect(try rows.map { try $0[0].int } == Migrations.all.map(\.number))
        }
    }

    @Test func refusesANewerSchema() async throws {
        try await withTestPool { pool in
            try await RecordStore.migrate(pool)
            try await pool.query("INSERT INTO schema_migrations (number, name) VALUES (999, 'future')")
            let error = await #expect(throws: ControlError.self) { try await RecordStore.migrate(pool) }
            #expect(error?.code == .misconfigured)
            #expect(error?.message.contains("999") == true)
        }
    }

    @Test func recordsOfAnotherKeyAreRefused() async throws {
        try await withTestPool { pool in
            try await RecordStore.migrate(pool)
            let ours = try SecretBox(key: Array(repeating: 7, count: 32))
            try await RecordStore.proveKey(pool, ours)
            try await RecordStore.proveKey(pool, ours)
            let other = try SecretBox(key: Array(repeating: 8, count: 32))
            let error = await #expect(throws: ControlError.self) { try await RecordStore.proveKey(pool, other) }
            #expect(error?.code == .misconfigured)
            #expect(error?.hint?.contains("ENVCTL_DATABASE_URL") == true)
        }
    }

    @Test func theInstallationKeepsItsIdentity() async throws {
        try await withTestPool { pool in
            try await RecordStore.migrate(pool)
            var generator = SystemRandomNumberGenerator()
            let first = try await RecordStore.installation(pool, using: &generator)
            #expect(try await RecordStore.installation(pool, using: &generator) == first)
        }
    }
}

@Suite struct RecordStoreTests {
    private func with(_ body: @Sendable (LifecycleHarness) async throws -> Void) async throws {
        let configuration = LifecycleHarness.configuration(directory: try TemporaryDirectory.make("store"))
        try await withTestPool(limits: .init(maximum: 8)) { pool in
            try await RecordStore.migrate(pool)
            let harness = try await LifecycleHarness.make(pool, FakeWorld(), configuration, replica: "one")
            try await harness.addSnapshot("prod")
            try await body(harness)
        }
    }

    private func request(_ harness: LifecycleHarness, _ name: String) async throws -> EnvironmentRecord {
        try await harness.environments.clone(CloneSpec(snapshot: "prod", name: name)).record
    }

    @Test func aRecordIsReadBackAsItWasWritten() async throws {
        try await with { harness in
            _ = try await request(harness, "pr-1")
            let claimed = try #require(
                try await harness.store.claim(beforeClone: 9, others: 9, lease: .seconds(60)).claimed.first)
            var change = EnvironmentMachine().entering(.cloning, claimed.record, now: claimed.now)
            change.record.credential = EnvironmentCredential(accessKeyID: "AK", secretAccessKey: "hush-hush")
            change.record.server = ServerIdentity(pid: 7, startTime: .max)
            change.record.reason = "a 'quoted' reason"
            change.record.timings.cloning = 61
            change.record.readyAt = claimed.now
            let outcome = try await harness.store.write(
                change, from: claimed.record, epoch: claimed.epoch, keepClaim: true)
            guard case .written(let written) = outcome else {
                Issue.record("not written: \(outcome)")
                return
            }
            #expect(written.record == change.record)
            #expect(try await harness.store.find(id: claimed.record.id) == change.record)
        }
    }

    @Test func secretsAreNotInTheTables() async throws {
        try await with { harness in
            let record = try await request(harness, "pr-1")
            let password = try #require(record.rolePassword)
            let dump = try await harness.store.pool.query("SELECT e::text FROM environments e")
            let text = try dump[0][0].string
            #expect(!text.contains(password))
            let other = RecordStore(
                pool: harness.store.pool, secrets: try SecretBox(key: Array(repeating: 8, count: 32)), replica: "one")
            let error = await #expect(throws: ControlError.self) { _ = try await other.find(id: record.id) }
            #expect(error?.code == .misconfigured)
        }
    }

    @Test func aRecordIsClaimedByOneWorkerAtATime() async throws {
        try await with { harness in
            for number in 0..<20 { _ = try await request(harness, "pr-\(number)") }
            let batches = try await withThrowingTaskGroup(of: [EnvironmentID].self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await harness.store.claim(beforeClone: 5, others: 5, lease: .seconds(60)).claimed
                            .map(\.record.id)
                    }
                }
                return try await group.reduce(into: [EnvironmentID]()) { $0 += $1 }
            }
            #expect(Set(batches).count == batches.count)
            let rest = try await harness.store.claim(beforeClone: 50, others: 0, lease: .seconds(60))
            #expect(batches.count + rest.claimed.count == 20)
            #expect(try await harness.store.claim(beforeClone: 50, others: 50, lease: .seconds(60)).claimed.isEmpty)
        }
    }

    @Test func aStaleWorkerIsFenced() async throws {
        try await with { harness in
            _ = try await request(harness, "pr-1")
            let stale = try #require(
                try await harness.store.claim(beforeClone: 1, others: 1, lease: .zero).claimed.first)
            let two = RecordStore(pool: harness.store.pool, secrets: harness.store.secrets, replica: "two")
            // With a lease of no time nobody waits for the first one.
            let fresh = try #require(try await two.claim(beforeClone: 1, others: 1, lease: .zero).claimed.first)
            #expect(fresh.epoch == stale.epoch + 1)
            let change = EnvironmentMachine().entering(.cloning, stale.record, now: stale.now)
            guard
                case .fenced = try await harness.store.write(
                    change, from: stale.record, epoch: stale.epoch, keepClaim: true)
            else {
                Issue.record("a stale worker could write")
                return
            }
            #expect(try await harness.store.find(id: stale.record.id)?.phase == .requested)
            #expect(try await harness.store.events(subject: stale.record.id.text).map(\.kind) == ["requested"])
        }
    }

    @Test func aDeletionBetweenTwoStepsIsSeenAndNotOverwritten() async throws {
        try await with { harness in
            _ = try await request(harness, "pr-1")
            let claimed = try #require(
                try await harness.store.claim(beforeClone: 1, others: 1, lease: .seconds(60)).claimed.first)
            _ = try await harness.environments.delete("pr-1")
            let change = EnvironmentMachine().entering(.cloning, claimed.record, now: claimed.now)
            guard
                case .changed(let now) = try await harness.store.write(
                    change, from: claimed.record, epoch: claimed.epoch, keepClaim: true)
            else {
                Issue.record("the deletion was overwritten")
                return
            }
            #expect(now.record.phase == .deleting)
            #expect(now.epoch == claimed.epoch)
        }
    }

    @Test func anExtensionDuringAStepIsKept() async throws {
        try await with { harness in
            _ = try await request(harness, "pr-1")
            let claimed = try #require(
                try await harness.store.claim(beforeClone: 1, others: 1, lease: .seconds(60)).claimed.first)
            let extended = try await harness.environments.extend("pr-1", ttl: .seconds(86_400))
            let change = EnvironmentMachine().entering(.cloning, claimed.record, now: claimed.now)
            guard
                case .written(let written) = try await harness.store.write(
                    change, from: claimed.record, epoch: claimed.epoch, keepClaim: true)
            else {
                Issue.record("the step was not written")
                return
            }
            #expect(written.record.expiresAt == extended.expiresAt)
            #expect(written.record.ttl == .seconds(86_400))
        }
    }

    @Test func releasingKeepsAWakeThatCameMeanwhile() async throws {
        try await with { harness in
            let record = try await request(harness, "pr-1")
            let claimed = try #require(
                try await harness.store.claim(beforeClone: 1, others: 1, lease: .seconds(60)).claimed.first)
            try await harness.store.pool.query("UPDATE environments SET next_attempt_at = clock_timestamp()")
            try await harness.store.release(claimed)
            #expect(try await harness.store.find(id: record.id)?.nextAttemptAt != nil)
            let again = try #require(
                try await harness.store.claim(beforeClone: 1, others: 1, lease: .seconds(60)).claimed.first)
            try await harness.store.release(again)
            #expect(try await harness.store.find(id: record.id)?.nextAttemptAt == nil)
        }
    }

    @Test func historyCannotBeRewritten() async throws {
        try await with { harness in
            _ = try await request(harness, "pr-1")
            for statement in ["UPDATE events SET message = ''", "DELETE FROM events"] {
                await #expect(throws: PostgresError.self) { try await harness.store.pool.query(statement) }
            }
        }
    }

    @Test func portsAreReservedOnce() async throws {
        try await with { harness in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<40 { group.addTask { _ = try await request(harness, "pr-\(number)") } }
                try await group.waitForAll()
            }
            let ports = try await harness.environments.list().compactMap(\.port)
            #expect(Set(ports).count == 40)
            #expect(try await harness.store.portsInUse(harness.configuration.ports) == 40)
        }
    }
}
