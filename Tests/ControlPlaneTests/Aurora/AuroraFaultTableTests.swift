import AWS
import Environments
import SimulatedRDS
import Synchronization
import TestSupport
import Testing

@testable import ControlPlane

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The table of faults in docs/aurora.md is what the control plane does with them.
/// `ENVCTL_UPDATE_DOCS=1 Scripts/test AuroraFaultTableTests` writes it anew.
@Suite(.serialized) struct AuroraFaultTableTests {
    private static let seed: UInt64 = 20

    private static func story(_ row: AuroraFaultRow) async throws -> AuroraLifeOnRecord.Story {
        let told = Mutex(AuroraLifeOnRecord.Story())
        try await AuroraScene.with(.faultServer, seed: seed, isProduction: true, row.prepare) { scene in
            let faults = try #require(scene.faults)
            let story = try await AuroraLifeOnRecord(scene, faults).run(row.others)
            told.withLock { $0 = story }
            let own = faults.with { $0.remains }.filter { !$0.hasPrefix("other-") }
            #expect(own == [], "\(row.name)")
            #expect(faults.with { $0.fullCopies } == [], "\(row.name)")
            #expect(faults.with { $0.busiestMinute } <= AuroraFaultTests.busiestMinute, "\(row.name)")
        }
        let story = told.withLock { $0 }
        #expect(story.phases.contains("ready") == row.isMade, "\(row.name): \(story)")
        #expect(story.phases.last == "deleted", "\(row.name): \(story)")
        return story
    }

    private static func cells(_ row: AuroraFaultRow, _ undisturbed: AuroraLifeOnRecord.Story) async throws -> String {
        let story = try await story(row)
        let changing = Set(story.calls.keys).union(undisturbed.calls.keys).filter { !$0.hasPrefix("Describe") }
        let calls = changing.sorted().filter { story.calls[$0] != undisturbed.calls[$0] }
            .map { "`\($0)` \(story.calls[$0] ?? 0)" }
        let shown = story.shown.filter { !undisturbed.shown.contains($0) }
        return line([
            row.name, story.phases.joined(separator: ", "), calls.isEmpty ? "–" : calls.joined(separator: ", "),
            shown.isEmpty ? "–" : shown.joined(separator: "; "),
        ])
    }

    private static func line(_ cells: [String]) -> String {
        "| " + cells.map { $0.replacing("|", with: "\\|").replacing("\n", with: " ") }.joined(separator: " | ") + " |\n"
    }

    private static func table() async throws -> String {
        let undisturbed = try await story(.none)
        let changing = undisturbed.calls.filter { !$0.key.hasPrefix("Describe") }.sorted { $0.key < $1.key }
        var table = """
            Undisturbed, an environment goes through \(undisturbed.phases.joined(separator: ", ")), with these calls that change
            something: \(changing.map { "`\($0.key)` \($0.value)" }.joined(separator: ", ")). What it shows meanwhile:
            \(undisturbed.shown.joined(separator: "; ")).

            | fault | phases | calls that differ | what is shown beside that |
            |---|---|---|---|

            """
        for row in AuroraFaultRow.all { table += try await cells(row, undisturbed) }
        return table
    }

    @Test func theTableIsWhatHappens() async throws {
        let path =
            #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
            + "/docs/aurora.md"
        let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        let start = try #require(text.firstRange(of: "<!-- faults -->\n"), "docs/aurora.md has no table of faults")
        let end = try #require(text.firstRange(of: "<!-- /faults -->"), "docs/aurora.md has no end of the table")
        let expected = text[..<start.upperBound] + (try await Self.table()) + text[end.lowerBound...]
        if ProcessInfo.processInfo.environment["ENVCTL_UPDATE_DOCS"] != nil {
            try Data(expected.utf8).write(to: URL(filePath: path))
        }
        #expect(
            try String(contentsOf: URL(filePath: path), encoding: .utf8) == expected,
            "docs/aurora.md is out of date: ENVCTL_UPDATE_DOCS=1 Scripts/test AuroraFaultTableTests")
    }
}
