import Environments
import Postgres
import TestSupport
import Testing

@testable import ControlPlane

/// What a start would refuse, and what would fail every clone, is told before.
@Suite struct DoctorContentTests {
    private func doctor(_ change: (inout ControlPlaneConfiguration) -> Void = { _ in }) throws -> Doctor {
        let directory = try TemporaryDirectory.make("doctor")
        var configuration = ControlPlaneConfiguration(stateDirectory: directory, processEnvironment: [:])
        change(&configuration)
        try PosixFile.makeDirectory(configuration.runDirectory, mode: 0o711)
        return Doctor(configuration)
    }

    private func expectProblem(_ check: DoctorCheck, _ part: String, hint: String) {
        #expect(check.severity == .problem && check.detail.contains(part), "\(check)")
        #expect(check.hint?.contains(hint) == true, "\(check)")
    }

    private let key = String(repeating: "a1", count: 32) + "\n"

    @Test func aKeyThatIsGoneIsToldWhereThereAreRecords() throws {
        let doctor = try doctor()
        #expect(doctor.keys.severity == .ok)
        let replica = doctor.configuration.runDirectory + "/replica"
        try PosixFile.write("ab\n", to: replica)
        expectProblem(doctor.keys, "secret.key is missing", hint: "put back the file")
        #expect(doctor.keys.detail.contains(replica))
        _ = try SecretKeyFile.ensure(path: doctor.configuration.secretKeyPath)
        #expect(doctor.keys.severity == .ok)
    }

    @Test func aKeyOfThePrivateServersDataIsMissed() throws {
        let doctor = try doctor()
        let postgres = PostgresPaths(state: doctor.configuration.stateDirectory)
        try PosixFile.makeDirectory(postgres.data, mode: 0o700)
        try PosixFile.write("15\n", to: postgres.versionFile)
        expectProblem(doctor.keys, "secret.key is missing", hint: "put back the file")
        try PosixFile.write(key, to: doctor.configuration.secretKeyPath)
        expectProblem(doctor.keys, "postgres.password is missing", hint: "put back the file")
        try PosixFile.write("secret\n", to: postgres.password)
        #expect(doctor.keys.severity == .ok)
    }

    @Test(arguments: ["", "\n", "secret", String(repeating: "a1", count: 31), String(repeating: "zz", count: 32)])
    func aDamagedKeyIsTold(text: String) throws {
        let doctor = try doctor()
        try PosixFile.write(text, to: doctor.configuration.secretKeyPath)
        expectProblem(doctor.keys, "does not hold a key", hint: "remove it")
        // As a start says it.
        #expect(throws: ControlError.self) { try SecretKeyFile.ensure(path: doctor.configuration.secretKeyPath) }
        try PosixFile.write("ab\n", to: doctor.configuration.runDirectory + "/replica")
        expectProblem(doctor.keys, "does not hold a key", hint: "put back the file")
    }

    @Test func anEmptyTokenIsTold() throws {
        let doctor = try doctor()
        try PosixFile.write("\n", to: doctor.configuration.tokenPath)
        expectProblem(doctor.keys, "token is empty", hint: "rm \(doctor.configuration.tokenPath)")
        try PosixFile.write("envctl_1\n", to: doctor.configuration.tokenPath)
        #expect(doctor.keys.severity == .ok)
    }

    @Test func portsOfAnotherRangeAreNotCounted() throws {
        let range = try doctor { $0.ports = 23_920...23_922 }.configuration
        let elsewhere = Doctor(range, reservedPorts: Set(24_000...24_014), isRunning: true)
        #expect(elsewhere.ports.severity == .ok && elsewhere.ports.detail == "3 of 3 ports are free")
        let full = Doctor(range, reservedPorts: Set(23_920...23_950), isRunning: true)
        expectProblem(full.ports, "no port of 23920-23922 is free: 3 environments', 0 others'", hint: "ENVCTL_PORTS")
    }

    @Test func databasesThatAdmitEverybodyAreToldWithTheFix() throws {
        let doctor = try doctor()
        #expect(doctor.openDatabases([]).severity == .ok)
        expectProblem(
            doctor.openDatabases(["junk", "odd\"name"]), "junk, odd\"name can be connected to by PUBLIC",
            hint: #"REVOKE CONNECT ON DATABASE "junk" FROM PUBLIC; REVOKE CONNECT ON DATABASE "odd""name" FROM PUBLIC;"#
        )
        expectProblem(doctor.openDatabases((1...7).map { "d\($0)" }), "d5 and 2 more can be", hint: "…")
    }
}

extension ResourceTests {
    @Suite struct OpenDatabaseTests {
        @Test func aDatabaseThatAdmitsEverybodyIsFound() async throws {
            let admin = PostgresAdmin(configuration: try await ResourceServer.admin())
            let name = "open_\(uniqueID())"
            let doctor = Doctor(ControlPlaneConfiguration(stateDirectory: "/nonexistent", processEnvironment: [:]))
            try await admin.session("make a database that admits everybody") { connection in
                try await connection.query(PostgresQuery("CREATE DATABASE \(name)", prepared: false))
                let found = try await doctor.openDatabases(connection)
                try await connection.query(
                    PostgresQuery("REVOKE CONNECT ON DATABASE \(name) FROM PUBLIC", prepared: false))
                let closed = try await doctor.openDatabases(connection)
                try await connection.query(PostgresQuery("DROP DATABASE \(name)", prepared: false))
                #expect(found.severity == .problem && found.detail.contains(name), "\(found)")
                #expect(found.hint?.contains(name) == true)
                #expect(!closed.detail.contains(name))
            }
        }
    }
}
