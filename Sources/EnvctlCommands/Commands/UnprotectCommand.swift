package import ArgumentParser
import ControlPlaneAPI
import Environments

/// `envctl unprotect`.
package struct UnprotectCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "unprotect", abstract: "Lift the protection of an environment: its lifetime counts again.")

    @Argument(help: "The environment's name.")
    package var name: String

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func run() async throws {
        let name = try EnvironmentName(argument: name)
        let context = try CommandContext(options)
        let environment = try await context.client().unprotectEnvironment(name)
        try context.emit(environment, text: context.environmentView.unprotected(environment))
    }
}
