import Environments
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import ControlPlane

/// A process that is cut off in the middle of a step, and the one after it.
@Suite struct RestartTests {
    @Test(arguments: [FakeWorld.Call.clone, .seal, .launch, .probe])
    func aHalfMadeCloneIsFinished(call: FakeWorld.Call) async throws {
        try await withHarness { first in
            let gate = first.world.close(call)
            try await first.run {
                _ = try await first.environments.clone(CloneSpec(snapshot: "prod", name: "half"))
                await gate.arrivals(1)
            }
            first.world.open(call)
            let second = try await first.next()
            try await second.run {
                let ready = try await second.environments.wait("half", timeout: second.patience)
                #expect(ready.phase == .ready)
                #expect(second.world.snapshot.servers.count == 1)
            }
        }
    }

    @Test(arguments: [FakeWorld.Call.stop, .drop])
    func aHalfMadeDeletionIsFinished(call: FakeWorld.Call) async throws {
        try await withHarness { first in
            try await first.run {
                try await first.clone("half")
                let gate = first.world.close(call)
                _ = try await first.environments.delete("half")
                await gate.arrivals(1)
            }
            first.world.open(call)
            let second = try await first.next()
            try await second.run {
                let gone = try await second.environments.wait("half", timeout: second.patience)
                #expect(gone.phase == .deleted)
                #expect(second.leftovers.isEmpty)
            }
        }
    }

    @Test func anImportThatLostItsProcessIsDroppedAndCanBeRepeatedAtOnce() async throws {
        try await withHarness { first in
            let export = try TemporaryDirectory.make("export")
            let gate = first.world.close(.import)
            try await first.run {
                _ = try await first.snapshots.importExport(name: "lost", directory: export)
                await gate.arrivals(1)
            }
            first.world.open(.import)
            let begun = try await first.snapshots.get("lost")
            let database = begun.database
            // As a killed process leaves it: the importer itself could not clean up.
            let mark = InstallationMark(
                installation: first.installation.text, kind: .snapshot, id: begun.id.text, generation: 1)
            first.world.state.withLock { $0.databases[database] = mark }
            let second = try await first.next()
            try await second.run {
                let failed = try await second.snapshots.get("lost")
                #expect(failed.state == .failed)
                #expect(failed.reason?.contains("ended during the import") == true)
                #expect(second.world.snapshot.databases[database] == nil)
                let again = try await second.snapshots.importExport(name: "lost", directory: export)
                #expect(again.generation == 2)
                #expect(try await second.snapshots.wait("lost", timeout: second.patience).state == .ready)
            }
        }
    }

    @Test func runningServersAreAdoptedAndOverdueOnesReaped() async throws {
        try await withHarness { first in
            try await first.run {
                try await first.clone("keeps", ttl: .seconds(3600))
                try await first.clone("overdue", ttl: .seconds(3600))
                try await first.clone("died", ttl: .seconds(3600))
            }
            let before = first.world.snapshot.servers
            try await first.store.pool.query(
                "UPDATE environments SET expires_at = clock_timestamp() WHERE name = 'overdue'")
            let overdue = try await first.environments.get("overdue")
            let died = try await first.environments.get("died")
            first.world.killServer(of: died.id)
            let keeps = try await first.environments.get("keeps")
            let second = try await first.next()
            try await second.run {
                try await second.until(overdue.id) { $0.phase == .deleted }
                try await second.until(died.id) { $0.phase == .ready && $0.server != died.server }
                #expect(try await second.environments.get("keeps").server == keeps.server)
                #expect(second.world.snapshot.servers[keeps.id.text] == before[keeps.id.text])
            }
            #expect(second.world.snapshot.calls.filter { $0 == .launch }.count == 4)
        }
    }

    @Test func whatNobodyRecordedIsRemovedAtTheStartAndForeignThingsStay() async throws {
        try await withHarness { first in
            let mine = InstallationMark(
                installation: first.installation.text, kind: .environment, id: "lost", generation: 1)
            let foreign = InstallationMark(installation: "somebody", kind: .environment, id: "x", generation: 1)
            first.world.state.withLock { state in
                state.databases["envctl_e_lost_g1"] = mine
                state.roles["envctl_r_lost"] = mine
                state.databases["envctl_e_x_g1"] = foreign
                state.roles["envctl_r_x"] = foreign
            }
            try await first.run {
                let live = try await first.clone("live")
                let state = first.world.snapshot
                #expect(state.databases["envctl_e_lost_g1"] == nil && state.roles["envctl_r_lost"] == nil)
                #expect(state.databases["envctl_e_x_g1"] == foreign && state.roles["envctl_r_x"] == foreign)
                #expect(state.databases[live.database] != nil)
            }
        }
    }
}
