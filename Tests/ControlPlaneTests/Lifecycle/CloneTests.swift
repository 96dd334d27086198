import Environments
import Postgres
import Synchronization
import Testing

@testable import ControlPlane

@Suite struct CloneTests {
    @Test func reachesReadyThroughEveryPhase() async throws {
        try await LifecycleHarness.with { harness in
            let outcome = try await harness.environments.clone(
                CloneSpec(snapshot: "prod", name: "pr-1", ttl: .seconds(3600), labels: ["team": "shop"], owner: "ci"))
            #expect(outcome.created)
            #expect(outcome.record.phase == .requested)
            #expect(outcome.record.generation == 1)
            #expect(outcome.record.expiresAt - outcome.record.createdAt == .seconds(3600))
            let ready = try await harness.environments.wait("pr-1", timeout: harness.patience)
            #expect(ready.phase == .ready)
            #expect(ready.accountID == "123456789012")
            #expect(ready.region == "eu-central-1")
            #expect(ready.timings.cloning != nil && ready.timings.sealing != nil)
            #expect(ready.timings.starting != nil && ready.timings.probing != nil && ready.timings.total != nil)
            #expect(ready.labels == ["team": "shop"])
            let kinds = try await harness.environments.events("pr-1").map(\.kind)
            #expect(kinds == ["requested", "cloning", "sealing", "starting", "probing", "ready"])
            let credentials = try await harness.environments.credentials("pr-1")
            #expect(credentials.endpoint == "http://127.0.0.1:\(try #require(ready.port))")
            #expect(credentials.secretAccessKey.hasPrefix("secret-of-"))
            let open = try await harness.store.pool.query("SELECT count(*) FROM intents WHERE finished_at IS NULL")
            #expect(try open[0][0].int == 0)
            let effects = try await harness.store.pool.query(
                "SELECT effect FROM intents WHERE subject_id = $1 ORDER BY id", .text(ready.id.text))
            #expect(try effects.map { try $0[0].string } == ["clone", "seal", "launch", "probe"])
        }
    }

