import ControlPlane
import Environments
import Synchronization
import TestSupport
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Tokens, webhooks and sockets through the real program.
@Suite(.serialized) struct AccessTests {
    @Test(.timeLimit(.minutes(2)))
    func aTokenOpensWhatItIsForOverASocket() async throws {
        try await Installation.with(ports: 22_000...22_049) { it in
            let listen = ["ENVCTL_LISTEN": "unix:\(it.home)/run/api.sock"]
            #expect(try await it.run("up", environment: listen).exitCode == 0)
            try await it.expect("snapshot", "import", "prod-snapshot", "--from-export", Installation.sampleShop)
            let made = try await it.expect("token", "create", "--owner", "ci", "--scope", "use", "--output", "json")
            struct Created: Decodable {
                struct Record: Decodable { var id: String }
                var record: Record
                var token: String
            }
            let created = try JSONDecoder().decode(Created.self, from: Data(made.utf8))
            let ci = ["ENVCTL_TOKEN": created.token]
            #expect(try await it.run("clone", "prod-snapshot", "pr-1", environment: ci).exitCode == 0)
            try await it.expect("clone", "prod-snapshot", "mine")
            #expect(try await it.run("delete", "mine", environment: ci).exitCode == 7)
            #expect(try await it.run("token", "list", environment: ci).exitCode == 7)
            // Found by the address alone, as from another machine through a tunnel.
            let remote = ["ENVCTL_URL": listen["ENVCTL_LISTEN"] ?? "", "ENVCTL_TOKEN": created.token]
            #expect(try await it.run("env", "pr-1", environment: remote).output.contains("AWS_ENDPOINT_URL_DYNAMODB"))
            #expect(try await it.expect("events", "pr-1").contains("requested  ci"))
            try await it.expect("token", "revoke", created.record.id)
            #expect(try await it.run("list", environment: ci).exitCode == 7)
            // Nothing secret is written anywhere but where it belongs.
            for file in ["logs/control-plane.log", "run/server.json"] {
                let text = FileManager.default.contents(atPath: "\(it.home)/\(file)").map {
                    String(decoding: $0, as: UTF8.self)
                }
                #expect(text?.contains(created.token) == false, "\(file)")
            }
        }
    }

    /// An event that was sent when the control plane died, before it was written down, is sent again by the next one.
    @Test(.timeLimit(.minutes(2)))
    func anEventSurvivesADeathAfterItsSending() async throws {
        let ids = Mutex<[String]>([])
        let receiver = try LoopbackServer { request in
            let line = request.split(separator: "\r\n").first { $0.lowercased().hasPrefix("envctl-event-id:") }
            ids.withLock { $0.append(line.map { String($0.dropFirst(17)) } ?? "") }
            return .respond("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        }
        defer { receiver.stop() }
        try await Installation.withSnapshot(ports: 22_050...22_099) { it in
            let url = "http://127.0.0.1:\(receiver.port)/"
            try await it.expect("webhook", "create", url, "--kind", "requested")
            try await it.stopServer()
            let pid = try await it.startServer(failpoint: .webhookSent)
            _ = try await it.run("clone", "prod-snapshot", "pr-1", "--no-wait")
            var exit: ChildProcess.Exit?
            _ = await ChildProcess.poll(within: .seconds(20)) {
                exit = exit ?? ChildProcess.reap(pid)
                return exit != nil
            }
            try #require(exit == .signal(9), "ended with \(String(describing: exit))")
            let first = try #require(ids.withLock { $0.first })
            _ = try await it.startServer()
            #expect(await ChildProcess.poll(within: .seconds(20)) { ids.withLock { $0.count } == 2 })
            #expect(ids.withLock { $0 } == [first, first])
            try await it.expect("wait", "pr-1")
            try await it.stopServer()
        }
    }
}
