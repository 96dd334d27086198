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

/// What the real binary says of itself, and what it keeps to itself.
@Suite(.serialized) struct ObservabilityTests {
    /// Runs `curl` on a path of the API with the local token.
    static func ask(_ it: Installation, _ path: String, _ options: String = "") async throws -> String {
        struct Info: Decodable { var url: String }
        let data = try #require(FileManager.default.contents(atPath: it.home + "/run/server.json"))
        let url = try JSONDecoder().decode(Info.self, from: data).url
        let file = it.home + "/answer-\(UUID().uuidString)"
        var shell = ChildProcess.Options(program: "/bin/sh")
        // From a file, so that no token stands in the process list.
        shell.arguments = [
            "-c",
            "printf 'header = \"Authorization: Bearer %s\"' \"$(cat \(it.home)/run/token)\" | "
                + "curl --silent --config - \(options) '\(url)\(path)' > \(file) 2>&1",
        ]
        shell.environment = ["PATH": "/usr/local/bin:/usr/bin:/bin"]
        _ = try await ChildProcess.run(shell, within: .seconds(30))
        defer { unlink(file) }
        return String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
    }

    private func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }

    /// Paths of all files below a directory.
    private func files(_ directory: String) -> [String] {
        ((try? FileManager.default.subpathsOfDirectory(atPath: directory)) ?? []).map { directory + "/" + $0 }
    }

    /// After a life of an environment none of its secrets stands where anybody could read it.
    @Test(.timeLimit(.minutes(3)))
    func secretsStandNowhere() async throws {
        try await Installation.with(ports: 22_300...22_319) { it in
            let log = it.home + "/control-plane.log"
            let pid = try await start(it, log: log)
            try await it.expect("snapshot", "import", "prod-snapshot", "--from-export", Installation.sampleShop)
            try await it.expect("clone", "prod-snapshot", "one", "--ttl", "10m")
            let scanned = try await it.run("exec", "one", "--", "sh", "-c", KillTests.scan)
            #expect(scanned.exitCode == 0)
            let secrets = try await secrets(of: it)
            try #require(secrets.count >= 5, "\(secrets.keys)")
            expectNone(of: secrets, in: processes(except: getpid()), "a process list or environment")
            try await it.expect("extend", "one", "--ttl", "20m")
            let history =
                try await it.expect("events", "one") + it.expect("logs", "one")
                + it.expect("show", "one", "--output", "json")
            expectNone(of: secrets, in: ["history": history], "what everybody may read")
            var readable: [String: String] = [:]
            for path in files(it.home) {
                var status = stat()
                guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
                let isLog = path.hasSuffix(".log") || path.contains("/logs/")
                if status.st_mode & 0o044 != 0 || isLog { readable[path] = text(path) }
            }
            expectNone(of: secrets, in: readable, "a log or a file that others can read")
            try await it.expect("delete", "one")
            let lines = text(log).split(separator: "\n")
            #expect(lines.count > 5)
            for line in lines {
                #expect(throws: Never.self) { try JSONDecoder().decode(LogLine.self, from: Data(line.utf8)) }
            }
            #expect(lines.contains { $0.contains("\"environment\":\"one\"") && $0.contains("\"operation\":") })
            expectNone(of: secrets, in: ["log": text(log)], "the log")
            #expect(ProcessIdentity(pid: pid) != nil)
        }
    }

    private struct LogLine: Decodable {
        var time: String
        var level: String
        var message: String
    }

    private func start(_ it: Installation, log: String) async throws -> Int32 {
        let descriptor = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var server = ChildProcess.Options(program: Installation.binaries + "/envctl")
        server.arguments = ["server", "--log-format", "json", "--log-level", "debug"]
        server.environment = it.environment
        server.output = descriptor
        let pid = try ChildProcess.spawn(server)
        let end = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < end {
            if try await it.run("status").exitCode == 0 { return pid }
        }
        throw ControlError(.timeout, "the control plane does not answer: \(text(log))")
    }

    private func secrets(of it: Installation) async throws -> [String: String] {
        var secrets: [String: String] = [:]
        let credentials = try await it.expect("env", "one", "--format", "dotenv")
        for line in credentials.split(separator: "\n") where line.contains("AWS_SECRET_ACCESS_KEY=") {
            secrets["secret key"] = line.split(separator: "=", maxSplits: 1).last.map { text in
                String(text.filter { $0 != "\"" && $0 != "'" })
            }
        }
        for file in ["token", "secret.key", "postgres.password"] {
            secrets[file] = text(it.home + "/run/" + file).filter { !$0.isWhitespace }
        }
        for path in files(it.home + "/environments") where path.hasSuffix("/server.json") {
            let configuration = text(path)
            if let match = configuration.firstMatch(of: /"password"\s*:\s*"([^"]+)"/) {
                secrets["role password"] = String(match.1)
            }
        }
        return secrets.filter { $0.value.utf8.count >= 12 }
    }

    /// Command lines and environments of every process that can be looked at.
    private func processes(except own: Int32) -> [String: String] {
        var found: [String: String] = [:]
        for entry in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let pid = Int32(entry), pid != own else { continue }
            found["\(pid)"] = text("/proc/\(pid)/cmdline") + text("/proc/\(pid)/environ")
        }
        return found
    }

    private func expectNone(of secrets: [String: String], in places: [String: String], _ what: String) {
        for (place, content) in places {
            for (name, secret) in secrets { #expect(!content.contains(secret), "\(name) in \(what): \(place)") }
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func metricsRequestIdsAndReconcilingOfTheRealThing() async throws {
        try await Installation.withSnapshot(ports: 22_320...22_339) { it in
            try await it.expect("clone", "prod-snapshot", "one")
            let metrics = try await Self.ask(it, "/metrics")
            for line in [
                "envctl_build_info{version=", "envctl_degraded 0", "envctl_environments{phase=\"ready\"} 1",
                "envctl_environment_phase_duration_seconds_count{phase=\"cloning\"}",
                "envctl_environment_ready_duration_seconds_count 1", "envctl_queue_length 0",
                "envctl_provider_calls_total{operation=\"list\"}",
            ] { #expect(metrics.contains(line), "no \(line) in \(metrics.prefix(4000))") }
            #expect(!metrics.contains("route=\"/v1/environments/one\""), "a time series for each name")
            let answered = try await Self.ask(it, "/v1/status", "--include --header 'X-Request-Id: mine-1'")
            #expect(answered.lowercased().contains("x-request-id: mine-1"), "\(answered)")
            let made = try await Self.ask(it, "/v1/status", "--include")
            #expect(made.lowercased().contains(/x-request-id: [0-9a-f]{16}/), "\(made)")
            let plan = try await it.expect("reconcile", "--dry-run")
            #expect(plan.contains("nothing to do"), "\(plan)")
            let doctor = try await it.run("doctor", "--output", "json")
            #expect(doctor.exitCode == 0 && doctor.output.contains("copy-on-write"), "\(doctor.output)")
            try await it.expect("down")
            let down = try await it.run("doctor")
            #expect(down.exitCode == 1 && down.output.contains("control-plane"), "\(down.output)")
        }
    }

    /// PostgreSQL hangs: the control plane says so, and goes on when it does.
    @Test(.timeLimit(.minutes(3)))
    func aHangingPostgresIsToldAndForgiven() async throws {
        try await Installation.withSnapshot(ports: 22_340...22_359) { it in
            let postgres = it.processes(named: "postgres")
            try #require(postgres.count > 1)
            for pid in postgres { kill(pid, SIGSTOP) }
            let degraded = try await until { try await Self.ask(it, "/readyz", "--max-time 5").contains("degraded") }
            for pid in postgres { kill(pid, SIGCONT) }
            #expect(degraded, "/readyz does not say that it is degraded")
            let recovered = try await until { try await Self.ask(it, "/readyz") == "ready\n" }
            #expect(recovered, "it does not recover")
            try await it.expect("clone", "prod-snapshot", "one")
        }
    }

    /// PostgreSQL is killed while clients write: what was acknowledged is there, and the environment comes back.
    @Test(.timeLimit(.minutes(3)))
    func writesThatWereAcknowledgedSurviveTheDeathOfPostgres() async throws {
        try await Installation.withSnapshot(ports: 22_360...22_379) { it in
            try await it.expect("clone", "prod-snapshot", "one")
            let acknowledged = it.home + "/acknowledged"
            async let load = it.run(
                "exec", "one", "--", "sh", "-c", Self.load, environment: ["ACKNOWLEDGED": acknowledged],
                within: .seconds(90))
            for _ in 0..<3 {
                let before = text(acknowledged).count
                _ = try await until { text(acknowledged).count > before + 40 }
                let data = text(it.home + "/postgres/postmaster.pid")
                let postmaster = try #require(data.split(separator: "\n").first.flatMap { Int32($0) })
                for pid in it.processes(named: "postgres") + [postmaster] { kill(pid, SIGKILL) }
                _ = try await until { try await it.run("list").exitCode == 0 }
            }
            try Data().write(to: URL(filePath: acknowledged + ".stop"))
            let ended = try await load
            #expect(ended.exitCode == 0, "\(ended.output)")
            let keys = text(acknowledged).split(separator: "\n")
            #expect(keys.count > 30)
            try await it.expect("wait", "one", "--timeout", "30s")
            let read = try await it.run(
                "exec", "one", "--", "sh", "-c", Self.check, environment: ["ACKNOWLEDGED": acknowledged],
                within: .seconds(90))
            #expect(read.exitCode == 0 && read.output.contains("all there"), "\(read.output)")
        }
    }

    private static let put = """
        call() { curl --silent --max-time 5 "$AWS_ENDPOINT_URL_DYNAMODB" --aws-sigv4 "aws:amz:$AWS_REGION:dynamodb" \\
        --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" -H 'Content-Type: application/x-amz-json-1.0' \\
        -H "X-Amz-Target: DynamoDB_20120810.$1" -d "$2" -o /dev/null -w '%{http_code}'; }
        """
    /// Writes items until told to stop, and notes each that was acknowledged.
    private static let load =
        put + """

            : > "$ACKNOWLEDGED"; n=0
            while [ ! -e "$ACKNOWLEDGED.stop" ]; do
              n=$((n+1))
              if [ "$(call PutItem '{"TableName":"shop","Item":{"pk":{"S":"load"},"sk":{"S":"'$n'"}}}')" = 200 ]; then
                echo $n >> "$ACKNOWLEDGED"
              fi
            done
            """
    /// A client tries again, as every SDK does: the first connection after a death of PostgreSQL can be a dead one.
    private static let check = """
        curl --silent --fail --retry 5 --retry-delay 1 --retry-all-errors "$AWS_ENDPOINT_URL_DYNAMODB" --aws-sigv4 "aws:amz:$AWS_REGION:dynamodb" \\
        --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" -H 'Content-Type: application/x-amz-json-1.0' \\
        -H 'X-Amz-Target: DynamoDB_20120810.Query' \\
        -d '{"TableName":"shop","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"load"}}}' \\
        > "$ACKNOWLEDGED.found"
        while read -r n; do grep -q '"sk": *{"S": *"'$n'"}' "$ACKNOWLEDGED.found" || { echo "$n is lost"; exit 1; }; done \\
        < "$ACKNOWLEDGED" && echo all there
        """

    /// Asks again and again for half a minute.
    private func until(_ isSo: () async throws -> Bool) async throws -> Bool {
        let end = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < end {
            if try await isSo() { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }
}

extension Installation {
    /// The processes of that program that work on this installation's directory or are children of one that does.
    func processes(named name: String) -> [Int32] {
        let text = FileManager.default.contents(atPath: home + "/postgres/postmaster.pid")
        guard let postmaster = text.flatMap({ Int32(String(decoding: $0.prefix { $0 != 10 }, as: UTF8.self)) }),
            let entries = try? FileManager.default.contentsOfDirectory(atPath: "/proc")
        else { return [] }
        return entries.compactMap(Int32.init).filter { pid in
            if pid == postmaster { return true }
            guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { return false }
            let fields = String(decoding: data, as: UTF8.self).drop { $0 != ")" }.dropFirst(2).split(separator: " ")
            return fields.count > 1 && Int32(fields[1]) == postmaster
        }
    }
}
