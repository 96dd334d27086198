package import ArgumentParser
import ControlPlaneAPI
import Environments

/// `envctl snapshot …`.
package struct SnapshotCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "snapshot", abstract: "Make and look at snapshots: the frozen data sets that are cloned.",
        subcommands: [Import.self, Refresh.self, Register.self, List.self, Show.self, Pool.self, Delete.self])

    package init() {}

    /// `envctl snapshot list`.
    package struct List: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List snapshots.", aliases: ["ls"])

        @OptionGroup package var options: GlobalOptions

        package init() {}

        package func run() async throws {
            let context = try CommandContext(options)
            let snapshots = try await context.client().snapshots()
            try context.emit(ListResource(items: snapshots), text: SnapshotView.list(snapshots))
        }
    }

    /// `envctl snapshot show`.
    package struct Show: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show a snapshot and its tables.")

        @Argument(help: "The snapshot's name.")
        package var name: String

        @OptionGroup package var options: GlobalOptions

        package init() {}

        package func run() async throws {
            let name = try SnapshotName(argument: name)
            let context = try CommandContext(options)
            let snapshot = try await context.client().snapshot(name)
            try context.emit(snapshot, text: SnapshotView.details(snapshot))
        }
    }

    /// `envctl snapshot delete`.
    package struct Delete: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "delete", abstract: "Delete a snapshot. Environments that were cloned from it stay.",
            aliases: ["rm"])

        @Argument(help: "The snapshot's name.")
        package var name: String

        @OptionGroup package var options: GlobalOptions

        package init() {}

        package func run() async throws {
            let name = try SnapshotName(argument: name)
            let context = try CommandContext(options)
            let snapshot = try await context.client().deleteSnapshot(name)
            try context.emit(snapshot, text: "\(snapshot.name) is deleted")
        }
    }
}
