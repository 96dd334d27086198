import Environments
import Synchronization
import Testing

@testable import ControlPlane

/// Sleeping, waking and resetting, with everything but the world real.
@Suite struct SleepTests {
    private static let me = Actor(name: "ann", source: "10.0.0.7")

    @Test func aSleepingEnvironmentHasNoServerAndWakesWhenAClientConnects() async throws {
        try await LifecycleHarness.with { harness in
            let ready = try await harness.clone("sleeper")
            let asleep = try await harness.environments.hibernate("sleeper", by: Self.me, wait: harness.patience)
            #expect(asleep.phase == .hibernated && asleep.server == nil && asleep.hibernatedAt != nil)
            #expect(harness.world.snapshot.servers.isEmpty)
            #expect(harness.world.snapshot.heldPorts == [ready.id.text: try #require(ready.port)])
            // Credentials are handed out all the same: the first request wakes it.
            #expect(try await harness.environments.credentials("sleeper").accessKeyID == ready.credential?.accessKeyID)

            try await harness.watched(ready.id)
            harness.world.knock(ready.id)
            let awake = try await harness.until(ready.id) { $0.phase == .ready }
            #expect(awake.server != nil && awake.port == ready.port && awake.hibernatedAt == nil)
            #expect(awake.credential == ready.credential)
            let history = try await harness.environments.events("sleeper")
            #expect(history.map(\.kind).suffix(5).contains("waking"))
        }
    }

    @Test func sleepingTwiceAndWakingTheAwakeChangeNothing() async throws {
        try await LifecycleHarness.with { harness in
            let ready = try await harness.clone("twice")
            #expect(try await harness.environments.wake("twice", by: Self.me).phase == .ready)
            _ = try await harness.environments.hibernate("twice", by: Self.me, wait: harness.patience)
            _ = try await harness.environments.hibernate("twice", by: Self.me, wait: harness.patience)
            let awake = try await harness.environments.wake("twice", by: Self.me, wait: harness.patience)
            #expect(awake.phase == .ready && awake.port == ready.port)
            let kinds = try await harness.environments.events("twice").map(\.kind)
            #expect(kinds.filter { $0 == "hibernated" }.count == 1)
            #expect(kinds.filter { $0 == "waking" }.count == 1)
        }
    }

    @Test func afterARestartASleepingEnvironmentIsWokenAsBefore() async throws {
        try await withHarness { first in
            try await first.run {
                try await first.clone("sleeper")
                _ = try await first.environments.hibernate("sleeper", by: Self.me, wait: first.patience)
            }
            // The process took its sockets along.
            first.world.state.withLock { $0.heldPorts = [:] }
            let second = try await first.next()
            try await second.run {
                let asleep = try await second.environments.get("sleeper")
                #expect(asleep.phase == .hibernated)
                #expect(second.world.snapshot.heldPorts[asleep.id.text] == asleep.port)
                try await second.watched(asleep.id)
                second.world.knock(asleep.id)
                try await second.until(asleep.id) { $0.phase == .ready }
            }
        }
    }

    @Test func aPortThatIsTakenWhileItSleptIsTakenBackWhenItIsFree() async throws {
        try await withHarness { first in
            try await first.run {
                try await first.clone("sleeper")
                _ = try await first.environments.hibernate("sleeper", by: Self.me, wait: first.patience)
            }
            let port = try #require(try await first.environments.get("sleeper").port)
            first.world.state.withLock { state in
                state.heldPorts = [:]
                state.busyPorts.insert(port)
            }
            let second = try await first.next()
            try await second.run {
                let id = try await second.environments.get("sleeper").id
                let waiting = try await second.until(id) { $0.reason != nil }
                #expect(waiting.phase == .hibernated && waiting.reason?.contains("\(port)") == true)
                second.world.state.withLock { _ = $0.busyPorts.remove(port) }
                let held = try await second.until(id) { $0.reason == nil }
                #expect(held.port == port && second.world.snapshot.heldPorts[id.text] == port)
            }
        }
    }

