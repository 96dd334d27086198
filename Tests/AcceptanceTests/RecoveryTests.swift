import ControlPlane
import Environments
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Everything killed at once, commands that meet each other, and commands whose children are signalled.
@Suite(.serialized) struct RecoveryTests {
    @Test(.timeLimit(.minutes(2)))
    func afterEverythingWasKilledEnvironmentsComeBackAsTheyWere() async throws {
        try await Installation.withSnapshot(ports: 24_450...24_499) { it in
            try await it.expect("clone", "prod-snapshot", "phoenix")
            let before = try await it.expect("env", "phoenix")
            let pids = try it.processIDs()
            try #require(pids.count >= 3, "a control plane, a server, a PostgreSQL")
            for pid in pids { ProcessIdentity(pid: pid)?.signal(9) }
            // Three at once: one starts it, the others wait for that one.
            try await withThrowingTaskGroup(of: Installation.Result.self) { group in
                for _ in 0..<3 { group.addTask { try await it.run("up") } }
                for try await up in group { #expect(up.exitCode == 0, "\(up.output)") }
            }
            try await it.expect("wait", "phoenix", "--timeout", "30s")
            #expect(try await it.expect("env", "phoenix") == before)
            let asked = try await it.run("exec", "phoenix", "--", "sh", "-c", KillTests.scan)
            #expect(asked.exitCode == 0 && asked.output.contains("\"Count\":3"), "\(asked.output)")
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func commandsEndAsTheirChildrenDo() async throws {
        try await Installation.withSnapshot(ports: 24_500...24_549) { it in
            try await it.expect("clone", "prod-snapshot", "one")
            #expect(try await it.run("exec", "one", "--", "sh", "-c", "exit 7").exitCode == 7)
            #expect(try await it.run("exec", "one", "--", "/nonexistent").exitCode == 127)
            // 128 and the signal's number, as shells have it. A command that inherits a blocked one would go on and exit
            // with 3.
            for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129), ("PIPE", 141)] {
                let ended = try await it.run("exec", "one", "--", "sh", "-c", "kill -\(signal) $$; exit 3")
                #expect(ended.exitCode == Int32(code), "SIG\(signal): \(ended.exitCode)")
            }
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func deletingSeveralDeletesThoseThatExist() async throws {
        try await Installation.withSnapshot(ports: 24_550...24_599) { it in
            try await it.expect("clone", "prod-snapshot", "one")
            try await it.expect("clone", "prod-snapshot", "two")
            let deleted = try await it.run("delete", "one", "absent", "two")
            #expect(deleted.exitCode == 3)
            #expect(deleted.output.contains("one is deleted") && deleted.output.contains("two is deleted"))
            #expect(deleted.output.contains("absent") && deleted.output.contains("hint:"))
            #expect(try await it.environments().isEmpty)
        }
    }
}
