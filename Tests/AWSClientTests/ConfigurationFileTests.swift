import TestSupport
import Testing

@testable import AWSClient

@Suite struct ConfigurationFileTests {
    @Test func syntax() throws {
        let file = try INIFile(
            parsing: """
                # comment
                [default] ; behind the bracket
                Region = eu-west-1
                s3 =
                  max = 10
                  # inside
                  other = a = b
                long = one
                  two
                region = eu-west-2
                [ profile x ]
                empty =
                """)
        #expect(file.sections.map(\.name) == ["default", "profile x"])
        #expect(file.sections[0].properties["region"] == "eu-west-2")
        #expect(file.sections[0].properties["long"] == "one\ntwo")
        #expect(file.sections[0].nested["s3"] == ["max": "10", "other": "a = b"])
        #expect(file.sections[1].properties["empty"] == "")
    }

    @Test(arguments: ["a = b", "[x", "[x]\nnonsense", "[x]\n= y"])
    func refused(text: String) {
        #expect(throws: ConfigurationError.self) { try INIFile(parsing: text) }
    }

    @Test(arguments: [
        ("a  b", ["a", "b"]), (#"'a b' "c d" e\ f"#, ["a b", "c d", "e f"]), (#""a\"b\\c\d""#, [#"a"b\c\d"#]),
        ("''", [""]), ("", []), (#"'\'"#, ["\\"]),
    ])
    func words(text: String, words: [String]) {
        #expect(ShellWords.split(text) == words)
    }

    @Test(arguments: ["'a", "\"a", "a\\"])
    func openQuotes(text: String) {
        #expect(ShellWords.split(text) == nil)
    }

    /// No text, however broken, does more than throw, and what is read is in the text.
    @Test func anything() {
        var random = SeededGenerator()
        let pieces = [
            "[", "]", "default", "profile x", "=", ":", "\n", " ", "\t", "#", "a", "é", "'", "\"", "\\", "\r",
        ]
        for _ in 0..<5_000 {
            let text = (0..<Int.random(in: 0...30, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }.joined()
            if let file = try? INIFile(parsing: text) {
                for section in file.sections {
                    #expect(text.contains(section.name))
                    #expect(section.properties.keys.allSatisfy { !$0.isEmpty })
                }
            }
            if let words = ShellWords.split(text) {
                #expect(words.joined().count <= text.count)
            }
        }
    }

    @Test(arguments: [
        ("http://127.0.0.1/x", true), ("http://127.8.9.10:80/x", true), ("http://localhost:1/", true),
        ("http://[::1]/x", true), ("http://169.254.170.2/x", true), ("http://169.254.170.23/v1", true),
        ("http://[fd00:ec2::23]/v1", true), ("https://anywhere.example/x", true), ("http://example.com/", false),
        ("http://127.0.0.1.example.com/", false), ("http://localhost@example.com/", false), ("http://127.1/", false),
        ("ftp://localhost/", false), ("http://169.254.169.254/", false), ("http://[::1].example.com/", false),
        ("http://2130706433/", false), ("http://[::1", false),
    ])
    func containerHosts(url: String, isAllowed: Bool) {
        #expect(ContainerCredentials.isAllowed(url) == isAllowed)
    }

    @Test(arguments: [
        ("2026-11-22T21:00:00Z", 1_795_381_200), ("2026-11-22T21:00:00.999Z", 1_795_381_200),
        ("2026-11-22T21:00:00UTC", 1_795_381_200), ("2026-11-22T22:30:00+01:30", 1_795_381_200),
        ("2026-11-22T21:00:00+0000", 1_795_381_200), ("1970-01-01T00:00:00Z", 0),
    ])
    func times(text: String, seconds: Int64) {
        #expect(Timestamp(iso8601: text)?.unixSeconds == seconds)
    }

    @Test(arguments: ["", "2026-11-22", "2026-11-22T21:00:00", "2026-13-22T21:00:00Z", "2026-11-22T21:00:00+1", "x"])
    func noTimes(text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }

    @Test func httpDates() {
        #expect(Timestamp(httpDate: "Sun, 22 Nov 2026 21:00:00 GMT")?.iso8601 == "2026-11-22T21:00:00Z")
        #expect(Timestamp(httpDate: "Sunday, 22-Nov-26 21:00:00 GMT") == nil)
    }
}
