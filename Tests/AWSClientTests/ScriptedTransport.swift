import AWSClient
import HTTPClient
import Synchronization

/// Stands for the network: gives one prepared answer after another and keeps what was asked.
final class ScriptedTransport: AWSTransport {
    enum Answer: Sendable {
        case respond(Int, String, [(String, String)])
        case fail(HTTPClientError.Code)

        static func error(_ status: Int, _ code: String, headers: [(String, String)] = []) -> Answer {
            .respond(
                status,
                "<ErrorResponse><Error><Type>Sender</Type><Code>\(code)</Code><Message>m</Message></Error>"
                    + "<RequestId>r-1</RequestId></ErrorResponse>", headers)
        }

        static let ok = respond(
            200, "<DeleteDBClusterResponse/>", [("x-amzn-RequestId", "r-2")])
    }

    private let state: Mutex<(answers: [Answer], requests: [HTTPRequest])>

    init(_ answers: [Answer]) {
        state = Mutex((answers, []))
    }

    var requests: [HTTPRequest] { state.withLock { $0.requests } }

    func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
        let answer = state.withLock { state in
            state.requests.append(request)
            return state.answers.isEmpty ? .fail(.other) : state.answers.removeFirst()
        }
        switch answer {
        case .respond(let status, let body, let headers):
            return HTTPResponse(status: status, headers: headers, body: Array(body.utf8))
        case .fail(let code):
            throw HTTPClientError(code: code, message: "\(code)")
        }
    }
}

/// A clock that moves when it is told to or when somebody pauses.
final class ManualClock: Sendable {
    private let state: Mutex<(now: Double, pauses: [Double])>

    init(_ start: Int64 = 1_800_000_000) {
        state = Mutex((Double(start), []))
    }

    var pauses: [Double] { state.withLock { $0.pauses } }
    var now: Timestamp { state.withLock { Timestamp(unixSeconds: Int64($0.now)) } }

    func advance(_ seconds: Double) { state.withLock { $0.now += seconds } }

    func clock(random: Double = 0.5) -> AWSClock {
        AWSClock(
            now: { self.now },
            pause: { (seconds) async throws(CancellationError) in
                self.state.withLock { state in
                    state.now += seconds
                    state.pauses.append(seconds)
                }
            },
            random: { random })
    }
}
