import Environments
import Postgres
import Testing

@testable import ControlPlane

extension ResourceTests {
    @Suite struct TemplateProviderTests {
        private let installation = "1a2b3c"
        private let id = uniqueID()

        private var mark: InstallationMark {
            InstallationMark(installation: installation, kind: .environment, id: id, generation: 1)
        }
        private var request: CloneRequest {
            CloneRequest(
                source: "source_\(id)", target: "envctl_e_\(id)_g1", role: "envctl_r_\(id)",
                rolePassword: "password-\(id)", mark: mark)
        }

        private func admin() async throws -> PostgresAdmin {
            PostgresAdmin(configuration: try await ResourceServer.admin())
        }

        private func execute(_ statements: String..., database: String? = nil) async throws {
            try await admin().session(database: database, "execute") { connection in
                for statement in statements {
                    try await connection.query(PostgresQuery(statement, prepared: false))
                }
            }
        }

        private func provider() async throws -> TemplateProvider {
            TemplateProvider(
                admin: PostgresAdmin(configuration: try await ResourceServer.admin()), installation: installation,
                logger: quiet)
        }

        /// A sealed template with one row; dropped afterwards, the clone too.
        private func withSource(_ body: (TemplateProvider) async throws -> Void) async throws {
            let source = request.source
            try await execute(
                "CREATE DATABASE \(source) TEMPLATE template0", "REVOKE ALL ON DATABASE \(source) FROM PUBLIC")
            try await execute(
                "CREATE TABLE public.t AS SELECT 1 AS n", "ALTER TABLE t OWNER TO envctl_data", database: source)
            try await execute("ALTER DATABASE \(source) IS_TEMPLATE true ALLOW_CONNECTIONS false")
            let provider = try await provider()
            do {
                try await body(provider)
            } catch {
                Issue.record(error)
            }
            try await provider.drop(database: request.target, role: request.role)
            try await execute("ALTER DATABASE \(source) IS_TEMPLATE false", "DROP DATABASE \(source)")
        }

        private func connect(_ database: String) async throws(PostgresError) -> PostgresConnection {
            let configuration: PostgresConfiguration
            do {
                configuration = try await ResourceServer.admin(database).with(
                    user: request.role, password: request.rolePassword)
            } catch {
                throw PostgresError(.misuse, "\(error)")
            }
            return try await PostgresConnection.connect(configuration)
        }

        @Test func theRoleUsesItsCloneAndNothingElse() async throws {
            try await withSource { provider in
                try await provider.clone(request)
                let connection = try await connect(request.target)
                try await connection.query("INSERT INTO t VALUES (2)")
                let sum = try await connection.query("SELECT sum(n)::int FROM t")
                #expect(try sum[0][0].int == 3)
                await connection.close()
                for database in ["postgres", "template1", "envctl", request.source] {
                    let error = await #expect(throws: PostgresError.self) { try await connect(database) }
                    #expect(error?.code == .connectionFailed, "\(database)")
                }
            }
        }

        @Test func aSecondCloneAdoptsTheFirst() async throws {
            try await withSource { provider in
                try await provider.clone(request)
                try await execute("CREATE TABLE mine (n int)", database: request.target)
                try await provider.clone(request)
                let connection = try await connect(request.target)
                await connection.close()
                let left = try await admin().session(database: request.target, "look") { connection in
                    try await connection.query("SELECT to_regclass('mine') IS NOT NULL")[0][0].bool
                }
                #expect(left)
                #expect(
                    try await provider.list() == [
                        OwnedResource(database: request.target, role: request.role, mark: mark)
                    ])
            }
        }

