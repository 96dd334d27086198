import ExtendDBServer
import Testing

/// What becomes of connections when the server is told to stop.
@Suite struct DrainTests {
    private static let get = "GET /health HTTP/1.1\r\nhost: x\r\n\r\n"

    /// Chances so long that a slow machine cannot miss them.
    private var patient: HTTPLimits {
        var limits = HTTPLimits()
        limits.lastChance = .seconds(20)
        limits.firstChance = .seconds(20)
        limits.drain = .seconds(30)
        return limits
    }

    @Test(.timeLimit(.minutes(1)))
    func `the request that comes just after is answered, and ends the connection`() async throws {
        try await withBareServer(limits: patient) { server in
            let used = try RawClient(port: server.port)
            try await used.send(Self.get)
            #expect(try await used.receive(until: "}").contains("connection: keep-alive"))
            let new = try RawClient(port: server.port)
            try await untilAllAccepted(server.port)
            server.stop()
            try await untilRefused(server.port)
            for client in [used, new] {
                try await client.send(Self.get)
                let answer = try await client.receiveAll()
                #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") && answer.contains("connection: close"))
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a connection on which nothing comes is closed`() async throws {
        var limits = patient
        limits.lastChance = .milliseconds(10)
        limits.firstChance = .milliseconds(20)
        try await withBareServer(limits: limits) { server in
            let used = try RawClient(port: server.port)
            try await used.send(Self.get)
            _ = try await used.receive(until: "}")
            let new = try RawClient(port: server.port)
            try await untilAllAccepted(server.port)
            server.stop()
            #expect(try await used.receiveAll() == "")
            #expect(try await new.receiveAll() == "")
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a request that has begun is read to its end`() async throws {
        try await withBareServer(limits: patient) { server in
            let client = try RawClient(port: server.port)
            try await client.send("POST /x HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\n{")
            try await untilAllAccepted(server.port)
            server.stop()
            try await untilRefused(server.port)
            try await client.send("  }")
            let answer = try await client.receiveAll()
            #expect(answer.contains("UnknownOperationException") && answer.contains("connection: close"))
        }
    }

    /// Returns when every connection made so far is accepted for certain: one that was made after them is answered.
    private func untilAllAccepted(_ port: Int) async throws {
        let later = try RawClient(port: port)
        try await later.send("GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        _ = try await later.receiveAll()
    }

    /// Returns when the server listens no more.
    private func untilRefused(_ port: Int) async throws {
        while (try? RawClient(port: port)) != nil { await Task.yield() }
    }
}
