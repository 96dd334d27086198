import ControlPlane
import Environments
import Postgres
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Two control planes with state directories of their own on one PostgreSQL.
@Suite(.serialized) struct ReplicaTests {
    /// `first` runs the private PostgreSQL, which outlives it; `second` uses the same by its URL.
    ///
    /// - Parameter lease: shorter than the default of the product, so that a take-over does not take a minute; but a
    ///   request that its replica leaves alone for so long is the other one's, which a test that says where what runs
    ///   must not see happen on a busy machine.
    private func withTwo(
        ports: Int, lease: String = "10s",
        _ body: (_ first: Installation, _ second: Installation) async throws -> Void
    ) async throws {
        let lease = ["ENVCTL_LEASE": lease]
        try await Installation.withSnapshot(ports: ports...ports + 19, settings: lease) { first in
            let admin = try await first.postgres().admin
            let url = "postgresql://\(admin.user):\(admin.password ?? "")@127.0.0.1:\(admin.port)/envctl"
            let settings = lease.merging(["ENVCTL_DATABASE_URL": url]) { $1 }
            try await Installation.with(ports: ports + 20...ports + 39, settings: settings) { second in
                try FileManager.default.createDirectory(
                    atPath: second.home + "/run", withIntermediateDirectories: true)
                try FileManager.default.copyItem(
                    atPath: first.home + "/run/secret.key", toPath: second.home + "/run/secret.key")
                try await second.expect("up")
                try await body(first, second)
            }
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func eitherCanBeKilledAndTheOtherGoesOn() async throws {
        try await withTwo(ports: 24_700) { first, second in
            try await first.expect("clone", "prod-snapshot", "of-first")
            try await second.expect("clone", "prod-snapshot", "of-second")
            let both = ["of-first": "ready", "of-second": "ready"]
            #expect(try await first.environments() == both)
            #expect(first.servers().count == 1 && second.servers().count == 1)
            for (killed, other, own) in [(first, second, "of-first"), (second, first, "of-second")] {
                let pid = try killed.controlPlane()
                try #require(ProcessIdentity(pid: pid)).signal(9)
                #expect(await ProcessIdentity(pid: pid)?.isGone(within: .seconds(5)) ?? true)
                // What belongs to the killed one is listed, serves on, and is left alone.
                #expect(try await other.environments() == both)
                #expect(try await other.expect("exec", own, "--", "sh", "-c", KillTests.scan).contains("\"Count\":3"))
                #expect(killed.servers().count == 1)
                // The other one does its work as before.
                try await other.expect("clone", "prod-snapshot", "meanwhile")
                try await other.expect("delete", "meanwhile")
                _ = try await killed.startServer()
                #expect(try await killed.environments() == both)
            }
            // A deletion is asked of either, and done by the one on whose machine it runs.
            try await second.expect("delete", "of-first")
            try await first.expect("delete", "of-second")
            #expect(first.servers().isEmpty && second.servers().isEmpty)
            #expect(try await first.storage().databases.isEmpty)
            #expect(try await first.storage().roles.isEmpty)
        }
    }

    /// What a machine that does not come back was serving can be deleted all the same; when it does come back, it ends
    /// what it finds running for nobody.
    @Test(.timeLimit(.minutes(5)))
    func whatALostMachineServedIsDeletedByTheOther() async throws {
        try await withTwo(ports: 24_900) { first, second in
            try await first.expect("clone", "prod-snapshot", "lost")
            let pid = try first.controlPlane()
            try #require(ProcessIdentity(pid: pid)).signal(9)
            #expect(await ProcessIdentity(pid: pid)?.isGone(within: .seconds(5)) ?? true)
            #expect(first.servers().count == 1)
            // Half a minute of silence, and a lease.
            try await second.expect("delete", "lost", "--timeout", "120s")
            #expect(try await first.storage().databases.isEmpty)
            #expect(try await first.storage().roles.isEmpty)
            #expect(try await second.environments().isEmpty)
            _ = try await first.startServer()
            let isEnded = try await first.eventually { first.servers().isEmpty }
            #expect(isEnded, "the server of a deleted environment runs on")
        }
    }

    /// The first one is stopped in the middle of a clone, and goes on when the second one has long taken over.
    @Test(.timeLimit(.minutes(15)), arguments: [Failpoint.cloneAfter, .sealBefore, .sealAfter, .launchAfter])
    func aReplicaThatWasStoppedDoesNotActWhenItGoesOn(failpoint: Failpoint) async throws {
        let offset = [Failpoint.cloneAfter, .sealBefore, .sealAfter, .launchAfter].firstIndex(of: failpoint) ?? 0
        try await withTwo(ports: 24_740 + 40 * offset, lease: "2s") { first, second in
            try await first.stopServer()
            let stopped = try await first.startServer(failpoint: failpoint, stops: true)
            try await first.expect("clone", "prod-snapshot", "taken", "--no-wait")
            try await second.expect("wait", "taken", "--timeout", "30s")
            #expect(second.servers().count == 1)
            let credentials = try await second.expect("env", "taken", "--format", "json")
            let server = try await second.pid(of: "taken")

            try #require(ProcessIdentity(pid: stopped)).signal(SIGCONT)
            let isUndone = try await first.eventually { first.servers().isEmpty }
            #expect(isUndone, "a server that was started too late is left")
            // It is a healthy replica again, and what it was at is not its any more.
            try await first.expect("clone", "prod-snapshot", "next")
            #expect(try await first.environments() == ["taken": "ready", "next": "ready"])
            #expect(try await second.expect("env", "taken", "--format", "json") == credentials)
            #expect(try await second.pid(of: "taken") == server)
            #expect(try await first.expect("exec", "taken", "--", "sh", "-c", KillTests.scan).contains("\"Count\":3"))
            #expect(try await first.storage().databases.count == 2)
            try await first.expect("delete", "taken", "next")
            #expect(try await first.storage().databases.isEmpty)
            #expect(first.servers().isEmpty && second.servers().isEmpty)
        }
    }
}