        @Test func aCopyWithoutMarkIsFinished() async throws {
            try await withSource { provider in
                // What a crash right after CREATE DATABASE leaves.
                try await execute(
                    """
                    CREATE DATABASE \(request.target) TEMPLATE \(request.source) OWNER envctl ALLOW_CONNECTIONS false
                    """)
                #expect(
                    try await provider.list() == [
                        OwnedResource(database: request.target, role: nil, mark: mark)
                    ])
                try await provider.clone(request)
                let connection = try await connect(request.target)
                await connection.close()
                let error = await #expect(throws: PostgresError.self) {
                    try await PostgresConnection.connect(
                        ResourceServer.admin(request.target).with(user: "envctl_data", password: "x"))
                }
                #expect(error != nil)
            }
        }

        @Test func anotherGenerationIsNotAdopted() async throws {
            try await withSource { provider in
                try await provider.clone(request)
                var other = request
                other.mark.generation = 2
                let error = await #expect(throws: ControlError.self) { try await provider.clone(other) }
                #expect(error?.code == .conflict)
            }
        }

        @Test func whatIsForeignIsNeverTouched() async throws {
            try await withSource { provider in
                try await execute(
                    "CREATE ROLE somebody_\(id) LOGIN", "CREATE DATABASE \(request.target) OWNER somebody_\(id)")
                let cloning = await #expect(throws: ControlError.self) { try await provider.clone(request) }
                #expect(cloning?.code == .conflict)
                let dropping = await #expect(throws: ControlError.self) {
                    try await provider.drop(database: request.target, role: nil)
                }
                #expect(dropping?.code == .conflict)
                let closing = await #expect(throws: ControlError.self) {
                    try await provider.close(database: request.target)
                }
                #expect(closing?.code == .conflict)
                let role = await #expect(throws: ControlError.self) {
                    try await provider.drop(database: nil, role: "somebody_\(id)")
                }
                #expect(role?.code == .conflict)
                #expect(try await provider.list().isEmpty)
                let postgres = await #expect(throws: ControlError.self) {
                    try await provider.drop(database: "postgres", role: nil)
                }
                #expect(postgres?.code == .conflict)
                try await execute("DROP DATABASE \(request.target)", "DROP ROLE somebody_\(id)")
            }
        }

        @Test func anotherInstallationsRoleIsNotTaken() async throws {
            try await withSource { provider in
                let other = TemplateProvider(
                    admin: PostgresAdmin(configuration: try await ResourceServer.admin()), installation: "other",
                    logger: quiet)
                var theirs = request
                theirs.target = "envctl_e_\(id)_g7"
                theirs.mark.installation = "other"
                try await other.clone(theirs)
                let error = await #expect(throws: ControlError.self) { try await provider.clone(request) }
                #expect(error?.code == .conflict)
                try await other.drop(database: theirs.target, role: theirs.role)
            }
        }

        @Test func aMissingSourceIsNotFound() async throws {
            let error = try await #require(throws: ControlError.self) { try await provider().clone(request) }
            #expect(error.code == .notFound && error.subject == request.source)
        }

        @Test func dropEndsSessionsAndCanBeRepeated() async throws {
            try await withSource { provider in
                try await provider.clone(request)
                let connection = try await connect(request.target)
                try await provider.drop(database: request.target, role: request.role)
                await #expect(throws: PostgresError.self) { try await connection.query("SELECT 1") }
                await connection.close()
                try await provider.drop(database: request.target, role: request.role)
                #expect(try await provider.list().isEmpty)
            }
        }

        @Test func aDropThatWasInterruptedIsFinished() async throws {
            try await withSource { provider in
                try await provider.clone(request)
                // What DROP DATABASE leaves when the server dies in the middle of it (PostgreSQL 15.4 and later).
                try await execute(
                    "UPDATE pg_database SET datconnlimit = -2 WHERE datname = '\(request.target)'")
                #expect(try await provider.list().map(\.database) == [request.target])
                // It admits nobody, and the server refuses to alter it.
                try await provider.close(database: request.target)
                try await provider.drop(database: request.target, role: request.role)
                #expect(try await provider.list().isEmpty)
            }
        }

        @Test func aClosedCloneAdmitsNobodyAndCanBeDropped() async throws {
            try await withSource { provider in
                try await provider.clone(request)
                try await provider.close(database: request.target)
                try await provider.close(database: request.target)
                await #expect(throws: PostgresError.self) { try await connect(request.target) }
                try await provider.drop(database: request.target, role: request.role)
                try await provider.close(database: request.target)
            }
        }

        @Test func aRoleThatIsLeftIsListedAndDropped() async throws {
            try await withSource { provider in
                try await provider.clone(request)
                try await provider.drop(database: request.target, role: nil)
                #expect(
                    try await provider.list() == [
                        OwnedResource(database: nil, role: request.role, mark: mark)
                    ])
                try await provider.drop(database: nil, role: request.role)
                #expect(try await provider.list().isEmpty)
            }
        }

        @Test func manyClonesAtOnce() async throws {
            try await withSource { provider in
                let requests = (0..<6).map { number in
                    let other = "\(id)\(number)"
                    return CloneRequest(
                        source: request.source, target: "envctl_e_\(other)_g1", role: "envctl_r_\(other)",
                        rolePassword: "p",
                        mark: .init(
                            installation: installation, kind: .environment, id: other, generation: 1))
                }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for request in requests { group.addTask { try await provider.clone(request) } }
                    try await group.waitForAll()
                }
                #expect(try await provider.list().count == 6)
                for request in requests { try await provider.drop(database: request.target, role: request.role) }
                #expect(try await provider.list().isEmpty)
            }
        }
    }
}
