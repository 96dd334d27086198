import HTTPClient
import Synchronization
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite struct HTTPClientTests {
    static func ok(_ body: String, headers: String = "") -> String {
        "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)"
    }

    func withServer<T>(
        _ answer: @escaping @Sendable (String) -> LoopbackServer.Answer,
        _ body: (LoopbackServer, String) async throws -> T
    ) async throws -> T {
        let server = try LoopbackServer(answer: answer)
        defer { server.stop() }
        return try await body(server, "http://127.0.0.1:\(server.port)/")
    }

    @Test(arguments: ["GET", "POST", "PUT", "DELETE"])
    func sendsExactlyWhatItIsGiven(method: String) async throws {
        try await withServer({ .respond(Self.ok($0)) }) { _, url in
            let body = method == "GET" ? "" : #"{"a":"é"}"#
            let response = try await HTTPClient().send(
                HTTPRequest(
                    method: method, url: url + "p/../q?x=%20", headers: [("X-One", "1"), ("X-Empty", "")],
                    body: Array(body.utf8)))
            let echo = String(decoding: response.body, as: UTF8.self)
            #expect(echo.hasPrefix("\(method) /p/../q?x=%20 HTTP/1.1\r\n"))
            #expect(echo.contains("\r\nX-One: 1\r\n"))
            #expect(echo.contains("\r\nX-Empty:\r\n"))
            #expect(!echo.contains("Content-Type"))
            #expect(!echo.contains("Expect"))
            #expect(echo.hasSuffix("\r\n\r\n" + body))
        }
    }

    @Test func statusAndHeaders() async throws {
        let text =
            "HTTP/1.1 100 Continue\r\nX-Interim: yes\r\n\r\nHTTP/1.1 404 Not Found\r\nX-A: 1\r\nx-a:  2\r\n"
            + "Content-Length: 0\r\n\r\n"
        try await withServer({ _ in .respond(text) }) { _, url in
            let response = try await HTTPClient().send(HTTPRequest(method: "POST", url: url))
            #expect(response.status == 404)
            #expect(response.headers.map(\.0) == ["X-A", "x-a", "Content-Length"])
            #expect(response.header("X-a") == "1")
            #expect(response.header("X-Interim") == nil)
            #expect(response.body.isEmpty)
        }
    }

    @Test func connectionsAreReused() async throws {
        try await withServer({ _ in .respond(Self.ok("x")) }) { server, url in
            let client = HTTPClient()
            for _ in 0..<20 {
                _ = try await client.send(HTTPRequest(method: "POST", url: url, body: Array("b".utf8)))
            }
            #expect(server.connections == 1)
        }
    }

    @Test func requestsRunSideBySide() async throws {
        try await withServer({ .respond(Self.ok(String($0.suffix(3)))) }) { _, url in
            let client = HTTPClient()
            let answers = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 100..<150 {
                    group.addTask {
                        let response = try await client.send(
                            HTTPRequest(method: "POST", url: url, body: Array("\(number)".utf8)))
                        return String(decoding: response.body, as: UTF8.self)
                    }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(answers == Set((100..<150).map { "\($0)" }))
        }
    }

    @Test func timesOut() async throws {
        try await withServer({ _ in .hang }) { _, url in
            let error = await #expect(throws: HTTPClientError.self) {
                try await HTTPClient().send(HTTPRequest(url: url, timeout: .milliseconds(100)))
            }
            #expect(error?.code == .timedOut)
        }
    }

    @Test func cancellationEndsATransferAtOnce() async throws {
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        try await withServer({ _ in
            signal.yield()
            return .hang
        }) { _, url in
            let client = HTTPClient()
            let elapsed = await ContinuousClock().measure {
                await withTaskGroup(of: HTTPClientError.Code?.self) { group in
                    group.addTask {
                        do throws(HTTPClientError) {
                            _ = try await client.send(HTTPRequest(url: url, timeout: .seconds(30)))
                            return nil
                        } catch {
                            return error.code
                        }
                    }
                    for await _ in started { break }
                    group.cancelAll()
                    #expect(await group.next() == .cancelled)
                }
            }
            #expect(elapsed < .seconds(5))
        }
        // A late wish to end must not reach the next request.
        try await withServer({ _ in .respond(Self.ok("x")) }) { _, url in
            let response = try await HTTPClient().send(HTTPRequest(url: url))
            #expect(response.status == 200)
        }
    }

    @Test func failuresHaveNames() async throws {
        let client = HTTPClient()
        func code(_ request: HTTPRequest) async -> HTTPClientError.Code? {
            do throws(HTTPClientError) {
                _ = try await client.send(request)
                return nil
            } catch {
                return error.code
            }
        }
        let closed = try LoopbackServer { _ in .close }
        closed.stop()
        #expect(await code(HTTPRequest(url: "http://127.0.0.1:\(closed.port)/")) == .connectionFailed)
        #expect(await code(HTTPRequest(url: "ftp://127.0.0.1/")) == .invalidURL)
        #expect(await code(HTTPRequest(url: "http://name.invalid/")) == .nameNotResolved)
        try await withServer({ _ in .close }) { _, url in
            #expect(await code(HTTPRequest(url: url)) == .connectionLost)
        }
        try await withServer({ _ in .respond(Self.ok(String(repeating: "x", count: 1_000))) }) { _, url in
            #expect(await code(HTTPRequest(url: url, maximumResponseBytes: 999)) == .responseTooLarge)
            #expect(await code(HTTPRequest(url: url, maximumResponseBytes: 1_000)) == nil)
        }
    }

    @Test func streamsInPieces() async throws {
        let body = String(repeating: "0123456789", count: 100_000)
        try await withServer({ _ in .respond(Self.ok(body)) }) { _, url in
            let received = Mutex<[UInt8]>([])
            let response = try await HTTPClient().stream(HTTPRequest(url: url)) { chunk in
                received.withLock { $0 += chunk }
                return true
            }
            #expect(response.status == 200)
            #expect(received.withLock { $0 } == Array(body.utf8))
            let error = await #expect(throws: HTTPClientError.self) {
                try await HTTPClient().stream(HTTPRequest(url: url)) { _ in false }
            }
            #expect(error?.code == .cancelled)
        }
    }

    @Test func theHeadComesFirst() async throws {
        try await withServer({ _ in .respond("HTTP/1.1 418 Teapot\r\nX-A: 1\r\nContent-Length: 3\r\n\r\nabc") }) {
            _, url in
            let order = Mutex<[String]>([])
            _ = try await HTTPClient().stream(HTTPRequest(url: url)) { head in
                order.withLock { $0.append("\(head.status) \(head.header("x-a") ?? "")") }
                return true
            } onChunk: { chunk in
                order.withLock { $0.append(String(decoding: chunk, as: UTF8.self)) }
                return true
            }
            #expect(order.withLock { $0 } == ["418 1", "abc"])
            let error = await #expect(throws: HTTPClientError.self) {
                try await HTTPClient().stream(HTTPRequest(url: url), onHead: { _ in false }, onChunk: { _ in true })
            }
            #expect(error?.code == .cancelled)
        }
    }

    @Test func aStreamThatStandsStillIsGivenUp() async throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"
        try await withServer({ _ in .respond(head) }) { _, url in
            let error = await #expect(throws: HTTPClientError.self) {
                try await HTTPClient().stream(
                    HTTPRequest(url: url, timeout: nil, idleTimeout: .seconds(1)), onChunk: { _ in true })
            }
            #expect(error?.code == .timedOut)
        }
    }

    @Test func unixSockets() async throws {
        let path = "/tmp/envctl-http-test-\(getpid()).sock"
        unlink(path)
        let server = try LoopbackServer(unixSocket: path) { .respond(Self.ok($0)) }
        defer {
            server.stop()
            unlink(path)
        }
        let response = try await HTTPClient().send(HTTPRequest(url: "http://localhost/v1/status", unixSocket: path))
        #expect(String(decoding: response.body, as: UTF8.self).hasPrefix("GET /v1/status HTTP/1.1\r\n"))
    }
}
