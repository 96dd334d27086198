import Environments
import Postgres
import Synchronization
import Testing

@testable import ControlPlane

/// One suite for everything that makes and drops databases: what `CloneProvider` promises, held against the real one
/// and against the one in memory that the tests of the life cycle trust.
extension ResourceTests {
    @Suite struct ProviderContract {
        enum Kind: CaseIterable { case realByLogging, realByFiles, inMemory }

        private let installation = "4d5e6f"
        private let id = uniqueID()

        private var request: CloneRequest {
            CloneRequest(
                source: "source_\(id)", target: "envctl_e_\(id)_g1", role: "envctl_r_\(id)", rolePassword: "p-\(id)",
                mark: InstallationMark(installation: installation, kind: .environment, id: id, generation: 1))
        }

        /// Runs `body` with a provider that has the request's source; nothing is left afterwards.
        ///
        /// - Parameter body: gets the provider, and what makes a database that is somebody else's.
        private func with(
            _ kind: Kind, _ body: (any CloneProvider, _ makeForeign: (String) async throws -> Void) async throws -> Void
        ) async throws {
            switch kind {
            case .inMemory:
                let world = FakeWorld()
                let snapshot = InstallationMark(
                    installation: installation, kind: .snapshot, id: "s\(id)", generation: 1)
                world.state.withLock { $0.databases[request.source] = snapshot }
                try await body(world) { name in
                    let theirs = InstallationMark(installation: "other", kind: .environment, id: id, generation: 1)
                    world.state.withLock { $0.foreign[name] = theirs }
                }
                #expect(world.snapshot.violations.isEmpty)
            case .realByLogging, .realByFiles:
                let admin = PostgresAdmin(configuration: try await ResourceServer.admin())
                func execute(_ statements: String...) async throws {
                    try await admin.session(database: nil, "execute") { connection in
                        for statement in statements {
                            try await connection.query(PostgresQuery(statement, prepared: false))
                        }
                    }
                }
                let source = request.source
                try await execute(
                    "CREATE DATABASE \(source) TEMPLATE template0", "REVOKE ALL ON DATABASE \(source) FROM PUBLIC",
                    "ALTER DATABASE \(source) IS_TEMPLATE true ALLOW_CONNECTIONS false")
                let provider = TemplateProvider(
                    admin: admin, installation: installation, flush: kind == .realByFiles ? .zero : nil, logger: quiet)
                var foreign: [String] = []
                do {
                    try await body(provider) { name in
                        try await execute("CREATE ROLE somebody_\(id)", "CREATE DATABASE \(name) OWNER somebody_\(id)")
                        foreign.append(name)
                    }
                } catch {
                    Issue.record(error)
                }
                for name in foreign { try await execute("DROP DATABASE \(name)", "DROP ROLE somebody_\(id)") }
                try await provider.drop(database: request.target, role: request.role)
                try await execute("ALTER DATABASE \(source) IS_TEMPLATE false", "DROP DATABASE \(source)")
            }
        }

        private func environments(_ provider: any CloneProvider) async throws -> Set<String> {
            var names: Set<String> = []
            for resource in try await provider.list() where resource.mark.kind == .environment {
                #expect(resource.mark == request.mark)
                names.formUnion([resource.database, resource.role].compactMap(\.self))
            }
            return names
        }

        @Test(arguments: Kind.allCases)
        func aCloneAndItsRoleAreListedUntilTheyAreDropped(kind: Kind) async throws {
            try await with(kind) { provider, _ in
                #expect(try await environments(provider).isEmpty)
                try await provider.clone(request)
                #expect(try await environments(provider) == [request.target, request.role])
                try await provider.drop(database: request.target, role: nil)
                #expect(try await environments(provider) == [request.role])
                try await provider.drop(database: nil, role: request.role)
                #expect(try await environments(provider).isEmpty)
            }
        }

        @Test(arguments: Kind.allCases)
        func everyCallCanBeRepeated(kind: Kind) async throws {
            try await with(kind) { provider, _ in
                for _ in 0..<2 { try await provider.clone(request) }
                #expect(try await environments(provider) == [request.target, request.role])
                for _ in 0..<2 { try await provider.close(database: request.target) }
                for _ in 0..<2 { try await provider.drop(database: request.target, role: request.role) }
                try await provider.close(database: request.target)
                #expect(try await environments(provider).isEmpty)
            }
        }

        @Test(arguments: Kind.allCases)
        func aMissingSourceIsNamed(kind: Kind) async throws {
            try await with(kind) { provider, _ in
                var absent = request
                absent.source = "absent_\(id)"
                let wanted = absent
                let error = await #expect(throws: ControlError.self) { try await provider.clone(wanted) }
                #expect(error?.code == .notFound)
                #expect(error?.subject == wanted.source)
                let left = try await environments(provider)
                #expect(!left.contains(request.target))
            }
        }

        @Test(arguments: Kind.allCases)
        func aCopyOfAnotherGenerationIsNotTakenUp(kind: Kind) async throws {
            try await with(kind) { provider, _ in
                try await provider.clone(request)
                var other = request
                other.mark.generation = 2
                let wanted = other
                let cloning = await #expect(throws: ControlError.self) { try await provider.clone(wanted) }
                #expect(cloning?.code == .conflict)
                #expect(try await environments(provider) == [request.target, request.role])
            }
        }

        @Test(arguments: Kind.allCases)
        func whatIsSomebodyElsesIsNeverTouched(kind: Kind) async throws {
            try await with(kind) { provider, makeForeign in
                try await makeForeign(request.target)
                let target = request.target
                let cloning = await #expect(throws: ControlError.self) { try await provider.clone(request) }
                let dropping = await #expect(throws: ControlError.self) {
                    try await provider.drop(database: target, role: nil)
                }
                let closing = await #expect(throws: ControlError.self) { try await provider.close(database: target) }
                #expect([cloning, dropping, closing].map { $0?.code } == [.conflict, .conflict, .conflict])
                let left = try await environments(provider)
                #expect(!left.contains(target))
            }
        }

        @Test(arguments: Kind.allCases)
        func manyAtOnceAreMade(kind: Kind) async throws {
            try await with(kind) { provider, _ in
                let requests = (0..<4).map { number in
                    var other = request
                    other.target = "envctl_e_\(id)\(number)_g1"
                    other.role = "envctl_r_\(id)\(number)"
                    other.mark.id = "\(id)\(number)"
                    return other
                }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for request in requests { group.addTask { try await provider.clone(request) } }
                    try await group.waitForAll()
                }
                let made = try await provider.list().filter { $0.mark.kind == .environment }
                #expect(Set(made.compactMap(\.database)) == Set(requests.map(\.target)))
                for request in requests { try await provider.drop(database: request.target, role: request.role) }
            }
        }
    }
}
