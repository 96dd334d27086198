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
    /// Brings a deadline forward in the records, where a trigger tells the reaper as it does of `envctl extend`: so what
    /// has to be done before it is not done against the clock.
    private func expire(_ name: String, in seconds: Int, _ it: Installation) async throws {
        let moved = try await it.records(
            """
            UPDATE environments SET expires_at = clock_timestamp() + interval '\(seconds) s'
            WHERE name = '\(name)' AND phase <> 'deleted' RETURNING id
            """)
        #expect(moved.count == 1)
    }

    /// A number that the records hold or that follows from what they hold.
    private func number(_ sql: String, _ it: Installation) async throws -> Double {
        let found = try await it.records(sql).first.flatMap { Double($0) }
        return try #require(found)
    }

    /// By the records' clock: how soon a command sees it depends on how busy the machine is.
    @Test(.timeLimit(.minutes(5)))
    func anEnvironmentGoesWithinFiveSecondsOfItsDeadline() async throws {
        try await Installation.withSnapshot(ports: 24_200...24_249) { it in
            try await it.expect("clone", "prod-snapshot", "short", "--ttl", "10m")
            try await it.expect("clone", "prod-snapshot", "extended", "--ttl", "10m")
            try await it.expect("extend", "extended", "--ttl", "1h")
            // While it runs towards its deadline the control plane is replaced: nothing changes.
            try await it.stopServer()
            #expect(it.servers().count == 2, "servers outlive the control plane")
            _ = try await it.startServer()
            #expect(try await it.environments() == ["short": "ready", "extended": "ready"])
            // As if ten minutes had passed: over for the one, and for the other if it had not been extended.
            try await it.records(
                "UPDATE environments SET expires_at = expires_at - interval '10 min' WHERE name = 'extended'")
            try await expire("short", in: 2, it)
            let isGone = try await it.eventually { try await it.environments()["short"] == nil }
            try #require(isGone, "still there a minute after its deadline")
            let late = try await number(
                """
                SELECT extract(epoch FROM v.at - e.expires_at)::text
                FROM environments e JOIN events v ON v.subject_id = e.id WHERE e.name = 'short' AND v.kind = 'deleting'
                """, it)
            #expect(late >= 0 && late < 5, "reaped \(late) s after its deadline")
            #expect(try await it.environments() == ["extended": "ready"])
            #expect(try await it.storage().databases.count == 1)
            #expect(try await it.storage().roles.count == 1)
            #expect(it.servers().count == 1)
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func whatWasOverdueWhileNothingRanIsReapedAtTheStart() async throws {
        try await Installation.withSnapshot(ports: 24_250...24_299) { it in
            try await it.expect("clone", "prod-snapshot", "overdue", "--ttl", "10m")
            try await it.expect("clone", "prod-snapshot", "long", "--ttl", "1h")
            try await expire("overdue", in: 10, it)
            let due = ContinuousClock.now + .seconds(10)
            try await it.expect("down")
            try await ContinuousClock().sleep(until: due)
            try await it.expect("up")
            try await it.expect("wait", "long", "--timeout", "60s")
            // Sooner than the sweep that comes every 30 s.
            let isReaped = try await it.eventually(within: .seconds(25)) {
                try await it.environments()["overdue"] == nil
            }
            try #require(isReaped, "an overdue environment came back")
            #expect(try await it.storage().databases.count == 1)
        }
    }

    @Test(.timeLimit(.minutes(6)))
    func whatExpiredIsWarnedOfRestoredWithItsDataAndFinallyDeleted() async throws {
        let settings = ["ENVCTL_GRACE": "2m"]
        try await Installation.withSnapshot(ports: 24_420...24_429, settings: settings) { it in
            try await it.expect("clone", "prod-snapshot", "pr-1", "--ttl", "10m")
            try await it.expect("exec", "pr-1", "--", "sh", "-c", Self.put)
            // Long enough to be warned of it.
            try await expire("pr-1", in: 10, it)
            // Sooner than the sweep that comes every 30 s.
            let hasExpired = try await it.eventually(within: .seconds(25)) {
                try await it.environments()["pr-1"] == "expiring"
            }
            try #require(hasExpired, "it does not expire")
            // The reaper changes the phase; a worker ends the server after that.
            let isStopped = try await it.eventually { it.servers().isEmpty }
            #expect(isStopped)
            #expect(try await it.storage().databases.count == 1)
            let why = try await it.expect("why", "pr-1")
            #expect(why.contains("has expired") && why.contains("envctl restore pr-1"), "\(why)")
            let refused = try await it.run("env", "pr-1")
            #expect(refused.exitCode == 4 && refused.output.contains("envctl restore pr-1"), "\(refused.output)")
            try await it.expect("restore", "pr-1", "--ttl", "10m")
            let found = try await it.expect("exec", "pr-1", "--", "sh", "-c", Self.get)
            #expect(found.contains("still here"), "\(found)")
            try await expire("pr-1", in: 2, it)
            let hasExpiredAgain = try await it.eventually { try await it.environments()["pr-1"] == "expiring" }
            try #require(hasExpiredAgain, "it does not expire again")
            let grace = try await number(
                """
                SELECT extract(epoch FROM e.grace_ends_at - v.at)::text
                FROM environments e JOIN events v ON v.subject_id = e.id
                WHERE e.name = 'pr-1' AND v.kind = 'expiring' ORDER BY v.id DESC LIMIT 1
                """, it)
            // What was configured, less the time between the look at the clock and the note of it.
            #expect(grace > 100 && grace <= 120, "a grace of \(grace) s")
            let moved = try await it.records(
                """
                UPDATE environments SET grace_ends_at = clock_timestamp() + interval '2 s'
                WHERE name = 'pr-1' AND phase = 'expiring' RETURNING grace_ends_at::text
                """)
            let graceEnd = try #require(moved.first)
            let isGone = try await it.eventually { try await it.environments()["pr-1"] == nil }
            try #require(isGone, "still there after its grace")
            let late = try await number(
                """
                SELECT extract(epoch FROM deleted_at - '\(graceEnd)'::timestamptz)::text
                FROM environments WHERE name = 'pr-1'
                """, it)
            #expect(late >= 0 && late < 20, "gone \(late) s after its grace")
            #expect(try await it.storage().databases == [])
            #expect(try await it.storage().roles == [])
            let history = try await it.expect("events", "pr-1")
            for kind in ["warning", "expiring", "restored", "held", "deleting", "deleted"] {
                #expect(history.contains(kind), "\(kind) is missing in \(history)")
            }
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func protectionAndACommandThatRunsKeepAnEnvironment() async throws {
        try await Installation.withSnapshot(ports: 24_430...24_439) { it in
            try await it.expect("clone", "prod-snapshot", "kept", "--ttl", "10m")
            try await it.expect("protect", "kept", "--reason", "the demo on Friday")
            let refused = try await it.run("delete", "kept")
            #expect(refused.exitCode == 4, "\(refused.output)")
            #expect(refused.output.contains("the demo on Friday") && refused.output.contains("envctl unprotect kept"))
            try await expire("kept", in: 1, it)
            try await it.expect("clone", "prod-snapshot", "used", "--ttl", "10m")
            // It runs until it is told to end, longer than its environment lives, and ends with a code of its own.
            let sign = it.home + "/end-of-use"
            let use = "while [ -d \(it.home) ] && [ ! -e \(sign) ]; do sleep 0.1; done; exit 7"
            async let running = it.run("exec", "used", "--", "sh", "-c", use)
            let isHeld = try await it.eventually { try await it.records("SELECT id FROM holders").count == 1 }
            #expect(isHeld)
            try await expire("used", in: 1, it)
            let isOverdue = try await it.eventually {
                let overdue = try await it.records(
                    """
                    SELECT id FROM environments
                    WHERE name = 'used' AND expires_at < clock_timestamp() - interval '2 s'
                    """)
                return overdue.count == 1
            }
            #expect(isOverdue)
            #expect(try await it.environments() == ["kept": "ready", "used": "ready"])
            try Data().write(to: URL(filePath: sign))
            let used = try await running
            #expect(used.exitCode == 7, "\(used.output)")
            // Sooner than the sweep that comes every 30 s: what is released or lifted wakes the reaper.
            let isReleased = try await it.eventually(within: .seconds(25)) {
                try await it.environments()["used"] == nil
            }
            try #require(isReleased, "it outlives the command that held it")
            #expect(try await it.environments() == ["kept": "ready"])
            try await it.expect("unprotect", "kept")
            let isLifted = try await it.eventually(within: .seconds(25)) {
                try await it.environments()["kept"] == nil
            }
            try #require(isLifted, "it outlives its protection")
            let signalled = try await it.run("exec", "kept", "--", "true")
            #expect(signalled.exitCode == 3, "\(signalled.output)")
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func aCommandHasItsOwnExitCodeAndSignals() async throws {
        try await Installation.withSnapshot(ports: 24_440...24_449) { it in
            try await it.expect("clone", "prod-snapshot", "one")
            let cases: [(command: [String], exitCode: Int32)] = [
                (["true"], 0), (["sh", "-c", "exit 42"], 42), (["sh", "-c", "kill -TERM $$"], 143),
                (["/nonexistent/program"], 127), (["/etc/passwd"], 126),
                (["sh", "-c", "trap 'exit 9' TERM; kill -TERM $PPID; sleep 20 & wait"], 9),
            ]
            for (command, exitCode) in cases {
                let result = try await it.run(arguments: ["exec", "one", "--"] + command)
                #expect(result.exitCode == exitCode, "\(command): \(result.output)")
            }
            #expect(try await it.expect("show", "one").contains("in use") == false, "every hold is released")
        }
    }

    private static let put = """
        curl -sf -X POST "$AWS_ENDPOINT_URL_DYNAMODB" --aws-sigv4 "aws:amz:$AWS_REGION:dynamodb" \
        --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" -H 'Content-Type: application/x-amz-json-1.0' \
        -H 'X-Amz-Target: DynamoDB_20120810.PutItem' \
        -d '{"TableName":"shop","Item":{"pk":{"S":"MINE"},"sk":{"S":"1"},"note":{"S":"still here"}}}'
        """
    private static let get = """
        curl -sf -X POST "$AWS_ENDPOINT_URL_DYNAMODB" --aws-sigv4 "aws:amz:$AWS_REGION:dynamodb" \
        --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" -H 'Content-Type: application/x-amz-json-1.0' \
        -H 'X-Amz-Target: DynamoDB_20120810.GetItem' \
        -d '{"TableName":"shop","Key":{"pk":{"S":"MINE"},"sk":{"S":"1"}}}'
        """

    @Test(.timeLimit(.minutes(2)))
    func aServerThatWasKilledComesBackWithItsData() async throws {
        try await Installation.withSnapshot(ports: 24_300...24_349) { it in
            try await it.expect("clone", "prod-snapshot", "phoenix")
            let before = try await it.pid(of: "phoenix")
            try #require(ProcessIdentity(pid: before)).signal(9)
            let end = ContinuousClock.now + .seconds(60)
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
            #expect(full.output.contains("'ports'") && full.output.contains("2 of 2"), "\(full.output)")
            #expect(full.output.contains("ENVCTL_PORTS"), "the hint names what to change: \(full.output)")
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
