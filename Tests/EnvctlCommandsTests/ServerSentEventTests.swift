import ControlPlaneAPI
import EnvctlCommands
import TestSupport
import Testing

@Suite struct ServerSentEventTests {
    static let stream = """
        retry: 1500

        : hello
        id: 1-1
        data: {"a":"é"}

        id: 2-2
        data:x
        data: y

        : alive
        id: 9-0

        id: 10-1
        data: cut
        """

    @Test func eventsAreTheirData() {
        var parser = ServerSentEventParser()
        #expect(parser.take(Self.stream.utf8) == [#"{"a":"é"}"#, "x\ny"])
        // The event that is not complete has not moved the place.
        #expect(parser.lastID == "9-0")
        #expect(parser.retry == 1_500)
        #expect(parser.take("\n\n".utf8) == ["cut"])
        #expect(parser.lastID == "10-1")
    }

    @Test func piecesAndLineEndsMakeNoDifference() {
        var generator = SeededGenerator()
        for ending in ["\n", "\r", "\r\n"] {
            let bytes = Array(
                Self.stream.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: ending).utf8)
            for _ in 0..<50 {
                var parser = ServerSentEventParser()
                var events: [String] = []
                var rest = bytes[...]
                while !rest.isEmpty {
                    let count = Int.random(in: 1...rest.count, using: &generator)
                    events += parser.take(rest.prefix(count))
                    rest = rest.dropFirst(count)
                }
                #expect(events == [#"{"a":"é"}"#, "x\ny"])
                #expect(parser.lastID == "9-0")
            }
        }
    }

    @Test func aFollowedEventIsOneLine() {
        let event = EventResource(
            id: 3, cursor: "9-3", at: "2026-01-01T00:00:00.000Z", subject: "environment", subjectId: "00", name: "pr-1",
            kind: "extended", message: "lives 1h from now", actor: "ci", source: "127.0.0.1")
        #expect(
            EventLines(format: .table).text(event)
                == "2026-01-01T00:00:00.000Z  pr-1  extended  lives 1h from now (ci)")
        let json = EventLines(format: .json).text(event)
        #expect(!json.contains("\n") && json.contains(#""cursor":"9-3""#))
    }
}
