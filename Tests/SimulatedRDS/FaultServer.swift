package import AWS
import Environments
import Synchronization
import TestSupport

/// A simulated region as an HTTP server on a loopback port: the RDS API in the Query protocol, for requests that are
/// signed. Its time passes when it is told to. What it shows and refuses is the region's; this reads requests, strictly,
/// and writes answers.
package final class FaultServer: Sendable {
    /// Who may sign.
    package enum Signers: Sendable {
        /// One key pair. Signatures are verified in full, at the region's time.
        case only(AWSCredentials)
        /// Anybody; signatures must have their form.
        case anyone
    }

    struct State {
        var region: SimulatedRegion
        var refused: [String] = []
        var signers: Set<String> = []
        var expired: Set<String> = []
    }

    private let state: Mutex<State>
    private let signers: Signers
    private let reception: Reception
    private let listener: LoopbackServer
    package var port: Int { listener.port }

    /// For `AWS_ENDPOINT_URL_RDS`.
    package var url: String { "http://127.0.0.1:\(port)" }

    package init(_ region: SimulatedRegion, signers: Signers = .anyone) throws {
        state = Mutex(State(region: region))
        self.signers = signers
        let reception = Reception()
        self.reception = reception
        listener = try LoopbackServer { reception.answer($0) }
        reception.open(self)
    }

    package func stop() {
        listener.stop()
        reception.close()
    }

    package func with<Value: Sendable>(_ body: (inout SimulatedRegion) -> Value) -> Value {
        state.withLock { body(&$0.region) }
    }

    /// The region's clock.
    package var unixSeconds: Int64 { state.withLock { $0.region.now.microseconds / 1_000_000 } }

    package func advance(by time: Duration) { state.withLock { $0.region.advance(by: time) } }

    /// Requests that the model does not know or that were not signed as they should be; why.
    package var refused: [String] { state.withLock { $0.refused } }

    /// The access keys that signed.
    package var seenKeys: Set<String> { state.withLock { $0.signers } }

    /// From now on what this key signs is refused as expired.
    package func expire(_ accessKeyID: String) { state.withLock { _ = $0.expired.insert(accessKeyID) } }
}

/// Gives requests to a server from when it is made until it is stopped.
private final class Reception: Sendable {
    private let server = Mutex<FaultServer?>(nil)

    func open(_ server: FaultServer) { self.server.withLock { $0 = server } }
    func close() { server.withLock { $0 = nil } }

    func answer(_ request: String) -> LoopbackServer.Answer {
        guard let server = server.withLock({ $0 }) else { return .close }
        return server.answer(request)
    }
}

// MARK: - One request

extension FaultServer {
    private struct Refusal: Error {
        let code: String
        let message: String
    }

    fileprivate func answer(_ text: String) -> LoopbackServer.Answer {
        do {
            let (request, body) = try Self.received(text)
            let (action, parameters) = try Self.decode(request, body)
            return try state.withLock { state in
                try authenticate(request, &state)
                return try Self.respond(
                    200, RDSReply.success(action, RDSAction(name: action, parameters).perform(in: &state.region)))
            }
        } catch let fault as AuroraFault {
            if fault.code == SimulatedRegion.lostReply { return .close }
            return Self.refusal(fault.code, fault.message)
        } catch {
            let refusal = error as? Refusal ?? Refusal(code: "InternalFailure", message: "\(error)")
            state.withLock { $0.refused.append("\(refusal.code): \(refusal.message)") }
            return Self.refusal(refusal.code, refusal.message)
        }
    }

    private static func received(_ text: String) throws -> (ReceivedRequest, String) {
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = parts[0].split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count == 3, parts.count == 2 else {
            throw Refusal(code: "MalformedQueryString", message: "no request line")
        }
        let target = words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let headers = lines.dropFirst().map { line -> (String, String) in
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            return (String(line[..<colon]), String(line[colon...].dropFirst().drop { $0 == " " }))
        }
        let body = String(parts[1])
        let request = ReceivedRequest(
            method: String(words[0]), path: String(target[0]), query: target.count > 1 ? String(target[1]) : "",
            headers: headers, body: Array(body.utf8))
        return (request, body)
    }

    /// The action and its parameters, as the model has them and no others.
    private static func decode(
        _ request: ReceivedRequest, _ body: String
    ) throws -> (action: String, parameters: RequestValue) {
        guard request.method == "POST", request.path == "/", request.query.isEmpty,
            request.header("content-type") == "application/x-www-form-urlencoded; charset=utf-8"
        else { throw Refusal(code: "MalformedQueryString", message: "no form was posted to /") }
        var fields: [(name: String, value: String)] = []
        for field in body.split(separator: "&", omittingEmptySubsequences: false) {
            let pair = field.split(separator: "=", omittingEmptySubsequences: false)
            guard pair.count == 2, let name = decodePercent(pair[0]), let value = decodePercent(pair[1]) else {
                throw Refusal(code: "MalformedQueryString", message: "no pair: \(field)")
            }
            fields.append((name, value))
        }
        let action = fields.first { $0.name == "Action" }?.value ?? ""
        guard let shape = RDSModel.actions[action] else {
            throw Refusal(code: "InvalidAction", message: "no action '\(action)'")
        }
        guard fields.filter({ $0.name == "Version" }).map(\.value) == [RDSModel.version] else {
            throw Refusal(code: "InvalidAction", message: "another version")
        }
        do {
            let rest = fields.filter { $0.name != "Action" && $0.name != "Version" }
            return (action, try shape.decode(try ParameterTree.parse(rest), action))
        } catch {
            throw Refusal(code: "InvalidParameterValue", message: error.message)
        }
    }

    /// `%` escapes alone: a plus sign is a plus sign only when it is escaped, and a client must not send a bare one.
    private static func decodePercent(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                guard byte != UInt8(ascii: "+") else { return nil }
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private func authenticate(_ request: ReceivedRequest, _ state: inout State) throws {
        let verifier = SigV4Verifier(service: "rds")
        let claim: SigV4Verifier.Claim
        do {
            claim = try verifier.examine(request)
        } catch {
            throw Refusal(code: "IncompleteSignature", message: error.verdict.detail)
        }
        let key = claim.authorization.accessKeyID
        state.signers.insert(key)
        guard claim.authorization.scope.region == state.region.name else {
            throw Refusal(code: "SignatureDoesNotMatch", message: "the scope names another region")
        }
        if state.expired.contains(key) {
            throw AuroraFault(
                .identity, code: "ExpiredToken", message: "the security token is expired", action: "any")
        }
        guard case .only(let credentials) = signers else { return }
        guard key == credentials.accessKeyID else {
            throw Refusal(code: "InvalidClientTokenId", message: "nobody has the key \(key)")
        }
        let verdict = verifier.verify(
            claim, of: request, secret: credentials.secretAccessKey, sessionToken: credentials.sessionToken,
            now: SigningTime(unixSeconds: state.region.now.microseconds / 1_000_000))
        guard verdict == .accepted else { throw Refusal(code: "SignatureDoesNotMatch", message: verdict.detail) }
    }

    private static func refusal(_ code: String, _ message: String) -> LoopbackServer.Answer {
        let status = RDSModel.statuses[code] ?? 400
        return respond(status, RDSReply.failure(code, message, isOfServer: status >= 500))
    }

    private static func respond(_ status: Int, _ body: String) -> LoopbackServer.Answer {
        .respond(
            "HTTP/1.1 \(status) \(status < 300 ? "OK" : "Refused")\r\nContent-Type: text/xml\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }
}
