import AWS
import DynamoModel
import ExtendDBServer
import HTTPClient
import Testing

@Suite struct ConnectionTests {
    private static let get = "GET /health HTTP/1.1\r\nhost: x\r\n\r\n"

    private static let protocolHeaders =
        "content-type: application/x-amz-json-1.0\r\nx-amz-target: DynamoDB_20120810.ListTables\r\n"

    private static func post(_ body: String, _ headers: String = "") -> String {
        "POST / HTTP/1.1\r\nhost: x\r\n\(protocolHeaders)\(headers)"
            + "content-length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test func `a connection serves one request after another`() async throws {
        try await withBareServer { server in
            let client = try RawClient(port: server.port)
            for _ in 0..<3 {
                try await client.send(Self.get)
                let answer = try await client.receive(until: "}")
                #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
                #expect(answer.contains("connection: keep-alive"))
                #expect(answer.hasSuffix(#"{"status":"healthy"}"#))
            }
        }
    }

    @Test func `pipelined requests are answered in their order`() async throws {
        try await withBareServer { server in
            let client = try RawClient(port: server.port)
            var requests = ""
            for index in 0..<50 {
                requests += index.isMultiple(of: 2) ? Self.get : "GET /none\(index) HTTP/1.1\r\nhost: x\r\n\r\n"
            }
            try await client.send(requests + "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            let answer = try await client.receiveAll()
            let statuses = answer.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
            let expected = (0..<50).map { $0.isMultiple(of: 2) ? "200" : "404" } + ["200"]
            #expect(statuses.map(String.init) == expected)
            #expect(answer.hasSuffix("healthy: dynamodb.eu-central-1.amazonaws.com "))
        }
    }

    @Test func `a request may come byte by byte`() async throws {
        try await withBareServer { server in
            let client = try RawClient(port: server.port)
            for byte in Self.post("{}").utf8 {
                try await client.send([byte])
            }
            #expect(try await client.receive(until: "}").contains("MissingAuthenticationTokenException"))
        }
    }

    @Test func `a body may be chunked`() async throws {
        try await withBareServer { server in
            let client = try RawClient(port: server.port)
            try await client.send(
                "POST / HTTP/1.1\r\nhost: x\r\n\(Self.protocolHeaders)"
                    + "transfer-encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n")
            #expect(try await client.receive(until: "}").contains("MissingAuthenticationTokenException"))
        }
    }

    @Test func `a client that expects it is told to continue`() async throws {
        try await withBareServer { server in
            let client = try RawClient(port: server.port)
            let request = Self.post("{}", "expect: 100-continue\r\n")
            try await client.send(String(request.dropLast(2)))
            #expect(try await client.receive(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try await client.send("{}")
            #expect(try await client.receive(until: "}").hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        }
    }

    @Test func `a body that is too large is refused before it is sent`() async throws {
        try await withBareServer { server in
            let client = try RawClient(port: server.port)
            try await client.send(
                "POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 16777217\r\n\r\n")
            let answer = try await client.receiveAll()
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
            #expect(answer.contains("connection: close"))
        }
    }

    @Test func `a chunked body that grows too large is refused, and the refusal arrives`() async throws {
        var limits = HTTPLimits()
        limits.maximumBodySize = 100_000
        try await withBareServer(limits: limits) { server in
            let client = try RawClient(port: server.port)
            try await client.send("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n")
            let chunk = "8000\r\n" + String(repeating: "x", count: 0x8000) + "\r\n"
            for _ in 0..<8 {
                try await client.send(chunk)
            }
            #expect(try await client.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test func `a body of exactly 16 MiB is read`() async throws {
        try await withBareServer { server in
            let padding = String(repeating: " ", count: 16 * 1024 * 1024 - 2)
            let response = try await server.response("ListTables", Array((padding + "{}").utf8)) { request in
                request.headers.removeAll { $0.0 == "Authorization" }
            }
            #expect(response.status == 400)
            #expect(
                WireFailure(status: 400, body: try JSONValue(parsing: response.body)).type
                    == "MissingAuthenticationTokenException")
            let larger = try await server.response("ListTables", Array((padding + " {}").utf8))
            #expect(larger.status == 413)
        }
    }

    @Test(arguments: [
        "nonsense\r\n\r\n",
        "GET / HTTP/1.1\r\nhost : x\r\n\r\n",
        "GET / HTTP/3.0\r\nhost: x\r\n\r\n",
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999999999999\r\n\r\n",
        "\u{0}\u{1}\u{2}\r\n\r\n",
    ])
    func `malformed HTTP is answered with 400, and the connection ends`(request: String) async throws {
        try await withBareServer { server in
            let client = try RawClient(port: server.port)
            try await client.send(request)
            let answer = try await client.receiveAll()
            #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
        }
    }

    @Test func `what came before a malformed request is still answered`() async throws {
        try await withBareServer { server in
            let client = try RawClient(port: server.port)
            try await client.send(Self.get + "nonsense\r\n\r\n")
            let answer = try await client.receiveAll()
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.contains("HTTP/1.1 400 Bad Request\r\n"))
        }
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nhost: x\r\na: \(String(repeating: "x", count: 20_000))\r\n\r\n",
        "GET / HTTP/1.1\r\n" + (0..<200).map { "h\($0): x\r\n" }.joined() + "\r\n",
        "GET / HTTP/1.1\r\n"
            + (0..<90).map { "h\($0): \(String(repeating: "x", count: 1_000))\r\n" }.joined() + "\r\n",
    ])
    func `too many or too large header fields are refused`(request: String) async throws {
        try await withBareServer { server in
            let client = try RawClient(port: server.port)
            try await client.send(request)
            #expect(try await client.receiveAll().hasPrefix("HTTP/1.1 4"))
        }
    }

    @Test func `a client that has finished sending still gets its answers`() async throws {
        try await withBareServer { server in
            let client = try RawClient(port: server.port)
            try await client.send(Self.get + Self.get)
            client.finishSending()
            #expect(try await client.receiveAll().occurrences(of: "HTTP/1.1 200 OK") == 2)
        }
    }

    @Test func `HTTP 1.0 and connection close end the connection`() async throws {
        try await withBareServer { server in
            for request in ["GET /health HTTP/1.0\r\n\r\n", "GET /health HTTP/1.1\r\nconnection: close\r\n\r\n"] {
                let client = try RawClient(port: server.port)
                try await client.send(request)
                let answer = try await client.receiveAll()
                #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
                #expect(answer.contains("connection: close"))
            }
        }
    }

    @Test func `other methods are not found, and HEAD has no body`() async throws {
        try await withBareServer { server in
            let client = try RawClient(port: server.port)
            try await client.send("DELETE / HTTP/1.1\r\nhost: x\r\n\r\n")
            #expect(try await client.receive(until: "\n", count: 9).hasPrefix("HTTP/1.1 404 "))
            try await client.send("HEAD /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            let answer = try await client.receiveAll()
            #expect(answer.contains("content-length: 20"))
            #expect(answer.hasSuffix("\r\n\r\n"))
        }
    }
}
