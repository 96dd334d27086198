import AWS
import Cryptography
import DynamoModel
import HTTPClient
import Testing

/// What every answer has, and what is refused before an operation is looked at.
@Suite struct ProtocolTests {
    @Test func `answers carry the headers that the SDKs read`() async throws {
        try await withServer { server in
            let first = try await server.response("ListTables", Array("{}".utf8))
            let second = try await server.response("DescribeTable", Array(#"{"TableName":"none"}"#.utf8))
            #expect(first.status == 200)
            #expect(second.status == 400)
            for response in [first, second] {
                #expect(response.header("content-type") == "application/x-amz-json-1.0")
                #expect(response.header("content-length") == String(response.body.count))
                #expect(response.header("x-amz-crc32") == String(CRC32.checksum(response.body)))
                #expect(response.header("x-amzn-requestid")?.utf8.count == 52)
                #expect(response.header("date")?.hasSuffix(" GMT") == true)
                #expect(response.header("server") != nil)
            }
            #expect(first.header("x-amzn-requestid") != second.header("x-amzn-requestid"))
        }
    }

    @Test(arguments: ["Nothing", "", "listtables", "ListTables.x"])
    func `an unknown operation`(operation: String) async throws {
        try await withBareServer { server in
            let answer = try await server.fail(operation, "{}")
            #expect(answer.status == 400)
            #expect(
                answer.body
                    == .object([
                        JSONMember(
                            name: "__type", value: .string("com.amazon.coral.service#UnknownOperationException"))
                    ]))
        }
    }

    @Test(arguments: [nil, "ListTables", "DynamoDB_20111205.ListTables", "DynamoDB_20120810"])
    func `a target of another form`(target: String?) async throws {
        try await withBareServer { server in
            let response = try await server.response("ListTables", Array("{}".utf8)) { request in
                request.headers.removeAll { $0.0 == "X-Amz-Target" }
                if let target { request.headers.append(("X-Amz-Target", target)) }
            }
            let answer = WireFailure(status: response.status, body: try JSONValue(parsing: response.body))
            #expect(answer.type == "UnknownOperationException")
        }
    }

    @Test(arguments: ["", "{", "[]", "null", "\"x\"", "{\"a\":}", "{}x", String(repeating: "[", count: 100_000)])
    func `a body that is no JSON object`(body: String) async throws {
        try await withBareServer { server in
            let answer = try await server.fail("ListTables", body)
            #expect(answer.status == 400)
            #expect(answer.type == "SerializationException")
        }
    }

    @Test(arguments: [
        ("application/json", "application/json"), ("application/x-amz-json-1.1", "application/x-amz-json-1.1"),
        ("Application/X-Amz-Json-1.0; charset=utf-8", "application/x-amz-json-1.0"),
    ])
    func `the answer is of the request's content type`(type: String, answered: String) async throws {
        try await withBareServer { server in
            let response = try await server.response("ListTables", Array("{}".utf8)) { request in
                request.headers.removeAll { $0.0 == "Content-Type" || $0.0 == "Authorization" }
                request.headers.append(("Content-Type", type))
            }
            #expect(response.header("content-type") == answered)
            let answer = WireFailure(status: response.status, body: try JSONValue(parsing: response.body))
            #expect(answer.type == "MissingAuthenticationTokenException")
        }
    }

    /// As `curl -d` has it, for instance.
    @Test(arguments: ["application/x-www-form-urlencoded", "text/plain", "application/x-amz-json-1.2", ""])
    func `a content type of no protocol`(type: String) async throws {
        try await withBareServer { server in
            for method in ["POST", "PUT", "DELETE"] {
                let response = try await server.response("ListTables", Array("{}".utf8)) { request in
                    request.method = method
                    request.headers.removeAll { $0.0 == "Content-Type" }
                    request.headers.append(("Content-Type", type))
                }
                #expect(response.status == 404)
                #expect(String(decoding: response.body, as: UTF8.self) == "<UnknownOperationException/>\n")
                #expect(response.header("x-amz-crc32") == "3552371480")
                #expect(response.header("x-amzn-requestid")?.utf8.count == 52)
                #expect(response.header("content-type") == nil)
            }
        }
    }

    @Test func `the health texts`() async throws {
        try await withBareServer { server in
            let root = try await server.client.send(HTTPRequest(url: server.endpoint))
            #expect(root.status == 200)
            #expect(String(decoding: root.body, as: UTF8.self) == "healthy: dynamodb.eu-central-1.amazonaws.com ")
            let health = try await server.client.send(HTTPRequest(url: server.endpoint + "health"))
            #expect(health.status == 200)
            #expect(health.header("content-type") == "application/json")
            #expect(try JSONValue(parsing: health.body)["status"] == .string("healthy"))
            #expect(try await server.client.send(HTTPRequest(url: server.endpoint + "none")).status == 404)
        }
    }

    @Test func `a page of another origin may talk to the server`() async throws {
        try await withBareServer { server in
            let preflight = try await server.client.send(
                HTTPRequest(
                    method: "OPTIONS", url: server.endpoint,
                    headers: [
                        ("Origin", "https://example.com"), ("Access-Control-Request-Method", "POST"),
                        ("Access-Control-Request-Headers", "authorization,x-amz-date,x-amz-target"),
                    ]))
            #expect(preflight.status == 200)
            #expect(preflight.body.isEmpty)
            #expect(preflight.header("access-control-allow-origin") == "*")
            #expect(preflight.header("access-control-allow-headers") == "authorization,x-amz-date,x-amz-target")
            #expect(preflight.header("access-control-max-age") == "172800")
            let answer = try await server.client.send(
                HTTPRequest(url: server.endpoint, headers: [("Origin", "https://example.com")]))
            #expect(answer.header("access-control-allow-origin") == "*")
            #expect(
                try await server.client.send(HTTPRequest(url: server.endpoint)).header("access-control-allow-origin")
                    == nil)
        }
    }

    @Test func `many clients at once are all answered`() async throws {
        try await withServer { server in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for _ in 0..<100 {
                    tasks.addTask { try await server.succeed("ListTables", "{}") }
                }
                try await tasks.waitForAll()
            }
        }
    }
}
