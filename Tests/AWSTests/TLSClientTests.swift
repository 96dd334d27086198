import Cryptography
import HTTPClient
import TestSupport
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The client against a server that we did not write and that offers HTTP/2 (hypercorn), with certificates of an
/// authority of our own.
@Suite(.serialized, .enabled(if: Python.interpreter != nil, "ENVCTL_PYTHON is not set"))
struct TLSClientTests {
    /// Answers with the version of HTTP and the client's port, after as many milliseconds as the path says.
    private static let script = """
        import asyncio, socket
        from hypercorn.asyncio import serve
        from hypercorn.config import Config
        async def app(scope, receive, send):
            if scope['type'] != 'http': return
            while (await receive()).get('more_body'): pass
            await asyncio.sleep(int(scope['path'].strip('/') or '0') / 1000)
            body = f"{scope['http_version']} {scope['client'][1]}".encode()
            await send({'type': 'http.response.start', 'status': 200, 'headers': [(b'x-a', b'1')]})
            await send({'type': 'http.response.body', 'body': body})
        listener = socket.socket()
        listener.bind(('127.0.0.1', 0))
        listener.listen(64)
        config = Config()
        config.certfile, config.keyfile = sys.argv[1], sys.argv[2]
        config.alpn_protocols = sys.argv[3].split(',')
        config.bind = [f'fd://{listener.fileno()}']
        config.accesslog = config.errorlog = None
        print(listener.getsockname()[1], flush=True)
        asyncio.run(serve(app, config, shutdown_trigger=lambda: asyncio.Event().wait()))
        """

    private struct Site {
        let url: String
        let authority: String
        let otherAuthority: String
    }

    private static func with(
        protocols: String = "h2,http/1.1", names: [String] = ["127.0.0.1"], _ body: (Site) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "envctl-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        func write(_ text: String, _ name: String) throws -> String {
            let path = directory.appending(path: name)
            try Data(text.utf8).write(to: path)
            return path.path
        }
        let authority = CertificateAuthority(try CertificateAuthority.create(name: "right", days: 2))
        let other = CertificateAuthority(try CertificateAuthority.create(name: "wrong", days: 2))
        let issued = try authority.issue(names: names, days: 1)
        let server = try await PythonServer.start(
            "hypercorn", script,
            arguments: [
                try write(issued.certificate, "server.pem"), try write(issued.privateKey, "server.key"), protocols,
            ])
        defer { server.stop() }
        try await body(
            Site(
                url: "https://127.0.0.1:\(server.port)/", authority: try write(authority.certificate, "right.pem"),
                otherAuthority: try write(other.certificate, "wrong.pem")))
    }

    private static func answer(_ client: HTTPClient, _ url: String) async throws -> [String] {
        let response = try await client.send(HTTPRequest(method: "POST", url: url, body: Array("body".utf8)))
        #expect(response.status == 200 && response.header("X-A") == "1")
        return String(decoding: response.body, as: UTF8.self).split(separator: " ").map(String.init)
    }

    @Test func http2WhereItIsOfferedAndManyRequestsOnOneConnection() async throws {
        try await Self.with { site in
            let client = HTTPClient(authority: site.authority)
            let first = try await Self.answer(client, site.url)
            #expect(first.first == "2")
            let answers = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<20 { group.addTask { try await Self.answer(client, site.url + "50") } }
                return try await group.reduce(into: Set<[String]>()) { $0.insert($1) }
            }
            // Side by side, by the same connection.
            #expect(answers == [first])
        }
    }

    @Test func http1WhereItIsAllThereIs() async throws {
        try await Self.with(protocols: "http/1.1") { site in
            let client = HTTPClient(authority: site.authority)
            let first = try await Self.answer(client, site.url)
            #expect(first.first == "1.1")
            #expect(try await Self.answer(client, site.url) == first)
        }
    }

    @Test func anotherAuthorityAndAnotherNameAreRefusedAndSaidSo() async throws {
        try await Self.with { site in
            for authority in [site.otherAuthority, nil] {
                let error = await #expect(throws: HTTPClientError.self) {
                    try await HTTPClient(authority: authority).send(HTTPRequest(url: site.url))
                }
                #expect(error?.code == .tls)
                #expect(error?.message.contains("certificate") == true, "\(String(describing: error))")
                #expect(error?.message.contains(authority ?? "the system's") == true, "\(String(describing: error))")
            }
            let none = await #expect(throws: HTTPClientError.self) {
                try await HTTPClient(authority: "/no/such/bundle.pem").send(HTTPRequest(url: site.url))
            }
            #expect(none?.code == .tls && none?.message.contains("/no/such/bundle.pem") == true)
        }
        try await Self.with(names: ["other.example"]) { site in
            let error = await #expect(throws: HTTPClientError.self) {
                try await HTTPClient(authority: site.authority).send(HTTPRequest(url: site.url))
            }
            #expect(error?.code == .tls && error?.message.contains("127.0.0.1") == true, "\(String(describing: error))")
        }
    }

    /// One request of many on a connection ends; the others and the connection stay.
    @Test func aTimeoutAndACancellationEndOneStreamAlone() async throws {
        try await Self.with { site in
            let client = HTTPClient(authority: site.authority)
            let first = try await Self.answer(client, site.url)
            let late = await #expect(throws: HTTPClientError.self) {
                try await client.send(HTTPRequest(url: site.url + "20000", timeout: .milliseconds(200)))
            }
            #expect(late?.code == .timedOut)
            let elapsed = try await ContinuousClock().measure {
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    let slow = Task { try await client.send(HTTPRequest(url: site.url + "20000")) }
                    group.addTask {
                        do {
                            _ = try await slow.value
                            return false
                        } catch let error as HTTPClientError {
                            return error.code == .cancelled
                        }
                    }
                    group.addTask { try await Self.answer(client, site.url + "300") == first }
                    // Now the slow one is under way, and the one of 300 ms still is.
                    _ = try await Self.answer(client, site.url + "100")
                    slow.cancel()
                    for try await isSo in group { #expect(isSo) }
                }
            }
            #expect(elapsed < .seconds(10))
            #expect(try await Self.answer(client, site.url) == first)
        }
    }
}
