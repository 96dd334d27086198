import Environments
import TestSupport
import Testing

@testable import ControlPlane

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Each check finds what it is for, and says what to do.
@Suite struct DoctorTests {
    private func doctor(_ change: (inout ControlPlaneConfiguration) -> Void = { _ in }) throws -> Doctor {
        let directory = try TemporaryDirectory.make("doctor")
        var configuration = ControlPlaneConfiguration(stateDirectory: directory, processEnvironment: [:])
        configuration.ports = 23_900...23_903
        change(&configuration)
        return Doctor(configuration)
    }

    private func expectProblem(_ check: DoctorCheck, _ severity: DoctorCheck.Severity, _ part: String) {
        #expect(check.severity == severity, "\(check)")
        #expect(check.detail.contains(part) && check.hint != nil, "\(check)")
    }

    @Test func aDirectoryThatOthersCanWriteIsAProblem() throws {
        let doctor = try doctor()
        #expect(doctor.stateDirectory.severity == .ok)
        chmod(doctor.configuration.stateDirectory, 0o777)
        expectProblem(doctor.stateDirectory, .problem, "other users")
        let none = try self.doctor { $0.stateDirectory += "/none" }
        #expect(none.stateDirectory.severity == .ok && none.stateDirectory.detail.contains("makes it"))
    }

    @Test func secretsThatOthersCanReadAreAProblem() throws {
        let doctor = try doctor()
        let configuration = doctor.configuration
        try PosixFile.makeDirectory(configuration.runDirectory, mode: 0o711)
        try PosixFile.write("secret", to: configuration.secretKeyPath, mode: 0o600)
        #expect(doctor.secrets.severity == .ok)
        chmod(configuration.secretKeyPath, 0o644)
        expectProblem(doctor.secrets, .problem, "can be read by other users")
    }

    @Test func whatADeadControlPlaneLeftIsNoticed() throws {
        let doctor = try doctor()
        #expect(doctor.leftovers.severity == .ok)
        try PosixFile.makeDirectory(doctor.configuration.runDirectory, mode: 0o711)
        try PosixFile.write("{}", to: doctor.configuration.serverInfoPath)
        let postgres = PostgresPaths(state: doctor.configuration.stateDirectory)
        try PosixFile.makeDirectory(postgres.data, mode: 0o700)
        try PosixFile.write("4194399\n", to: postgres.postmasterPID)
        expectProblem(doctor.leftovers, .warning, "a control plane died")
        #expect(doctor.leftovers.detail.contains("process 4194399"))
        // One that runs holds the lock.
        let lock = try InstanceLock(path: doctor.configuration.lockPath)
        #expect(!doctor.leftovers.detail.contains("a control plane died"))
        _ = consume lock
    }

    @Test func foreignPortsAreTold() throws {
        let doctor = try doctor()
        #expect(doctor.ports.severity == .ok, "\(doctor.ports)")
        let holder = ProcessPorts([23_900, 23_901])
        expectProblem(doctor.ports, .warning, "hold 2 of 4 ports (23900, 23901)")
        let all = ProcessPorts([23_902, 23_903])
        expectProblem(doctor.ports, .problem, "no port of 23900-23903 is free")
        // Those of our own environments are not foreign.
        let own = Doctor(doctor.configuration, reservedPorts: [23_900, 23_901, 23_902], isRunning: true)
        expectProblem(own.ports, .problem, "3 environments', 1 others'")
        withExtendedLifetime((holder, all)) {}
    }

    @Test(arguments: [(0.4, DoctorCheck.Severity.ok), (-3, .warning), (40, .warning), (-301, .problem)])
    func clocksThatDisagreeAreTold(skew: Double, severity: DoctorCheck.Severity) throws {
        let check = try doctor().clock(skew)
        #expect(check.severity == severity && (severity == .ok || check.hint?.contains("NTP") == true), "\(check)")
    }

    @Test(arguments: [(97, 10, DoctorCheck.Severity.ok), (97, 80, .warning), (20, 18, .problem)])
    func connectionsThatRunOutAreTold(limit: Int, used: Int, severity: DoctorCheck.Severity) throws {
        let check = try doctor().connections(limit: limit, used: used)
        #expect(check.severity == severity && (severity == .ok || check.hint != nil), "\(check)")
    }

    @Test func missingAndOldProgramsAreTold() async throws {
        let missing = try doctor { $0.processEnvironment = ["ENVCTL_POSTGRES_BIN": "/nonexistent"] }
        let check = await missing.postgresPrograms().check
        expectProblem(check, .problem, "/nonexistent")
        let directory = try TemporaryDirectory.make("programs")
        for name in ["postgres", "initdb"] {
            try PosixFile.write(
                "#!/bin/sh\necho 'postgres (PostgreSQL) 12.3'\n", to: "\(directory)/\(name)", mode: 0o755)
        }
        let old = try doctor { $0.processEnvironment = ["ENVCTL_POSTGRES_BIN": directory] }
        expectProblem(await old.postgresPrograms().check, .problem, "PostgreSQL 12")
    }

    @Test func copyOnWriteIsTriedAndItsCostTold() throws {
        let doctor = try doctor()
        let check = doctor.sharedBlocks(postgres: 15)
        // Whatever this machine's file system can: PostgreSQL 15 cannot.
        expectProblem(check, .warning, "full copy")
        #expect(try PosixFile.list(doctor.configuration.stateDirectory).isEmpty, "the try leaves something")
    }
}

/// Listens on ports while it lives, as a foreign process would.
private final class ProcessPorts {
    private let sockets: [Int32]

    init(_ ports: [UInt16]) {
        sockets = ports.map { port in
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            let bound = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            precondition(bound == 0 && listen(descriptor, 1) == 0, "port \(port) is taken")
            return descriptor
        }
    }

    deinit { for socket in sockets { close(socket) } }
}
