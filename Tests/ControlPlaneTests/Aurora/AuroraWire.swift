import AWSClient
import HTTPClient
import Synchronization

/// Carries the calls of a control plane to a region; keeps which there were, and loses answers.
final class AuroraWire: AWSTransport {
    private struct State {
        var actions: [String] = []
        var losing: [String: Int] = [:]
    }

    private let client = HTTPClient()
    private let state = Mutex(State())

    /// Every request, in order.
    var actions: [String] { state.withLock { $0.actions } }
    /// Those that change something.
    var changes: [String] { actions.filter { !$0.hasPrefix("Describe") } }

    func forget() { state.withLock { $0.actions = [] } }

    /// The next requests of that action are carried out, and their answers are lost.
    func lose(_ action: String, times: Int) { state.withLock { $0.losing[action] = times } }

    func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
        let form = String(decoding: request.body, as: UTF8.self)
        let action = form.split(separator: "&").first { $0.hasPrefix("Action=") }.map { String($0.dropFirst(7)) } ?? "-"
        let response = try await client.send(request)
        let isLost = state.withLock { state in
            state.actions.append(action)
            guard let left = state.losing[action], left > 0 else { return false }
            state.losing[action] = left - 1
            return true
        }
        guard !isLost else { throw HTTPClientError(code: .connectionLost, message: "the answer was lost") }
        return response
    }
}

/// A clock that moves when it is told to.
final class VirtualClock: Sendable {
    private let start = ContinuousClock.now
    private let passed = Mutex(Duration.zero)

    var elapsed: Duration { passed.withLock { $0 } }
    var now: ContinuousClock.Instant { start + elapsed }

    func advance(by time: Duration) { passed.withLock { $0 += time } }
}
