import Cryptography
import ExtendDBServer
import HTTPClient
import TestSupport
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Plain HTTP and TLS on one port.
@Suite struct TLSTests {
    /// A server with a certificate for 127.0.0.1, and the file of its authority.
    private func withTLSServer(
        limits: HTTPLimits = HTTPLimits(),
        _ body: @Sendable @escaping (WireHarness, _ authority: String) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "extenddb-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let authority = CertificateAuthority(try CertificateAuthority.create(name: "test", days: 2))
        let issued = try authority.issue(names: ["127.0.0.1"], days: 1)
        let paths = ["authority.pem", "server.pem", "server.key"].map { directory.appending(path: $0) }
        for (path, text) in zip(paths, [authority.certificate, issued.certificate, issued.privateKey]) {
            try Data(text.utf8).write(to: path)
        }
        try await TestPostgres.withDatabase { database in
            let credentials = try await makeLayout(in: database)
            let configuration = ServerConfiguration(
                port: 0, region: WireHarness.region, database: database, http: limits,
                tls: TLSFiles(certificate: paths[1].path, key: paths[2].path))
            try await withServer(configuration, credentials) { try await body($0, paths[0].path) }
        }
    }

    @Test func bothAreAnsweredOnOnePort() async throws {
        try await withTLSServer { server, authority in
            try await server.succeed("ListTables", "{}")
            let client = HTTPClient(authority: authority)
            for _ in 0..<3 {
                let answer = try await client.send(HTTPRequest(url: "https://127.0.0.1:\(server.port)/"))
                #expect(answer.status == 200)
                #expect(String(decoding: answer.body, as: UTF8.self).hasPrefix("healthy"))
            }
            // A body of many TLS records, refused only because nothing signs it.
            let large = try await client.send(
                HTTPRequest(
                    method: "POST", url: "https://127.0.0.1:\(server.port)/",
                    headers: [
                        ("Content-Type", "application/x-amz-json-1.0"),
                        ("X-Amz-Target", "DynamoDB_20120810.ListTables"),
                    ],
                    body: Array("{".utf8) + Array(repeating: 32, count: 3 << 20) + Array("}".utf8)))
            #expect(large.status == 400)
            #expect(String(decoding: large.body, as: UTF8.self).contains("MissingAuthenticationToken"))
        }
    }

    @Test func whoDoesNotKnowTheAuthorityIsWarned() async throws {
        try await withTLSServer { server, _ in
            let error = await #expect(throws: HTTPClientError.self) {
                try await HTTPClient().send(HTTPRequest(url: "https://127.0.0.1:\(server.port)/"))
            }
            #expect(error?.code == .tls)
            try await server.succeed("ListTables", "{}")
        }
    }

    @Test func aBrokenOrStalledHandshakeHarmsNobody() async throws {
        var limits = HTTPLimits()
        limits.clientIdle = .seconds(3)
        try await withTLSServer(limits: limits) { server, _ in
            let broken = try RawClient(port: server.port)
            try await broken.send([22, 3, 1, 0, 4, 1, 2, 3, 4])
            let stalled = try RawClient(port: server.port)
            try await stalled.send([22])
            try await server.succeed("ListTables", "{}")
            // Both end by themselves.
            _ = try await broken.receiveAll()
            _ = try await stalled.receiveAll()
        }
    }

    @Test func filesThatCannotBeUsedAreNamed() async throws {
        let configuration = ServerConfiguration(
            port: 0, region: WireHarness.region, database: try await TestPostgres.shared().configuration,
            tls: TLSFiles(certificate: "/nonexistent/server.pem", key: "/nonexistent/server.key"))
        let error = await #expect(throws: ConfigurationError.self) {
            try await Server(configuration: configuration, logger: quietLogger).run()
        }
        #expect(error?.message.contains("/nonexistent/server.pem") == true)
    }
}
