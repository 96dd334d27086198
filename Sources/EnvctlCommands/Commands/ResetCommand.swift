package import ArgumentParser
import ControlPlaneAPI
import Environments

/// `envctl reset`.
package struct ResetCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "reset", abstract: "Give an environment the data of its snapshot again.",
        discussion: """
            Endpoint and credentials stay the same; what was written since the clone is lost. Clients that send requests \
            meanwhile wait for the new data. A protected environment is not reset.
            """)

    @Argument(help: "The environment's name.")
    package var name: String

    @Flag(name: .long, help: "Take the newest generation of the snapshot instead of the environment's own.")
    package var latest = false

    @Flag(name: .long, help: "Return as soon as it is recorded instead of when it is ready.")
    package var noWait = false

    @Option(name: .long, help: "How long to wait for it to become ready (default: 5m; of an Aurora cluster 30m).")
    package var timeout: String?

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func run() async throws {
        let name = try EnvironmentName(argument: name)
        let context = try CommandContext(options)
        let client = try context.client()
        let limit = try timeout.map { try seconds($0) }
        var environment = try await client.resetEnvironment(name, latest: latest)
        if !noWait {
            environment = try await EnvironmentWait(client: client, context: context)
                .untilReady(environment, seconds: limit)
        }
        try context.emit(
            environment,
            text: noWait
                ? "\(environment.name) is being reset to generation \(environment.generation)"
                : "\(environment.name) holds generation \(environment.generation) of \(environment.snapshot) again")
    }
}
