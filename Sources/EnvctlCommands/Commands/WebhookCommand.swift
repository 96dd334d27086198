package import ArgumentParser
import ControlPlaneAPI
import Environments

/// `envctl webhook …`.
package struct WebhookCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "webhook", abstract: "Send events to other programs.",
        subcommands: [Create.self, List.self, Delete.self, Deliveries.self])

    package init() {}

    /// `envctl webhook create`.
    package struct Create: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: "Send events to a URL from now on. The secret that signs them is printed once.",
            discussion: "docs/api.md shows how a receiver checks the signature.")

        @Argument(help: "Where to: an absolute http or https URL.")
        package var url: String

        @Option(name: .long, help: "Only events of this kind, e.g. ready or claimed; may be given several times.")
        package var kind: [String] = []

        @OptionGroup package var options: GlobalOptions

        package init() {}

        package func run() async throws {
            let context = try CommandContext(options)
            let created = try await context.client().createWebhook(
                CreateWebhookBody(url: url, kinds: kind.isEmpty ? nil : kind))
            try context.emit(
                created, secret: created.secret, of: "webhook \(created.webhook.id)",
                undo: "envctl webhook delete \(created.webhook.id)")
            if context.format == .table {
                context.note("webhook \(created.webhook.id); its secret is not shown again")
            }
        }
    }

    /// `envctl webhook list`.
    package struct List: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List webhooks.", aliases: ["ls"])

        @OptionGroup package var options: GlobalOptions

        package init() {}

        package func run() async throws {
            let context = try CommandContext(options)
            let webhooks = try await context.client().webhooks()
            try context.emit(ListResource(items: webhooks), text: AccessView.webhooks(webhooks))
        }
    }

    /// `envctl webhook delete`.
    package struct Delete: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "delete", abstract: "Delete a webhook; what waits for it is not sent.", aliases: ["rm"])

        @Argument(help: "The webhook's id, as envctl webhook list shows it.")
        package var id: String

        @OptionGroup package var options: GlobalOptions

        package init() {}

        package func run() async throws {
            let id = try AccessID(argument: id, of: .webhook)
            let context = try CommandContext(options)
            try await context.client().deleteWebhook(id)
            try context.emit(["id": id.text], text: "webhook \(id.text) is deleted")
        }
    }

    /// `envctl webhook deliveries`.
    package struct Deliveries: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "deliveries", abstract: "Show what was sent to a webhook and what waits, newest first.")

        @Argument(help: "The webhook's id, as envctl webhook list shows it.")
        package var id: String

        @Option(name: .long, help: "How many to show.")
        package var limit = 100

        @OptionGroup package var options: GlobalOptions

        package init() {}

        package func validate() throws {
            guard (1...1_000).contains(limit) else { throw ValidationError("--limit must be between 1 and 1000") }
        }

        package func run() async throws {
            let id = try AccessID(argument: id, of: .webhook)
            let context = try CommandContext(options)
            let deliveries = try await context.client().deliveries(ofWebhook: id, limit: limit)
            try context.emit(ListResource(items: deliveries), text: AccessView.deliveries(deliveries))
        }
    }
}
