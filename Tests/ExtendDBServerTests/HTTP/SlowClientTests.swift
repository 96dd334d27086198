import ExtendDBServer
import Testing

/// Clients that stall, and the end of the server.
@Suite struct SlowClientTests {
    private static func limits(idle: Duration = .seconds(60), drain: Duration = .seconds(5)) -> HTTPLimits {
        var limits = HTTPLimits()
        limits.clientIdle = idle
        limits.drain = drain
        return limits
    }

    @Test func `a connection that says nothing is closed`() async throws {
        try await withBareServer(limits: Self.limits(idle: .milliseconds(200))) { server in
            let client = try RawClient(port: server.port)
            #expect(try await client.receiveAll() == "")
        }
    }

    @Test func `a head that does not end is closed, a body that does not end is told why`() async throws {
        // Long beside the delays of a busy machine: what is sent to a connection that was closed meanwhile is reset.
        try await withBareServer(limits: Self.limits(idle: .seconds(5))) { server in
            let head = try RawClient(port: server.port)
            try await head.send("POST / HTTP/1.1\r\nhost:")
            let body = try RawClient(port: server.port)
            try await body.send("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{")
            #expect(try await head.receiveAll() == "")
            #expect(try await body.receiveAll().hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test func `stalled connections hold nobody up`() async throws {
        try await withBareServer { server in
            var stalled: [RawClient] = []
            for index in 0..<200 {
                let client = try RawClient(port: server.port)
                try await client.send(
                    index.isMultiple(of: 2) ? "POST / HT" : "POST / HTTP/1.1\r\ncontent-length: 10\r\n\r\n{")
                stalled.append(client)
            }
            let client = try RawClient(port: server.port)
            try await client.send("GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            #expect(try await client.receiveAll().hasPrefix("HTTP/1.1 200 OK"))
            #expect(stalled.count == 200)
        }
    }

    @Test func `a client that does not take its response is closed`() async throws {
        try await withBareServer(limits: Self.limits(idle: .milliseconds(300))) { server in
            let client = try RawClient(port: server.port, receiveBuffer: 2_048)
            // Far more answers than the buffers of both ends hold, and nobody reads them.
            let requests = Array(String(repeating: "GET /none HTTP/1.1\r\nhost: x\r\n\r\n", count: 2_000).utf8)
            await #expect(throws: RawClient.Failure.self) {
                for _ in 0..<10_000 {
                    try await client.send(requests)
                }
            }
        }
    }

    @Test func `idle connections are closed when the server stops`() async throws {
        // Were the drain's time needed, the test would time out.
        try await withBareServer(limits: Self.limits(drain: .seconds(600))) { server in
            let client = try RawClient(port: server.port)
            try await client.send("GET /health HTTP/1.1\r\nhost: x\r\n\r\n")
            _ = try await client.receive(until: "}")
            server.stop()
            #expect(try await client.receiveAll() == "")
        }
    }

    @Test func `a request under way is answered when the server stops, and then the connection closed`() async throws {
        try await withBareServer { server in
            // Made first, so that it is accepted for certain when the other one is answered.
            let idle = try RawClient(port: server.port)
            let client = try RawClient(port: server.port)
            try await client.send("POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n")
            _ = try await client.receive(until: "\r\n\r\n")
            server.stop()
            // The end of the other connection says that the stop has begun.
            #expect(try await idle.receiveAll() == "")
            try await client.send("{}")
            let answer = try await client.receiveAll()
            #expect(answer.contains("UnknownOperationException"))
            #expect(answer.contains("connection: close"))
        }
    }

    @Test func `a stalled request does not hold up the stop for longer than the drain`() async throws {
        try await withBareServer(limits: Self.limits(drain: .milliseconds(200))) { server in
            let client = try RawClient(port: server.port)
            try await client.send("POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n")
            _ = try await client.receive(until: "\r\n\r\n")
            server.stop()
            #expect(try await client.receiveAll() == "")
        }
    }
}
