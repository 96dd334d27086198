import ControlPlane
import Environments
import Testing

/// `kill -9` of the real control plane at every recorded step, then a new one on the same state: either a ready
/// environment or nothing, and never a database, role or process without a record.
@Suite(.serialized) struct KillTests {
    static let ofAClone: [Failpoint] = [
        .requestRecorded, .cloneBefore, .cloneAfter, .sealBefore, .sealAfter, .launchBefore, .launchAfter, .probeBefore,
        .probeAfter, .readyRecorded,
    ]
    static let ofADeletion: [Failpoint] = [.stopServerBefore, .stopServerAfter, .dropStorageBefore, .dropStorageAfter]

    @Test(.timeLimit(.minutes(20)))
    func killedInACloneLeavesAReadyEnvironmentOrNothing() async throws {
        try await Installation.withSnapshot(ports: 24_000...24_049) { it in
            try await it.stopServer()
            for (number, failpoint) in Self.ofAClone.enumerated() {
                let name = "k-\(number)"
                let pid = try await it.startServer(failpoint: failpoint)
                let clone = try await it.run("clone", "prod-snapshot", name, "--timeout", "20s")
                #expect(clone.exitCode != 0, "\(failpoint.rawValue): the control plane was not killed")
                try await Self.requireKilled(pid, at: failpoint)

                _ = try await it.startServer()
                let wait = try await it.run("wait", name, "--timeout", "30s")
                if wait.exitCode == 0 {
                    let asked = try await it.run("exec", name, "--", "sh", "-c", Self.scan)
                    #expect(
                        asked.exitCode == 0 && asked.output.contains("\"Count\":3"), "\(failpoint): \(asked.output)")
                } else {
                    #expect(wait.exitCode == 3, "\(failpoint.rawValue): \(wait.output)")
                }
                try await Self.expectNothingBut(wait.exitCode == 0 ? 1 : 0, in: it, after: failpoint)
                if wait.exitCode == 0 { try await it.expect("delete", name) }
                try await Self.expectNothingBut(0, in: it, after: failpoint)
                try await it.stopServer()
            }
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func killedInADeletionLeavesNothing() async throws {
        try await Installation.withSnapshot(ports: 24_050...24_099) { it in
            try await it.stopServer()
            for (number, failpoint) in Self.ofADeletion.enumerated() {
                let name = "d-\(number)"
                let pid = try await it.startServer(failpoint: failpoint)
                try await it.expect("clone", "prod-snapshot", name)
                let delete = try await it.run("delete", name, "--timeout", "20s")
                #expect(delete.exitCode != 0, "\(failpoint.rawValue): the control plane was not killed")
                try await Self.requireKilled(pid, at: failpoint)

                _ = try await it.startServer()
                // Deleting again waits for the end of what was begun; by then it may be gone already.
                let again = try await it.run("delete", name, "--timeout", "30s")
                #expect([0, 3].contains(again.exitCode), "\(failpoint.rawValue): \(again.output)")
                try await Self.expectNothingBut(0, in: it, after: failpoint)
                try await it.stopServer()
            }
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func killedInAnImportLeavesNothingOfIt() async throws {
        try await Installation.with(ports: 24_100...24_149) { it in
            for failpoint in [Failpoint.importBefore, .importAfter] {
                let pid = try await it.startServer(failpoint: failpoint)
                let begun = try await it.run(
                    "snapshot", "import", "prod-snapshot", "--from-export", Installation.sampleShop)
                #expect(begun.exitCode != 0, "\(failpoint.rawValue): the control plane was not killed")
                try await Self.requireKilled(pid, at: failpoint)
                _ = try await it.startServer()
                let again = try await it.run(
                    "snapshot", "import", "prod-snapshot", "--from-export", Installation.sampleShop)
                #expect(again.exitCode == 0, "\(failpoint.rawValue): \(again.output)")
                try await it.expect("clone", "prod-snapshot", "after")
                try await it.expect("delete", "after")
                try await it.expect("snapshot", "delete", "prod-snapshot")
                try await it.stopServer()
            }
        }
    }

    /// A scan of three items, signed by curl with the variables that `envctl exec` sets.
    static let scan = """
        curl --silent "$AWS_ENDPOINT_URL_DYNAMODB" --aws-sigv4 "aws:amz:$AWS_REGION:dynamodb" \
        --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" -H 'Content-Type: application/x-amz-json-1.0' \
        -H 'X-Amz-Target: DynamoDB_20120810.Scan' -d '{"TableName":"shop","Limit":3}'
        """

    static func requireKilled(_ pid: Int32, at failpoint: Failpoint) async throws {
        var exit: ChildProcess.Exit?
        _ = await ChildProcess.poll(within: .seconds(60)) {
            exit = exit ?? ChildProcess.reap(pid)
            return exit != nil
        }
        try #require(exit == .signal(9), "\(failpoint.rawValue): ended with \(String(describing: exit))")
    }

    static func expectNothingBut(_ count: Int, in it: Installation, after failpoint: Failpoint) async throws {
        let where_ = Comment(rawValue: failpoint.rawValue)
        let storage = try await it.storage()
        #expect(storage.databases.count == count, where_)
        #expect(storage.roles.count == count, where_)
        #expect(it.servers().count == count, where_)
        #expect(try await it.environments().count == count, where_)
    }
}
