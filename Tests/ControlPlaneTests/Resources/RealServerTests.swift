import CPlatform
import DynamoModel
import Environments
import HTTPClient
import Postgres
import Testing

@testable import ControlPlane

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The whole way of an environment with the real `extenddb-server`, which the build puts next to the tests.
private let launcher = try? ProcessLauncher(environment: serverEnvironment, logger: quiet)

private let serverEnvironment: [String: String] =
    getenv("ENVCTL_EXTENDDB_SERVER").map {
        ["ENVCTL_EXTENDDB_SERVER": String(cString: $0)]
    } ?? [:]

/// The sample export of this repository.
private let sample: String = {
    var directory = #filePath
    for _ in 0..<4 { directory = PosixFile.parent(of: directory) ?? "/" }
    return "\(directory)/Templates/samples/shop"
}()

extension ResourceTests {
    @Suite(.enabled(if: launcher != nil && PosixFile.exists("\(sample)/AWSDynamoDB"))) struct RealServerTests {
        private let id = uniqueID()

        private func clone(_ number: Int) -> CloneRequest {
            CloneRequest(
                source: "envctl_s_\(id)_g1", target: "envctl_e_\(id)\(number)_g1", role: "envctl_r_\(id)\(number)",
                rolePassword: "password-\(id)",
                mark: .init(installation: "4ea1", kind: .environment, id: "\(id)\(number)", generation: 1))
        }

        /// Below the ports that the system gives to outgoing connections: one of those may be taken again while the
        /// server that is killed here is started anew.
        private func freePort() throws -> Int {
            for _ in 0..<100 {
                let port = UInt16.random(in: 29_000..<32_000)
                let listener = cs_listen_tcp("127.0.0.1", port, 1)
                guard listener >= 0 else { continue }
                close(listener)
                return Int(port)
            }
            throw ControlError(.capacity, "no port between 29000 and 32000 is free")
        }

        @Test func anImportedTableAnswersThroughItsEndpoint() async throws {
            let launcher = try #require(launcher)
            let admin = try await ResourceServer.admin()
            let mark = InstallationMark(installation: "4ea1", kind: .snapshot, id: id, generation: 1)
            let generation = try await SnapshotImporter(admin: admin, logger: quiet).run(
                ImportRequest(database: clone(0).source, directory: sample, mark: mark)
            ) { _ in }
            #expect(generation.items > 1000)
            let target = try #require(generation.probeTarget)
            let provider = TemplateProvider(
                admin: PostgresAdmin(configuration: admin), installation: "4ea1", logger: quiet)
            let clone = clone(1)
            try await provider.clone(clone)
            let sealed = try await CloneSealer(admin: admin).seal(
                SealRequest(
                    database: clone.target, role: clone.role, rolePassword: clone.rolePassword,
                    accountID: generation.accountID))
            let launch = LaunchRequest(
                id: "\(id)1", directory: try TemporaryDirectory.make("real"), port: try freePort(),
                database: provider.connection(
                    to: clone.target, user: clone.role, password: clone.rolePassword),
                region: generation.region)
            var process = try await launcher.launch(launch)
            let prober = Prober(client: HTTPClient())
            let endpoint = "http://127.0.0.1:\(launch.port)"
            let credential = ProbeCredential(
                accessKeyID: sealed.accessKeyID, secretAccessKey: sealed.secretAccessKey, region: generation.region)
            try await prober.probe(endpoint: endpoint, credential: credential, target: target)

            var wrong = credential
            wrong.secretAccessKey = String(wrong.secretAccessKey.reversed())
            let refused = await #expect(throws: ControlError.self) {
                try await prober.probe(endpoint: endpoint, credential: wrong, target: target)
            }
            #expect(refused?.code == .failed && refused?.message.contains("Signature") == true)
            var absent = target
            absent.key = absent.key.mapValues { _ in .string("no such key") }
            await #expect(throws: ControlError.self) {
                try await prober.probe(endpoint: endpoint, credential: credential, target: absent)
            }

            // Killed, it is gone; started again on the same port, it serves the same data.
            kill(process.pid, SIGKILL)
            let killed = process
            let gone = await ChildProcess.poll(within: .seconds(5)) { !launcher.isAlive(killed) }
            #expect(gone)
            #expect(launcher.find(id: launch.id, directory: launch.directory) == nil)
            process = try await launcher.launch(launch)
            try await prober.probe(endpoint: endpoint, credential: credential, target: target)
            try await launcher.stop(process)
            #expect(!launcher.isAlive(process))
            try await provider.drop(database: clone.target, role: clone.role)
            try await provider.drop(database: clone.source, role: nil)
            #expect(try await provider.list().isEmpty)
        }
    }
}
