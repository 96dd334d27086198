package import ArgumentParser
import ControlPlaneAPI

/// `envctl wait`.
package struct WaitCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "wait", abstract: "Wait until an environment is ready.",
        discussion: "Can be interrupted and resumed: waiting changes nothing.")

    @Argument(help: "The environment's name.")
    package var name: String

    @Option(name: .long, help: "How long to wait at most (default: 5m; of an Aurora cluster 30m).")
    package var timeout: String?

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func run() async throws {
        let context = try CommandContext(options)
        let client = try context.client()
        let limit = try timeout.map { try seconds($0) }
        let environment = try await EnvironmentWait(client: client, context: context)
            .untilReady(try await client.environment(name), seconds: limit)
        try context.emit(environment, text: "\(environment.name) is ready: \(environment.endpoint ?? "-")")
    }
}
