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

    @Test func foreignPortsAreTold() async throws {
        let first = try Self.freeNeighbours(4)
        let doctor = try self.doctor { $0.ports = first...(first + 3) }
        let free = await look(doctor, "4 of 4 ports are free")
        #expect(free.severity == .ok, "\(free)")
        let holder = try await hold([first, first + 1])
        let some = "hold 2 of 4 ports (\(first), \(first + 1))"
        expectProblem(await look(doctor, some), .warning, some)
        let all = try await hold([first + 2, first + 3])
        expectProblem(doctor.ports, .problem, "no port of \(first)-\(first + 3) is free")
        // Those of our own environments are not foreign.
        let own = Doctor(doctor.configuration, reservedPorts: [first, first + 1, first + 2], isRunning: true)
        expectProblem(own.ports, .problem, "3 environments', 1 others'")
        withExtendedLifetime((holder, all)) {}
    }

    /// The first of so many ports in a row that nobody holds, from where neither systems nor other tests take theirs.
    private static func freeNeighbours(_ count: Int) throws -> Int {
        for _ in 0..<100 {
            let first = Int.random(in: 10_000..<19_000)
            if (try? ProcessPorts(Array(first..<(first + count)))) != nil { return first }
        }
        throw ControlError(.capacity, "no \(count) neighbouring ports are free")
    }

    /// What the check says, in the end with these words: a child that another test has just forked has the sockets that
    /// were open then, those of an earlier look among them, until its exec.
    private func look(_ doctor: Doctor, _ words: String) async -> DoctorCheck {
        var check = doctor.ports
        _ = await ChildProcess.poll(within: .seconds(20)) {
            check = doctor.ports
            return check.detail.contains(words)
        }
        return check
    }

    /// Takes ports that nobody holds for longer than such a child.
    private func hold(_ ports: [Int]) async throws -> ProcessPorts {
        var holder: ProcessPorts?
        _ = await ChildProcess.poll(within: .seconds(20)) {
            holder = try? ProcessPorts(ports)
            return holder != nil
        }
        return try #require(holder, "\(ports) are taken")
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

    /// - Throws: when another process holds one of them.
    init(_ ports: [Int]) throws {
        var opened: [Int32] = []
        for port in ports {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            opened.append(descriptor)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            let bound = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard bound == 0, listen(descriptor, 1) == 0 else {
                for descriptor in opened { close(descriptor) }
                throw ControlError(.portInUse, subject: "\(port)", "port \(port) is taken")
            }
        }
        sockets = opened
    }

    deinit { for socket in sockets { close(socket) } }
}
