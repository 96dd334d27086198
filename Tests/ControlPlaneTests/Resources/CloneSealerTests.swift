import Environments
import ExtendDBLayout
import Postgres
import Testing

@testable import ControlPlane

extension ResourceTests {
    @Suite struct CloneSealerTests {
        private let id = uniqueID()
        private var snapshot: InstallationMark {
            InstallationMark(installation: "5ea1", kind: .snapshot, id: id, generation: 1)
        }
        private var clone: CloneRequest {
            CloneRequest(
                source: "envctl_s_\(id)_g1", target: "envctl_e_\(id)_g1", role: "envctl_r_\(id)",
                rolePassword: "password-\(id)",
                mark: .init(installation: "5ea1", kind: .environment, id: id, generation: 1))
        }
        private var request: SealRequest {
            SealRequest(
                database: clone.target, role: clone.role, rolePassword: clone.rolePassword,
                accountID: "123456789012")
        }

        /// A clone of an imported snapshot.
        private func withClone(_ body: (CloneSealer) async throws -> Void) async throws {
            let admin = try await ResourceServer.admin()
            var fixture = try ExportFixture()
            fixture.files = [[ExportFixture.item(1)]]
            try fixture.write()
            _ = try await SnapshotImporter(admin: admin, logger: quiet).run(
                ImportRequest(database: clone.source, directory: fixture.directory, mark: snapshot)
            ) { _ in }
            let provider = TemplateProvider(
                admin: PostgresAdmin(configuration: admin), installation: "5ea1", logger: quiet)
            try await provider.clone(clone)
            do {
                try await body(CloneSealer(admin: admin))
            } catch {
                Issue.record(error)
            }
            try await provider.drop(database: clone.target, role: clone.role)
            try await provider.drop(database: clone.source, role: nil)
        }

        @Test func theCredentialIsTheOnlyOne() async throws {
            try await withClone { sealer in
                let first = try await sealer.seal(request)
                let second = try await sealer.seal(request)
                #expect(first.accessKeyID != second.accessKeyID)
                #expect(second.accountID == "123456789012")
                try await PostgresAdmin(configuration: ResourceServer.admin()).session(
                    database: clone.target, "look"
                ) { connection in
                    let keys = AccessKeyStore()
                    #expect(try await keys.find(first.accessKeyID, on: connection) == nil)
                    let found = try await keys.find(second.accessKeyID, on: connection)
                    #expect(found?.secretAccessKey == second.secretAccessKey)
                }
            }
        }

        /// A clone of a snapshot that an earlier release imported: sealing makes the schema, and the role owns it.
        @Test func theRoleCanKeepWhatTheSnapshotHadNoPlaceFor() async throws {
            try await withClone { sealer in
                let admin = try await ResourceServer.admin()
                try await PostgresAdmin(configuration: admin).session(database: clone.target, "age") { connection in
                    try await connection.execute(script: "DROP SCHEMA envctl CASCADE")
                }
                _ = try await sealer.seal(request)
                let role = admin.with(database: clone.target, user: clone.role, password: clone.rolePassword)
                try await PostgresAdmin(configuration: role).session("write") { connection in
                    try await connection.execute(
                        script: """
                            INSERT INTO envctl.table_details VALUES ('t', '{}');
                            DROP TABLE envctl.contributor_insights
                            """)
                }
            }
        }

        @Test func aRoleThatReachesMoreFailsTheSealing() async throws {
            try await withClone { sealer in
                let admin = PostgresAdmin(configuration: try await ResourceServer.admin())
                try await admin.session("open a hole") { connection in
                    try await connection.query(
                        PostgresQuery("GRANT CONNECT ON DATABASE envctl TO \(clone.role)", prepared: false))
                }
                let error = await #expect(throws: ControlError.self) { try await sealer.seal(request) }
                #expect(error?.code == .failed && error?.message.contains("envctl") == true)
                try await admin.session("close the hole") { connection in
                    try await connection.query(
                        PostgresQuery("REVOKE CONNECT ON DATABASE envctl FROM \(clone.role)", prepared: false))
                }
            }
        }

        /// What the sealing asks the server for, tried: the rights that it read are those that decide.
        @Test func theRoleReachesItsCloneAlone() async throws {
            try await withClone { sealer in
                _ = try await sealer.seal(request)
                let admin = try await ResourceServer.admin()
                for (database, isOwn) in [(clone.target, true), ("envctl", false), ("postgres", false)] {
                    let role = admin.with(database: database, user: clone.role, password: clone.rolePassword)
                    do {
                        let connection = try await PostgresConnection.connect(role)
                        await connection.close()
                        #expect(isOwn, "the role reaches \(database)")
                    } catch let error as PostgresError {
                        #expect(!isOwn && error.message.contains("permission denied for database"), "\(error)")
                    }
                }
            }
        }

        @Test func aRoleThatMayNotServeItsCloneFailsTheSealing() async throws {
            try await withClone { sealer in
                let admin = PostgresAdmin(configuration: try await ResourceServer.admin())
                try await admin.session("take the right") { connection in
                    try await connection.query(
                        PostgresQuery(
                            "REVOKE CONNECT ON DATABASE \(clone.target) FROM \(clone.role)", prepared: false))
                }
                let error = await #expect(throws: ControlError.self) { try await sealer.seal(request) }
                #expect(error?.code == .failed && error?.message.contains("own clone \(clone.target)") == true)
            }
        }

        @Test func anotherAccountFailsTheSealing() async throws {
            try await withClone { sealer in
                var other = request
                other.accountID = "999999999999"
                let error = await #expect(throws: ControlError.self) { try await sealer.seal(other) }
                #expect(error?.message.contains("999999999999") == true)
            }
        }
    }
}
