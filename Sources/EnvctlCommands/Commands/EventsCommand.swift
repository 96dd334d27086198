package import ArgumentParser
import ControlPlaneAPI

/// `envctl events`.
package struct EventsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Print the history of an environment, oldest first.")

    @Argument(help: "The environment's name.")
    package var name: String

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func run() async throws {
        let context = try CommandContext(options)
        let events = try await context.client().events(of: name)
        try context.emit(ListResource(items: events), text: context.environmentView.events(events))
    }
}
