import CPlatform
import ControlPlane
import ControlPlaneAPI
package import Environments
import HTTPClient

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

extension LocalControlPlane {
    /// Where a control plane that was started in the background writes its log.
    package var logPath: String { configuration.stateDirectory + "/logs/control-plane.log" }

    /// Whether a control plane holds the state directory: asks the lock and not a pid, which another process could have
    /// got since.
    package func isRunning() throws(ControlError) -> Bool {
        let descriptor = open(configuration.lockPath, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == EACCES else { return false }
            throw ControlError(
                .forbidden, subject: configuration.stateDirectory,
                "\(configuration.stateDirectory) belongs to another user",
                hint: "run envctl as that user, or set ENVCTL_HOME")
        }
        defer { close(descriptor) }
        return cs_lock_file(descriptor) != 0
    }

    /// Starts a control plane unless one runs, and returns when it answers.
    ///
    /// - Parameter report: called with what is being waited for.
    /// - Returns: whether it was started by this call.
    /// - Throws: `ControlError` with the end of its log when it ended or did not answer in time.
    package func start(
        within limit: Duration, report: (String) -> Void
    ) async throws(ControlError) -> Bool {
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        if try isRunning() {
            try await waitUntilReady(until: deadline, child: nil, logStart: 0)
            return false
        }
        report("starting the control plane (state in \(configuration.stateDirectory)) …")
        let log = try openLog()
        defer { close(log) }
        let logStart = Int(lseek(log, 0, SEEK_END))
        let child = try spawn(log: log)
        try await waitUntilReady(until: deadline, child: child, logStart: max(0, logStart))
        return true
    }

    private func waitUntilReady(
        until deadline: ContinuousClock.Instant, child: pid_t?, logStart: Int
    ) async throws(ControlError) {
        var child = child
        let clock = ContinuousClock()
        var pause = Duration.milliseconds(5)
        while true {
            if let info = try serverInfo() {
                let (url, socket) = APIClient.Target(url: info.url, token: "", isRemote: false).address(of: "/readyz")
                let answer = try? await HTTPClient(authority: info.authority).send(
                    HTTPRequest(url: url, timeout: .seconds(5), unixSocket: socket))
                if answer?.status == 200 { return }
            }
            if let own = child, let exit = ChildProcess.reap(own) {
                // Another one that was started at the same moment has the state directory: it is waited for instead.
                if try isRunning() {
                    child = nil
                    continue
                }
                throw ControlError(
                    .failed, subject: logPath,
                    "the control plane ended at once (\(exit)); the end of its log:\n\(logTail(from: logStart))",
                    hint: "check the machine: envctl doctor")
            }
            guard clock.now < deadline else {
                throw ControlError(
                    .timeout, subject: logPath,
                    "the control plane does not answer in time; the end of its log:\n\(logTail(from: logStart))",
                    hint: "it may still come up: envctl status")
            }
            // Readiness is another process's: there is nothing to wait on but its answer.
            do {
                try await clock.sleep(for: pause)
            } catch {
                throw ControlError(.cancelled, "interrupted; the control plane goes on starting")
            }
            pause = min(pause * 2, .milliseconds(100))
        }
    }

    private func openLog() throws(ControlError) -> Int32 {
        do {
            try FileManager.default.createDirectory(
                atPath: configuration.stateDirectory + "/logs", withIntermediateDirectories: true)
        } catch {
            throw ControlError(
                .misconfigured, subject: configuration.stateDirectory,
                "the state directory \(configuration.stateDirectory) cannot be made: \(String(cString: strerror(errno)))",
                hint: "set ENVCTL_HOME to a directory that you may write to")
        }
        let descriptor = open(logPath, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw ControlError(
                .misconfigured, subject: logPath, "\(logPath) cannot be opened: \(String(cString: strerror(errno)))",
                hint: "is the state directory that of another user?")
        }
        return descriptor
    }

    /// Starts `envctl server` in a session of its own, so that it outlives this command and its terminal.
    private func spawn(log: Int32) throws(ControlError) -> pid_t {
        guard let path = ProcessLauncher.ownExecutable() else {
            throw ControlError(.failed, "the path of this program is unknown")
        }
        var options = ChildProcess.Options(program: path)
        options.arguments = ["server"]
        options.environment = Environment.all()
        options.environment["ENVCTL_HOME"] = configuration.stateDirectory
        options.output = log
        options.newSession = true
        return try ChildProcess.spawn(options)
    }

    /// The last lines of what the log got since `offset`.
    private func logTail(from offset: Int) -> String {
        guard let data = FileManager.default.contents(atPath: logPath), data.count > offset else {
            return "  (it is empty)"
        }
        return String(decoding: data.dropFirst(offset), as: UTF8.self).split(separator: "\n").suffix(15)
            .map { "  " + $0 }.joined(separator: "\n")
    }
}