    @Test func aResetMakesANewCopyUnderTheSameEndpointAndCredential() async throws {
        try await LifecycleHarness.with { harness in
            let before = try await harness.clone("again")
            let after = try await harness.environments.reset(
                "again", latest: false, by: Self.me, wait: harness.patience)
            #expect(after.phase == .ready && after.port == before.port && after.credential == before.credential)
            #expect(after.incarnation == 2 && after.database != before.database && after.generation == 1)
            let settled = try await harness.until(after.id) { $0.oldestIncarnation == 2 }
            let world = harness.world.snapshot
            #expect(world.databases[before.database] == nil && world.databases[settled.database] != nil)
            // Nobody could connect to the old copy any more when the new one was sealed.
            #expect(world.closed == [before.database])
            #expect(world.servers.count == 1)
        }
    }

    @Test func aResetTakesTheNewestGenerationOnlyWhenAsked() async throws {
        try await LifecycleHarness.with { harness in
            try await harness.clone("old")
            try await harness.addGeneration(2, of: "prod")
            #expect(
                try await harness.environments.reset("old", latest: false, by: Self.me, wait: harness.patience)
                    .generation == 1)
            #expect(
                try await harness.environments.reset("old", latest: true, by: Self.me, wait: harness.patience)
                    .generation == 2)
        }
    }

    @Test func whatCannotBeResetIsRefusedAndLosesNothing() async throws {
        try await LifecycleHarness.with { harness in
            #expect(
                await harness.code { _ = try await harness.environments.reset("none", latest: false, by: Self.me) }
                    == .notFound)
            let ready = try await harness.clone("kept")
            _ = try await harness.store.change(.id(ready.id), by: Self.me) { record, now in
                var transition = EnvironmentMachine().entering(record.phase, record, now: now)
                transition.record.protection = Protection(owner: "ann", reason: "a demo", until: nil)
                return transition
            }
            #expect(
                await harness.code { _ = try await harness.environments.reset("kept", latest: false, by: Self.me) }
                    == .conflict)
            let kept = try await harness.environments.get("kept")
            #expect(kept.database == ready.database && kept.incarnation == 1)
        }
    }

    @Test func aResetOfASnapshotThatIsGoneIsRefused() async throws {
        try await LifecycleHarness.with { harness in
            let ready = try await harness.clone("orphan")
            _ = try await harness.snapshots.delete("prod")
            #expect(
                await harness.code { _ = try await harness.environments.reset("orphan", latest: true, by: Self.me) }
                    == .conflict)
            let kept = try await harness.environments.get("orphan")
            #expect(kept.phase == .ready && kept.database == ready.database)
        }
    }

    @Test(arguments: [FakeWorld.Call.stop, .clone, .seal, .launch, .probe, .drop])
    func aHalfMadeResetIsFinishedByTheNextProcess(call: FakeWorld.Call) async throws {
        try await withHarness { first in
            let before = try await firstReady(first, call)
            first.world.open(call)
            let second = try await first.next()
            try await second.run {
                let after = try await second.until(before.id) { $0.phase == .ready && $0.oldestIncarnation == 2 }
                #expect(after.credential == before.credential && after.port == before.port)
                #expect(second.world.snapshot.databases[before.database] == nil)
                #expect(second.world.snapshot.servers.count == 1)
            }
        }
    }

    /// An environment whose reset stands at the gate of a call when its process is cut off.
    private func firstReady(_ first: LifecycleHarness, _ call: FakeWorld.Call) async throws -> EnvironmentRecord {
        try await first.run {
            try await first.clone("half")
            let gate = first.world.close(call)
            _ = try await first.environments.reset("half", latest: false, by: Self.me)
            await gate.arrivals(1)
        }
        return try await first.store.read(
            "SELECT \(EnvironmentRow.columns) FROM environments e WHERE e.name = 'half'", []
        ).map { claimed in
            var record = claimed.record
            record.incarnation = 1
            return record
        }[0]
    }
}
