package import ArgumentParser
import ControlPlaneAPI
import Environments

/// `envctl why`.
package struct WhyCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Say what will become of an environment: what happens next, when, why, and how to change it.")

    @Argument(help: "The environment's name.")
    package var name: String

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func run() async throws {
        let name = try EnvironmentName(argument: name)
        let context = try CommandContext(options)
        let why = try await context.client().why(name)
        try context.emit(why, text: WhyView(now: context.now).text(why))
    }
}
