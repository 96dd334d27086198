package import ArgumentParser
import ControlPlaneAPI
import Environments

/// `envctl show`.
package struct ShowCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show all about an environment but its secret key (see env).")

    @Argument(help: "The environment's name.")
    package var name: String

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func run() async throws {
        let name = try EnvironmentName(argument: name)
        let context = try CommandContext(options)
        let environment = try await context.client().environment(name)
        try context.emit(environment, text: context.environmentView.details(environment))
    }
}
