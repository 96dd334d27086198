import ArgumentParser
import EnvctlCommands
import Environments
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// docs/cli.md ends with the help of every command. `ENVCTL_UPDATE_DOCS=1 Scripts/test ReferenceTests` writes it anew.
@Suite struct ReferenceTests {
    @Test func theReferenceIsTheHelpOfTheCommands() throws {
        let path =
            #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
            + "/docs/cli.md"
        let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        let mark = "## Reference\n"
        let split = try #require(text.firstRange(of: mark), "docs/cli.md has no reference")
        let expected = String(text[..<split.upperBound]) + "\n" + Self.reference()
        if getenv("ENVCTL_UPDATE_DOCS") != nil {
            try Data(expected.utf8).write(to: URL(filePath: path))
        }
        #expect(
            try String(contentsOf: URL(filePath: path), encoding: .utf8) == expected,
            "docs/cli.md is out of date: ENVCTL_UPDATE_DOCS=1 Scripts/test ReferenceTests")
    }

    @Test func theTableOfRightsIsTheOneThatIsHeld() throws {
        let path =
            #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
            + "/docs/api.md"
        let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        let start = try #require(text.firstRange(of: "<!-- rights -->\n"), "docs/api.md has no table of rights")
        let end = try #require(text.firstRange(of: "<!-- /rights -->"), "docs/api.md has no end of the table")
        let expected = text[..<start.upperBound] + AccessTable.markdown + "\n" + text[end.lowerBound...]
        if getenv("ENVCTL_UPDATE_DOCS") != nil { try Data(expected.utf8).write(to: URL(filePath: path)) }
        #expect(
            try String(contentsOf: URL(filePath: path), encoding: .utf8) == expected,
            "docs/api.md is out of date: ENVCTL_UPDATE_DOCS=1 Scripts/test ReferenceTests")
    }

    @Test func everyCommandSaysWhatItDoes() {
        for (path, command) in Self.commands(EnvctlCommand.self, path: ["envctl"]) {
            #expect(!command.configuration.abstract.isEmpty, "\(path)")
        }
    }

    static func reference() -> String {
        commands(EnvctlCommand.self, path: ["envctl"]).map { path, command in
            let help = EnvctlCommand.helpMessage(for: command, columns: 100)
            return "### \(path.joined(separator: " "))\n\n```\n\(help)\n```\n"
        }.joined(separator: "\n")
    }

    static func commands(
        _ root: any ParsableCommand.Type, path: [String]
    ) -> [([String], any ParsableCommand.Type)] {
        [(path, root)]
            + (root.configuration.ungroupedSubcommands + root.configuration.groupedSubcommands.flatMap(\.subcommands))
            .flatMap { commands($0, path: path + [$0.configuration.commandName ?? "\($0)"]) }
    }
}
