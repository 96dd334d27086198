import ControlPlaneAPI
import Environments
import HTTPClient
import ServiceLifecycle
import Testing

@testable import ControlPlane

/// The HTTP API in front of a `LifecycleHarness`, on a loopback port.
struct APIHarness: Sendable {
    let lifecycle: LifecycleHarness
    let url: String
    let token: String
    let client = HTTPClient()
    private let shutdown: @Sendable () async -> Void
    private let end: AsyncStream<Void>

    /// Runs `body` with the API being served.
    static func with(
        _ change: (inout ControlPlaneConfiguration) -> Void = { _ in },
        _ body: @Sendable (APIHarness) async throws -> Void
    ) async throws {
        try await LifecycleHarness.with { configuration in
            configuration.listen = "127.0.0.1:0"
            change(&configuration)
        } _: { harness in
            try await with(harness, body)
        }
    }

    static func with(
        _ harness: LifecycleHarness, _ body: @Sendable (APIHarness) async throws -> Void
    ) async throws {
        let configuration = harness.configuration
        if !PosixFile.isDirectory(configuration.runDirectory) {
            try PosixFile.makeDirectory(configuration.runDirectory, mode: 0o700)
        }
        let plane = ControlPlane(configuration: configuration, logger: LifecycleHarness.logger)
        plane.box.set(harness.box.state)
        let server = APIServer(controlPlane: plane, logger: LifecycleHarness.logger)
        let group = ServiceGroup(
            configuration: .init(services: [server], logger: LifecycleHarness.logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            let (end, ended) = AsyncStream.makeStream(of: Void.self)
            tasks.addTask {
                defer { ended.finish() }
                try await group.run()
            }
            let api = APIHarness(
                lifecycle: harness, url: try await address(configuration),
                token: try LocalToken.read(path: configuration.tokenPath),
                shutdown: { await group.triggerGracefulShutdown() }, end: end)
            let result: Result<Void, any Error>
            do {
                try await body(api)
                result = .success(())
            } catch {
                result = .failure(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try result.get()
        }
    }

    /// What the server has written about itself. It tells nobody else when it is there, so it is looked for.
    private static func address(_ configuration: ControlPlaneConfiguration) async throws -> String {
        for _ in 0..<2_000 {
            if let text = try PosixFile.readText(configuration.serverInfoPath) {
                return try APICoding.decode(ServerInfo.self, from: text.utf8).url
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw ControlError(.timeout, "the API did not come up")
    }

    func stop() async { await shutdown() }

    /// Returns when the server has ended.
    func stopped() async {
        for await _ in end {}
    }

    /// Sends a request with the local token unless another one is given.
    func send(
        _ method: String, _ path: String, _ body: String = "", token: String? = nil,
        headers: [(String, String)] = []
    ) async throws -> HTTPResponse {
        try await client.send(
            HTTPRequest(
                method: method, url: url + path,
                headers: [("Authorization", "Bearer \(token ?? self.token)")] + headers,
                body: Array(body.utf8)))
    }

    func get<Value: Decodable>(_ path: String, as type: Value.Type) async throws -> Value {
        let response = try await send("GET", path)
        #expect(response.status == 200, "\(String(decoding: response.body, as: UTF8.self))")
        return try APICoding.decode(type, from: response.body)
    }
}
