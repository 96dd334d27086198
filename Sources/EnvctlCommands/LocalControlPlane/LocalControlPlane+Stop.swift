import ControlPlane
import ControlPlaneAPI
package import Environments
import Logging

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What `envctl down` ended.
package struct StoppedParts: Codable, Sendable, Equatable, CustomStringConvertible {
    package var controlPlane = false
    /// Number of servers of environments.
    package var servers = 0
    package var postgres = false

    package init() {}

    package var isNothing: Bool { self == StoppedParts() }

    package var description: String {
        var parts: [String] = []
        if controlPlane { parts.append("the control plane") }
        if servers > 0 { parts.append("\(servers) environment server\(servers == 1 ? "" : "s")") }
        if postgres { parts.append("its PostgreSQL") }
        return parts.joined(separator: ", ")
    }
}

extension LocalControlPlane {
    /// Ends the control plane first, so that nothing brings back what is ended next, then the servers, then PostgreSQL.
    /// Works too when the control plane was killed and left the rest running.
    package func stop() async throws(ControlError) -> StoppedParts {
        var stopped = StoppedParts()
        stopped.controlPlane = try await stopControlPlane()
        stopped.servers = try await stopServers()
        let logger = Logger(label: "envctl", factory: { _ in SwiftLogNoOpLogHandler() })
        let postgres = PrivatePostgres(
            stateDirectory: configuration.stateDirectory, environment: configuration.processEnvironment, logger: logger)
        if try await postgres.find() != nil {
            try await postgres.stop()
            stopped.postgres = true
        }
        return stopped
    }

    private func stopControlPlane() async throws(ControlError) -> Bool {
        guard try isRunning() else { return false }
        guard let info = try serverInfo(), let process = ProcessIdentity(pid: Int32(info.pid)) else {
            throw ControlError(
                .unavailable, subject: configuration.stateDirectory,
                "a control plane holds \(configuration.stateDirectory) but has not said its process id",
                hint: "it may be starting or ending: try again")
        }
        process.signal(SIGTERM)
        guard await process.isGone(within: .seconds(25)) else {
            throw ControlError(
                .timeout, subject: String(info.pid), "the control plane (process \(info.pid)) does not end",
                hint: "its log says why: \(logPath)")
        }
        return true
    }

    private func stopServers() async throws(ControlError) -> Int {
        let root = configuration.environmentsDirectory
        guard FileManager.default.fileExists(atPath: root) else { return 0 }
        let ids: [String]
        do {
            ids = try FileManager.default.contentsOfDirectory(atPath: root)
        } catch {
            // Not knowing the servers is no reason to say that there are none.
            throw ControlError(
                .misconfigured, subject: root, "the servers of environments are not known: \(root) cannot be read",
                hint: "run envctl as the user who started the control plane")
        }
        guard !ids.isEmpty else { return 0 }
        let logger = Logger(label: "envctl", factory: { _ in SwiftLogNoOpLogHandler() })
        let launcher = try ProcessLauncher(
            executable: configuration.serverExecutable, environment: configuration.processEnvironment, logger: logger)
        var count = 0
        for id in ids.sorted() {
            guard let server = launcher.find(id: id, directory: root + "/" + id) else { continue }
            try await launcher.stop(server)
            count += 1
        }
        return count
    }
}
