package import ArgumentParser
import ControlPlaneAPI
import Environments

/// `envctl restore`.
package struct RestoreCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Bring back an environment that expired, with its data.",
        discussion: """
            Possible until its grace ends (ENVCTL_GRACE). Endpoint, credentials and data are what they were. What was \
            deleted by envctl delete cannot be restored.
            """)

    @Argument(help: "The environment's name.")
    package var name: String

    @Option(name: .long, help: "How long it shall live from now on (default: as long as was asked for last).")
    package var ttl: String?

    @Flag(name: .long, help: "Return as soon as it is recorded instead of when it is ready.")
    package var noWait = false

    @Option(name: .long, help: "How long to wait for it to become ready.")
    package var timeout = "1m"

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func run() async throws {
        let name = try EnvironmentName(argument: name)
        let context = try CommandContext(options)
        let client = try context.client()
        let limit = try seconds(timeout)
        var environment = try await client.restoreEnvironment(name, seconds: try ttl.map { try seconds($0) })
        if !noWait {
            environment = try await EnvironmentWait(client: client, context: context)
                .untilReady(environment, seconds: limit)
        }
        try context.emit(
            environment,
            text: "\(environment.name) is \(noWait ? "being restored" : "back"); "
                + "it expires \(environment.expiresAt ?? "-")")
    }
}
