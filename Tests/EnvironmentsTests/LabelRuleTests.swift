import Testing

@testable import Environments

@Suite struct LabelRuleTests {
    @Test(arguments: [
        [:], ["team": "payments"], ["pr": ""], ["größe": "ß"],
        [String(repeating: "k", count: 63): String(repeating: "v", count: 255)],
    ]) func takes(labels: [String: String]) throws {
        try LabelRule.check(labels)
    }

    @Test(arguments: [
        ["": "x"], ["a=b": "x"], ["a\nb": "x"], ["a": "x\u{0}"], ["a": "x\u{1B}[31m"],
        [String(repeating: "k", count: 64): "x"], ["a": String(repeating: "v", count: 256)],
        Dictionary(uniqueKeysWithValues: (0...64).map { ("k\($0)", "v") }),
    ]) func refuses(labels: [String: String]) {
        let error = #expect(throws: ControlError.self) { try LabelRule.check(labels) }
        #expect(error?.code == .invalidRequest && error?.hint != nil)
        #expect(error?.message.unicodeScalars.contains { $0.value < 32 } == false)
    }
}
