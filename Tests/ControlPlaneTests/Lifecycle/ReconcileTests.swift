import Environments
import Synchronization
import Testing

@testable import ControlPlane

/// What exists against what is recorded, in both directions.
@Suite struct ReconcileTests {
    private func mark(_ harness: LifecycleHarness, _ id: String) -> InstallationMark {
        InstallationMark(installation: harness.installation.text, kind: .environment, id: id, generation: 1)
    }

    @Test func aTickRemovesOnlyWhatTheOneBeforeSawToo() async throws {
        try await LifecycleHarness.with { harness in
            let lost = mark(harness, "lost")
            harness.world.state.withLock { $0.databases["envctl_e_lost_g1"] = lost }
            let reconciler = harness.engine.reconciler
            let first = try await reconciler.tick()
            #expect(first.plan.waiting.map(\.step.subject.description) == ["database envctl_e_lost_g1"])
            #expect(harness.world.snapshot.databases["envctl_e_lost_g1"] != nil)
            let said = try await reconciler.dryRun()
            #expect(said.isDryRun && said.plan.steps.count == 1)
            #expect(harness.world.snapshot.databases["envctl_e_lost_g1"] != nil)
            let second = try await reconciler.tick()
            #expect(second.plan == said.plan)
            #expect(second.counts.done == [.remove: 1] && second.counts.failed == 0)
            #expect(harness.world.snapshot.databases["envctl_e_lost_g1"] == nil)
            // The snapshots have records.
            #expect(harness.world.snapshot.databases.count == 2)
            #expect(try await reconciler.tick().plan.isEmpty)
            let history = try await harness.store.events(subject: harness.installation.text)
            #expect(history.map(\.kind) == ["orphan-removed"])
        }
    }

    @Test func whatAnotherInstallationMadeIsNotTouched() async throws {
        try await LifecycleHarness.with { harness in
            let foreign = InstallationMark(installation: "another", kind: .environment, id: "x", generation: 1)
            harness.world.state.withLock { state in
                state.databases["envctl_e_x_g1"] = foreign
                state.roles["envctl_r_x"] = foreign
            }
            for _ in 0..<3 {
                let outcome = try await harness.engine.reconciler.tick()
                #expect(outcome.plan.isEmpty, "\(outcome.plan)")
            }
            #expect(harness.world.snapshot.roles["envctl_r_x"] == foreign)
        }
    }

    @Test func ofTheDirectoriesOnlyThoseOfEnvironmentsAreLookedAt() async throws {
        try await LifecycleHarness.with { harness in
            let parent = harness.configuration.environmentsDirectory
            let orphan = "\(parent)/0123456789abcdef01234567"
            let notes = "\(parent)/notes"
            for directory in [orphan, notes] { try PosixFile.makeDirectory(directory, mode: 0o700) }
            for _ in 0..<2 { _ = try await harness.engine.reconciler.tick() }
            #expect(!PosixFile.exists(orphan))
            #expect(PosixFile.exists(notes))
        }
    }

    @Test func dataThatSomebodyDroppedAreNotMadeUp() async throws {
        try await LifecycleHarness.with { harness in
            let record = try await harness.clone("victim")
            let other = try await harness.clone("other")
            harness.world.state.withLock { $0.databases[record.database] = nil }
            for _ in 0..<2 { _ = try await harness.engine.reconciler.tick() }
            let failed = try await harness.until(record.id) { $0.phase == .failed }
            #expect(failed.reason?.contains("\(record.database) is gone") == true)
            #expect(harness.world.snapshot.databases[record.database] == nil)
            // Its server is stopped, since it has nothing to serve.
            try await harness.until(record.id) { _ in harness.world.snapshot.servers[record.id.text] == nil }
            #expect(try await harness.environments.get("other").phase == .ready)
            #expect(harness.world.snapshot.servers[other.id.text] != nil)
            let history = try await harness.environments.events("victim")
            #expect(history.contains { $0.kind == "data-lost" })
        }
    }

    @Test func aRoleThatSomebodyDroppedIsMadeAgain() async throws {
        try await LifecycleHarness.with { harness in
            let record = try await harness.clone("victim")
            harness.world.state.withLock { $0.roles[record.role] = nil }
            for _ in 0..<2 { _ = try await harness.engine.reconciler.tick() }
            #expect(harness.world.snapshot.roles[record.role]?.id == record.id.text)
            #expect(try await harness.environments.get("victim").phase == .ready)
        }
    }

    @Test func whatCannotBeRemovedIsToldAndTriedAgain() async throws {
        try await LifecycleHarness.with { harness in
            let lost = mark(harness, "lost")
            harness.world.state.withLock { $0.databases["envctl_e_lost_g1"] = lost }
            let reconciler = harness.engine.reconciler
            _ = try await reconciler.tick()
            harness.world.fail(.drop, with: [ControlError(.unavailable, "no answer")])
            let failed = try await reconciler.tick()
            #expect(failed.problems.map { $0?.message } == ["no answer"] && failed.counts.failed == 1)
            #expect(try await reconciler.tick().counts.done == [.remove: 1])
            #expect(harness.world.snapshot.databases["envctl_e_lost_g1"] == nil)
        }
    }
}
