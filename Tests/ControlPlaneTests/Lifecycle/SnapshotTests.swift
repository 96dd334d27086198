import Environments
import Postgres
import Testing

@testable import ControlPlane

@Suite struct SnapshotTests {
    private func directory() throws -> String { try TemporaryDirectory.make("export") }

    @Test func anImportBecomesReadyAndCanBeCloned() async throws {
        try await LifecycleHarness.with { harness in
            let begun = try await harness.snapshots.importExport(name: "fresh", directory: directory())
            #expect(begun.state == .importing)
            #expect(begun.generation == 1)
            let ready = try await harness.snapshots.wait("fresh", timeout: harness.patience)
            #expect(ready.state == .ready)
            #expect(ready.tables == [SnapshotTable(name: "shop", items: 5, bytes: 50)])
            #expect(ready.progress.itemsDone == 5)
            #expect(ready.accountID == "123456789012")
            #expect(try await harness.clone("pr-1", of: "fresh").phase == .ready)
            #expect(try await harness.snapshots.events("fresh").map(\.kind) == ["importing", "ready"])
            #expect(try await harness.snapshots.list().map(\.name.text) == ["fresh", "other", "prod"])
        }
    }

    @Test func progressIsSeenWhileItRuns() async throws {
        try await LifecycleHarness.with { harness in
            let gate = harness.world.close(.import)
            let begun = try await harness.snapshots.importExport(name: "slow", directory: directory())
            await gate.arrivals(1)
            let seen: SnapshotRecord = try await awaiting(
                "no progress", subject: "slow", changes: ticks(), timeout: harness.patience
            ) { () async throws(ControlError) in
                let record = try await harness.snapshots.get("slow")
                return record.progress.itemsDone == 3 ? record : nil
            }
            #expect(seen.state == .importing)
            #expect(seen.progress.itemsTotal == 5)
            #expect(
                await harness.code { _ = try await harness.environments.clone(CloneSpec(snapshot: "slow")) }
                    == .conflict)
            #expect(await harness.code { _ = try await harness.snapshots.delete("slow") } == .conflict)
            harness.world.open(.import)
            #expect(try await harness.snapshots.wait("slow", timeout: harness.patience).id == begun.id)
        }
    }

    private func ticks() -> AsyncStream<Void> {
        AsyncStream(unfolding: { try? await Task.sleep(for: .milliseconds(5)) })
    }

    @Test func aFailedImportLeavesNothingAndCanBeRepeated() async throws {
        try await LifecycleHarness.with { harness in
            harness.world.fail(.import, with: [ControlError(.invalidRequest, "data/1.json.gz line 7 is not JSON")])
            let begun = try await harness.snapshots.importExport(name: "broken", directory: directory())
            let failed = try await harness.snapshots.wait("broken", timeout: harness.patience)
            #expect(failed.state == .failed)
            #expect(failed.reason == "data/1.json.gz line 7 is not JSON")
            #expect(harness.world.snapshot.databases[begun.database] == nil)
            let again = try await harness.snapshots.importExport(name: "broken", directory: directory())
            #expect(again.generation == 2)
            #expect(again.id == begun.id)
            #expect(try await harness.snapshots.wait("broken", timeout: harness.patience).state == .ready)
        }
    }

    @Test func cancellingStopsAndCleansUp() async throws {
        try await LifecycleHarness.with { harness in
            let gate = harness.world.close(.import)
            let begun = try await harness.snapshots.importExport(name: "long", directory: directory())
            await gate.arrivals(1)
            let cancelled = try await harness.snapshots.cancel("long")
            #expect(cancelled.state == .failed)
            #expect(cancelled.reason == "cancelled")
            #expect(harness.world.snapshot.databases[begun.database] == nil)
            #expect(await harness.code { _ = try await harness.snapshots.cancel("long") } == .conflict)
        }
    }

    @Test func namesInUseAndBadDirectoriesAreRefused() async throws {
        try await LifecycleHarness.with { harness in
            let good = try directory()
            #expect(
                await harness.code { _ = try await harness.snapshots.importExport(name: "prod", directory: good) }
                    == .conflict)
            for bad in ["relative", "/no/such/directory"] {
                #expect(
                    await harness.code { _ = try await harness.snapshots.importExport(name: "new", directory: bad) }
                        == .invalidRequest)
            }
            #expect(await harness.code { _ = try await harness.snapshots.get("new") } == .notFound)
        }
    }

    /// Whichever comes first, the other one is refused: nobody is given a clone of what is being dropped.
    @Test func aCloneAndADeletionOfTheSnapshotExcludeEachOther() async throws {
        try await LifecycleHarness.with { harness in
            for round in 0..<20 {
                let snapshot = "race-\(round)"
                try await harness.addSnapshot(snapshot)
                async let deleted = harness.code { _ = try await harness.snapshots.delete(snapshot) }
                let codes = await withTaskGroup(of: ControlError.Code?.self) { group in
                    for clone in 0..<4 {
                        group.addTask {
                            await harness.code {
                                _ = try await harness.environments.clone(
                                    CloneSpec(snapshot: snapshot, name: "\(snapshot)-\(clone)"))
                            }
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                let refused: Set<ControlError.Code?> = [.conflict, .notFound]
                #expect(codes.allSatisfy { $0 == nil || refused.contains($0) }, "\(codes)")
                // A clone that was done before the deletion began keeps nobody from deleting.
                #expect([nil, .conflict].contains(await deleted))
                for environment in try await harness.environments.list() {
                    let settled = try await harness.environments.wait(
                        environment.name.text, timeout: harness.patience)
                    #expect(settled.phase == .ready, "\(settled.reason ?? "")")
                    _ = try await harness.environments.delete(environment.name.text, wait: harness.patience)
                }
            }
        }
    }

    /// A clone that reads the snapshot at that moment holds its row, and tells nobody when it is done.
    @Test func whatIsLockedIsLeftForASecondLook() async throws {
        try await withHarness { harness in
            try await harness.store.pool.query(
                """
                UPDATE generations SET state = 'deleting', next_attempt_at = clock_timestamp()
                WHERE snapshot_id = (SELECT id FROM snapshots WHERE name = 'prod')
                """)
            try await harness.store.pool.transaction { connection in
                try await connection.query("SELECT FROM generations WHERE state = 'deleting' FOR SHARE")
                let passed = try await harness.store.claimGenerations(limit: 2, lease: .seconds(60))
                #expect(passed.claimed.isEmpty && passed.isBehind)
            }
            let taken = try await harness.store.claimGenerations(limit: 2, lease: .seconds(60))
            #expect(taken.claimed.map(\.record.name.text) == ["prod"] && !taken.isBehind)
        }
    }

    @Test func deletingDropsTheStorageAndKeepsClones() async throws {
        try await LifecycleHarness.with { harness in
            let clone = try await harness.clone("pr-1")
            let snapshot = try await harness.snapshots.get("prod")
            let gone = try await harness.snapshots.delete("prod")
            #expect(gone.state == .deleted)
            #expect(harness.world.snapshot.databases[snapshot.database] == nil)
            #expect(try await harness.environments.get("pr-1").phase == .ready)
            #expect(harness.world.snapshot.databases[clone.database] != nil)
            #expect(await harness.code { _ = try await harness.snapshots.get("prod") } == .notFound)
            // The name is free again.
            _ = try await harness.snapshots.importExport(name: "prod", directory: directory())
        }
    }
}
