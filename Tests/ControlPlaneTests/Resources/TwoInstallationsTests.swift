import Environments
import Postgres
import TestSupport
import Testing

@testable import ControlPlane

extension ResourceTests {
    /// Two installations that share one PostgreSQL server and even the login: each reconciles what is its own.
    @Suite struct TwoInstallationsTests {
        /// One of them: its records in a database of its own, its clones on the shared server.
        private struct Side {
            let reconciler: Reconciler
            let provider: TemplateProvider
            let installation: InstallationID
            let owner: String

            init(_ pool: PostgresPool, admin: PostgresConfiguration) async throws {
                try await RecordStore.migrate(pool)
                var generator = SystemRandomNumberGenerator()
                installation = try await RecordStore.installation(pool, using: &generator)
                owner = try await InstallationRole.ensure(installation, admin: admin)
                provider = TemplateProvider(
                    admin: PostgresAdmin(configuration: admin), installation: installation.text, owner: owner,
                    logger: quiet)
                let world = FakeWorld()
                let configuration = LifecycleHarness.configuration(directory: try TemporaryDirectory.make("two"))
                reconciler = Reconciler(
                    store: RecordStore(
                        pool: pool, secrets: try SecretBox(key: Array(repeating: 7, count: 32)), replica: "one"),
                    effectors: Effectors(provider: provider, sealer: world, launcher: world, prober: world),
                    installation: installation, configuration: configuration, dispatcher: WakeSignal(),
                    metrics: ControlPlaneMetrics(),
                    logger: quiet)
            }
        }

        @Test func eachRemovesItsOwnOrphansOnly() async throws {
            let admin = try await ResourceServer.admin()
            try await withTestPool { ours in
                try await withTestPool { theirs in
                    let first = try await Side(ours, admin: admin)
                    let second = try await Side(theirs, admin: admin)
                    let (mine, foreign, stranger) = (uniqueID(), uniqueID(), "envctl_e_\(uniqueID())_g1")
                    try await make(mine, first, admin)
                    try await make(foreign, second, admin)
                    try await execute(admin, "CREATE DATABASE \(stranger)")
                    for _ in 0..<3 { try await first.reconciler.tick() }
                    let after = try await names(admin)
                    #expect(after.allSatisfy { !$0.contains(mine) }, "\(after)")
                    #expect(after.filter { $0.contains(foreign) }.count == 3, "\(after)")
                    #expect(after.contains(stranger))
                    for _ in 0..<2 { try await second.reconciler.tick() }
                    let end = try await names(admin)
                    #expect(end.allSatisfy { !$0.contains(foreign) } && end.contains(stranger), "\(end)")
                    try await execute(
                        admin, "DROP DATABASE \(stranger)", "DROP ROLE \(first.owner)", "DROP ROLE \(second.owner)")
                }
            }
        }

        /// A database and a role with their marks, and a database that a crash left without its comment.
        private func make(_ id: String, _ side: Side, _ admin: PostgresConfiguration) async throws {
            let mark = InstallationMark(
                installation: side.installation.text, kind: .environment, id: id, generation: 1)
            try await execute(
                admin, "CREATE DATABASE envctl_e_\(id)_g1 OWNER \(side.owner)",
                "COMMENT ON DATABASE envctl_e_\(id)_g1 IS '\(mark.comment)'", "CREATE ROLE envctl_r_\(id) LOGIN",
                "COMMENT ON ROLE envctl_r_\(id) IS '\(mark.comment)'",
                "CREATE DATABASE envctl_e_\(id)_g2 OWNER \(side.owner) ALLOW_CONNECTIONS false")
        }

        private func execute(_ admin: PostgresConfiguration, _ statements: String...) async throws {
            try await PostgresAdmin(configuration: admin).session("execute") { connection in
                for statement in statements {
                    try await connection.query(PostgresQuery(statement, prepared: false))
                }
            }
        }

        /// Of databases and roles.
        private func names(_ admin: PostgresConfiguration) async throws -> [String] {
            try await PostgresAdmin(configuration: admin).session("list") { connection in
                try await connection.query(
                    "SELECT datname::text FROM pg_database UNION ALL SELECT rolname::text FROM pg_roles"
                ).map { try $0[0].string }
            }
        }
    }
}
