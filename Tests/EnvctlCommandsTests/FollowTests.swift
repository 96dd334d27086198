import ControlPlaneAPI
import EnvctlCommands
import Environments
import Synchronization
import TestSupport
import Testing

@Suite struct FollowTests {
    private static let event = EventResource(
        id: 1, cursor: "5-1", at: "2026-01-01T00:00:00.000Z", subject: "environment", subjectId: "00", name: "pr-1",
        kind: "ready", message: "it answers")

    private static func body(_ status: String, _ type: String, _ text: String) -> LoopbackServer.Answer {
        .respond("HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)")
    }

    private static func refusal(_ error: ControlError) throws -> LoopbackServer.Answer {
        let problem = Problem(error)
        return body(
            "\(problem.status) No", "application/problem+json",
            String(decoding: try APICoding.encode(problem), as: UTF8.self))
    }

    /// Follows a server that gives these answers one after the other and the last one for ever.
    private func follow(
        _ answers: [LoopbackServer.Answer],
        onEvent: @escaping @Sendable () throws(ControlError) -> Bool = { () throws(ControlError) in true }
    ) async throws -> (error: ControlError?, asked: [String], events: [EventResource], troubles: Int) {
        let asked = Mutex<[String]>([])
        let server = try LoopbackServer { request in
            let line = request.split(separator: "\r\n").first { $0.hasPrefix("Last-Event-ID: ") }
            let count = asked.withLock { asked in
                asked.append(line.map { String($0.dropFirst(15)) } ?? "")
                return asked.count
            }
            return answers[min(count, answers.count) - 1]
        }
        defer { server.stop() }
        let events = Mutex<[EventResource]>([])
        let troubles = Mutex(0)
        var failure: ControlError?
        do {
            try await APIClient.follow(EventSelection(name: "pr-1"), after: "3-0") { () throws(ControlError) in
                APIClient(target: .init(url: "http://127.0.0.1:\(server.port)", token: "t", isRemote: true))
            } onTrouble: { _ in
                troubles.withLock { $0 += 1 }
            } onEvent: { event throws(ControlError) in
                events.withLock { $0.append(event) }
                return try onEvent()
            }
        } catch {
            failure = error
        }
        return (failure, asked.withLock { $0 }, events.withLock { $0 }, troubles.withLock { $0 })
    }

    /// Whoever reads the output has closed the pipe, or the disk is full: nobody gets the events that would follow.
    @Test func whoHasEnoughOrCannotTakeAnEventIsTheEnd() async throws {
        let json = String(decoding: try APICoding.encode(Self.event), as: UTF8.self)
        let stream = Self.body("200 OK", "text/event-stream", "retry: 1\n\nid: 5-1\ndata: \(json)\n\n")
        let enough = try await follow([stream]) { () throws(ControlError) in false }
        #expect(enough.error == nil && enough.events == [Self.event] && enough.asked.count == 1)
        let full = ControlError(.failed, "cannot write")
        let failed = try await follow([stream]) { () throws(ControlError) in throw full }
        #expect(failed.error == full && failed.events == [Self.event] && failed.asked.count == 1)
    }

    @Test func aLostStreamIsTakenUpBehindItsLastEvent() async throws {
        let json = String(decoding: try APICoding.encode(Self.event), as: UTF8.self)
        let stream = Self.body("200 OK", "text/event-stream", "retry: 1\n\nid: 5-1\ndata: \(json)\n\n")
        let end = try await follow([stream, .close, try Self.refusal(ControlError(.unauthorized, "revoked"))])
        #expect(end.error?.code == .unauthorized)
        #expect(end.events == [Self.event])
        #expect(end.asked.first == "3-0")
        #expect(end.asked.count >= 2 && end.asked.dropFirst().allSatisfy { $0 == "5-1" })
        #expect(end.troubles <= 1)
    }

    @Test func aRefusalAtFirstIsTheEnd() async throws {
        let end = try await follow([try Self.refusal(ControlError(.unavailable, "starting"))])
        #expect(end.error?.code == .unavailable && end.asked.count == 1 && end.troubles == 0)
    }

    @Test func whatIsNoEventIsTheEnd() async throws {
        let end = try await follow([Self.body("200 OK", "text/event-stream", "id: 5-1\ndata: {}\n\n")])
        #expect(end.error?.code == .failed && end.events.isEmpty)
    }
}
