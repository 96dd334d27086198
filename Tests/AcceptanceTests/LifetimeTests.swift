import ControlPlane
import Environments
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Deadlines, restarts and what people do wrong, on the built product.
@Suite(.serialized) struct LifetimeTests {
    @Test(.timeLimit(.minutes(2)))
    func anEnvironmentIsGoneWithinFiveSecondsOfItsDeadline() async throws {
        try await Installation.withSnapshot(ports: 24_200...24_249) { it in
            try await it.expect("clone", "prod-snapshot", "short", "--ttl", "10s")
            try await it.expect("clone", "prod-snapshot", "extended", "--ttl", "10s")
            try await it.expect("extend", "extended", "--ttl", "1h")
            let due = ContinuousClock.now + .seconds(10)
            // While it runs towards its deadline the control plane is replaced: nothing changes.
            try await it.stopServer()
            #expect(it.servers().count == 2, "servers outlive the control plane")
            _ = try await it.startServer()
            #expect(try await it.environments() == ["short": "ready", "extended": "ready"])
            while try await it.environments()["short"] != nil {
                try #require(ContinuousClock.now < due + .seconds(5), "still there 5 s after its deadline")
            }
            #expect(try await it.environments() == ["extended": "ready"])
            #expect(try await it.storage().databases.count == 1)
            #expect(try await it.storage().roles.count == 1)
            #expect(it.servers().count == 1)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func whatWasOverdueWhileNothingRanIsReapedAtTheStart() async throws {
        try await Installation.withSnapshot(ports: 24_250...24_299) { it in
            try await it.expect("clone", "prod-snapshot", "overdue", "--ttl", "10s")
            try await it.expect("clone", "prod-snapshot", "long", "--ttl", "1h")
            let due = ContinuousClock.now + .seconds(10)
            try await it.expect("down")
            try await ContinuousClock().sleep(until: due)
            try await it.expect("up")
            try await it.expect("wait", "long", "--timeout", "20s")
            let end = ContinuousClock.now + .seconds(5)
            while try await it.environments()["overdue"] != nil {
                try #require(ContinuousClock.now < end, "an overdue environment came back")
            }
            #expect(try await it.storage().databases.count == 1)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func aServerThatWasKilledComesBackWithItsData() async throws {
        try await Installation.withSnapshot(ports: 24_300...24_349) { it in
            try await it.expect("clone", "prod-snapshot", "phoenix")
            let before = try await it.pid(of: "phoenix")
            try #require(ProcessIdentity(pid: before)).signal(9)
            let end = ContinuousClock.now + .seconds(15)
            while true {
                let asked = try await it.run("exec", "phoenix", "--", "sh", "-c", KillTests.scan)
                if asked.exitCode == 0, asked.output.contains("\"Count\":3"), try await it.pid(of: "phoenix") != before
                {
                    break
                }
                try #require(ContinuousClock.now < end, "not back: \(asked.output)")
            }
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func misuseIsRefusedWithAHintAndTheDocumentedExitCode() async throws {
        try await Installation.with(ports: 24_350...24_351) { it in
            let down = try await it.run("list")
            #expect(down.exitCode == 1)
            #expect(down.output.contains("hint: start it: envctl up"))

            let noPostgres = try await it.run(
                "up", "--timeout", "20s", environment: ["ENVCTL_POSTGRES_BIN": "/nonexistent"])
            #expect(noPostgres.exitCode == 1)
            #expect(noPostgres.output.contains("ENVCTL_POSTGRES_BIN=/nonexistent"))

            try await it.expect("up")
            try await it.expect("snapshot", "import", "prod-snapshot", "--from-export", Installation.sampleShop)
            let cases: [(arguments: [String], exitCode: Int32, says: String)] = [
                (["clone", "absent"], 3, "prod-snapshot"),
                (["clone", "prod-snapshot", String(repeating: "x", count: 200)], 2, "63 characters"),
                (["clone", "prod-snapshot", "x", "--ttl", "-1"], 2, "ttl"),
                (["clone", "prod-snapshot", "x", "--ttl=-1"], 2, "90s"),
                (["clone", "prod-snapshot", "x", "--ttl", "1s"], 2, "hint:"),
                (["show", "absent"], 3, "absent"),
                (["delete", "absent"], 3, "absent"),
                (["extend", "absent", "--ttl", "1h"], 3, "absent"),
                (
                    ["snapshot", "import", "prod-snapshot", "--from-export", Installation.sampleShop], 4,
                    "prod-snapshot"
                ),
                (["snapshot", "import", "other", "--from-export", "/nonexistent"], 2, "/nonexistent"),
            ]
            for (arguments, exitCode, says) in cases {
                let result = try await it.run(arguments: arguments)
                #expect(result.exitCode == exitCode, "\(arguments): \(result.output)")
                #expect(result.output.contains(says), "\(arguments): \(result.output)")
            }
            try await it.expect("clone", "prod-snapshot", "one")
            try await it.expect("snapshot", "import", "second", "--from-export", Installation.sampleShop)
            let conflict = try await it.run("clone", "second", "one")
            #expect(conflict.exitCode == 4, "\(conflict.output)")
            #expect(conflict.output.contains("prod-snapshot") && conflict.output.contains("hint:"))

            try await it.expect("clone", "prod-snapshot", "two")
            let full = try await it.run("clone", "prod-snapshot", "three")
            #expect(full.exitCode == 5, "\(full.output)")
            #expect(full.output.contains("24350 to 24351") && full.output.contains("hint:"), "\(full.output)")
            #expect(try await it.environments().keys.sorted() == ["one", "two"])
            #expect(try await it.storage().databases.count == 2)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func brokenExportsAreRefusedByFileAndNothingIsLeft() async throws {
        try await Installation.with(ports: 24_400...24_410) { it in
            try await it.expect("up")
            let folder = it.home + "/export"
            for damage in Damage.allCases {
                try? FileManager.default.removeItem(atPath: folder)
                try FileManager.default.copyItem(atPath: Installation.sampleShop, toPath: folder)
                let expected = try damage.apply(to: folder)
                let result = try await it.run("snapshot", "import", "broken", "--from-export", folder)
                #expect(result.exitCode != 0, "\(damage) was accepted")
                for part in expected { #expect(result.output.contains(part), "\(damage): \(result.output)") }
                let clone = try await it.run("clone", "broken")
                #expect([3, 4].contains(clone.exitCode), "\(damage): \(clone.output)")
            }
            try await it.expect("snapshot", "import", "broken", "--from-export", Installation.sampleShop)
            try await it.expect("clone", "broken", "mended")
        }
    }

    /// Ways in which an export arrives broken.
    enum Damage: CaseIterable {
        case truncatedGzip, wrongChecksum, missingDefinition, noManifest

        /// Damages the export and says what the error must name.
        func apply(to folder: String) throws -> [String] {
            let manager = FileManager.default
            let export = try #require(try manager.contentsOfDirectory(atPath: folder + "/AWSDynamoDB").first)
            let data = folder + "/AWSDynamoDB/\(export)/data"
            let file = try #require(try manager.contentsOfDirectory(atPath: data).sorted().first)
            let path = data + "/" + file
            let bytes = try #require(manager.contents(atPath: path))
            switch self {
            case .truncatedGzip:
                try bytes.prefix(bytes.count / 2).write(to: URL(filePath: path))
                return [file]
            case .wrongChecksum:
                var changed = bytes
                changed[changed.count - 9] ^= 0xFF
                try changed.write(to: URL(filePath: path))
                return [file]
            case .missingDefinition:
                try manager.removeItem(atPath: folder + "/table-definition.json")
                return ["shop", "describe-table"]
            case .noManifest:
                try manager.removeItem(atPath: folder + "/AWSDynamoDB/\(export)/manifest-summary.json")
                return ["manifest-summary.json"]
            }
        }
    }
}
