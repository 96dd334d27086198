/// moto's server: an imitation of many AWS services that we did not write. Each one has its own state.
package struct MotoServer: Sendable {
    private let server: PythonServer

    package var port: Int { server.port }
    /// For `AWS_ENDPOINT_URL`.
    package var url: String { "http://127.0.0.1:\(port)" }

    private static let script = """
        import io, sys, time
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
        print(server.server_port, flush=True)
        server.serve_forever()
        """

    /// Starts one, which takes some seconds; needs `Python.interpreter`.
    ///
    /// - Parameter record: a file that gets a line for each request: milliseconds since 1970, the status of the answer and
    ///   the body, with tabs between.
    package static func start(record: String? = nil) async throws -> MotoServer {
        MotoServer(server: try await PythonServer.start("moto", script, arguments: [record].compactMap(\.self)))
    }

    package func stop() { server.stop() }
}
