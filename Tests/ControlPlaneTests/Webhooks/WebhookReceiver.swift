import Cryptography
import Environments
import Synchronization
import TestSupport
import Testing

@testable import ControlPlane

/// A receiver of webhooks on a loopback port: writes down what comes and answers as it is told.
final class WebhookReceiver: Sendable {
    struct Message: Sendable {
        var headers: [String: String]
        var body: String
    }

    private struct State {
        var messages: [Message] = []
        var answers: [LoopbackServer.Answer] = []
        var preset: LoopbackServer.Answer = WebhookReceiver.status(204)
    }

    private final class Box: Sendable {
        let state = Mutex(State())
        let hub = ChangeHub()
    }

    private let box: Box
    private let server: LoopbackServer

    var url: String { "http://127.0.0.1:\(server.port)/hook" }
    var messages: [Message] { box.state.withLock { $0.messages } }

    init() throws {
        let box = Box()
        self.box = box
        server = try LoopbackServer { request in
            let answer = box.state.withLock { state in
                state.messages.append(Self.parse(request))
                return state.answers.isEmpty ? state.preset : state.answers.removeFirst()
            }
            box.hub.changed("it")
            return answer
        }
    }

    func stop() { server.stop() }

    /// The next answers, and those after them.
    func answer(_ answers: [LoopbackServer.Answer] = [], then preset: LoopbackServer.Answer? = nil) {
        box.state.withLock { state in
            state.answers = answers
            if let preset { state.preset = preset }
        }
    }

    static func status(_ status: Int, _ headers: String = "") -> LoopbackServer.Answer {
        .respond("HTTP/1.1 \(status) Status\r\n\(headers)Content-Length: 0\r\n\r\n")
    }

    func until(_ isDone: @escaping @Sendable ([Message]) -> Bool) async throws {
        let _: Bool = try await awaiting(
            "the message did not come", subject: "", changes: box.hub.changes(of: "it"), timeout: .seconds(30)
        ) { () async throws(ControlError) in isDone(self.messages) ? true : nil }
    }

    private static func parse(_ request: String) -> Message {
        let parts = request.split(separator: "\r\n\r\n", maxSplits: 1)
        var headers: [String: String] = [:]
        for line in (parts.first ?? "").split(separator: "\r\n").dropFirst() {
            let pair = line.split(separator: ":", maxSplits: 1)
            if pair.count == 2 { headers[pair[0].lowercased()] = String(pair[1].drop { $0 == " " }) }
        }
        return Message(headers: headers, body: parts.count > 1 ? String(parts[1]) : "")
    }

    /// What docs/api.md tells receivers to do.
    static func isSigned(_ message: Message, secret: String) -> Bool {
        let parts = (message.headers["envctl-signature"] ?? "").split(separator: ",").map(String.init)
        guard parts.count == 2, parts[0].hasPrefix("t="), parts[1].hasPrefix("v1=") else { return false }
        let code = HMACSHA256.authenticate("\(parts[0].dropFirst(2)).\(message.body)", key: Array(secret.utf8))
        return constantTimeEquals(Array(parts[1].dropFirst(3).utf8), Array(Hex.encode(code).utf8))
    }
}
