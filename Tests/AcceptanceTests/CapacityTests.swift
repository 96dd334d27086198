import ControlPlane
import Environments
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

/// What happens at the end of what a machine has: a clear error with the limit's name, exit code 5, and nothing half-made.
@Suite(.serialized) struct CapacityTests {
    /// Databases, roles and servers, as many of each as there are environments.
    private func expectNothingBut(_ count: Int, in it: Installation) async throws {
        #expect(try await it.environments().count == count)
        let storage = try await it.storage()
        #expect(storage.databases.count == count && storage.roles.count == count, "\(storage)")
        #expect(it.servers().count == count)
    }

    @Test(.timeLimit(.minutes(3)))
    func aUsedUpPortRange() async throws {
        try await Installation.withSnapshot(ports: 22_400...22_402) { it in
            for number in 0..<3 { try await it.expect("clone", "prod-snapshot", "p-\(number)") }
            let refused = try await it.run("clone", "prod-snapshot", "p-3")
            #expect(refused.exitCode == 5, "\(refused.output)")
            #expect(refused.output.contains("'ports'") && refused.output.contains("3 of 3"), "\(refused.output)")
            #expect(refused.output.contains("ENVCTL_PORTS"))
            try await expectNothingBut(3, in: it)

            // Whoever waits is let in when one goes, and sees where it stands meanwhile.
            try await it.expect("clone", "prod-snapshot", "p-3", "--queue", "--no-wait")
            let shown = try await it.expect("show", "p-3")
            #expect(shown.contains("1 of 1 in the queue"), "\(shown)")
            let capacity = try await it.expect("capacity")
            #expect(capacity.contains("p-3") && capacity.contains("memory"), "\(capacity)")
            try await it.expect("delete", "p-0")
            try await it.expect("wait", "p-3")
            try await expectNothingBut(3, in: it)
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func anOwnersQuota() async throws {
        let quota = ["ENVCTL_MAX_ENVIRONMENTS_PER_OWNER": "1"]
        try await Installation.with(ports: 22_410...22_419, settings: quota) { it in
            try await it.expect("up")
            try await it.expect("snapshot", "import", "prod-snapshot", "--from-export", Installation.sampleShop)
            try await it.expect("clone", "prod-snapshot", "one")
            let refused = try await it.run("clone", "prod-snapshot", "two")
            #expect(refused.exitCode == 5 && refused.output.contains("environments_per_owner"), "\(refused.output)")
            // Asking again for what exists is no new environment.
            try await it.expect("clone", "prod-snapshot", "one")
            try await expectNothingBut(1, in: it)
        }
    }

    /// A PostgreSQL server with too few connections: what it has is read, not assumed.
    @Test(.timeLimit(.minutes(3)))
    func noConnectionLeft() async throws {
        try await Installation.withSnapshot(ports: 22_420...22_429) { it in
            try await it.administer("ALTER SYSTEM SET max_connections = 40")
            try await it.expect("down")
            try await it.expect("up")
            let refused = try await it.run("clone", "prod-snapshot", "c-0")
            #expect(refused.exitCode == 5 && refused.output.contains("'connections'"), "\(refused.output)")
            #expect(refused.output.contains("of 30") && refused.output.contains("max_connections"))
            try await expectNothingBut(0, in: it)
            try await it.administer("ALTER SYSTEM RESET max_connections")
            try await it.expect("down")
            try await it.expect("up")
            try await it.expect("clone", "prod-snapshot", "c-0")
            try await expectNothingBut(1, in: it)
        }
    }

    /// A state directory on a file system of its own, which is almost full.
    @Test(.timeLimit(.minutes(3)), .enabled(if: geteuid() == 0 && canMount, "mounting a tmpfs needs root"))
    func aFullDisk() async throws {
        let mount = "/tmp/envctl-disk-\(getpid())"
        try FileManager.default.createDirectory(atPath: mount, withIntermediateDirectories: true)
        #expect(try await Self.command("/bin/mount", "-t", "tmpfs", "-o", "size=420m,mode=755", "tmpfs", mount) == 0)
        let result: Result<Void, any Error>
        do {
            result = .success(try await withFullDisk(mount))
        } catch {
            result = .failure(error)
        }
        #expect(try await Self.command("/bin/umount", "-l", mount) == 0)
        rmdir(mount)
        try result.get()
    }

    private func withFullDisk(_ mount: String) async throws {
        try await Installation.with(ports: 22_500...22_549, home: mount + "/state") { it in
            try await it.expect("up")
            try await it.expect("snapshot", "import", "prod-snapshot", "--from-export", Installation.sampleShop)
            var made = 0
            var refused: Installation.Result?
            while refused == nil, made < 40 {
                let clone = try await it.run("clone", "prod-snapshot", "d-\(made)")
                if clone.exitCode == 0 { made += 1 } else { refused = clone }
            }
            let last = try #require(refused, "the disk was never full")
            #expect(last.exitCode == 5 && last.output.contains("'disk'"), "\(last.output)")
            #expect(last.output.contains("MiB"))
            try await expectNothingBut(made, in: it)
            // What exists goes on working, and a request that waits is let in when space is made.
            let asked = try await it.run("exec", "d-0", "--", "sh", "-c", KillTests.scan)
            #expect(asked.exitCode == 0 && asked.output.contains("\"Count\":3"), "\(asked.output)")
        }
    }

    private static let canMount = access("/bin/mount", X_OK) == 0

    private static func command(_ program: String, _ arguments: String...) async throws -> Int32 {
        var options = ChildProcess.Options(program: program)
        options.arguments = arguments
        guard case .code(let code) = try await ChildProcess.run(options, within: .seconds(20)) else { return -1 }
        return code
    }
}
