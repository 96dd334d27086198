package import ArgumentParser
import ControlPlaneAPI
import Environments

/// `envctl extend`.
package struct ExtendCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "extend", abstract: "Move an environment's deadline.",
        discussion: """
            The new deadline is now plus the given time, whether that is later or earlier than the old one; no environment \
            becomes older than the control plane's maximum age (ENVCTL_MAX_AGE). What has expired is restored.
            """)

    @Argument(help: "The environment's name.")
    package var name: String

    @Option(name: .long, help: "How long it shall live from now on: 90s, 15m, 4h, 7d.")
    package var ttl: String

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func run() async throws {
        let name = try EnvironmentName(argument: name)
        let context = try CommandContext(options)
        let length = try seconds(ttl)
        let environment = try await context.client().extendEnvironment(name, seconds: length)
        try context.emit(environment, text: context.environmentView.extended(environment, seconds: length))
    }
}
