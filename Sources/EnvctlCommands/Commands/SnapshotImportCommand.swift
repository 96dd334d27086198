package import ArgumentParser
import ControlPlaneAPI
import Environments
import UnixSignals

extension SnapshotCommand {
    /// `envctl snapshot import`.
    package struct Import: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "import", abstract: "Make a snapshot from DynamoDB exports to S3.",
            discussion: """
                DIR holds one or more full exports in DYNAMODB_JSON as DynamoDB writes them (manifest-summary.json, \
                manifest-files.json, data/*.json.gz), each with its table's definition beside it or above it: a .json \
                file as `aws dynamodb describe-table` prints it. DIR is read by the control plane, on its machine.

                Ctrl-C cancels the import; nothing of it is left behind.
                """)

        @Argument(help: "The snapshot's name, e.g. prod-snapshot.")
        package var name: String

        @Option(name: .long, help: ArgumentHelp("The folder that holds the export.", valueName: "dir"))
        package var fromExport: String

        @OptionGroup package var options: GlobalOptions

        package init() {}

        package func run() async throws {
            let name = try SnapshotName(argument: name)
            let context = try CommandContext(options)
            let client = try context.client()
            let started = try await client.importSnapshot(name, exportDirectory: absolutePath(fromExport))
            let snapshot = try await ImportWatch(client: client, context: context).untilReady(started)
            try context.emit(snapshot, text: "\(name) is ready\n\n" + SnapshotView.details(snapshot))
        }
    }
}
