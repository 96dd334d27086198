import ControlPlaneAPI
import Environments
import HTTPClient
import Testing

@testable import ControlPlane

@Suite struct ListenTests {
    @Test func aUnixSocketIsServedAndTakenAway() async throws {
        let path = "/tmp/envctl-api-\(UInt32.random(in: 0 ... .max)).sock"
        try await APIHarness.with { configuration in
            configuration.listen = "unix:\(path)"
        } _: { api in
            #expect(api.url == "unix:\(path)")
            let answer = try await HTTPClient().send(
                HTTPRequest(
                    url: "http://localhost/v1/environments", headers: [("Authorization", "Bearer \(api.token)")],
                    unixSocket: path))
            #expect(answer.status == 200)
            let made = try await HTTPClient().send(
                HTTPRequest(
                    method: "POST", url: "http://localhost/v1/environments",
                    headers: [("Authorization", "Bearer \(api.token)")],
                    body: Array(#"{"snapshot":"prod","name":"pr-1"}"#.utf8), unixSocket: path))
            #expect(made.status == 201)
            let history = try await api.lifecycle.environments.events("pr-1")
            #expect(history.first?.source == "unix")
        }
        #expect(!PosixFile.exists(path))
    }

    @Test func theNetworkIsServedOverTLSAlone() async throws {
        try await APIHarness.with { configuration in
            configuration.listen = "0.0.0.0:0"
        } _: { api in
            #expect(api.url.hasPrefix("https://127.0.0.1:"))
            let paths = ServerCertificate.ownPaths(api.lifecycle.configuration)
            let request = HTTPRequest(
                url: api.url + "/v1/environments", headers: [("Authorization", "Bearer \(api.token)")],
                timeout: .seconds(10))
            let answer = try await HTTPClient(authority: paths.authority).send(request)
            #expect(answer.status == 200)
            // Whoever does not know the authority does not send the token.
            let stranger = await #expect(throws: HTTPClientError.self) { try await HTTPClient().send(request) }
            #expect(stranger?.code == .tls)
            var plain = request
            plain.url = "http" + request.url.dropFirst("https".count)
            await #expect(throws: HTTPClientError.self) { try await HTTPClient().send(plain) }
        }
    }
}
