package import ArgumentParser
import ControlPlaneAPI

/// `envctl list`.
package struct ListCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List environments.", aliases: ["ls"])

    @Option(name: .long, help: "Only those with this label key=value; may be given several times.")
    package var label: [LabelArgument] = []

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func run() async throws {
        let context = try CommandContext(options)
        let environments = try await context.client().environments(labels: label.dictionary)
        try context.emit(ListResource(items: environments), text: context.environmentView.list(environments))
    }
}
