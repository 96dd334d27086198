import Environments
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import ControlPlane

/// Warm pools on a real PostgreSQL, with servers and copies that exist only in memory.
@Suite struct PoolTests {
    private func with(
        pool size: Int, _ change: @escaping (inout ControlPlaneConfiguration) -> Void = { _ in },
        _ body: @Sendable (LifecycleHarness) async throws -> Void
    ) async throws {
        try await LifecycleHarness.with({ configuration in
            change(&configuration)
        }) { harness in
            _ = try await harness.pools.set("prod", size: size)
            try await body(harness)
        }
    }

    @discardableResult
    private func full(_ harness: LifecycleHarness) async throws -> PoolStatus {
        try await harness.pools.wait("prod", timeout: harness.patience)
    }

    private func members(_ harness: LifecycleHarness) async throws -> [EnvironmentRecord] {
        try await harness.store.list().filter(\.isPooled)
    }

    @Test func aCloneTakesAMemberAndThePoolIsRefilled() async throws {
        try await with(pool: 2) { harness in
            try await full(harness)
            let before = try await members(harness)
            let outcome = try await harness.environments.clone(
                CloneSpec(snapshot: "prod", name: "pr-1", ttl: .seconds(60), labels: ["a": "b"], owner: "ada"))
            let record = outcome.record
            #expect(outcome.created && record.phase == .ready && !record.isPooled)
            #expect(before.map(\.id).contains(record.id))
            #expect(record.name.text == "pr-1" && record.labels == ["a": "b"] && record.owner == "ada")
            let claimedAt = try #require(record.claimedAt)
            #expect(record.expiresAt - claimedAt > .seconds(59) && record.expiresAt - claimedAt <= .seconds(60))
            #expect(record.ttl == .seconds(60) && record.idleTimeout == harness.configuration.lifetimes.idleTimeout)
            #expect(try await harness.environments.credentials("pr-1").endpoint.hasSuffix(":\(record.port ?? 0)"))
            // Ids, databases and roles stay those of the member.
            let member = try #require(before.first { $0.id == record.id })
            #expect(member.database == record.database && member.role == record.role)
            #expect(try await harness.environments.events("pr-1").map(\.kind).last == "claimed")
            let status = try await full(harness)
            #expect(status.ready == 2)
            #expect(try await harness.environments.list().map(\.name.text) == ["pr-1"])
            #expect(try await harness.environments.delete("pr-1", wait: harness.patience).phase == .deleted)
        }
    }

