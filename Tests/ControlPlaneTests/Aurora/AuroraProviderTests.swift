import AWSClient
import Environments
import Postgres
import SimulatedRDS
import TestSupport
import Testing

@testable import ControlPlane

/// What the provider does with a region, whichever region it is.
@Suite(.serialized) struct AuroraProviderTests {
    @Test(arguments: AuroraStand.available)
    func aCloneIsMadeAndRemovedWithItsDatabases(stand: AuroraStand) async throws {
        try await AuroraScene.with(stand) { scene in
            let record = try await scene.environment("one")
            let made = try await scene.make(record)
            #expect(made.isDone, "\(made)")
            #expect(scene.wire.changes == ["RestoreDBClusterToPointInTime", "CreateDBInstance", "ModifyDBCluster"])
            let row = try #require(try await scene.harness.store.auroraClone(record.id, 1))
            #expect(row.isAdmitted && row.hasOwnPassword && row.endpoint != nil && row.masterPassword != nil)
            if let faults = scene.faults {
                #expect(faults.with { $0.password(of: row.cluster) } == row.masterPassword)
            }

            let source = try #require(try await scene.other.rds.dbCluster(scene.source))
            let clone = try #require(try await scene.other.rds.dbCluster(row.cluster))
            #expect(clone.subnetGroup == source.subnetGroup && clone.parameterGroup == source.parameterGroup)
            #expect(clone.vpcSecurityGroupIDs == source.vpcSecurityGroupIDs && !clone.isDeletionProtected)
            let instance = try #require(try await scene.other.rds.dbInstance(row.cluster + "-i1"))
            #expect(instance.clusterIdentifier == row.cluster && !instance.isPubliclyAccessible)
            #expect(!instance.isAutoMinorVersionUpgradeEnabled)
            let tags = scene.mark(record).tags(
                source: scene.source, owner: record.owner, name: "one", expiresAt: "\(record.expiresAt)")
            for found in [clone.tags, instance.tags] {
                #expect(Dictionary(uniqueKeysWithValues: found.map { ($0.key, $0.value) }) == tags)
            }
            let listed = try await scene.provider.list().filter { $0.mark == scene.mark(record) }
            #expect(listed.map(\.identifier) == [row.cluster])

            let served = try await scene.provider.served(record)
            let connection = try await PostgresConnection.connect(served.catalog)
            #expect(try await connection.query("SELECT current_user::text").first?[0].string == record.role)
            await connection.close()

            scene.wire.forget()
            let dropped = try await scene.drop(record)
            #expect(dropped.isDone, "\(dropped)")
            #expect(scene.wire.changes == ["DeleteDBInstance", "DeleteDBCluster"])
            #expect(try await scene.leftovers() == [])
            let gone = try #require(try await scene.harness.store.auroraClone(record.id, 1))
            #expect(gone.isGone && gone.masterPassword == nil)
            await #expect(throws: PostgresError.self) { try await PostgresConnection.connect(served.catalog) }
        }
    }

    static let changing = [
        "RestoreDBClusterToPointInTime", "CreateDBInstance", "ModifyDBCluster", "DeleteDBInstance", "DeleteDBCluster",
    ]

    /// Three lost answers are one call of the client that failed: the state machine has to find out what became of it.
    @Test(arguments: AuroraStand.available, changing)
    func whatIsDoneAndNotAnsweredIsAdopted(stand: AuroraStand, action: String) async throws {
        try await AuroraScene.with(stand) { scene in
            let record = try await scene.environment("one")
            scene.wire.lose(action, times: 3)
            let made = try await scene.make(record)
            #expect(made.isDone, "\(made)")
            #expect(try await scene.leftovers() == [scene.cluster(record), scene.cluster(record) + "-i1"])
            let row = try #require(try await scene.harness.store.auroraClone(record.id, 1))
            #expect(row.hasOwnPassword && row.isAdmitted)
            let dropped = try await scene.drop(record)
            #expect(dropped.isDone, "\(dropped)")
            #expect(try await scene.leftovers() == [])
            #expect(scene.wire.changes.count { $0 == action } >= 3)
        }
    }

    /// As after a death between each call and its record.
    @Test(arguments: AuroraStand.available)
    func whatAProcessBeforeMadeIsAdopted(stand: AuroraStand) async throws {
        try await AuroraScene.with(stand) { scene in
            let record = try await scene.environment("one")
            #expect(try await scene.make(record).isDone)
            try await scene.harness.store.pool.query(
                "UPDATE aurora_clones SET admitted_at = NULL, password_set = false, status = '', endpoint = NULL")
            scene.wire.forget()
            #expect(try await scene.make(record).isDone)
            // Its password is set again, since nobody knows whether it was; nothing is made.
            #expect(scene.wire.changes == ["ModifyDBCluster"])
            #expect(try await scene.drop(record).isDone)
            #expect(try await scene.leftovers() == [])
        }
    }

    @Test(arguments: AuroraStand.available)
    func aResetMakesTheNextOneAndThenRemovesTheOld(stand: AuroraStand) async throws {
        try await AuroraScene.with(stand) { scene in
            let first = try await scene.environment("one")
            #expect(try await scene.make(first).isDone)
            var second = first
            second.incarnation = 2
            #expect(try await scene.make(second).isDone)
            let both = [first, second].flatMap { [scene.cluster($0), scene.cluster($0) + "-i1"] }
            #expect(try await scene.leftovers() == both)
            #expect(try await scene.drop(second, [1]).isDone)
            #expect(try await scene.leftovers() == [scene.cluster(second), scene.cluster(second) + "-i1"])
            let served = try await scene.provider.served(second)
            let connection = try await PostgresConnection.connect(served.catalog)
            await connection.close()
            #expect(try await scene.drop(second).isDone)
            #expect(try await scene.leftovers() == [])
        }
    }

