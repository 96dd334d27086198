package import ArgumentParser
import ControlPlaneAPI
import Environments

/// `envctl token …`.
package struct TokenCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Let others use the control plane, and take that back.",
        subcommands: [Create.self, List.self, Revoke.self])

    package init() {}

    /// `envctl token create`.
    package struct Create: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Make a token. It is printed once, and kept nowhere.",
            discussion: """
                Scopes: read to look, use to work with environments of one's own, admin for everything. With labels, \
                environments that are made with it carry them, and only environments with them, or of its owner, are \
                there for it. With snapshots, only those and the environments cloned from them are.
                """)

        @Option(name: .long, help: "Who it is for: recorded on environments and in the history.")
        package var owner: String

        @Option(name: .long, help: "read, use or admin.")
        package var scope: String

        @Option(name: .long, help: "How long it is good: 12h, 30d (default: until it is revoked).")
        package var ttl: String?

        @Option(name: .long, help: "Bind it to this snapshot; may be given several times.")
        package var snapshot: [String] = []

        @Option(name: .long, help: "Bind it to a label key=value; may be given several times.")
        package var label: [LabelArgument] = []

        @OptionGroup package var options: GlobalOptions

        package init() {}

        package func run() async throws {
            let snapshots = try snapshot.map { try SnapshotName(argument: $0).text }
            let context = try CommandContext(options)
            let created = try await context.client().createToken(
                CreateTokenBody(
                    owner: owner, scope: scope, ttlSeconds: try ttl.map { try seconds($0) },
                    snapshots: snapshots.isEmpty ? nil : snapshots, labels: label.isEmpty ? nil : label.dictionary))
            try context.emit(
                created, secret: created.token, of: "token \(created.record.id)",
                undo: "envctl token revoke \(created.record.id)")
            if context.format == .table {
                context.note("token \(created.record.id) for \(created.record.owner), scope \(created.record.scope)")
                context.note("it is not shown again; use it as ENVCTL_TOKEN")
            }
        }
    }

    /// `envctl token list`.
    package struct List: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List tokens that are not revoked.", aliases: ["ls"])

        @OptionGroup package var options: GlobalOptions

        package init() {}

        package func run() async throws {
            let context = try CommandContext(options)
            let tokens = try await context.client().tokens()
            try context.emit(ListResource(items: tokens), text: AccessView.tokens(tokens))
        }
    }

    /// `envctl token revoke`.
    package struct Revoke: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "revoke", abstract: "Revoke a token; it opens nothing from then on.", aliases: ["rm"])

        @Argument(help: "The token's id, as envctl token list shows it.")
        package var id: String

        @OptionGroup package var options: GlobalOptions

        package init() {}

        package func run() async throws {
            let id = try AccessID(argument: id, of: .token)
            let context = try CommandContext(options)
            let token = try await context.client().revokeToken(id)
            try context.emit(token, text: "token \(token.id) of \(token.owner) is revoked")
        }
    }
}
