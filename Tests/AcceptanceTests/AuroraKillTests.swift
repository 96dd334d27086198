import AWSClient
import ControlPlane
import Environments
import TestSupport
import Testing

/// `kill -9` of the real control plane at every step of an Aurora environment's life, while AWS goes on: the next one
/// finds its way, and nothing is left in the end.
extension AuroraTests {
    /// In the order of a life: each is met after the one before it was.
    static let ofAClone: [Failpoint] = [
        .requestRecorded, .cloneBefore, .auroraRestoreBefore, .auroraRestoreAfter, .auroraInstanceBefore,
        .auroraInstanceAfter, .auroraPasswordBefore, .auroraPasswordAfter, .auroraRoleBefore, .auroraRoleAfter,
        .auroraTakenOver, .cloneAfter, .sealBefore, .sealAfter, .launchBefore, .launchAfter, .probeBefore, .probeAfter,
        .readyRecorded,
    ]
    static let ofTheEndAtAWS: [Failpoint] = [
        .auroraDeleteBefore, .auroraDeleteAfter, .auroraDeleteClusterBefore, .auroraDeleteClusterAfter,
        .auroraGoneBefore, .auroraGoneAfter,
    ]

    /// One life that is ended at each of its steps: a clone, a reset, a deletion.
    @Test(.timeLimit(.minutes(20)))
    func killedAtEveryStepALifeGoesOn() async throws {
        try await AuroraScene.with(ports: 22_700...22_719, poll: "0s") { scene in
            let it = scene.it
            try await it.stopServer()
            try await kill(scene, at: Self.ofAClone, asking: ["clone", "prod", "k", "--timeout", "20s"])
            try await ready(scene)
            let before = try await it.expect("env", "k", "--format", "json")
            try await it.stopServer()

            let ofAReset: [Failpoint] =
                [.stopServerBefore, .stopServerAfter] + Self.ofAClone.dropFirst() + [.dropPreviousBefore]
                + Self.ofTheEndAtAWS
            try await kill(scene, at: ofAReset, asking: ["reset", "k", "--timeout", "20s"])
            try await ready(scene)
            #expect(try await it.expect("env", "k", "--format", "json") == before)
            let isAlone = try await it.eventually { try await scene.remains().count == 4 }
            #expect(isAlone, "the clone that the reset replaced is still there")

            // Somebody stopped and protected the clone meanwhile.
            let clone = try #require(try await scene.remains().first { $0.hasSuffix("-g2") })
            var protection = RDS.ModifyDBCluster(identifier: clone)
            protection.isDeletionProtected = true
            _ = try await scene.rds.modifyDBCluster(protection)
            _ = try await scene.rds.stopDBCluster(RDS.StopDBCluster(identifier: clone))
            try await it.stopServer()
            let ofADeletion: [Failpoint] =
                [
                    .stopServerBefore, .stopServerAfter, .dropStorageBefore, .auroraStartBefore, .auroraStartAfter,
                    .auroraProtectionBefore, .auroraProtectionAfter,
                ] + Self.ofTheEndAtAWS
            try await kill(scene, at: ofADeletion, asking: ["delete", "k", "--timeout", "20s"])
            _ = try await it.startServer()
            try await gone(scene, "k", nil)
            let counts = RecordedCalls.counts(try scene.calls.all()).map { "\($0.action) \($0.count)" }
            print("a life with \(Self.ofAClone.count + ofAReset.count + ofADeletion.count) deaths: \(counts)")
        }
    }

    /// What a dead control plane had begun is taken back when nobody wants it any more.
    @Test(.timeLimit(.minutes(20)))
    func killedInACloneThatIsThenDeletedLeavesNothing() async throws {
        try await AuroraScene.with(ports: 22_720...22_749, poll: "0s") { scene in
            let it = scene.it
            try await it.stopServer()
            // What comes after sealing is no different from other environments.
            for failpoint in Self.ofAClone.prefix(while: { $0 != .sealAfter }) {
                try await kill(scene, at: [failpoint], asking: ["clone", "prod", "k", "--timeout", "20s"])
                _ = try await it.startServer()
                try await gone(scene, "k", Comment(rawValue: failpoint.rawValue))
                try await it.stopServer()
            }
            _ = try await it.startServer()
        }
    }

    /// A reset that got no further than its record, or to the new clone, of an environment that is deleted then.
    @Test(.timeLimit(.minutes(3)))
    func killedInAResetThatIsThenDeletedLeavesNothing() async throws {
        try await AuroraScene.with(ports: 22_750...22_769, poll: "0s") { scene in
            for failpoint in [Failpoint.cloneBefore, .auroraRestoreAfter, .sealBefore] {
                try await scene.envctl("clone", "prod", "k")
                try await scene.it.stopServer()
                try await kill(scene, at: [failpoint], asking: ["reset", "k", "--timeout", "20s"])
                _ = try await scene.it.startServer()
                try await gone(scene, "k", Comment(rawValue: failpoint.rawValue))
            }
        }
    }

    /// The first death answers a request, the others come to a control plane that finds work.
    private func kill(_ scene: AuroraScene, at failpoints: [Failpoint], asking arguments: [String]) async throws {
        let first = try #require(failpoints.first)
        let pid = try await scene.it.startServer(failpoint: first)
        _ = try await scene.it.run(arguments: arguments)
        try await KillTests.requireKilled(pid, at: first)
        for failpoint in failpoints.dropFirst() { try await scene.it.die(at: failpoint) }
    }

    private func ready(_ scene: AuroraScene) async throws {
        _ = try await scene.it.startServer()
        try await scene.it.expect("wait", "k", "--timeout", "30s")
        let table = try await scene.aws("k", "get-item", "--table-name", "people", "--key", #"{"name":{"S":"Zoe"}}"#)
        #expect(table.contains("Zoe"))
    }

    private func gone(_ scene: AuroraScene, _ name: String, _ where_: Comment?) async throws {
        let deleted = try await scene.it.run("delete", name, "--timeout", "30s")
        // 3: it went before it was asked for.
        #expect([0, 3].contains(deleted.exitCode), "\(deleted.output)")
        try await scene.expectNothingLeft(where_)
    }
}
