package import ControlPlaneAPI
package import Environments
import HTTPClient
import Synchronization

/// Which events a command wants.
package struct EventSelection: Sendable, Equatable {
    /// Of the environments and snapshots of this name; nil: of all.
    package var name: String?
    /// Of these kinds; empty: of any.
    package var kinds: [String]

    package init(name: String? = nil, kinds: [String] = []) {
        self.name = name
        self.kinds = kinds
    }

    /// The parts of the API's query.
    var query: [String] {
        (name.map { ["name=" + APIClient.encoded($0)] } ?? []) + kinds.map { "kind=" + APIClient.encoded($0) }
    }
}

extension APIClient {
    /// Longer than two heartbeats of the server: a connection that is silent for so long is gone.
    private static let silence = Duration.seconds(40)
    /// Between two attempts to connect again at most.
    private static let longestPause = Duration.seconds(10)

    /// Follows the events after `cursor` until `onEvent` has enough. When the connection is lost it connects again and
    /// goes on behind the last event, so that none is missed and none comes twice.
    ///
    /// - Parameters:
    ///   - connect: called before each connection: a control plane that was started again can have another address.
    ///   - onTrouble: called once for each loss, with what went wrong.
    ///   - onEvent: called with one event after the other; false ends it, and so does an error, which is thrown on.
    /// - Throws: `ControlError` when the control plane cannot be reached at first, or refuses.
    package static func follow(
        _ selection: EventSelection, after cursor: String, connect: () throws(ControlError) -> APIClient,
        onTrouble: (ControlError) -> Void,
        onEvent: @escaping @Sendable (EventResource) throws(ControlError) -> Bool
    ) async throws(ControlError) {
        var cursor = cursor
        var pause = Duration.seconds(1)
        var isFollowing = false
        var hasFollowed = false
        while true {
            let reader = EventReader(lastID: cursor, onEvent: onEvent)
            var trouble: ControlError?
            do throws(ControlError) {
                try await connect().read(selection, reader)
            } catch {
                trouble = error
            }
            if let failure = reader.failure { throw failure }
            if reader.hasEnough { return }
            if reader.isConnected {
                (isFollowing, hasFollowed, pause) = (true, true, reader.retry)
            }
            if let trouble {
                guard hasFollowed, trouble.isTransient else { throw trouble }
                // Told once for each loss, and not for each attempt to come back.
                if isFollowing { onTrouble(trouble) }
                isFollowing = false
            }
            cursor = reader.lastID
            do {
                try await Task.sleep(for: pause)
            } catch {
                throw ControlError(.cancelled, "interrupted")
            }
            if !isFollowing { pause = min(pause * 2, longestPause) }
        }
    }

    /// One connection, until it ends.
    private func read(_ selection: EventSelection, _ reader: EventReader) async throws(ControlError) {
        let path = "/v1/events" + (selection.query.isEmpty ? "" : "?" + selection.query.joined(separator: "&"))
        let (url, socket) = target.address(of: path)
        let request = HTTPRequest(
            url: url,
            headers: [
                ("Authorization", "Bearer \(target.token)"), ("Accept", "text/event-stream"),
                ("Last-Event-ID", reader.lastID),
            ], timeout: nil, idleTimeout: Self.silence, unixSocket: socket)
        let response: HTTPResponse
        do {
            response = try await http.stream(request, onHead: { reader.begin($0) }, onChunk: { reader.take($0) })
        } catch {
            throw unreachable(error)
        }
        guard response.status == 200 else { throw refusal(response.status, path, body: reader.body) }
    }
}

/// Takes the body of one answer: events of a stream, or the problem of a refusal.
private final class EventReader: Sendable {
    private struct State {
        var status = 0
        var parser: ServerSentEventParser
        var body: [UInt8] = []
        var failure: ControlError?
        var hasEnough = false
    }

    private let state: Mutex<State>
    private let onEvent: @Sendable (EventResource) throws(ControlError) -> Bool

    init(lastID: String, onEvent: @escaping @Sendable (EventResource) throws(ControlError) -> Bool) {
        state = Mutex(State(parser: ServerSentEventParser(lastID: lastID)))
        self.onEvent = onEvent
    }

    var isConnected: Bool { state.withLock { $0.status == 200 } }
    var lastID: String { state.withLock { $0.parser.lastID } }
    var retry: Duration { .milliseconds(state.withLock { $0.parser.retry } ?? 1_000) }
    var body: [UInt8] { state.withLock { $0.body } }
    /// Set when the server sent something that is no event of this version, or an event could not be taken.
    var failure: ControlError? { state.withLock { $0.failure } }
    /// Set when no further event is wanted.
    var hasEnough: Bool { state.withLock { $0.hasEnough } }

    func begin(_ head: HTTPResponse) -> Bool {
        state.withLock { $0.status = head.status }
        return true
    }

    func take(_ chunk: [UInt8]) -> Bool {
        let events = state.withLock { state -> [String] in
            guard state.status == 200 else {
                // A problem is short.
                state.body += chunk.prefix(65_536 - state.body.count)
                return []
            }
            return state.parser.take(chunk)
        }
        for text in events {
            do throws(ControlError) {
                guard try onEvent(try Self.event(text)) else {
                    state.withLock { $0.hasEnough = true }
                    return false
                }
            } catch {
                state.withLock { $0.failure = error }
                return false
            }
        }
        return true
    }

    private static func event(_ text: String) throws(ControlError) -> EventResource {
        do {
            return try APICoding.decode(EventResource.self, from: text.utf8)
        } catch {
            throw ControlError(
                .failed, "the control plane sent an event that this envctl does not understand: \(error)",
                hint: "do control plane and command have the same version? see envctl status")
        }
    }
}
