import Environments
import Postgres
import Testing

@testable import ControlPlane

/// Two control planes on one PostgreSQL, each with a machine of its own.
@Suite struct ReplicaTests {
    private func claim(
        _ store: RecordStore, lease: Duration = .seconds(60)
    ) async throws -> [ClaimedEnvironment] {
        try await store.claim(beforeClone: 9, others: 9, lease: lease).claimed
    }

    private func second(_ harness: LifecycleHarness) -> RecordStore {
        RecordStore(pool: harness.store.pool, secrets: harness.store.secrets, replica: "two")
    }

    @Test func anotherReplicaLeavesAFreshRequestToItsOwn() async throws {
        try await withHarness { harness in
            _ = try await harness.environments.clone(CloneSpec(snapshot: "prod", name: "mine"))
            let others = try await claim(second(harness))
            #expect(others.isEmpty)
            let own = try await claim(harness.store)
            #expect(own.map(\.record.name.text) == ["mine"] && own.first?.record.host == "one")
        }
    }

    @Test func anotherReplicaTakesOverWhatNobodyBeganAndGivesItAPortOfItsOwn() async throws {
        try await withHarness { harness in
            _ = try await harness.environments.clone(CloneSpec(snapshot: "prod", name: "left"))
            let others = try await claim(second(harness), lease: .zero)
            let taken = try #require(others.first)
            #expect(taken.record.host == "two" && taken.record.port == nil)
            // The first one has lost it for good.
            #expect(try await claim(harness.store, lease: .seconds(60)).isEmpty)
        }
    }

    @Test func whatRunsStaysWithItsMachineHoweverLongThatIsSilent() async throws {
        try await LifecycleHarness.with { harness in
            let ready = try await harness.clone("bound")
            try await harness.store.pool.query(
                """
                UPDATE environments SET next_attempt_at = clock_timestamp() - interval '1 day',
                    lease_owner = NULL, lease_expires_at = NULL, phase = 'starting' WHERE id = $1
                """, .text(ready.id.text))
            #expect(try await claim(second(harness), lease: .zero).isEmpty)
            // Its own replica goes on with it.
            let settled = try await harness.until(ready.id) { $0.phase == .ready }
            #expect(settled.host == "one" && settled.port == ready.port)
        }
    }

    /// A machine that never comes back must not keep what nobody wants any more.
    @Test func whatIsToBeDeletedIsTakenFromASilentMachine() async throws {
        try await LifecycleHarness.with { harness in
            let ready = try await harness.clone("lost")
            let elsewhere = """
                UPDATE environments SET host = 'gone', phase = $2, next_attempt_at = clock_timestamp() WHERE id = $1
                """
            func heardOf(_ ago: String) async throws {
                try await harness.store.pool.query(
                    """
                    INSERT INTO replicas (name, seen_at) VALUES ('gone', clock_timestamp() - $1::text::interval)
                    ON CONFLICT (name) DO UPDATE SET seen_at = EXCLUDED.seen_at
                    """, .text(ago))
            }
            // While its machine is heard of, and while somebody wants it, it stays there.
            try await heardOf("1 second")
            try await harness.store.pool.query(elsewhere, .text(ready.id.text), .text("deleting"))
            #expect(try await claim(second(harness), lease: .zero).isEmpty)
            try await heardOf("1 hour")
            try await harness.store.pool.query(elsewhere, .text(ready.id.text), .text("starting"))
            #expect(try await claim(second(harness), lease: .zero).isEmpty)
            try await harness.store.pool.query(elsewhere, .text(ready.id.text), .text("deleting"))
            let taken = try #require(try await claim(second(harness), lease: .zero).first)
            // Its process is another machine's: that number means nothing here.
            #expect(taken.record.host == "two" && taken.record.server == nil && taken.record.port == nil)
        }
    }

    @Test func aProcessDoesNotClaimWhatItIsAtWorkOn() async throws {
        try await withHarness { harness in
            _ = try await harness.environments.clone(CloneSpec(snapshot: "prod", name: "busy"))
            let held = try #require(try await claim(harness.store, lease: .zero).first)
            // Its lease has run out, and this process still works on it.
            let again = try await harness.store.claim(
                beforeClone: 9, others: 9, lease: .seconds(60), except: [held.record.id])
            #expect(again.claimed.isEmpty)
        }
    }

    @Test func twoReplicasUseTheSamePortNumbersOnTheirOwnMachines() async throws {
        try await withHarness { harness in
            _ = try await harness.environments.clone(CloneSpec(snapshot: "prod", name: "mine"))
            let port = try #require(try await harness.environments.get("mine").port)
            #expect(try await !harness.store.unreservedPorts(port...port).contains(port))
            #expect(try await second(harness).unreservedPorts(port...port) == [port])
        }
    }

    @Test(arguments: [2, 60, 600])
    func aReplicaIsHeardOfBeforeOthersTakeItForSilent(lease: Int) {
        var tunables = Tunables()
        tunables.lease = .seconds(lease)
        #expect(tunables.renewalInterval * 3 <= .seconds(30))
        #expect(tunables.renewalInterval * 4 <= tunables.lease)
    }

    @Test func onlyRenewedClaimsOutliveTheirLease() {
        let leases = LeaseKeeper(lease: .seconds(10))
        let (a, b) = (EnvironmentID("a"), EnvironmentID("b"))
        let start = ContinuousClock.now
        #expect(leases.holds(a, claimedAt: start, now: start + .seconds(9)))
        #expect(!leases.holds(a, claimedAt: start, now: start + .seconds(10)))
        leases.renewed([a], at: start + .seconds(8))
        #expect(leases.holds(a, claimedAt: start, now: start + .seconds(17)))
        // What another replica took over was not among the renewed.
        #expect(!leases.holds(b, claimedAt: start, now: start + .seconds(11)))
        leases.renewed([], at: start + .seconds(16))
        #expect(!leases.holds(a, claimedAt: start, now: start + .seconds(17)))
    }
}