    @Test func isIdempotentByNameAndSnapshot() async throws {
        try await LifecycleHarness.with { harness in
            let first = try await harness.clone("pr-1")
            let second = try await harness.environments.clone(CloneSpec(snapshot: "prod", name: "pr-1"))
            #expect(!second.created)
            #expect(second.record.id == first.id)
            let conflict = await #expect(throws: ControlError.self) {
                _ = try await harness.environments.clone(CloneSpec(snapshot: "other", name: "pr-1"))
            }
            #expect(conflict?.code == .conflict)
            #expect(conflict?.message.contains("'prod'") == true && conflict?.message.contains("'other'") == true)
        }
    }

    @Test func sixtyFourAtOnceAreOneEnvironment() async throws {
        try await LifecycleHarness.with { harness in
            let outcomes = try await withThrowingTaskGroup(of: CloneOutcome.self) { group in
                for _ in 0..<64 {
                    group.addTask {
                        try await harness.environments.clone(CloneSpec(snapshot: "prod", name: "pr-64"))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count == 64)
            #expect(Set(outcomes.map(\.record.id)).count == 1)
            #expect(outcomes.filter(\.created).count == 1)
            _ = try await harness.environments.wait("pr-64", timeout: harness.patience)
            #expect(harness.world.snapshot.servers.count == 1)
        }
    }

    @Test func manyAtOnceAllGetReadyWithinTheLimit() async throws {
        try await LifecycleHarness.with({ $0.ports = 30_000...30_063 }) { harness in
            let limit = harness.configuration.tunables.concurrentClones
            let gate = harness.world.close(.clone)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        let record = try await harness.clone("many-\(number)")
                        #expect(record.phase == .ready)
                    }
                }
                // None has passed, so these are under way at once.
                await gate.arrivals(limit)
                harness.world.open(.clone)
                try await group.waitForAll()
            }
            let state = harness.world.snapshot
            #expect(Set(state.servers.values.map(\.port)).count == 40)
            #expect(limit > 1 && state.peak[.clone] == limit)
        }
    }

    @Test func namesAreMadeUpWhenNoneIsGiven() async throws {
        try await LifecycleHarness.with { harness in
            let one = try await harness.environments.clone(CloneSpec(snapshot: "prod"))
            let two = try await harness.environments.clone(CloneSpec(snapshot: "prod"))
            #expect(one.created && two.created)
            #expect(one.record.name != two.record.name)
            #expect(one.record.ttl == .seconds(4 * 3600))
        }
    }

    @Test func badRequestsAreRefusedWithAHint() async throws {
        try await LifecycleHarness.with({ $0.lifetimes.minimumTTL = .seconds(10) }) { harness in
            let specs: [(CloneSpec, ControlError.Code, String)] = [
                (CloneSpec(snapshot: "nope", name: "a"), .notFound, "other, prod"),
                (CloneSpec(snapshot: "prod", name: String(repeating: "x", count: 200)), .invalidRequest, "63"),
                (CloneSpec(snapshot: "prod", name: "a", ttl: .seconds(-1)), .invalidRequest, "10s"),
                (CloneSpec(snapshot: "prod", name: "a", ttl: .seconds(31 * 86_400)), .invalidRequest, "30d"),
                (CloneSpec(snapshot: "Prod", name: "a"), .invalidRequest, "a-z"),
                (CloneSpec(snapshot: "prod", name: "a", labels: ["team": "a\u{0}b"]), .invalidRequest, "control"),
            ]
            for (spec, code, hint) in specs {
                let error = await #expect(throws: ControlError.self) {
                    _ = try await harness.environments.clone(spec)
                }
                #expect(error?.code == code)
                #expect(error?.hint?.contains(hint) == true, "\(error?.hint ?? "no hint")")
            }
            let all = try await harness.environments.list()
            #expect(all.isEmpty)
        }
    }

    @Test func theOnePortThatNoOtherProcessHoldsIsFound() async throws {
        try await LifecycleHarness.with({ $0.ports = 30_200...30_299 }) { harness in
            harness.world.state.withLock { $0.busyPorts = Set(30_200...30_299).subtracting([30_242]) }
            #expect(try await harness.clone("lucky").port == 30_242)
            // With none left it fails, says why, and gives back what it reserved.
            let failed = try await harness.clone("unlucky")
            #expect(failed.phase == .failed)
            #expect(failed.reason?.contains("30200 to 30299") == true, "\(failed.reason ?? "")")
        }
    }

    @Test func aUsedUpPortRangeIsRefusedAtOnceAndAFreedPortServesAgain() async throws {
        try await LifecycleHarness.with({ $0.ports = 30_100...30_102 }) { harness in
            for number in 0..<3 { try await harness.clone("full-\(number)") }
            let error = await #expect(throws: ControlError.self) {
                _ = try await harness.environments.clone(CloneSpec(snapshot: "prod", name: "full-3"))
            }
            #expect(error?.code == .capacity)
            #expect(error?.exitCode == 5)
            // The name that exists is still found.
            let found = try await harness.environments.clone(CloneSpec(snapshot: "prod", name: "full-0"))
            #expect(!found.created)
            let gone = try await harness.environments.delete("full-1", wait: harness.patience)
            #expect(gone.phase == .deleted)
            let again = try await harness.clone("full-3")
            #expect(again.phase == .ready)
        }
    }

    @Test func labelsSelect() async throws {
        try await LifecycleHarness.with { harness in
            for (name, labels) in [("a", ["pr": "1"]), ("b", ["pr": "2", "x": "\"'; DROP"]), ("c", [:])] {
                _ = try await harness.environments.clone(CloneSpec(snapshot: "prod", name: name, labels: labels))
            }
            #expect(try await harness.environments.list().count == 3)
            #expect(try await harness.environments.list(labels: ["pr": "2"]).map(\.name.text) == ["b"])
            #expect(try await harness.environments.list(labels: ["x": "\"'; DROP"]).map(\.name.text) == ["b"])
            #expect(try await harness.environments.list(labels: ["pr": "3"]).isEmpty)
        }
    }

    @Test func waitingEndsInTime() async throws {
        try await LifecycleHarness.with { harness in
            let gate = harness.world.close(.probe)
            _ = try await harness.environments.clone(CloneSpec(snapshot: "prod", name: "slow"))
            await gate.arrivals(1)
            #expect(
                await harness.code { _ = try await harness.environments.wait("slow", timeout: .milliseconds(30)) }
                    == .timeout)
            #expect(await harness.code { _ = try await harness.environments.credentials("slow") } == .conflict)
            #expect(await harness.code { _ = try await harness.environments.wait("none", timeout: .zero) } == .notFound)
            harness.world.open(.probe)
            #expect(try await harness.environments.wait("slow", timeout: harness.patience).phase == .ready)
        }
    }
}
