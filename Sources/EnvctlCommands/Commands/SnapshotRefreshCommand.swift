package import ArgumentParser
import ControlPlaneAPI
import Environments

extension SnapshotCommand {
    /// `envctl snapshot refresh`.
    package struct Refresh: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "refresh", abstract: "Import a snapshot's next generation.",
            discussion: """
                Until it is ready the generation before it is cloned, and if the import fails it stays. Environments keep \
                the generation that they came from (`envctl reset NAME --latest` gives them the new one), and the warm pool \
                is made anew. A generation that no environment came from any more is dropped.

                Ctrl-C cancels the import; nothing of it is left behind.
                """)

        @Argument(help: "The snapshot's name.")
        package var name: String

        @Option(
            name: .long,
            help: ArgumentHelp("The folder that holds the export (default: the last import's).", valueName: "dir"))
        package var fromExport: String?

        @OptionGroup package var options: GlobalOptions

        package init() {}

        package func run() async throws {
            let name = try SnapshotName(argument: name)
            let context = try CommandContext(options)
            let client = try context.client()
            let started = try await client.refreshSnapshot(name, exportDirectory: fromExport.map(absolutePath))
            let snapshot = try await ImportWatch(client: client, context: context).untilReady(started)
            try context.emit(
                snapshot, text: "\(name) has generation \(snapshot.generation)\n\n" + SnapshotView.details(snapshot))
        }
    }
}
