import DynamoModel
import ExtendDBLayout
import Testing

@testable import ExtendDBServer

@Suite struct TimeToLiveChangeTests {
    @Test func `changes that change something`() throws {
        #expect(try TimeToLiveChange(current: nil, attribute: "a", enabled: true).attribute == "a")
        #expect(try TimeToLiveChange(current: "a", attribute: "a", enabled: false).attribute == nil)
    }

    @Test(
        arguments: [
            (nil, "a", false, "TimeToLive is already disabled"),
            ("a", "a", true, "TimeToLive is already enabled"),
            ("a", "b", true, "TimeToLive is active on a different AttributeName: current AttributeName is a"),
            ("a", "b", false, "TimeToLive is active on a different AttributeName: current AttributeName is a"),
        ] as [(String?, String, Bool, String)])
    func `changes that do not`(current: String?, attribute: String, enabled: Bool, message: String) {
        #expect(throws: WireError.validation(message)) {
            try TimeToLiveChange(current: current, attribute: attribute, enabled: enabled)
        }
    }

    @Test func `a stream's label is its time in UTC`() {
        #expect(StreamLabel.text(unixSeconds: 784_111_777.5) == "1994-11-06T08:49:37.500")
        #expect(TableDescription.seconds(784_111_777.05) == "784111777.050")
        #expect(TableDescription.seconds(784_111_777) == "784111777.000")
    }
}
