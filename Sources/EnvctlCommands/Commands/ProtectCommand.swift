package import ArgumentParser
import ControlPlaneAPI
import Environments

/// `envctl protect`.
package struct ProtectCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "protect", abstract: "Keep an environment from expiring, and from being deleted or reset.",
        discussion: "Beyond its maximum age too, until the given time is over or envctl unprotect lifts it.")

    @Argument(help: "The environment's name.")
    package var name: String

    @Option(name: .long, help: "Why it must be kept; whoever meets the protection reads it.")
    package var reason: String

    @Option(name: .customLong("for"), help: "How long: 2h, 7d (default: until it is lifted).")
    package var duration: String?

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func run() async throws {
        let name = try EnvironmentName(argument: name)
        let context = try CommandContext(options)
        let length = try duration.map { try seconds($0) }
        let environment = try await context.client().protectEnvironment(name, reason: reason, seconds: length)
        let end = environment.protection?.until.map { "until \($0)" } ?? "until envctl unprotect lifts that"
        try context.emit(environment, text: "\(environment.name) is protected \(end)")
    }
}
