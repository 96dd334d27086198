package import ArgumentParser
import ControlPlaneAPI
import Environments

/// `envctl up`.
package struct UpCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "up", abstract: "Start the local control plane in the background, with a PostgreSQL of its own.",
        discussion: "Does nothing when it runs already. Environments that are not past their deadline come back.")

    @Option(name: .long, help: "How long to wait for it to answer.")
    package var timeout = "60s"

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func run() async throws {
        let context = try CommandContext(options)
        let limit = try seconds(timeout)
        // Here rather than in the log of a control plane that ends at once.
        try ServerCommand.check(context.configuration)
        let local = LocalControlPlane(configuration: context.configuration)
        let clock = ContinuousClock()
        let began = clock.now
        let started = try await local.start(within: .seconds(limit)) { text in
            if context.format == .table { context.note(text) }
        }
        let status = try await context.client().status()
        let url = try local.address().url
        let took = Quantities.milliseconds(Int((clock.now - began).milliseconds))
        try context.emit(
            status,
            text: started
                ? "control plane is up (\(took)): \(url)\n"
                    + "state in \(status.stateDirectory), log in \(local.logPath)"
                : "control plane is running already: \(url)")
    }
}
