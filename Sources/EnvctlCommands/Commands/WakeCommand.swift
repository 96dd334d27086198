package import ArgumentParser
import ControlPlaneAPI
import Environments

/// `envctl wake`.
package struct WakeCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "wake", abstract: "Wake a sleeping environment.",
        discussion: "A request to its endpoint does the same. Returns when it is ready; one that is awake stays so.")

    @Argument(help: "The environment's name.")
    package var name: String

    @Option(name: .long, help: "How long to wait for it to become ready.")
    package var timeout = "1m"

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func run() async throws {
        let name = try EnvironmentName(argument: name)
        let context = try CommandContext(options)
        let client = try context.client()
        let limit = try seconds(timeout)
        let environment = try await EnvironmentWait(client: client, context: context)
            .untilReady(try await client.wakeEnvironment(name), seconds: limit)
        try context.emit(environment, text: "\(environment.name) is awake at \(environment.endpoint ?? "-")")
    }
}
