import CPlatform

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// moto's server: an imitation of many AWS services that we did not write. Each one has its own state; it ends when it
/// is stopped, or by itself when this process does, because it reads a pipe that nobody else holds open.
package final class MotoServer: Sendable {
    package let port: Int
    /// For `AWS_ENDPOINT_URL`.
    package var url: String { "http://127.0.0.1:\(port)" }

    private let pid: pid_t
    private let lifeline: Int32

    private static let script = """
        import io, os, sys, threading, time
        from werkzeug.serving import make_server
        from moto.server import DomainDispatcherApplication, create_backend_app
        import logging
        logging.getLogger('werkzeug').setLevel(logging.ERROR)
        moto = DomainDispatcherApplication(create_backend_app)
        record = open(sys.argv[1], 'a', buffering=1) if len(sys.argv) > 1 else None
        def application(environ, start):
            if record is None: return moto(environ, start)
            body = environ['wsgi.input'].read(int(environ.get('CONTENT_LENGTH') or 0))
            environ['wsgi.input'] = io.BytesIO(body)
            seen = []
            def started(status, headers, error=None):
                seen.append(status)
                return start(status, headers)
            answer = moto(environ, started)
            record.write(f"{int(time.time() * 1000)}\\t{seen[0].split()[0]}\\t{body.decode('ascii')}\\n")
            return answer
        server = make_server('127.0.0.1', 0, application, threaded=True)
        def watch():
            sys.stdin.read()
            os._exit(0)
        threading.Thread(target=watch, daemon=True).start()
        print(server.server_port, flush=True)
        server.serve_forever()
        """

    /// Starts one, which takes some seconds; needs `Python.interpreter`.
    ///
    /// - Parameter record: a file that gets a line for each request: milliseconds since 1970, the status of the answer and
    ///   the body, with tabs between.
    package static func start(record: String? = nil) async throws -> MotoServer {
        try await onItsOwnThread("moto") { try MotoServer(record: record) }
    }

    private init(record: String?) throws {
        guard let interpreter = Python.interpreter else { throw TestSupportError("ENVCTL_PYTHON is not set") }
        let (input, output) = (try Self.makePipe(), try Self.makePipe())
        lifeline = input.write
        do {
            // The child's ends must be closed here, or nobody would see the pipes end.
            defer {
                close(input.read)
                close(output.write)
            }
            pid = try Self.spawn(interpreter, record: record, input: input.read, output: output.write)
        }
        defer { close(output.read) }
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while read(output.read, &byte, 1) == 1, byte != UInt8(ascii: "\n") { line.append(byte) }
        guard let port = Int(String(decoding: line, as: UTF8.self)) else {
            stopProcess(pid, lifeline)
            throw TestSupportError("moto's server did not say its port")
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

    private static func spawn(_ interpreter: String, record: String?, input: Int32, output: Int32) throws -> pid_t {
        let words = [interpreter, "-c", script] + [record].compactMap(\.self)
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { (text: String) in strdup(text) } + [nil]
        defer { for argument in arguments { free(argument) } }
        let pid = arguments.withUnsafeMutableBufferPointer { arguments -> pid_t in
            guard let base = arguments.baseAddress else { return -1 }
            var options = cs_spawn_defaults(interpreter, base, environ)
            options.standard_input = input
            options.standard_output = output
            options.standard_error = 2
            return cs_spawn(&options)
        }
        guard pid > 0 else { throw TestSupportError("cannot start \(interpreter): errno \(-pid)") }
        return pid
    }
}

private func stopProcess(_ pid: pid_t, _ lifeline: Int32) {
    close(lifeline)
    kill(pid, SIGKILL)
    var result = cs_exit()
    _ = cs_process_wait(pid, 1, &result)
}
