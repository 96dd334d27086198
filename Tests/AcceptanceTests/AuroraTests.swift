import ControlPlane
import TestSupport
import Testing

/// The whole life of environments of a registered cluster with the real `envctl`, against moto's server.
@Suite(.serialized, .enabled(if: Python.interpreter != nil, "ENVCTL_PYTHON is not set"))
struct AuroraTests {
    /// Two orders of production by their keys, signed by curl with the variables that `envctl exec` sets.
    static let scan = """
        curl --silent "$AWS_ENDPOINT_URL_DYNAMODB" --aws-sigv4 "aws:amz:$AWS_REGION:dynamodb" \
        --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" -H 'Content-Type: application/x-amz-json-1.0' \
        -H 'X-Amz-Target: DynamoDB_20120810.Scan' -d '{"TableName":"orders","Limit":2}'
        """

    private func expectOrders(_ it: Installation, _ name: String) async throws {
        let asked = try await it.run("exec", name, "--", "sh", "-c", Self.scan)
        #expect(asked.exitCode == 0 && asked.output.contains("\"Count\":2"), "\(name): \(asked.output)")
    }

    @Test(.timeLimit(.minutes(6)))
    func threeClonesAndAPoolFromProductionToNothing() async throws {
        try await AuroraInstallation.with(ports: 24_800...24_849) { aurora in
            let it = aurora.it
            let shown = try await it.expect("snapshot", "show", "prod")
            #expect(shown.contains("production in eu-west-1, live") && shown.contains("0.0 to 2.0 ACU"))

            try await it.expect("clone", "prod", "one", "--timeout", "50s")
            let calls = try await aurora.calls()
            print("RDS calls until the first clone was ready: \(calls.sorted { $0.key < $1.key })")
            #expect(calls["RestoreDBClusterToPointInTime"] == 1 && calls["CreateDBInstance"] == 1)
            #expect(calls["ModifyDBCluster"] == 1 && calls["DeleteDBCluster"] == nil)
            #expect(try await aurora.clones().count == 2)

            try await it.expect("clone", "prod", "two", "--timeout", "50s")
            try await it.expect("snapshot", "pool", "prod", "--size", "1", "--wait", "--timeout", "50s")
            let third = try await it.expect("clone", "prod", "three", "--timeout", "50s")
            #expect(third.contains("three"), "\(third)")
            for name in ["one", "two", "three"] { try await expectOrders(it, name) }
            try await it.expect("snapshot", "pool", "prod", "--size", "0")

            // Asleep it holds no connection; the first request wakes it.
            try await it.expect("hibernate", "one")
            try await expectOrders(it, "one")

            // New data under the same endpoint, from a clone of its own.
            try await it.expect("reset", "two", "--timeout", "50s")
            try await expectOrders(it, "two")
            // The clone that it replaced goes by itself.
            #expect(try await it.eventually { try await aurora.clones().count == 6 }, "\(try await aurora.clones())")

            for name in ["one", "two", "three"] { try await it.expect("delete", name, "--timeout", "50s") }
            #expect(try await it.eventually { try await aurora.clones().isEmpty }, "\(try await aurora.clones())")
            #expect(try await it.eventually { try await aurora.standIns().isEmpty }, "\(try await aurora.standIns())")
            #expect(try await it.eventually { try await aurora.secrets() == 0 })
            print("RDS calls of all lives: \(try await aurora.calls().sorted { $0.key < $1.key })")

            try await it.expect("snapshot", "delete", "prod")
            #expect(try await aurora.clones().isEmpty, "deleting the snapshot touched AWS")
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func whatCannotBeClonedIsNotRegistered() async throws {
        try await AuroraInstallation.with(ports: 24_850...24_859) { aurora in
            let it = aurora.it
            let absent = try await it.run("snapshot", "register", "other", "--aurora-cluster", "nowhere")
            #expect(absent.exitCode == 3 && absent.output.contains("there is no cluster nowhere in eu-west-1"))
            let again = try await it.run("snapshot", "register", "prod", "--aurora-cluster", "production")
            #expect(again.exitCode == 4 && again.output.contains("exists already"))
            let wrong = try await it.run(
                "snapshot", "register", "other", "--aurora-cluster", "production", "--max-acu", "0.3")
            #expect(wrong.exitCode == 2 && wrong.output.contains("ACU"), "\(wrong.output)")
        }
    }

    static let failpoints: [Failpoint] = [
        .requestRecorded, .auroraRestoreBefore, .auroraRestoreAfter, .auroraInstanceBefore, .auroraInstanceAfter,
        .auroraPasswordBefore, .auroraPasswordAfter, .cloneAfter, .sealBefore, .sealAfter, .launchAfter,
        .readyRecorded,
    ]
    static let ofADeletion: [Failpoint] = [
        .auroraDeleteBefore, .auroraDeleteAfter, .auroraDeleteClusterBefore, .auroraDeleteClusterAfter,
        .dropStorageAfter,
    ]

    @Test(.timeLimit(.minutes(8)))
    func killedAtAnyStepLeavesAReadyEnvironmentOrNothing() async throws {
        try await AuroraInstallation.with(ports: 24_860...24_899) { aurora in
            let it = aurora.it
            try await it.stopServer()
            for (number, failpoint) in Self.failpoints.enumerated() {
                let name = "k-\(number)"
                let pid = try await it.startServer(failpoint: failpoint)
                let clone = try await it.run("clone", "prod", name, "--timeout", "40s")
                #expect(clone.exitCode != 0, "\(failpoint.rawValue): the control plane was not killed")
                try await KillTests.requireKilled(pid, at: failpoint)
                _ = try await it.startServer()
                let wait = try await it.run("wait", name, "--timeout", "50s")
                if wait.exitCode == 0 {
                    try await expectOrders(it, name)
                    #expect(try await aurora.clones().count == 2, "\(failpoint.rawValue)")
                    try await it.expect("delete", name, "--timeout", "50s")
                }
                try await expectNothing(aurora, failpoint)
                try await it.stopServer()
            }
            for (number, failpoint) in Self.ofADeletion.enumerated() {
                let name = "d-\(number)"
                let pid = try await it.startServer(failpoint: failpoint)
                try await it.expect("clone", "prod", name, "--timeout", "50s")
                let delete = try await it.run("delete", name, "--timeout", "40s")
                #expect(delete.exitCode != 0, "\(failpoint.rawValue): the control plane was not killed")
                try await KillTests.requireKilled(pid, at: failpoint)
                _ = try await it.startServer()
                let again = try await it.run("delete", name, "--timeout", "50s")
                #expect([0, 3].contains(again.exitCode), "\(failpoint.rawValue): \(again.output)")
                try await expectNothing(aurora, failpoint)
                try await it.stopServer()
            }
        }
    }

    private func expectNothing(_ aurora: AuroraInstallation, _ failpoint: Failpoint) async throws {
        let comment = Comment(rawValue: failpoint.rawValue)
        #expect(try await aurora.it.eventually { try await aurora.clones().isEmpty }, comment)
        #expect(try await aurora.standIns() == [], comment)
        #expect(try await aurora.secrets() == 0, comment)
        #expect(aurora.it.servers().isEmpty, comment)
    }
}
