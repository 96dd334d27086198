import ControlPlane
import Environments
import Testing

/// Sleeping, waking and resetting on the built product: nothing runs while an environment sleeps, its clients notice
/// nothing, and a `kill -9` at any step leaves it as it was or as it was to be.
@Suite(.serialized) struct SleepTests {
    @Test(.timeLimit(.minutes(2)))
    func aSleepingEnvironmentHasNoProcessAndNoConnectionAndAnswersTheNextRequest() async throws {
        try await Installation.withSnapshot(ports: 22_100...22_129) { it in
            try await it.expect("clone", "prod-snapshot", "sleeper")
            try await it.expect("exec", "sleeper", "--", "sh", "-c", Self.write)
            try await it.expect("hibernate", "sleeper")
            #expect(it.servers() == [])
            // PostgreSQL's process outlives the client that it served for a moment.
            let isUnconnected = try await it.eventually { try await it.connections(to: "envctl_e_") == 0 }
            #expect(isUnconnected)
            #expect(try await it.environments() == ["sleeper": "hibernated"])
            // Eight clients at once: the first wakes it, all are answered.
            let answers = try await withThrowingTaskGroup(of: Installation.Result.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await it.run("exec", "sleeper", "--", "sh", "-c", Self.read) }
                }
                return try await group.reduce(into: [Installation.Result]()) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0.exitCode == 0 && $0.output.contains("mine") }, "\(answers.map(\.output))")
            try await it.expect("wait", "sleeper")
            #expect(it.servers().count == 1)
            // Asleep when the control plane is replaced: the next one listens again.
            try await it.expect("hibernate", "sleeper")
            try await it.stopServer()
            _ = try await it.startServer()
            let woken = try await it.run("exec", "sleeper", "--", "sh", "-c", Self.read)
            #expect(woken.exitCode == 0 && woken.output.contains("mine"), "\(woken.output)")
            try await it.expect("hibernate", "sleeper")
            try await it.expect("wake", "sleeper")
            #expect(try await it.environments() == ["sleeper": "ready"])
            try await it.expect("delete", "sleeper")
            #expect(it.servers() == [])
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func aResetBringsTheSnapshotsDataBackUnderTheSameEndpointAndCredential() async throws {
        try await Installation.withSnapshot(ports: 22_130...22_159) { it in
            try await it.expect("clone", "prod-snapshot", "again")
            try await it.expect("exec", "again", "--", "sh", "-c", Self.write)
            let before = try await it.expect("env", "again", "--format", "json")
            try await it.expect("reset", "again")
            #expect(try await it.expect("env", "again", "--format", "json") == before)
            let read = try await it.expect("exec", "again", "--", "sh", "-c", Self.read)
            #expect(!read.contains("mine"), "what was written before the reset is still there: \(read)")
            let scan = try await it.expect("exec", "again", "--", "sh", "-c", KillTests.scan)
            #expect(scan.contains("\"Count\":3"))
            // A sleeping one too; and nothing of the replaced copies is left.
            try await it.expect("exec", "again", "--", "sh", "-c", Self.write)
            try await it.expect("hibernate", "again")
            try await it.expect("reset", "again")
            #expect(try await !it.expect("exec", "again", "--", "sh", "-c", Self.read).contains("mine"))
            let isAlone = try await it.eventually { try await it.storage().databases.count == 1 }
            #expect(isAlone, "a replaced copy is still there")
            #expect(try await it.run("reset", "nobody").exitCode == 3)
        }
    }

    static let ofAReset: [Failpoint] = [
        .stopServerBefore, .stopServerAfter, .cloneBefore, .cloneAfter, .sealBefore, .sealAfter, .launchBefore,
        .launchAfter, .probeBefore, .probeAfter, .dropPreviousBefore, .dropPreviousAfter,
    ]

    @Test(.timeLimit(.minutes(20)))
    func killedInAResetFinishesIt() async throws {
        try await Installation.withSnapshot(ports: 22_160...22_189) { it in
            try await it.expect("clone", "prod-snapshot", "again")
            let before = try await it.expect("env", "again", "--format", "json")
            for failpoint in Self.ofAReset {
                try await it.expect("exec", "again", "--", "sh", "-c", Self.write)
                try await it.stopServer()
                let pid = try await it.startServer(failpoint: failpoint)
                _ = try await it.run("reset", "again", "--timeout", "20s")
                try await KillTests.requireKilled(pid, at: failpoint)

                _ = try await it.startServer()
                try await it.expect("wait", "again", "--timeout", "30s")
                #expect(try await it.expect("env", "again", "--format", "json") == before)
                let read = try await it.run("exec", "again", "--", "sh", "-c", Self.read)
                #expect(
                    read.exitCode == 0 && !read.output.contains("mine"), "\(failpoint.rawValue): \(read.output)")
                let isAlone = try await it.eventually { try await it.storage().databases.count == 1 }
                #expect(isAlone, "\(failpoint.rawValue)")
                try await KillTests.expectNothingBut(1, in: it, after: failpoint)
            }
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func killedInFallingAsleepOrWakingLosesNothing() async throws {
        try await Installation.withSnapshot(ports: 22_190...22_219) { it in
            try await it.expect("clone", "prod-snapshot", "sleeper")
            try await it.expect("exec", "sleeper", "--", "sh", "-c", Self.write)
            for failpoint in [Failpoint.stopServerBefore, .stopServerAfter, .launchBefore, .launchAfter, .probeBefore] {
                let isOfWaking = ![Failpoint.stopServerBefore, .stopServerAfter].contains(failpoint)
                if isOfWaking { try await it.expect("hibernate", "sleeper") }
                try await it.stopServer()
                let pid = try await it.startServer(failpoint: failpoint)
                _ = try await it.run(isOfWaking ? "wake" : "hibernate", "sleeper", "--timeout", "20s")
                try await KillTests.requireKilled(pid, at: failpoint)

                _ = try await it.startServer()
                let read = try await it.run("exec", "sleeper", "--", "sh", "-c", Self.read)
                #expect(read.exitCode == 0 && read.output.contains("mine"), "\(failpoint.rawValue): \(read.output)")
                try await it.expect("wake", "sleeper")
                try await KillTests.expectNothingBut(1, in: it, after: failpoint)
            }
        }
    }

    private static func request(_ operation: String, _ body: String) -> String {
        """
        curl --silent --show-error --fail --max-time 30 "$AWS_ENDPOINT_URL_DYNAMODB" \
        --aws-sigv4 "aws:amz:$AWS_REGION:dynamodb" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
        -H 'Content-Type: application/x-amz-json-1.0' -H 'X-Amz-Target: DynamoDB_20120810.\(operation)' -d '\(body)'
        """
    }

    static let key = #"{"pk":{"S":"TEST"},"sk":{"S":"1"}}"#
    static let write = request(
        "PutItem", #"{"TableName":"shop","Item":{"pk":{"S":"TEST"},"sk":{"S":"1"},"note":{"S":"mine"}}}"#)
    static let read = request("GetItem", #"{"TableName":"shop","ConsistentRead":true,"Key":"# + key + "}")
}
