import CPlatform

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A server in a program for `Python.interpreter`. It ends when it is stopped, or by itself when this process does,
/// because it reads a pipe that nobody else holds open.
package final class PythonServer: Sendable {
    package let port: Int
    private let pid: pid_t
    private let lifeline: Int32

    /// Ends the server with its standard input.
    private static let watch = """
        import os, sys, threading
        def watch():
            sys.stdin.read()
            os._exit(0)
        threading.Thread(target=watch, daemon=True).start()

        """

    /// Starts one, which takes some seconds.
    ///
    /// - Parameter script: prints a line with the port once it listens there.
    package static func start(_ name: String, _ script: String, arguments: [String] = []) async throws -> PythonServer {
        try await onItsOwnThread(name) { try PythonServer(name, watch + script, arguments) }
    }

    private init(_ name: String, _ script: String, _ arguments: [String]) throws {
        guard let interpreter = Python.interpreter else { throw TestSupportError("ENVCTL_PYTHON is not set") }
        let (input, output) = (try Self.makePipe(), try Self.makePipe())
        lifeline = input.write
        do {
            // The child's ends must be closed here, or nobody would see the pipes end.
            defer {
                close(input.read)
                close(output.write)
            }
            pid = try Self.spawn([interpreter, "-c", script] + arguments, input: input.read, output: output.write)
        }
        defer { close(output.read) }
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while read(output.read, &byte, 1) == 1, byte != UInt8(ascii: "\n") { line.append(byte) }
        guard let port = Int(String(decoding: line, as: UTF8.self)) else {
            stopProcess(pid, lifeline)
            throw TestSupportError("\(name) did not say its port")
        }
        self.port = port
    }

    package func stop() {
        stopProcess(pid, lifeline)
    }

    private static func makePipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw TestSupportError("no pipe: errno \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func spawn(_ command: [String], input: Int32, output: Int32) throws -> pid_t {
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { (text: String) in strdup(text) } + [nil]
        defer { for argument in arguments { free(argument) } }
        let pid = arguments.withUnsafeMutableBufferPointer { arguments -> pid_t in
            guard let base = arguments.baseAddress, let program = base[0] else { return -1 }
            var options = cs_spawn_defaults(program, base, environ)
            options.standard_input = input
            options.standard_output = output
            options.standard_error = 2
            return cs_spawn(&options)
        }
        guard pid > 0 else { throw TestSupportError("cannot start \(command[0]): errno \(-pid)") }
        return pid
    }
}

private func stopProcess(_ pid: pid_t, _ lifeline: Int32) {
    close(lifeline)
    kill(pid, SIGKILL)
    var result = cs_exit()
    _ = cs_process_wait(pid, 1, &result)
}