    @Test func membersAreNobodysEnvironments() async throws {
        try await with(pool: 1) { harness in
            try await full(harness)
            let member = try #require(try await members(harness).first)
            #expect(member.name.text.hasPrefix("pool-") && member.owner.isEmpty)
            #expect(try await harness.environments.list().isEmpty)
            let name = member.name.text
            #expect(await harness.code { _ = try await harness.environments.get(name) } == .notFound)
            #expect(await harness.code { _ = try await harness.environments.delete(name) } == .notFound)
            #expect(
                await harness.code { _ = try await harness.environments.extend(name, ttl: .seconds(60)) } == .notFound)
            // The made-up name stands in nobody's way.
            _ = try await harness.pools.set("other", size: 0)
            let own = try await harness.environments.clone(CloneSpec(snapshot: "other", name: name))
            #expect(own.created && own.record.id != member.id)
            #expect(try await harness.store.countByPhase().values.reduce(0, +) == 1)
        }
    }

    @Test func tenReadyAndSixtyFourNamesAreTenClaims() async throws {
        try await with(pool: 10) { harness in
            try await full(harness)
            let ready = Set(try await members(harness).map(\.id))
            #expect(ready.count == 10)
            let records = try await withThrowingTaskGroup(of: EnvironmentRecord.self) { group in
                for number in 0..<64 {
                    group.addTask {
                        try await harness.environments.clone(CloneSpec(snapshot: "prod", name: "pr-\(number)")).record
                    }
                }
                return try await group.reduce(into: [EnvironmentRecord]()) { $0.append($1) }
            }
            #expect(Set(records.map(\.id)).count == 64)
            #expect(Set(records.map(\.name)).count == 64)
            let claimed = records.filter { ready.contains($0.id) }
            // Each of the first ten went to one name; later ones may have got a refill.
            #expect(Set(claimed.map(\.id)) == ready && claimed.count == 10)
            #expect(claimed.allSatisfy { $0.phase == .ready })
            for record in records {
                #expect(
                    try await harness.environments.wait(record.name.text, timeout: harness.patience).phase == .ready)
            }
        }
    }

    @Test func sixtyFourClonesOfOneNameAreOneEnvironment() async throws {
        try await with(pool: 10) { harness in
            try await full(harness)
            let outcomes = try await withThrowingTaskGroup(of: CloneOutcome.self) { group in
                for _ in 0..<64 {
                    group.addTask { try await harness.environments.clone(CloneSpec(snapshot: "prod", name: "one")) }
                }
                return try await group.reduce(into: [CloneOutcome]()) { $0.append($1) }
            }
            #expect(outcomes.count { $0.created } == 1)
            #expect(Set(outcomes.map(\.record.id)).count == 1)
            #expect(Set(outcomes.map(\.record.port)).count == 1)
            #expect(outcomes.allSatisfy { $0.record.phase == .ready })
            #expect(try await harness.environments.list().count == 1)
        }
    }

    @Test func aMemberWhoseServerDiedIsRepairedBeforeItIsHandedOut() async throws {
        try await with(pool: 1, { $0.tunables.healthInterval = .seconds(3600) }) { harness in
            try await full(harness)
            let member = try #require(try await members(harness).first)
            harness.world.killServer(of: member.id)
            let record = try await harness.environments.clone(CloneSpec(snapshot: "prod", name: "pr-1")).record
            #expect(record.id == member.id && record.phase == .ready && record.server != member.server)
            #expect(harness.world.snapshot.servers[record.id.text]?.pid == record.server?.pid)
        }
    }

    @Test func aNewGenerationReplacesTheMembers() async throws {
        try await with(pool: 2) { harness in
            try await full(harness)
            let old = try await members(harness)
            let claimed = try await harness.environments.clone(CloneSpec(snapshot: "prod", name: "kept")).record
            try await addGeneration(2, to: harness)
            harness.engine.poolWake.signal()
            for member in old where member.id != claimed.id {
                try await harness.until(member.id) { $0.phase == .deleted }
            }
            let status = try await full(harness)
            #expect(status.generation == 2 && status.ready == 2)
            #expect(try await members(harness).filter { $0.phase == .ready }.allSatisfy { $0.generation == 2 })
            #expect(try await harness.environments.get("kept").phase == .ready)
            let next = try await harness.environments.clone(CloneSpec(snapshot: "prod", name: "next")).record
            #expect(next.generation == 2 && next.phase == .ready)
        }
    }

    /// While the members of the older generation are still there, a clone is made anew and never takes one of them.
    @Test func aMemberOfAnOlderGenerationIsNotHandedOut() async throws {
        try await with(pool: 2) { harness in
            try await full(harness)
            let gate = harness.world.close(.drop)
            // The keeper hears of the new generation, and must not have a member of it ready before the clone is made.
            let making = harness.world.close(.clone)
            defer {
                gate.open()
                making.open()
            }
            try await addGeneration(2, to: harness)
            let record = try await harness.environments.clone(CloneSpec(snapshot: "prod", name: "pr-1")).record
            #expect(record.generation == 2 && record.phase == .requested)
        }
    }

    @Test func aSmallerPoolIsEmptiedAndZeroTurnsItOff() async throws {
        try await with(pool: 3) { harness in
            try await full(harness)
            let old = try await members(harness)
            _ = try await harness.pools.set("prod", size: 0)
            for member in old { try await harness.until(member.id) { $0.phase == .deleted } }
            #expect(harness.leftovers.isEmpty)
            let cold = try await harness.environments.clone(CloneSpec(snapshot: "prod", name: "cold")).record
            #expect(cold.phase == .requested)
        }
    }

    @Test func deletingTheSnapshotDeletesItsMembers() async throws {
        try await with(pool: 2) { harness in
            try await full(harness)
            let old = try await members(harness)
            let kept = try await harness.environments.clone(CloneSpec(snapshot: "prod", name: "kept")).record
            #expect(try await harness.snapshots.delete("prod").state == .deleted)
            for member in old where member.id != kept.id {
                try await harness.until(member.id) { $0.phase == .deleted }
            }
            let left = try await members(harness).filter { $0.phase != .deleting }
            #expect(left.isEmpty)
            #expect(try await harness.environments.get("kept").phase == .ready)
        }
    }

    @Test func aRefillThatFailsWakesEveryWaiterWithTheCause() async throws {
        try await with(pool: 0) { harness in
            let fault = ControlError(.misconfigured, "the template is gone")
            harness.world.fail(.clone, with: Array(repeating: fault, count: 2))
            // The third refill would go well, and a waiter that looks after it sees a full pool.
            _ = harness.world.close(.seal)
            _ = try await harness.pools.set("prod", size: 1)
            let causes = await withTaskGroup(of: String.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        do {
                            return "full: \(try await full(harness))"
                        } catch {
                            return (error as? ControlError)?.message ?? "\(error)"
                        }
                    }
                }
                return await group.reduce(into: [String]()) { $0.append($1) }
            }
            harness.world.open(.seal)
            #expect(causes.allSatisfy { $0.contains("the template is gone") }, "\(causes)")
            // Tried again by itself; then the reason is gone.
            let recovered: PoolStatus = try await awaiting(
                "the pool did not recover", subject: "prod",
                changes: harness.engine.hub.changes(of: try await harness.snapshots.get("prod").id.text),
                timeout: harness.patience
            ) { () async throws(ControlError) in
                let status = try await harness.pools.get("prod")
                return status.ready == 1 && status.reason == nil ? status : nil
            }
            #expect(recovered.failures == 0)
            let kinds = try await harness.snapshots.events("prod").map(\.kind)
            #expect(kinds.contains("pool-refill-failed"))
        }
    }

    @Test func refillsWaitBehindUsers() async throws {
        try await with(pool: 0, { $0.tunables.concurrentClones = 1 }) { harness in
            let gate = harness.world.close(.clone)
            for number in 0..<3 {
                _ = try await harness.environments.clone(CloneSpec(snapshot: "prod", name: "pr-\(number)"))
            }
            await gate.arrivals(1)
            let status = try await harness.pools.set("prod", size: 2)
            #expect(status.held?.contains("3 requests") == true)
            #expect(try await members(harness).isEmpty)
            harness.world.open(.clone)
            #expect(try await full(harness).ready == 2)
            let first = try #require(try await members(harness).map(\.createdAt).min())
            for number in 0..<3 {
                let record = try await harness.environments.wait("pr-\(number)", timeout: harness.patience)
                #expect(record.createdAt < first)
            }
        }
    }

    @Test func poolsLeavePortsToUsers() async throws {
        try await with(pool: 20, { $0.ports = 30_000...30_011 }) { harness in
            let status: PoolStatus = try await awaiting(
                "the pool did not fill the ports", subject: "prod",
                changes: harness.engine.hub.changes(of: try await harness.snapshots.get("prod").id.text),
                timeout: harness.patience
            ) { () async throws(ControlError) in
                let status = try await harness.pools.get("prod")
                return status.ready == 9 ? status : nil
            }
            #expect(status.held?.contains("ports") == true)
            // Environments of another snapshot find ports, and push members out before the last one is gone. Each waits
            // until the one before has pushed its member out: the three ports that are left are for haste.
            let prod = try await harness.snapshots.get("prod").id.text
            for number in 0..<8 {
                try await harness.clone("o-\(number)", of: "other")
                let _: Int = try await awaiting(
                    "no member made room", subject: "prod", changes: harness.engine.hub.changes(of: prod),
                    timeout: harness.patience
                ) { () async throws(ControlError) in
                    let used = try await harness.store.portsInUse(harness.configuration.ports)
                    return used <= 9 ? used : nil
                }
            }
            #expect(try await harness.environments.list().count == 8)
        }
    }

    @Test func twoKeepersDoNotFillTheSameGap() async throws {
        try await LifecycleHarness.with({ $0.poolSize = 5 }) { harness in
            let settings = PoolSettings(defaultSize: 5, making: 50, admission: harness.engine.admission)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        _ = try await harness.store.keepPools(settings) {
                            var generator = SystemRandomNumberGenerator()
                            return PoolRefill(id: EnvironmentID(using: &generator), rolePassword: "password")
                        }
                    }
                }
                try await group.waitForAll()
            }
            let counts = Dictionary(grouping: try await members(harness), by: \.snapshot).mapValues(\.count)
            #expect(counts.values.allSatisfy { $0 <= 5 }, "\(counts)")
        }
    }

    private func addGeneration(_ number: Int, to harness: LifecycleHarness) async throws {
        let snapshot = try await harness.snapshots.get("prod")
        let mark = InstallationMark(
            installation: harness.installation.text, kind: .snapshot, id: snapshot.id.text, generation: number)
        harness.world.state.withLock {
            $0.databases[ResourceNames.snapshotDatabase(snapshot.id, generation: number)] = mark
        }
        try await harness.store.pool.query(
            """
            INSERT INTO generations (snapshot_id, number, state, source, account_id, region, database_bytes, ready_at)
            SELECT snapshot_id, $2, 'ready', source, account_id, region, database_bytes, clock_timestamp()
            FROM generations WHERE snapshot_id = $1 AND number = 1
            """, .text(snapshot.id.text), .int(number))
    }
}
