import ControlPlaneAPI
import Environments
import HTTPClient
import Postgres
import Synchronization
import Testing

@testable import ControlPlane

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite struct EventAPITests {
    @Test func aRequestIsRecordedWithWhoAndWhereFrom() async throws {
        try await APIHarness.with { api in
            let made = try await api.send("POST", "/v1/environments", #"{"snapshot":"prod","name":"pr-1"}"#)
            #expect(made.status == 201)
            _ = try await api.lifecycle.environments.wait("pr-1", timeout: api.lifecycle.patience)
            _ = try await api.send("POST", "/v1/environments/pr-1/extend", #"{"ttl_seconds":7200}"#)
            _ = try await api.send("DELETE", "/v1/environments/pr-1?wait_seconds=30")
            let all = try await api.get("/v1/events?name=pr-1&limit=1000", as: EventListResource.self)
            for kind in ["requested", "extended", "deleting"] {
                let event = try #require(all.items.first { $0.kind == kind }, "no \(kind)")
                #expect(event.actor == "local")
                #expect(event.source == "127.0.0.1")
                #expect(event.name == "pr-1" && event.subject == "environment")
            }
            // A step of the control plane's own has neither.
            let ready = try #require(all.items.first { $0.kind == "ready" })
            #expect(ready.actor == nil && ready.source == nil)
            let snapshot = try await api.get("/v1/events?name=prod&kind=ready", as: EventListResource.self)
            #expect(snapshot.items.map(\.subject) == ["snapshot"])
        }
    }

    @Test func aListGoesOnWhereItEnded() async throws {
        try await APIHarness.with { api in
            let start = try await api.get("/v1/events?after=0-0&limit=2", as: EventListResource.self)
            #expect(start.items.count == 2)
            let rest = try await api.get("/v1/events?limit=1000&after=\(start.next)", as: EventListResource.self)
            #expect(!rest.items.isEmpty)
            #expect(!rest.items.contains { start.items.map(\.id).contains($0.id) })
            #expect(try await api.get("/v1/events?after=\(rest.next)", as: EventListResource.self).items.isEmpty)
            for path in ["/v1/events?after=yesterday", "/v1/events?limit=0", "/v1/events?limit=x"] {
                #expect(try await api.send("GET", path).status == 400)
            }
        }
    }

    @Test func aStreamReplaysThenFollows() async throws {
        try await APIHarness.with { api in
            let start = try await api.get("/v1/events?limit=1", as: EventListResource.self).next
            _ = try await api.lifecycle.environments.clone(CloneSpec(snapshot: "prod", name: "before"))
            try await withStream(api, "/v1/events?after=\(start)") { stream in
                try await stream.until { $0.contains { $0.name == "before" && $0.kind == "ready" } }
                _ = try await api.lifecycle.environments.clone(CloneSpec(snapshot: "prod", name: "meanwhile"))
                try await stream.until { $0.contains { $0.name == "meanwhile" && $0.kind == "ready" } }
            }
        }
    }

    @Test func aLostStreamGoesOnBehindItsLastEvent() async throws {
        try await APIHarness.with { api in
            let before = try await api.get("/v1/events?limit=1", as: EventListResource.self).next
            let first = Received()
            try await withStream(api, "/v1/events?name=pr-1&after=\(before)", first) { stream in
                _ = try await api.lifecycle.environments.clone(CloneSpec(snapshot: "prod", name: "pr-1"))
                try await stream.until { $0.contains { $0.kind == "ready" } }
            }
            _ = try await api.lifecycle.environments.extend("pr-1", ttl: .seconds(7200))
            let second = Received()
            // The header of a client that lost the stream wins over the address that it began with.
            let path = "/v1/events?name=pr-1&after=\(before)"
            try await withStream(api, path, second, lastEventID: first.lastID) { stream in
                try await stream.until { $0.contains { $0.kind == "extended" } }
            }
            #expect(second.events.map(\.kind) == ["extended"])
        }
    }

    @Test func aStreamEndsAtShutdown() async throws {
        try await APIHarness.with { api in
            let received = Received()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await open(api, "/v1/events", received, lastEventID: nil) }
                try await received.untilConnected()
                await api.stop()
                // It ends by itself, and well.
                try await group.waitForAll()
            }
            #expect(received.status == 200)
        }
    }

    /// Clients that go away leave nothing behind: neither a watcher nor a connection of the pool.
    @Test func aStreamEndsWithItsClient() async throws {
        try await APIHarness.with { api in
            for _ in 0..<20 { try await withStream(api, "/v1/events") { _ in } }
            let hub = api.lifecycle.engine.hub
            // The sender of webhooks watches always.
            for _ in 0..<1_000 where hub.watcherCount(of: RecordStore.eventsSubject) > 1 {
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(hub.watcherCount(of: RecordStore.eventsSubject) == 1)
        }
    }

    /// A client that connects and then reads nothing is left alone until the server stops, and holds nothing up then.
    @Test func aClientThatDoesNotReadHoldsNothingUp() async throws {
        try await APIHarness.with { api in
            try await api.lifecycle.store.pool.query(
                """
                INSERT INTO events (subject_kind, subject_id, kind, message)
                SELECT 'environment', 'id', 'k', repeat('m', 10000) FROM generate_series(1, 2000)
                """)
            let port = try #require(api.url.split(separator: ":").last.flatMap { UInt16($0) })
            let silent = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(silent) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            let connected = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(silent, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            try #require(connected == 0)
            let request = Array(
                ("GET /v1/events?after=0-0 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(api.token)\r\n"
                    + "Accept: text/event-stream\r\n\r\n").utf8)
            try #require(send(silent, request, request.count, 0) == request.count)
            // Others are served meanwhile.
            #expect(try await api.get("/v1/events?limit=1", as: EventListResource.self).items.count == 1)
            let hasEnded = await withTaskGroup(of: Bool.self) { group in
                group.addTask {
                    await api.stop()
                    await api.stopped()
                    return true
                }
                group.addTask { [patience = api.lifecycle.patience] in
                    // Ended early by cancellation only, when nobody asks any more.
                    try? await Task.sleep(for: patience)
                    return false
                }
                let first = await group.next() ?? false
                // A server that waits for it would wait for ever, and this test too.
                if !first { shutdown(silent, Int32(SHUT_RDWR)) }
                group.cancelAll()
                return first
            }
            #expect(hasEnded, "the server waits for a client that does not read")
        }
    }

    // MARK: A client

    private func withStream(
        _ api: APIHarness, _ path: String, _ received: Received = Received(), lastEventID: String? = nil,
        _ body: (Received) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await open(api, path, received, lastEventID: lastEventID)
                } catch let error as HTTPClientError where error.code == .cancelled {
                    return
                }
            }
            try await received.untilConnected()
            try await body(received)
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    private func open(
        _ api: APIHarness, _ path: String, _ received: Received, lastEventID: String?
    ) async throws {
        var headers = [("Authorization", "Bearer \(api.token)"), ("Accept", "text/event-stream")]
        if let lastEventID { headers.append(("Last-Event-ID", lastEventID)) }
        _ = try await HTTPClient().stream(
            HTTPRequest(url: api.url + path, headers: headers, timeout: .seconds(60)),
            onHead: {
                received.begin($0)
                return true
            },
            onChunk: {
                received.take($0)
                return true
            })
    }

    /// What a client got so far.
    final class Received: Sendable {
        private struct State {
            var status = 0
            var text = ""
            var events: [EventResource] = []
            var lastID: String?
        }

        private let state = Mutex(State())
        private let hub = ChangeHub()

        var status: Int { state.withLock { $0.status } }
        var events: [EventResource] { state.withLock { $0.events } }
        var lastID: String? { state.withLock { $0.lastID } }

        func begin(_ head: HTTPResponse) {
            state.withLock { $0.status = head.status }
            hub.changed("it")
        }

        func take(_ chunk: [UInt8]) {
            state.withLock { state in
                state.text += String(decoding: chunk, as: UTF8.self)
                while let end = state.text.firstRange(of: "\n\n") {
                    for line in state.text[..<end.lowerBound].split(separator: "\n") {
                        if line.hasPrefix("id: ") { state.lastID = String(line.dropFirst(4)) }
                        guard line.hasPrefix("data: ") else { continue }
                        if let event = try? APICoding.decode(EventResource.self, from: line.dropFirst(6).utf8) {
                            state.events.append(event)
                        } else {
                            Issue.record("not an event: \(line)")
                        }
                    }
                    state.text = String(state.text[end.upperBound...])
                }
            }
            hub.changed("it")
        }

        func until(_ isDone: @escaping @Sendable ([EventResource]) -> Bool) async throws {
            let _: Bool = try await awaiting(
                "the stream did not bring it", subject: "", changes: hub.changes(of: "it"), timeout: .seconds(30)
            ) { () async throws(ControlError) in isDone(self.events) ? true : nil }
        }

        func untilConnected() async throws {
            let _: Bool = try await awaiting(
                "no stream", subject: "", changes: hub.changes(of: "it"), timeout: .seconds(30)
            ) { () async throws(ControlError) in self.status == 0 ? nil : true }
        }
    }
}
