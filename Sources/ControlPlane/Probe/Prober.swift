import AWS
import DynamoModel
package import Environments
package import HTTPClient

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Asks an endpoint as its user would, until it answers right or the deadline passes.
package struct Prober: Sendable {
    private let client: HTTPClient
    private let unixSeconds: @Sendable () -> Int64

    /// - Parameter unixSeconds: the wall clock, which a signature carries.
    package init(client: HTTPClient, unixSeconds: @escaping @Sendable () -> Int64 = { Int64(time(nil)) }) {
        self.client = client
        self.unixSeconds = unixSeconds
    }

    /// Returns once a signed `ListTables` and a signed `GetItem` of `target` came back right.
    ///
    /// An answer that waiting does not mend (a refused signature, a missing table or item) ends the probe at once; a
    /// refused connection or a 5xx answer is tried again.
    ///
    /// - Parameters:
    ///   - endpoint: e.g. `http://127.0.0.1:20000`.
    ///   - target: nil when the snapshot holds no item; then `ListTables` alone decides.
    ///   - stillRuns: whether the server is there at all; waiting for one that has ended is of no use.
    /// - Throws: `ControlError` with the last answer, at the latest after `deadline`.
    package func probe(
        endpoint: String, credential: ProbeCredential, target: ProbeTarget?, deadline: Duration = .seconds(10),
        stillRuns: @Sendable () -> Bool = { true }
    ) async throws(ControlError) {
        let service = AWSJSONClient(
            endpoint: endpoint,
            signer: SigV4Signer(
                credentials: AWSCredentials(
                    accessKeyID: credential.accessKeyID, secretAccessKey: credential.secretAccessKey),
                region: credential.region, service: "dynamodb"),
            client: client)
        let end = ContinuousClock.now + deadline
        var pause = Duration.milliseconds(2)
        while true {
            let verdict = await ask(service, target, timeLeft: end - .now)
            switch verdict {
            case .right: return
            case .wrong(let what):
                throw ControlError(.failed, subject: endpoint, "the endpoint \(endpoint) answers wrongly: \(what)")
            case .notYet(let what):
                guard stillRuns() else {
                    throw ControlError(
                        .failed, subject: endpoint, "the server of \(endpoint) ended before it answered: \(what)",
                        hint: "its log says why")
                }
                guard .now + pause < end else {
                    throw ControlError(
                        .timeout, subject: endpoint,
                        "the endpoint \(endpoint) did not answer within \(deadline): \(what)",
                        hint: "its log says why")
                }
                do {
                    try await Task.sleep(for: pause)
                } catch {
                    throw ControlError(.cancelled, subject: endpoint, "probing \(endpoint) was cancelled")
                }
                pause = min(pause * 2, .milliseconds(100))
            }
        }
    }

    /// What one round says.
    enum Verdict: Hashable {
        case right
        case notYet(String)
        case wrong(String)
    }

    private func ask(_ service: AWSJSONClient, _ target: ProbeTarget?, timeLeft: Duration) async -> Verdict {
        let tables = await call(service, "ListTables", body: "{}", timeLeft: timeLeft) {
            Self.judgeTables($0, target: target)
        }
        guard tables == .right, let target else { return tables }
        return await call(service, "GetItem", body: target.json, timeLeft: timeLeft) {
            Self.judgeItem($0, target: target)
        }
    }

    private func call(
        _ service: AWSJSONClient, _ operation: String, body: String, timeLeft: Duration,
        judge: (JSONValue) -> Verdict
    ) async -> Verdict {
        let response: HTTPResponse
        do {
            response = try await service.call(
                // The header says that no user asks: the request does not keep an idle environment awake.
                target: "DynamoDB_20120810.\(operation)", headers: [("X-Envctl-Probe", "1")], body: Array(body.utf8),
                at: SigningTime(unixSeconds: unixSeconds()), timeout: max(timeLeft, .milliseconds(50)))
        } catch {
            return .notYet("\(operation): \(error.message)")
        }
        return Self.judge(operation, status: response.status, body: response.body, content: judge)
    }

    /// Judges an answer by its status first, then by what it holds.
    static func judge(
        _ operation: String, status: Int, body: [UInt8], content: (JSONValue) -> Verdict
    ) -> Verdict {
        guard status == 200 else {
            let text = "\(operation): status \(status) \(String(decoding: body.prefix(500), as: UTF8.self))"
            return status >= 500 ? .notYet(text) : .wrong(text)
        }
        do {
            return content(try JSONValue(parsing: body))
        } catch {
            return .wrong("\(operation): the answer is not JSON: \(error.reason)")
        }
    }

    /// The list must name the target's table, unless it goes on after its first page.
    static func judgeTables(_ answer: JSONValue, target: ProbeTarget?) -> Verdict {
        guard let names = answer["TableNames"]?.arrayValue else { return .wrong("ListTables: no TableNames") }
        guard let target, answer["LastEvaluatedTableName"] == nil else { return .right }
        guard names.contains(where: { $0.stringValue == target.table }) else {
            return .wrong("ListTables: table \(target.table) is missing")
        }
        return .right
    }

    /// The item must be there and carry the key that was asked for.
    static func judgeItem(_ answer: JSONValue, target: ProbeTarget) -> Verdict {
        guard let json = answer["Item"] else {
            return .wrong("GetItem: an item of table \(target.table) that the snapshot holds is missing")
        }
        do {
            let item = try Item(json: json)
            guard target.key.allSatisfy({ item[$0.key] == $0.value }) else {
                return .wrong("GetItem: table \(target.table) returned another item")
            }
            return .right
        } catch {
            return .wrong("GetItem: \(error.message)")
        }
    }
}
