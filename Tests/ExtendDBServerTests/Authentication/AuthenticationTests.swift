import AWS
import DynamoModel
import ExtendDBLayout
import ExtendDBServer
import HTTPClient
import Postgres
import Testing

@Suite struct AuthenticationTests {
    private static let invalidToken = "The security token included in the request is invalid."

    private func failure(_ response: HTTPResponse) throws -> WireFailure {
        WireFailure(status: response.status, body: try JSONValue(parsing: response.body))
    }

    private func set(_ name: String, _ value: String?) -> (inout SignableRequest) -> Void {
        { request in
            request.headers.removeAll { $0.0.lowercased() == name.lowercased() }
            if let value { request.headers.append((name, value)) }
        }
    }

    @Test func `the environment's key is accepted, again and again`() async throws {
        try await withServer { server in
            for _ in 0..<3 {
                let tables = try await server.succeed("ListTables", "{}")
                #expect(tables["TableNames"] == .array([]))
            }
        }
    }

    @Test func `an unsigned request`() async throws {
        try await withServer { server in
            let answer = try failure(
                try await server.response("ListTables", Array("{}".utf8), change: set("Authorization", nil)))
            #expect(answer.status == 400)
            #expect(answer.type == "MissingAuthenticationTokenException")
            #expect(answer.message == "Request is missing Authentication Token")
        }
    }

    @Test(arguments: [
        "AWS4-HMAC-SHA256 Credential=AKIAEXTENDDB12345678/20261122/eu-central-1/dynamodb/aws4_request",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=x",
        "AWS4-HMAC-SHA256 " + String(repeating: "x", count: 9_000),
    ])
    func `a malformed header`(header: String) async throws {
        try await withServer { server in
            let answer = try failure(
                try await server.response("ListTables", Array("{}".utf8), change: set("Authorization", header)))
            #expect(answer.status == 400)
            #expect(answer.type == "IncompleteSignatureException", "\(answer.message)")
        }
    }

    @Test(arguments: [
        ("Basic YTpi", "MissingAuthenticationTokenException", "Request is missing Authentication Token"),
        (
            "AWS4-HMAC-SHA256 x=y", "IncompleteSignatureException",
            "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. "
                + "Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256"
        ),
        (
            "AWS4-HMAC-SHA256 Credential=AKIAEXTENDDB12345678/20261122/eu-central-1/dynamodb/aws4_request, "
                + "SignedHeaders=x-amz-date, Signature=" + String(repeating: "0", count: 64),
            "InvalidSignatureException",
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date"
        ),
    ])
    func `the words for headers`(header: String, type: String, message: String) async throws {
        try await withServer { server in
            let answer = try failure(
                try await server.response("ListTables", Array("{}".utf8), change: set("Authorization", header)))
            #expect(answer.status == 400)
            #expect(answer.type == type)
            #expect(answer.message.hasPrefix(message), "\(answer.message)")
        }
    }

    @Test func `a header and a query that both sign`() async throws {
        try await withServer { server in
            let answer = try failure(
                try await server.response("ListTables", Array("{}".utf8)) { request in
                    request.query = [("X-Amz-Algorithm", "AWS4-HMAC-SHA256")]
                })
            #expect(answer.type == "InvalidSignatureException")
            #expect(
                answer.message
                    == "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
        }
    }

    @Test func `a request without a date`() async throws {
        try await withServer { server in
            let answer = try failure(
                try await server.response("ListTables", Array("{}".utf8), change: set("X-Amz-Date", nil)))
            #expect(answer.type == "IncompleteSignatureException")
        }
    }

    @Test(arguments: ["AKIAEXTENDDB00000000", "XXIAEXTENDDB12345678", "ASIAEXTENDDB00000000", "a'; DROP TABLE x; --"])
    func `an unknown key`(accessKeyID: String) async throws {
        try await withServer { server in
            let credentials = AWSCredentials(
                accessKeyID: accessKeyID, secretAccessKey: server.credentials.secretAccessKey)
            let answer = try failure(
                try await server.response("ListTables", Array("{}".utf8), credentials: credentials))
            #expect(answer.status == 400)
            #expect(answer.type == "UnrecognizedClientException")
            #expect(answer.message == Self.invalidToken)
        }
    }

    @Test func `a wrong secret`() async throws {
        try await withServer { server in
            let credentials = AWSCredentials(
                accessKeyID: server.credentials.accessKeyID,
                secretAccessKey: "extenddb00000000000000000000000000000000")
            let answer = try failure(
                try await server.response("ListTables", Array("{}".utf8), credentials: credentials))
            #expect(answer.status == 400)
            #expect(answer.type == "InvalidSignatureException")
            #expect(answer.message.hasPrefix("The request signature we calculated does not match"))
        }
    }

    @Test func `a body, a header or an operation other than what was signed`() async throws {
        try await withServer { server in
            let changes: [(inout SignableRequest) -> Void] = [
                { $0.body = Array(#"{"Limit":1}"#.utf8) },
                set("Content-Type", "application/json"),
                set("X-Amz-Target", "DynamoDB_20120810.DeleteTable"),
                { $0.query = [("a", "b")] },
            ]
            for change in changes {
                let answer = try failure(
                    try await server.response("ListTables", Array("{}".utf8), change: change))
                #expect(answer.status == 400)
                #expect(answer.type == "InvalidSignatureException")
            }
        }
    }

    @Test(arguments: [(-901, "Signature expired"), (901, "Signature not yet current")])
    func `a date too far from now`(offset: Int64, message: String) async throws {
        let now: Int64 = 1_790_000_000
        try await withServer(clock: WallClock { Double(now) }) { server in
            let answer = try failure(
                try await server.response("ListTables", Array("{}".utf8), time: now + offset))
            #expect(answer.type == "InvalidSignatureException")
            #expect(answer.message.hasPrefix(message))
            let near = try await server.response("ListTables", Array("{}".utf8), time: now + offset / 2)
            #expect(near.status == 200)
        }
    }

    @Test func `a long-term key with a session token`() async throws {
        try await withServer { server in
            let credentials = AWSCredentials(
                accessKeyID: server.credentials.accessKeyID, secretAccessKey: server.credentials.secretAccessKey,
                sessionToken: "token")
            let answer = try failure(
                try await server.response("ListTables", Array("{}".utf8), credentials: credentials))
            #expect(answer.type == "UnrecognizedClientException")
            #expect(answer.message == Self.invalidToken)
        }
    }

    @Test func `an inactive key`() async throws {
        try await withServer { server in
            try await withPostgresPool(server.database) { pool in
                _ = try await pool.query("UPDATE access_keys SET is_active = false")
            }
            let answer = try await server.fail("ListTables", "{}")
            #expect(answer.type == "UnrecognizedClientException")
            #expect(answer.message == Self.invalidToken)
        }
    }

    @Test func `a database that cannot be reached`() async throws {
        try await withBareServer { server in
            let answer = try await server.fail("ListTables", "{}")
            #expect(answer.status == 503)
            #expect(answer.type == "ServiceUnavailable")
            #expect(!answer.message.contains("nonexistent"))
        }
    }

    @Test func `a database that holds no layout`() async throws {
        try await withEmptyDatabase { server in
            let answer = try await server.fail("ListTables", "{}")
            #expect(answer.status == 500)
            #expect(answer.type == "InternalServerError")
            #expect(answer.message == "Internal server error")
        }
    }
}
