import Environments
import Postgres
import Testing

@testable import ControlPlane

/// A snapshot's next generation, and the end of the one before.
@Suite struct RefreshTests {
    private func refresh(_ harness: LifecycleHarness) async throws -> SnapshotRecord {
        _ = try await harness.snapshots.refresh("prod", directory: TemporaryDirectory.make("export"))
        return try await harness.snapshots.wait("prod", timeout: harness.patience)
    }

    private func ticks() -> AsyncStream<Void> {
        AsyncStream(unfolding: { try? await Task.sleep(for: .milliseconds(5)) })
    }

    @Test func theOneBeforeIsClonedUntilTheNextIsReady() async throws {
        try await LifecycleHarness.with { harness in
            let first = try await harness.clone("first")
            let gate = harness.world.close(.import)
            let begun = try await harness.snapshots.refresh("prod", directory: TemporaryDirectory.make("export"))
            #expect(begun.state == .importing && begun.generation == 2 && begun.current == 1)
            await gate.arrivals(1)
            let meanwhile = try await harness.clone("meanwhile")
            #expect(meanwhile.phase == .ready && meanwhile.generation == 1)
            #expect(
                await harness.code { _ = try await harness.snapshots.refresh("prod", directory: nil) } == .conflict)
            harness.world.open(.import)
            let ready = try await harness.snapshots.wait("prod", timeout: harness.patience)
            #expect(ready.state == .ready && ready.generation == 2 && ready.current == 2 && ready.id == begun.id)
            #expect(try await harness.clone("after").generation == 2)

            // What exists keeps its generation, whatever is made of it, until it is asked to take the newest.
            let same = try await harness.environments.reset("first", latest: false, by: .local, wait: harness.patience)
            #expect(same.generation == 1 && same.id == first.id)
            let newest = try await harness.environments.reset("first", latest: true, by: .local, wait: harness.patience)
            #expect(newest.phase == .ready && newest.generation == 2 && newest.port == first.port)
        }
    }

    @Test func aGenerationGoesWhenNoEnvironmentCameFromIt() async throws {
        try await LifecycleHarness.with({
            $0.tunables.supersededGrace = .zero
            $0.tunables.pollInterval = .milliseconds(20)
        }) { harness in
            let kept = try await harness.clone("kept")
            let before = try await harness.snapshots.get("prod")
            let now = try await refresh(harness)
            #expect(now.state == .ready && now.current == 2)
            // Another import passes through the same worker, and the look for what nobody needs comes before each.
            _ = try await harness.snapshots.importExport(name: "passing", directory: TemporaryDirectory.make("export"))
            #expect(try await harness.snapshots.wait("passing", timeout: harness.patience).state == .ready)
            #expect(harness.world.snapshot.databases[before.database] != nil)
            let reset = try await harness.environments.reset("kept", latest: false, by: .local, wait: harness.patience)
            #expect(reset.generation == 1)

            _ = try await harness.environments.delete("kept", wait: harness.patience)
            let dropped: Bool = try await awaiting(
                "generation 1 stays", subject: "prod", changes: ticks(), timeout: harness.patience
            ) { () async throws(ControlError) in
                harness.world.snapshot.databases[before.database] == nil ? true : nil
            }
            #expect(dropped)
            let end: SnapshotRecord.State = try await awaiting(
                "the end is not recorded", subject: "prod", changes: ticks(), timeout: harness.patience
            ) { () async throws(ControlError) in
                let state = try await harness.store.generation(before.id, 1)?.record.state
                return state == .deleted ? state : nil
            }
            #expect(end == .deleted)
            // The snapshot lives on, and its history says what went.
            #expect(try await harness.snapshots.get("prod").state == .ready)
            let kinds = try await harness.snapshots.events("prod").map(\.kind)
            #expect(kinds.suffix(4) == ["importing", "ready", "retiring", "retired"])
            #expect(kinds.allSatisfy { EventKind(rawValue: $0) != nil })
            #expect(try await harness.clone("later").generation == 2)
            #expect(kept.id != (try await harness.environments.get("later").id))
        }
    }

    @Test func aGenerationThatWasJustSupersededStaysForRequestsUnderWay() async throws {
        try await LifecycleHarness.with { harness in
            let now = try await refresh(harness)
            let early = try await harness.store.retireGenerations(after: .seconds(60))
            let first = try await harness.store.retireGenerations(after: .zero)
            let again = try await harness.store.retireGenerations(after: .zero)
            #expect(now.current == 2 && !early && first && !again)
        }
    }

    @Test func aRefreshThatFailsLeavesTheOneBeforeAndCanBeRepeated() async throws {
        try await LifecycleHarness.with { harness in
            harness.world.fail(.import, with: [ControlError(.invalidRequest, "line 7 is not JSON")])
            let failed = try await refresh(harness)
            #expect(failed.state == .failed && failed.generation == 2 && failed.current == 1)
            #expect(failed.reason == "line 7 is not JSON")
            #expect(try await harness.clone("goes-on").generation == 1)
            _ = try await harness.snapshots.refresh("prod", directory: nil)
            let again = try await harness.snapshots.wait("prod", timeout: harness.patience)
            #expect(again.state == .ready && again.generation == 3 && again.current == 3)
            #expect(try await harness.clone("newest").generation == 3)
        }
    }

    @Test func aCancelledRefreshLeavesTheOneBefore() async throws {
        try await LifecycleHarness.with { harness in
            let gate = harness.world.close(.import)
            let begun = try await harness.snapshots.refresh("prod", directory: TemporaryDirectory.make("export"))
            await gate.arrivals(1)
            let cancelled = try await harness.snapshots.cancel("prod")
            #expect(cancelled.state == .failed && cancelled.current == 1)
            #expect(harness.world.snapshot.databases[begun.database] == nil)
            #expect(try await harness.clone("goes-on").generation == 1)
        }
    }

    /// Whoever deletes a snapshot and imports it again has another one under the old name.
    @Test func aSnapshotThatWasDeletedAndImportedAgainIsAnother() async throws {
        try await LifecycleHarness.with { harness in
            let old = try await harness.clone("old")
            _ = try await harness.snapshots.delete("prod")
            // Of a snapshot that is gone, what was cloned stays what it is.
            #expect(try await harness.clone("old").id == old.id)
            _ = try await harness.snapshots.importExport(name: "prod", directory: TemporaryDirectory.make("export"))
            _ = try await harness.snapshots.wait("prod", timeout: harness.patience)
            let error = try await #require(throws: ControlError.self) { try await harness.clone("old") }
            #expect(error.code == .conflict && error.message.contains("an earlier snapshot named 'prod'"))
            let reset = try await #require(throws: ControlError.self) {
                _ = try await harness.environments.reset("old", latest: true, by: .local)
            }
            #expect(reset.message.contains("the one of that name is another"))
        }
    }

    @Test func theWarmPoolIsMadeAnew() async throws {
        try await LifecycleHarness.with { harness in
            _ = try await harness.pools.set("prod", size: 2)
            _ = try await harness.pools.wait("prod", timeout: harness.patience)
            #expect(try await refresh(harness).current == 2)
            _ = try await harness.pools.wait("prod", timeout: harness.patience)
            let claimed = try await harness.clone("claimed")
            #expect(claimed.phase == .ready && claimed.generation == 2)
        }
    }

    @Test func whatIsNotThereOrNotADirectoryIsRefused() async throws {
        try await LifecycleHarness.with { harness in
            #expect(
                await harness.code { _ = try await harness.snapshots.refresh("none", directory: nil) } == .notFound)
            #expect(
                await harness.code { _ = try await harness.snapshots.refresh("prod", directory: "relative") }
                    == .invalidRequest)
            #expect(
                await harness.code { _ = try await harness.snapshots.refresh("No Name", directory: nil) }
                    == .invalidRequest)
            let untouched = try await harness.snapshots.get("prod")
            #expect(untouched.generation == 1 && untouched.state == .ready)
        }
    }
}
