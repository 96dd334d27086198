import Environments
import Foundation
import Testing

/// The kinds of events are those that the code writes and those that the documentation lists.
@Suite struct EventKindTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func sources(_ directory: String) throws -> [(name: String, text: String)] {
        let base = root.appending(path: "Sources/\(directory)")
        let files = try #require(FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil))
        return try files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.map {
            ($0.lastPathComponent, try String(contentsOf: $0, encoding: .utf8))
        }
    }

    /// Kinds that are a column's or a parameter's, and what stands in it; by the file that writes them.
    private static let computed: [String: [String]] = [
        // What the machine noted, which is looked for itself.
        "RecordStore+Changes.swift": [], "RecordStore+Transitions.swift": [],
        // `kind:` of those who call it, likewise.
        "RecordStore+Events.swift": [],
        // The phase that a request begins in.
        "RecordStore+Requests.swift": [Phase.requested.rawValue, Phase.queued.rawValue],
        // How an import or a deletion ends; of one generation among others the deletion has a word of its own.
        "RecordStore+Generations.swift": [
            SnapshotRecord.State.failed.rawValue, SnapshotRecord.State.deleted.rawValue, EventKind.retired.rawValue,
        ],
    ]

    @Test func everyKindThatIsWrittenIsListedAndNoOther() throws {
        var written = Set(Self.computed.values.joined())
        let noted = try Regex<(Substring, Substring)>(#"\.note\(\s*"([^"]+)""#)
        for (_, text) in try Self.sources("Environments") {
            written.formUnion(text.matches(of: noted).map { String($0.output.1) })
        }
        let named = try Regex<(Substring, Substring)>(#"kind: "([^"]+)", ?\n? *message:"#)
        let subject = "environment|snapshot|token|webhook|installation"
        let inserted = try Regex<(Substring, Substring)>(
            #"^ \([^)]*\)\s+(?:SELECT|VALUES \()\s*'(?:\#(subject))',\s*(?:[\w.$]+,\s*)+'([a-z-]+)'"#)
        for (name, text) in try Self.sources("ControlPlane") {
            written.formUnion(text.matches(of: named).map { String($0.output.1) })
            for statement in text.components(separatedBy: "INSERT INTO events").dropFirst() {
                if let kind = statement.prefixMatch(of: inserted)?.output.1 {
                    written.insert(String(kind))
                } else {
                    #expect(Self.computed[name] != nil, "\(name) writes an event of a kind that cannot be seen here")
                }
            }
        }
        let listed = Set(EventKind.allCases.map(\.rawValue))
        #expect(written.subtracting(listed).sorted() == [], "written and not in EventKind")
        #expect(listed.subtracting(written).sorted() == [], "in EventKind and not written")
    }

    @Test func theDocumentationListsThem() throws {
        let path = Self.root.appending(path: "docs/api.md")
        let text = try String(contentsOf: path, encoding: .utf8)
        let start = try #require(text.firstRange(of: "<!-- kinds -->\n"), "docs/api.md has no table of kinds")
        let end = try #require(text.firstRange(of: "<!-- /kinds -->"), "docs/api.md has no end of the table")
        let expected = text[..<start.upperBound] + EventKind.markdown + "\n" + text[end.lowerBound...]
        if getenv("ENVCTL_UPDATE_DOCS") != nil { try Data(expected.utf8).write(to: path) }
        #expect(
            try String(contentsOf: path, encoding: .utf8) == expected,
            "docs/api.md is out of date: ENVCTL_UPDATE_DOCS=1 Scripts/test EventKindTests")
    }

    @Test func everyPhaseHasItsKind() {
        // What users ask for and what the machine enters has the phase's own word.
        for phase in Phase.allCases { #expect(EventKind(rawValue: phase.rawValue) != nil, "\(phase)") }
    }

    @Test(arguments: [
        ("redy", "did you mean ready?"), ("Ready", "did you mean ready?"), ("server_died", "did you mean server-died?"),
        ("bogus", "one of admitted, adopted"), ("", "one of"),
    ])
    func unknownKindsAreRefusedWithTheNearest(kind: String, hint: String) throws {
        try EventKind.check(["ready", "claimed"])
        let error = #expect(throws: ControlError.self) { try EventKind.check(["ready", kind]) }
        #expect(error?.code == .invalidRequest && error?.message.contains("'\(kind)'") == true)
        #expect(error?.hint?.contains(hint) == true, "\(String(describing: error?.hint))")
        #expect(throws: ControlError.self) { try WebhookRule.check(url: "https://x/", kinds: [kind]) }
    }
}
