import AWS
import Testing

@Suite struct SigningTimeTests {
    @Test(arguments: [
        (Int64(0), "19700101T000000Z"), (1_440_938_160, "20150830T123600Z"), (951_782_400, "20000229T000000Z"),
        (4_102_444_799, "20991231T235959Z"), (-1, "19691231T235959Z"),
    ])
    func bothWays(seconds: Int64, text: String) {
        let time = SigningTime(unixSeconds: seconds)
        #expect(time.amzDate == text)
        #expect(time.date == text.prefix(8))
        #expect(SigningTime(amzDate: text) == time)
    }

    @Test func daysOfFourCenturies() {
        var previous = SigningTime(unixSeconds: -10_958 * 86_400).date
        var wrong: [Int64] = []
        for day in stride(from: Int64(-10_957), to: 135_140, by: 19) {
            let time = SigningTime(unixSeconds: day * 86_400 + 43_200)
            if SigningTime(amzDate: time.amzDate) != time || previous >= time.date { wrong.append(day) }
            previous = time.date
        }
        #expect(wrong.isEmpty)
        #expect(previous > "2339")
    }

    @Test(arguments: [
        "", "20150830", "20150830T123600", "20150830 123600Z", "20150230T000000Z", "20151301T000000Z",
        "20150830T246000Z", "2015-08-30T12:36:00Z", "20150830T12360\u{661}Z", "+0150830T123600Z",
    ])
    func otherFormsAreRefused(text: String) {
        #expect(SigningTime(amzDate: text) == nil)
    }
}
