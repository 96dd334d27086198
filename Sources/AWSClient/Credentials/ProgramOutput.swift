import CPlatform

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Runs a program and collects what it prints.
enum ProgramOutput {
    /// Why there is no output. What the program printed is not in it: it may be half a secret.
    struct Failure: Error {
        let reason: String
    }

    /// More is no credential.
    static let maximumBytes = 1 << 20

    /// Waits on a thread of its own. The program is ended when the bound passes.
    static func run(
        _ program: String, arguments: [String], environment: ProcessEnvironment, within bound: Duration
    ) async throws(Failure) -> [UInt8] {
        guard let path = locate(program, environment) else {
            throw Failure(reason: "is not there or not executable")
        }
        let order = Order(path: path, arguments: [program] + arguments, environment: environment, bound: bound)
        let result: Result<[UInt8], Failure> = await withCheckedContinuation { continuation in
            order.continuation = continuation
            let context = Unmanaged.passRetained(order).toOpaque()
            let status = cs_thread_start(
                "aws-process",
                { context in
                    guard let context else { return }
                    Unmanaged<Order>.fromOpaque(context).takeRetainedValue().carryOut()
                }, context)
            if status != 0 {
                Unmanaged<Order>.fromOpaque(context).release()
                continuation.resume(returning: .failure(Failure(reason: "got no thread")))
            }
        }
        return try result.get()
    }

    /// An absolute path, as `PATH` has it.
    private static func locate(_ program: String, _ environment: ProcessEnvironment) -> String? {
        let expanded = environment.path(program)
        if expanded.contains("/") { return access(expanded, X_OK) == 0 ? expanded : nil }
        for folder in (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":") {
            let path = folder + "/" + expanded
            if path.hasPrefix("/"), access(String(path), X_OK) == 0 { return String(path) }
        }
        return nil
    }
}

/// One program to run. `@unchecked Sendable`: it is handed over to its thread once and used there alone.
private final class Order: @unchecked Sendable {
    let path: String
    let arguments: [String]
    let environment: ProcessEnvironment
    let bound: Duration
    var continuation: CheckedContinuation<Result<[UInt8], ProgramOutput.Failure>, Never>?

    init(path: String, arguments: [String], environment: ProcessEnvironment, bound: Duration) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
        self.bound = bound
    }

    func carryOut() {
        do throws(ProgramOutput.Failure) {
            continuation?.resume(returning: .success(try output()))
        } catch {
            continuation?.resume(returning: .failure(error))
        }
    }

    private func output() throws(ProgramOutput.Failure) -> [UInt8] {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw ProgramOutput.Failure(reason: "got no pipe") }
        let (reading, writing) = (ends[0], ends[1])
        defer { close(reading) }
        _ = fcntl(reading, F_SETFD, FD_CLOEXEC)
        _ = fcntl(writing, F_SETFD, FD_CLOEXEC)
        let pid = spawn(output: writing)
        close(writing)
        guard pid > 0 else {
            throw ProgramOutput.Failure(reason: "cannot be started: " + String(cString: strerror(-pid)))
        }
        let end = ContinuousClock.now + bound
        var bytes: [UInt8] = []
        var complaint: String?
        while complaint == nil {
            let left = (end - .now).components
            guard left.seconds >= 0, left.attoseconds >= 0 else {
                complaint = "did not end within \(bound)"
                break
            }
            var event = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
            let milliseconds = left.seconds * 1_000 + left.attoseconds / 1_000_000_000_000_000 + 1
            guard poll(&event, 1, Int32(clamping: milliseconds)) > 0 else { continue }
            var chunk = [UInt8](repeating: 0, count: 16_384)
            let count = read(reading, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk[..<count]
            if bytes.count > ProgramOutput.maximumBytes { complaint = "printed too much" }
        }
        if complaint != nil { kill(pid, SIGKILL) }
        var result = cs_exit()
        _ = cs_process_wait(pid, 1, &result)
        if let complaint { throw ProgramOutput.Failure(reason: complaint) }
        guard result.exit_code == 0 else {
            throw ProgramOutput.Failure(
                reason: result.signal != 0
                    ? "was ended by signal \(result.signal)" : "ended with exit code \(result.exit_code)")
        }
        return bytes
    }

    private func spawn(output: Int32) -> pid_t {
        var arguments = arguments.map { (text: String) in strdup(text) } + [nil]
        var variables = environment.variables.map { (name, value) in strdup(name + "=" + value) } + [nil]
        defer {
            for text in arguments + variables { free(text) }
        }
        return arguments.withUnsafeMutableBufferPointer { arguments in
            variables.withUnsafeMutableBufferPointer { variables in
                guard let arguments = arguments.baseAddress, let variables = variables.baseAddress else {
                    return -EINVAL
                }
                return path.withCString { path in
                    var options = cs_spawn_defaults(path, arguments, variables)
                    options.standard_output = output
                    return cs_spawn(&options)
                }
            }
        }
    }
}
