import ExtendDBLayout
import Testing

@Suite struct StreamLabelTests {
    @Test func `a label is its moment, with and without a fraction`() {
        #expect(StreamLabel.unixSeconds("1994-11-06T08:49:37.500") == 784_111_777.5)
        #expect(StreamLabel.unixSeconds("1994-11-06T08:49:37") == 784_111_777)
        #expect(StreamLabel.unixSeconds("latest") == nil)
        #expect(StreamLabel.unixSeconds("1994-11-06") == nil)
        for day in stride(from: 0, to: 60_000, by: 97) {
            let moment = Double(day) * 86_400 + 3_661
            #expect(StreamLabel.unixSeconds(StreamLabel.text(unixSeconds: moment)) == moment)
        }
    }

    @Test func `dates and day numbers are each other's inverse`() {
        for day in stride(from: Int64(-800_000), to: 800_000, by: 61) {
            #expect(CivilDate(daysSince1970: day).daysSince1970 == day)
        }
        #expect(CivilDate(daysSince1970: 11_016) == CivilDate(year: 2000, month: 2, day: 29))
    }

    @Test func `sequence numbers have 21 digits`() {
        #expect(SequenceNumber.text(12) == "000000000000000000012")
        #expect(SequenceNumber.text(-1) == String(repeating: "0", count: 21))
    }
}
