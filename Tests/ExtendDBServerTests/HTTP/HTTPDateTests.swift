import AWS
import TestSupport
import Testing

@testable import ExtendDBServer

@Suite struct HTTPDateTests {
    @Test(arguments: [
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
    ])
    func `formats as RFC 9110 does`(seconds: Int64, text: String) {
        #expect(HTTPDate.format(seconds) == text)
    }

    @Test func `agrees with the signer's calendar on random days`() {
        var generator = SeededGenerator(20_261_122)
        for _ in 0..<2_000 {
            let seconds = Int64.random(in: -10_000_000_000...100_000_000_000, using: &generator)
            let civil = HTTPDate.civilDate(
                daysSince1970: seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400)
            let number: Int = civil.year * 10_000 + civil.month * 100 + civil.day
            #expect(Int(SigningTime(unixSeconds: seconds).date) == number)
        }
    }

    @Test func `keeps the text within a second`() {
        var date = HTTPDate()
        #expect(date.text(unixSeconds: 784_111_777) == date.text(unixSeconds: 784_111_777))
        #expect(date.text(unixSeconds: 784_111_778) == "Sun, 06 Nov 1994 08:49:38 GMT")
    }

    @Test func `request identifiers have DynamoDB's form and differ`() {
        let identifiers = (0..<1_000).map { _ in RequestID.make() }
        #expect(Set(identifiers).count == identifiers.count)
        for identifier in identifiers {
            #expect(identifier.utf8.count == 52)
            #expect(identifier.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x56).contains($0) })
        }
        // Every character of the alphabet, and no other.
        #expect(Set(identifiers.joined()).count == 32)
    }
}
