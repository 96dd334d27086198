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

    @Test func theNetworkIsRefused() async throws {
        try await LifecycleHarness.with { configuration in
            configuration.listen = "0.0.0.0:0"
        } _: { harness in
            let plane = ControlPlane(configuration: harness.configuration, logger: LifecycleHarness.logger)
            plane.box.set(harness.box.state)
            let error = await #expect(throws: ControlError.self) {
                try await APIServer(controlPlane: plane, logger: LifecycleHarness.logger).run()
            }
            #expect(error?.code == .misconfigured)
        }
    }
}
