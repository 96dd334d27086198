package import ArgumentParser
import ControlPlaneAPI
import Environments

/// `envctl hibernate`.
package struct HibernateCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "hibernate", abstract: "Put an environment to sleep: no process, no connection.",
        discussion: "Its port stays its own, and the first request wakes it and is answered. Returns when it sleeps.")

    @Argument(help: "The environment's name.")
    package var name: String

    @Option(name: .long, help: "How long to wait for its server to end.")
    package var timeout = "1m"

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func run() async throws {
        let name = try EnvironmentName(argument: name)
        let context = try CommandContext(options)
        let environment = try await context.client().hibernateEnvironment(name, waitSeconds: try seconds(timeout))
        try context.emit(environment, text: "\(environment.name) sleeps; the first request to it wakes it")
    }
}
