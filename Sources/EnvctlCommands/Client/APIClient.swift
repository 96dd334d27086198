package import ControlPlaneAPI
package import Environments
import HTTPClient

/// Speaks to the control plane's HTTP API. Every failure is a `ControlError`: the API's own problem, or one that says
/// that the control plane could not be reached and what to do about it.
package struct APIClient: Sendable {
    /// Where the API is and what opens it.
    package struct Target: Sendable, Equatable {
        /// E.g. `http://127.0.0.1:8642`, without a slash at the end, or `unix:/path` of a socket.
        package var url: String
        package var token: String
        /// Whether the address was given (`ENVCTL_URL`) and is not that of the local control plane.
        package var isRemote: Bool
        /// PEM file of the authority to trust for `https`; nil: those that the machine knows.
        package var authority: String?

        package init(url: String, token: String, isRemote: Bool, authority: String? = nil) {
            self.url = url
            self.token = token
            self.isRemote = isRemote
            self.authority = authority
        }

        /// Where to send a request for a path of the API.
        package func address(of path: String) -> (url: String, unixSocket: String?) {
            guard url.hasPrefix("unix:") else { return (url + path, nil) }
            // The host is not looked up; it stands in the request.
            return ("http://localhost" + path, String(url.dropFirst(5)))
        }
    }

    package let target: Target
    let http: HTTPClient

    package init(target: Target) {
        self.target = target
        http = HTTPClient(authority: target.authority)
    }

    package func get<Answer: Decodable>(
        _ path: String, as type: Answer.Type, timeout: Duration = .seconds(30)
    ) async throws(ControlError) -> Answer {
        try decode(type, from: try await send("GET", path, body: nil, headers: [], timeout: timeout))
    }

    package func post<Answer: Decodable>(
        _ path: String, _ body: some Encodable, as type: Answer.Type, idempotencyKey: String? = nil,
        timeout: Duration = .seconds(30)
    ) async throws(ControlError) -> Answer {
        let bytes: [UInt8]
        do {
            bytes = try APICoding.encode(body)
        } catch {
            throw ControlError(.failed, subject: path, "the request for \(path) cannot be written as JSON: \(error)")
        }
        let headers = idempotencyKey.map { [("Idempotency-Key", $0)] } ?? []
        return try decode(type, from: try await send("POST", path, body: bytes, headers: headers, timeout: timeout))
    }

    package func put<Answer: Decodable>(
        _ path: String, _ body: some Encodable, as type: Answer.Type, timeout: Duration = .seconds(30)
    ) async throws(ControlError) -> Answer {
        let bytes: [UInt8]
        do {
            bytes = try APICoding.encode(body)
        } catch {
            throw ControlError(.failed, subject: path, "the request for \(path) cannot be written as JSON: \(error)")
        }
        return try decode(type, from: try await send("PUT", path, body: bytes, headers: [], timeout: timeout))
    }

    package func delete<Answer: Decodable>(
        _ path: String, as type: Answer.Type, timeout: Duration = .seconds(30)
    ) async throws(ControlError) -> Answer {
        try decode(type, from: try await send("DELETE", path, body: nil, headers: [], timeout: timeout))
    }

    /// A deletion that is answered without a body.
    package func delete(_ path: String) async throws(ControlError) {
        _ = try await send("DELETE", path, body: nil, headers: [], timeout: .seconds(30))
    }

    /// The body of a plain-text answer.
    package func text(_ path: String) async throws(ControlError) -> String {
        String(decoding: try await send("GET", path, body: nil, headers: [], timeout: .seconds(30)), as: UTF8.self)
    }

    private func send(
        _ method: String, _ path: String, body: [UInt8]?, headers: [(String, String)], timeout: Duration
    ) async throws(ControlError) -> [UInt8] {
        var headers = headers + [("Authorization", "Bearer \(target.token)"), ("Accept", "application/json")]
        if body != nil { headers.append(("Content-Type", "application/json")) }
        let (url, socket) = target.address(of: path)
        let response: HTTPResponse
        do {
            response = try await http.send(
                HTTPRequest(
                    method: method, url: url, headers: headers, body: body ?? [], timeout: timeout, unixSocket: socket))
        } catch {
            throw unreachable(error)
        }
        guard !(200..<300).contains(response.status) else { return response.body }
        throw refusal(response.status, path, body: response.body)
    }

    /// What an answer other than 2xx says.
    func refusal(_ status: Int, _ path: String, body: [UInt8]) -> ControlError {
        guard let problem = try? APICoding.decode(Problem.self, from: body) else {
            return ControlError(
                .failed, subject: target.url, "\(target.url)\(path) answered \(status) without saying why",
                hint: "is this the address of an envctl control plane?")
        }
        return problem.controlError
    }

    private func decode<Answer: Decodable>(_ type: Answer.Type, from bytes: [UInt8]) throws(ControlError) -> Answer {
        do {
            return try APICoding.decode(type, from: bytes)
        } catch {
            throw ControlError(
                .failed, subject: target.url, "the answer of \(target.url) is not what this envctl expects: \(error)",
                hint: "do control plane and command have the same version? see envctl status")
        }
    }

    func unreachable(_ error: HTTPClientError) -> ControlError {
        if error.code == .tls {
            return ControlError(
                .unavailable, subject: target.url, "the control plane at \(target.url) is not trusted: \(error)",
                hint: target.authority == nil
                    ? "set ENVCTL_CA_FILE to a copy of its run/tls/authority.pem"
                    : "does \(target.authority ?? "") belong to it, and is the URL's host a name in its certificate?")
        }
        return unreachableAtAll(error)
    }

    private func unreachableAtAll(_ error: HTTPClientError) -> ControlError {
        ControlError(
            .unavailable, subject: target.url, "the control plane at \(target.url) cannot be reached: \(error)",
            hint: target.isRemote ? "check ENVCTL_URL and that the control plane runs there" : "start it: envctl up")
    }
}

extension Problem {
    /// The same error as the control plane meant it; an unknown code counts as a failure.
    package var controlError: ControlError {
        ControlError(ControlError.Code(rawValue: code) ?? .failed, detail, hint: hint)
    }
}
