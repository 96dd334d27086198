package import ArgumentParser
import ControlPlaneAPI

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
        let context = try CommandContext(options)
        let length = try seconds(ttl)
        let environment = try await context.client().extendEnvironment(name, seconds: length)
        try context.emit(
            environment,
            text: "\(environment.name) expires \(environment.expiresAt ?? "-") "
                + "(in \(Quantities.duration(seconds: length)))")
    }
}
