package import ArgumentParser
import Environments

/// `envctl logs`.
package struct LogsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Print the end of the log of an environment's server.")

    @Argument(help: "The environment's name.")
    package var name: String

    @Option(name: .long, help: "How many lines at most.")
    package var lines = 100

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func validate() throws {
        guard (1...10_000).contains(lines) else { throw ValidationError("--lines must be between 1 and 10000") }
    }

    package func run() async throws {
        let name = try EnvironmentName(argument: name)
        let context = try CommandContext(options)
        let text = try await context.client().logs(of: name, lines: lines)
        let all = text.split(separator: "\n").map(String.init)
        try context.emit(["lines": all], text: all.isEmpty ? "(the log is empty)" : all.joined(separator: "\n"))
    }
}
