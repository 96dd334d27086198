import Environments
import ExtendDBLayout
import Postgres
import TestSupport
import Testing

@testable import ControlPlane

extension ResourceTests {
    /// Sealing of a copy of production in ExtendDB's two databases, as the role of an environment sees it.
    @Suite struct PairSealerTests {
        private let id = uniqueID()
        private var mark: InstallationMark {
            InstallationMark(installation: "5ea2", kind: .environment, id: id, generation: 1)
        }

        /// Two databases that the template provider made, filled as production; the role may connect to both.
        private func withPair(
            _ level: ExtendDBLevel, _ body: (CloneSealer, SealRequest, PostgresConfiguration) async throws -> Void
        ) async throws {
            let server = try await ResourceServer.admin()
            let admin = PostgresAdmin(configuration: server)
            let names = ["envctl_e_\(id)_catalog", "envctl_e_\(id)_data"]
            let role = "envctl_r_\(id)"
            try await admin.session("make a pair") { connection in
                try await connection.query(
                    PostgresQuery(
                        "CREATE ROLE \(role) LOGIN PASSWORD 'pair-password' IN ROLE envctl_data", prepared: false))
                for name in names {
                    try await connection.query(PostgresQuery("CREATE DATABASE \(name)", prepared: false))
                    try await connection.query(
                        PostgresQuery("REVOKE ALL ON DATABASE \(name) FROM PUBLIC", prepared: false))
                    try await connection.query(
                        PostgresQuery("GRANT CONNECT ON DATABASE \(name) TO \(role)", prepared: false))
                }
            }
            do {
                // What the setting leads to is there, and lets everybody in who has its password.
                try await ExtendDBDeployment.makeProduction(
                    level, catalog: server.with(database: names[0]), data: server.with(database: names[1]),
                    url: server.with(database: "envctl").url)
                let request = SealRequest(
                    database: names[0], dataDatabase: names[1], role: role, rolePassword: "pair-password",
                    accountID: ExtendDBDeployment.productionAccount)
                try await body(CloneSealer(admin: server), request, server)
            } catch {
                Issue.record(error)
            }
            try await admin.session("drop the pair") { connection in
                for name in names {
                    try await connection.query(
                        PostgresQuery("DROP DATABASE IF EXISTS \(name) WITH (FORCE)", prepared: false))
                }
                try await connection.query(PostgresQuery("DROP ROLE \(role)", prepared: false))
            }
        }

        @Test(arguments: ExtendDBLevel.allCases)
        func aPairIsSealedForItsRoleAlone(level: ExtendDBLevel) async throws {
            try await withPair(level) { sealer, request, server in
                let sealed = try await sealer.seal(request)
                #expect(sealed.accountID == ExtendDBDeployment.productionAccount)
                for database in request.databases {
                    #expect(try await ExtendDBDeployment.leaks(in: server.with(database: database)) == [])
                }
                // The catalog names the pair for the role, which reaches nothing else with it.
                try await PostgresAdmin(configuration: server).session(database: request.database, "look") { catalog in
                    let url = try await Settings.value(.dataDatabaseURL, on: catalog)
                    let named = try PostgresConfiguration(url: try #require(url))
                    #expect(named.database == request.dataDatabase)
                    #expect(named.user == request.role)
                    #expect(named.password == request.rolePassword)
                }
            }
        }

        @Test func aRoleThatReachesMoreFailsTheSealing() async throws {
            try await withPair(.second) { sealer, request, _ in
                var other = request
                // Without its name, the pair's own second database is one that the role must not reach.
                other.dataDatabase = nil
                await #expect(throws: ControlError.self) { try await sealer.seal(other) }
            }
        }

        @Test func whatIsNotKnownIsRefusedByName() async throws {
            try await withPair(.second) { sealer, request, server in
                try await PostgresAdmin(configuration: server).session(database: request.database, "age") { catalog in
                    try await Settings.set(.catalogVersion, to: "1.0.0", on: catalog)
                }
                let error = await #expect(throws: ControlError.self) { try await sealer.seal(request) }
                #expect(error?.code == .failed)
                #expect(error?.message.contains("version 1.0.0") == true)
            }
        }
    }
}
