import Environments
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import ControlPlane

/// Limits and the queue on a real PostgreSQL, with servers and copies that exist only in memory.
@Suite struct AdmissionStoreTests {
    private func request(
        _ harness: LifecycleHarness, _ name: String, owner: String = "ada", _ whenFull: WhenFull = .refuse
    ) async throws -> EnvironmentRecord {
        try await harness.environments.clone(
            CloneSpec(snapshot: "prod", name: name, owner: owner, whenFull: whenFull)
        ).record
    }

    private func refusal(_ body: () async throws -> Void) async -> ControlError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? ControlError
        }
    }

    @Test func sixtyFourAtOnceDoNotExceedTheLimit() async throws {
        try await LifecycleHarness.with({ $0.maximumEnvironments = 10 }) { harness in
            let outcomes = try await withThrowingTaskGroup(of: ControlError?.self) { group in
                for number in 0..<64 {
                    group.addTask { await refusal { _ = try await request(harness, "pr-\(number)") } }
                }
                return try await group.reduce(into: [ControlError?]()) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == nil } == 10)
            for error in outcomes.compactMap(\.self) {
                #expect(error.code == .quota && error.exitCode == 5 && error.subject == "environments")
                #expect(error.message.contains("10 of 10") && error.hint?.contains("--queue") == true)
            }
            #expect(try await harness.environments.list().count == 10)
        }
    }

    @Test func aPoolDoesNotLetAnybodyPastAQuota() async throws {
        try await LifecycleHarness.with({ $0.maximumEnvironmentsPerOwner = 3 }) { harness in
            _ = try await harness.pools.set("prod", size: 8)
            _ = try await harness.pools.wait("prod", timeout: harness.patience)
            let outcomes = try await withThrowingTaskGroup(of: ControlError?.self) { group in
                for number in 0..<8 {
                    group.addTask { await refusal { _ = try await request(harness, "pr-\(number)") } }
                }
                return try await group.reduce(into: [ControlError?]()) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == nil } == 3)
            #expect(outcomes.compactMap(\.self).allSatisfy { $0.subject == "environments_per_owner" })
            let other = try await request(harness, "other", owner: "bob")
            #expect(other.phase == .ready && other.claimedAt != nil)
        }
    }

    @Test func theQueueIsFairAndEachWhoLeavesLetsTheNextIn() async throws {
        try await LifecycleHarness.with({ $0.maximumEnvironments = 1 }) { harness in
            try await harness.clone("first")
            for name in ["a-1", "a-2", "a-3"] {
                #expect(try await request(harness, name, owner: "ada", .queue).phase == .queued)
            }
            #expect(try await request(harness, "b-1", owner: "bob", .queue).phase == .queued)
            // Nobody overtakes them.
            let refused = await refusal { _ = try await request(harness, "late", owner: "cyn") }
            #expect(refused?.code == .quota)
            let status = try await harness.capacity.status()
            #expect(status.queue.map { status.names[$0.id] } == ["a-1", "b-1", "a-2", "a-3"])
            #expect(status.queue.map(\.position) == [1, 2, 3, 4])
            #expect(status.queue.allSatisfy { $0.limit?.name == .environments })
            let end = try await harness.environments.get("first").expiresAt
            #expect(status.queue.first?.estimatedAt == end)
            // The same request again is the same place.
            let again = try await harness.environments.clone(
                CloneSpec(snapshot: "prod", name: "a-2", owner: "ada", whenFull: .queue))
            #expect(!again.created && again.record.phase == .queued)

            var served = ["first"]
            for next in ["a-1", "b-1", "a-2", "a-3"] {
                let last = try #require(served.last)
                _ = try await harness.environments.delete(last, wait: harness.patience)
                let record = try await harness.environments.wait(next, timeout: harness.patience)
                #expect(record.phase == .ready, "\(next)")
                // Its lifetime began when it was let in.
                #expect(record.expiresAt - record.createdAt >= record.ttl)
                let live = try await harness.environments.list().filter { $0.phase != .queued }
                #expect(live.count == 1)
                served.append(next)
            }
            #expect(try await harness.environments.events("b-1").map(\.kind).prefix(2) == ["queued", "admitted"])
        }
    }

    @Test func deletingARequestThatWaitsTakesItOutOfTheQueue() async throws {
        try await LifecycleHarness.with({ $0.maximumEnvironments = 1 }) { harness in
            try await harness.clone("first")
            _ = try await request(harness, "a-1", .queue)
            _ = try await request(harness, "a-2", .queue)
            #expect(try await harness.environments.delete("a-1", wait: harness.patience).phase == .deleted)
            #expect(try await harness.capacity.status().queue.count == 1)
            _ = try await harness.environments.delete("first", wait: harness.patience)
            #expect(try await harness.environments.wait("a-2", timeout: harness.patience).phase == .ready)
        }
    }

    @Test func anOwnersLimitHoldsUpNobodyElse() async throws {
        try await LifecycleHarness.with({ $0.maximumEnvironmentsPerOwner = 1 }) { harness in
            _ = try await request(harness, "a-1")
            let waiting = try await request(harness, "a-2", .queue)
            #expect(waiting.phase == .queued)
            #expect(try await request(harness, "b-1", owner: "bob").phase == .requested)
            let place = try await harness.capacity.places(of: [waiting])[waiting.id]
            #expect(place?.limit?.name == .owner && place?.position == 1)
            let why = try await harness.environments.why("a-2").why
            #expect(why.situation == .queued && why.summary.contains("the limit 'environments_per_owner', 1 of 1"))
            let error = await refusal { _ = try await request(harness, "a-3") }
            #expect(error?.subject == "environments_per_owner")
        }
    }

    @Test func aDeletedSnapshotFailsThoseWhoWaitForIt() async throws {
        try await LifecycleHarness.with({ $0.maximumEnvironments = 1 }) { harness in
            try await harness.clone("first", of: "other")
            let waiting = try await request(harness, "a-1", .queue)
            _ = try await harness.snapshots.delete("prod")
            let record = try await harness.until(waiting.id) { $0.phase == .failed }
            #expect(record.reason?.contains("snapshot was deleted") == true)
            #expect(harness.world.snapshot.databases.values.count { $0.kind == .environment } == 1)
        }
    }

    @Test func whatExpiresTakesItsRoomUntilItsGraceIsOver() async throws {
        try await LifecycleHarness.with({
            $0.maximumEnvironments = 1
            $0.lifetimes.grace = .seconds(600)
        }) { harness in
            let first = try await harness.clone("first")
            _ = try await request(harness, "second", .queue)
            let place = try await harness.capacity.status().queue.first
            #expect(place?.estimatedAt == first.expiresAt + .seconds(600))
        }
    }

    @Test func requestsAreQueuedForPortsAndTakeTheFreedOne() async throws {
        try await LifecycleHarness.with({ $0.ports = 30_300...30_301 }) { harness in
            for name in ["a", "b"] { try await harness.clone(name) }
            let waiting = try await request(harness, "c", .queue)
            #expect(waiting.phase == .queued && waiting.port == nil)
            let place = try await harness.capacity.places(of: [waiting])[waiting.id]
            #expect(place?.sentence.contains("'ports', 1 of 1 in the queue") == true, "\(place?.sentence ?? "")")
            _ = try await harness.environments.delete("a", wait: harness.patience)
            #expect(try await harness.environments.wait("c", timeout: harness.patience).port != nil)
        }
    }

    @Test func aFullDiskRefusesBeforeAnythingIsCopied() async throws {
        let reserve = CapacityBounds.diskReserve
        // The snapshots' databases have 8 MB; a logged copy writes that twice.
        let facts = Facts(MachineFacts(diskFree: reserve + 40_000_000, memoryAvailable: 8 << 30))
        try await LifecycleHarness.with(machine: facts.reader) { harness in
            let gate = harness.world.close(.clone)
            for name in ["a", "b"] { _ = try await request(harness, name) }
            let error = await refusal { _ = try await request(harness, "c") }
            #expect(error?.code == .capacity && error?.subject == "disk" && error?.exitCode == 5)
            #expect(error?.message.contains("MiB") == true)
            let waiting = try await request(harness, "c", .queue)
            #expect(waiting.phase == .queued)
            gate.open()
            harness.world.open(.clone)
            // The copies are made; what they wrote is missing in what is free.
            for name in ["a", "b"] { _ = try await harness.environments.wait(name, timeout: harness.patience) }
            #expect(try await harness.environments.wait("c", timeout: harness.patience).phase == .ready)
            facts.set(MachineFacts(diskFree: reserve, memoryAvailable: 8 << 30))
            // What can never fit does not wait.
            let never = await refusal { _ = try await request(harness, "d", .queue) }
            #expect(never?.subject == "disk")
            #expect(try await harness.environments.list().count == 3)
        }
    }

    @Test func aFullDiskRefusesAResetAndTheDataStay() async throws {
        let reserve = CapacityBounds.diskReserve
        let facts = Facts(MachineFacts(diskFree: reserve + 40_000_000, memoryAvailable: 8 << 30))
        try await LifecycleHarness.with(machine: facts.reader) { harness in
            try await harness.clone("a")
            facts.set(MachineFacts(diskFree: reserve + 1_000_000, memoryAvailable: 8 << 30))
            let error = await refusal {
                _ = try await harness.environments.reset("a", latest: false, by: Actor(name: "ann"))
            }
            #expect(error?.code == .capacity && error?.subject == "disk" && error?.exitCode == 5)
            #expect(error?.hint?.contains("keeps its data") == true)
            #expect(try await harness.environments.get("a").phase == .ready)
            facts.set(MachineFacts(diskFree: reserve + 40_000_000, memoryAvailable: 8 << 30))
            let again = try await harness.environments.reset(
                "a", latest: false, by: Actor(name: "ann"), wait: harness.patience)
            #expect(again.phase == .ready && again.incarnation == 2)
        }
    }

    @Test func littleMemoryIsALimitToo() async throws {
        let facts = Facts(MachineFacts(diskFree: nil, memoryAvailable: CapacityBounds.memoryReserve))
        try await LifecycleHarness.with(machine: facts.reader) { harness in
            let error = await refusal { _ = try await request(harness, "a") }
            #expect(error?.subject == "memory" && error?.code == .capacity)
            let names = try await harness.capacity.status().limits.map(\.name)
            #expect(names == [.ports, .memory])
        }
    }

    @Test func connectionsAreReadFromTheServer() async throws {
        try await LifecycleHarness.with({ $0.tunables.limitsConnections = true }) { harness in
            let limit = try #require(
                try await harness.capacity.status().limits.first { $0.name == .connections })
            let rows = try await harness.store.pool.query(
                """
                SELECT current_setting('max_connections')::int
                    - current_setting('superuser_reserved_connections')::int
                """)
            let all = try rows[0][0].int64
            #expect(limit.maximum <= all && limit.maximum > 0)
            #expect(limit.used >= 12)
        }
    }
}

/// What the machine has left, as a test says.
final class Facts: Sendable {
    private let facts: Mutex<MachineFacts>

    init(_ facts: MachineFacts) { self.facts = Mutex(facts) }

    func set(_ new: MachineFacts) { facts.withLock { $0 = new } }
    var reader: MachineReader { MachineReader { self.facts.withLock { $0 } } }
}
