package import ArgumentParser
import ControlPlane
import Environments

/// `envctl down`.
package struct DownCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "down",
        abstract: "Stop the local control plane, the servers of its environments and its PostgreSQL.",
        discussion: """
            Nothing is deleted: envctl up brings everything back, and what is past its deadline by then is reaped.
            """)

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func run() async throws {
        let context = try CommandContext(options)
        let stopped = try await LocalControlPlane(configuration: context.configuration).stop()
        try context.emit(
            stopped,
            text: stopped.isNothing
                ? "nothing is running"
                : "stopped: " + stopped.description)
    }
}
