package import ArgumentParser
import ControlPlaneAPI
import Environments

/// `envctl wait`.
package struct WaitCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "wait", abstract: "Wait until an environment is ready.",
        discussion: """
            Can be interrupted and resumed: waiting changes nothing. One that is being deleted is waited for until it is \
            gone, which is exit code 3.
            """)

    @Argument(help: "The environment's name.")
    package var name: String

    @Option(name: .long, help: "How long to wait at most (default: 5m; of an Aurora cluster 30m).")
    package var timeout: String?

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func run() async throws {
        let name = try EnvironmentName(argument: name)
        let context = try CommandContext(options)
        let client = try context.client()
        let limit = try timeout.map { try seconds($0) }
        let start = try await client.environment(name)
        // What is being deleted can only be waited for to be gone, for its name to be free.
        let environment = try await EnvironmentWait(client: client, context: context)
            .untilReady(start, seconds: limit, outlastsDeletion: start.phase == Phase.deleting.rawValue)
        try context.emit(environment, text: "\(environment.name) is ready: \(environment.endpoint ?? "-")")
    }
}
