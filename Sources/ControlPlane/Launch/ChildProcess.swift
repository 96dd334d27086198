import CPlatform
package import Environments

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A process of this machine, named by pid and start time together, since a pid alone is given out again.
package struct ProcessIdentity: Sendable, Hashable {
    package var pid: Int32
    /// In the unit of `cs_process_start_time`.
    package var startTime: Int64

    /// nil when no such process runs (a zombie does not run).
    package init?(pid: Int32) {
        guard pid > 0 else { return nil }
        let started = cs_process_start_time(pid)
        guard started >= 0 else { return nil }
        self.pid = pid
        startTime = started
    }

    package init(pid: Int32, startTime: Int64) {
        self.pid = pid
        self.startTime = startTime
    }

    /// Two decimal numbers, as `text` writes them.
    package init?(text: String) {
        let parts = text.split(whereSeparator: \.isWhitespace)
        guard parts.count == 2, let pid = Int32(parts[0]), let startTime = Int64(parts[1]) else { return nil }
        self.init(pid: pid, startTime: startTime)
    }

    package var text: String { "\(pid) \(startTime)\n" }

    /// Whether exactly this process runs. Reaps it if it was our child and has ended.
    package var isAlive: Bool {
        ChildProcess.reap(pid)
        return cs_process_start_time(pid) == startTime
    }

    /// Sends a signal if exactly this process still runs.
    package func signal(_ number: Int32) {
        if cs_process_start_time(pid) == startTime { kill(pid, number) }
    }

    /// Waits until the process is gone; false when it still runs after `bound`.
    package func isGone(within bound: Duration) async -> Bool {
        await ChildProcess.poll(within: bound) { !isAlive }
    }
}

/// Starts programs by argument vector, never through a shell.
package enum ChildProcess {
    package struct Options: Sendable {
        package var path: String
        package var arguments: [String] = []
        package var environment: [String: String] = [:]
        package var directory: String?
        /// Standard output and error, appended; nil: /dev/null.
        package var output: Int32?
        /// Handed over as descriptor 3 with LISTEN_FDS.
        package var listeningSocket: Int32?
        package var owner: PosixFile.Owner?
        /// Leads a session of its own, and so survives its parent's terminal and process group.
        package var newSession = false
    }

    package enum Exit: Sendable, Hashable, CustomStringConvertible {
        case code(Int32)
        case signal(Int32)

        package var description: String {
            switch self {
            case .code(let code): "exit code \(code)"
            case .signal(let number): "signal \(number)"
            }
        }
    }

    package static func spawn(_ options: Options) throws(ControlError) -> Int32 {
        let pid = withCStrings([options.path] + options.arguments) { arguments in
            withCStrings(options.environment.map { "\($0.key)=\($0.value)" }.sorted()) { environment in
                options.path.withCString { path in
                    func start(_ directory: UnsafePointer<CChar>?) -> Int32 {
                        var raw = cs_spawn_defaults(path, arguments, environment)
                        raw.directory = directory
                        raw.standard_output = options.output ?? -1
                        raw.standard_error = options.output ?? -1
                        raw.listen_fd = options.listeningSocket ?? -1
                        raw.new_session = options.newSession ? 1 : 0
                        if let owner = options.owner {
                            raw.change_user = 1
                            raw.uid = owner.uid
                            raw.gid = owner.gid
                        }
                        return cs_spawn(&raw)
                    }
                    if let directory = options.directory { return directory.withCString { start($0) } }
                    return start(nil)
                }
            }
        }
        guard pid > 0 else { throw PosixFile.failure("start", options.path, -pid) }
        return pid
    }

    /// Collects a child that has ended; nil when it still runs or is not our child.
    @discardableResult
    package static func reap(_ pid: Int32) -> Exit? {
        var result = cs_exit()
        guard cs_process_wait(pid, 0, &result) == 1 else { return nil }
        return result.signal != 0 ? .signal(result.signal) : .code(result.exit_code)
    }

    /// Runs a program to its end. Kills it when the bound passes or the task is cancelled.
    package static func run(_ options: Options, within bound: Duration) async throws(ControlError) -> Exit {
        let pid = try spawn(options)
        let end = ContinuousClock.now + bound
        var pause = Duration.milliseconds(2)
        while true {
            if let exit = reap(pid) { return exit }
            guard ContinuousClock.now < end, !Task.isCancelled else {
                kill(pid, SIGKILL)
                var result = cs_exit()
                _ = cs_process_wait(pid, 1, &result)
                if Task.isCancelled {
                    throw ControlError(.cancelled, subject: options.path, "\(options.path) was cancelled")
                }
                throw ControlError(
                    .timeout, subject: options.path, "\(options.path) did not end within \(bound)")
            }
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(20))
        }
    }

    /// Asks again, first after 2 ms and then ever more seldom, until `condition` holds; false after `bound`.
    package static func poll(within bound: Duration, _ condition: () -> Bool) async -> Bool {
        let end = ContinuousClock.now + bound
        var pause = Duration.milliseconds(2)
        while !condition() {
            guard ContinuousClock.now < end else { return false }
            // A cancelled task still has to see what it ends be gone; then the pause is a mere yield.
            do { try await Task.sleep(for: pause) } catch { await Task.yield() }
            pause = min(pause * 2, .milliseconds(50))
        }
        return true
    }

    private static func withCStrings<R>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R
    ) -> R {
        var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        pointers.append(nil)
        return pointers.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("a vector has at least its end") }
            return body(base)
        }
    }
}

extension ChildProcess.Options {
    /// A program with no arguments, no environment, its output discarded. In an extension, so that the memberwise
    /// initialiser stays.
    package init(program: String) {
        self.init(path: program)
    }
}
