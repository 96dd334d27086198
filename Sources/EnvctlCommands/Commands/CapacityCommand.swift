package import ArgumentParser
import ControlPlaneAPI

/// `envctl capacity`.
package struct CapacityCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "capacity", abstract: "Show every limit with what is taken of it, the queue and the warm pools.")

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func run() async throws {
        let context = try CommandContext(options)
        let capacity = try await context.client().capacity()
        try context.emit(capacity, text: CapacityView.text(capacity))
    }
}
