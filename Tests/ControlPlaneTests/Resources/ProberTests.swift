import DynamoModel
import Environments
import HTTPClient
import Testing

@testable import ControlPlane

@Suite struct ProberTests {
    private let target = ProbeTarget(table: "t", key: ["k": .string("v")])

    private func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    @Test func theListMustNameTheTable() throws {
        #expect(Prober.judgeTables(try json(#"{"TableNames":["a","t"]}"#), target: target) == .right)
        #expect(Prober.judgeTables(try json(#"{"TableNames":[]}"#), target: nil) == .right)
        #expect(
            Prober.judgeTables(try json(#"{"TableNames":["a"],"LastEvaluatedTableName":"a"}"#), target: target)
                == .right)
        for wrong in [#"{"TableNames":["a"]}"#, "{}"] {
            guard case .wrong = Prober.judgeTables(try json(wrong), target: target) else {
                Issue.record("\(wrong) was taken")
                continue
            }
        }
    }

    @Test func theItemMustCarryTheKey() throws {
        #expect(Prober.judgeItem(try json(#"{"Item":{"k":{"S":"v"},"x":{"N":"1"}}}"#), target: target) == .right)
        for wrong in ["{}", #"{"Item":{"k":{"S":"w"}}}"#, #"{"Item":{"k":{"Q":"v"}}}"#] {
            guard case .wrong = Prober.judgeItem(try json(wrong), target: target) else {
                Issue.record("\(wrong) was taken")
                continue
            }
        }
    }

    @Test(arguments: [(500, true), (503, true), (400, false), (403, false)])
    func onlyWhatMayPassIsTriedAgain(status: Int, again: Bool) {
        switch Prober.judge("GetItem", status: status, body: Array("{}".utf8), content: { _ in .right }) {
        case .right: Issue.record("\(status) was taken")
        case .notYet: #expect(again)
        case .wrong: #expect(!again)
        }
    }

    @Test func nobodyListeningEndsAtTheDeadline() async throws {
        let listener = Listener()
        let port = listener.port
        listener.close()
        let credential = ProbeCredential(accessKeyID: "AKIA", secretAccessKey: "s", region: "r")
        let prober = Prober(client: HTTPClient())
        let start = ContinuousClock.now
        let deadline = Duration.milliseconds(200)
        let error = await #expect(throws: ControlError.self) {
            try await prober.probe(
                endpoint: "http://127.0.0.1:\(port)", credential: credential, target: target, deadline: deadline)
        }
        #expect(error?.code == .timeout && error?.message.contains("within \(deadline)") == true)
        let ended = await #expect(throws: ControlError.self) {
            try await prober.probe(
                endpoint: "http://127.0.0.1:\(port)", credential: credential, target: target,
                deadline: .seconds(60), stillRuns: { false })
        }
        #expect(ended?.code == .failed)
        // The second did not wait for its own deadline, nor the first for any other.
        #expect(ContinuousClock.now - start < .seconds(30))
    }
}