    @Test(arguments: AuroraStand.available)
    func whatSomebodyElseHasUnderTheNameIsLeftAlone(stand: AuroraStand) async throws {
        try await AuroraScene.with(stand) { scene in
            let record = try await scene.environment("one")
            let name = scene.cluster(record)
            if let faults = scene.faults {
                faults.with { $0.occupy(name) }
            } else {
                try await scene.other.createCluster(name)
            }
            let made = try await scene.make(record)
            #expect(made.error?.code == .conflict, "\(made)")
            let dropped = try await scene.drop(record)
            #expect(dropped.error?.code == .conflict, "\(dropped)")
            #expect(scene.wire.changes == [])
            #expect(try await scene.other.rds.dbCluster(name)?.status == .available)
        }
    }

    @Test(arguments: AuroraStand.available)
    func whatIsStoppedOrProtectedIsStillDeleted(stand: AuroraStand) async throws {
        try await AuroraScene.with(stand) { scene in
            let record = try await scene.environment("one")
            #expect(try await scene.make(record).isDone)
            let name = scene.cluster(record)
            try await scene.other.protect(name)
            _ = try await scene.other.rds.stopDBCluster(RDS.StopDBCluster(identifier: name))
            try await scene.pass(.seconds(60))
            scene.wire.forget()
            let dropped = try await scene.drop(record)
            #expect(dropped.isDone, "\(dropped)")
            #expect(
                scene.wire.changes == ["StartDBCluster", "ModifyDBCluster", "DeleteDBInstance", "DeleteDBCluster"])
            #expect(try await scene.leftovers() == [])
        }
    }

    @Test(arguments: AuroraStand.available)
    func whatSomebodyElseDeletedIsGone(stand: AuroraStand) async throws {
        try await AuroraScene.with(stand) { scene in
            let record = try await scene.environment("one")
            #expect(try await scene.make(record).isDone)
            let name = scene.cluster(record)
            _ = try await scene.other.rds.deleteDBInstance(RDS.DeleteDBInstance(identifier: name + "-i1"))
            try await scene.until { try await scene.other.rds.dbInstance(name + "-i1") == nil }
            // Half of it is gone.
            _ = try await scene.other.rds.deleteDBCluster(RDS.DeleteDBCluster(identifier: name))
            try await scene.until { try await scene.other.rds.dbCluster(name) == nil }
            try await scene.pass(.seconds(60))
            scene.wire.forget()
            #expect(try await scene.drop(record).isDone)
            #expect(scene.wire.changes == [])
            // And what is called for all the same is answered with 404, which is success.
            let region = try await scene.provider.regions.region(AuroraScene.region)
            let fault = await #expect(throws: AuroraFault.self) { try await region.guarded().deleteCluster(name) }
            #expect(fault?.kind == .absent && fault?.code == "DBClusterNotFoundFault")
            let other = await #expect(throws: AuroraFault.self) {
                try await region.guarded().deleteInstance(name + "-i1")
            }
            #expect(other?.kind == .absent && other?.code == "DBInstanceNotFound")
        }
    }

    @Test(arguments: AuroraStand.available)
    func whatNoRecordKnowsIsRemovedByItsTags(stand: AuroraStand) async throws {
        try await AuroraScene.with(stand) { scene in
            let record = try await scene.environment("one")
            #expect(try await scene.make(record).isDone)
            let name = scene.cluster(record)
            try await scene.until { try await scene.provider.removeOrphan(name) }
            #expect(try await scene.leftovers() == [])
            #expect(try await scene.provider.removeOrphan(scene.source))
        }
    }

    @Test(arguments: AuroraStand.available)
    func aSourceIsLookedAtBeforeItIsRegistered(stand: AuroraStand) async throws {
        try await AuroraScene.with(stand) { scene in
            try await scene.provider.inspect(AuroraSource(cluster: scene.source, region: AuroraScene.region))
            let none = AuroraSource(cluster: "no-such-cluster", region: AuroraScene.region)
            let error = await #expect(throws: ControlError.self) { try await scene.provider.inspect(none) }
            #expect(error?.code == .notFound)

            let checks = await scene.provider.doctor(
                AuroraSource(cluster: scene.source, region: AuroraScene.region))
            let states = Dictionary(uniqueKeysWithValues: checks.map { ($0.name, $0.severity) })
            #expect(states["aurora-identity"] == .ok && states["aurora-source"] == .ok, "\(checks)")
            #expect(states["aurora-clones"] == .ok && states["aurora-permissions"] == .ok, "\(checks)")
            #expect(checks.allSatisfy { $0.severity != .problem } || stand == .moto, "\(checks)")
            #expect(try await scene.leftovers() == [])
        }
    }

    @Test(arguments: AuroraStand.available)
    func theGuardHoldsWhateverTheRecordsSay(stand: AuroraStand) async throws {
        try await AuroraScene.with(stand) { scene in
            let guarded = try await scene.provider.regions.region(AuroraScene.region).guarded()
            for name in [scene.source, scene.source.uppercased(), "another", "envctl-000000000000-x"] {
                let calls: [@Sendable () async throws -> Void] = [
                    { try await guarded.deleteCluster(name) }, { try await guarded.deleteInstance(name) },
                    { try await guarded.start(cluster: name) }, { try await guarded.liftProtection(ofCluster: name) },
                    { try await guarded.setPassword("12345678", ofCluster: name) },
                ]
                for call in calls {
                    let error = await #expect(throws: ControlError.self) { try await call() }
                    #expect(error?.code == .forbidden)
                }
            }
            #expect(scene.wire.actions == [])
        }
    }
}
