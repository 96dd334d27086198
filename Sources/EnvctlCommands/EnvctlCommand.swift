package import ArgumentParser

/// `envctl`: the root of the commands.
package struct EnvctlCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "envctl",
        abstract: "Private DynamoDB endpoints over copies of production-shaped data, in well under a second.",
        discussion: """
            Exit codes: 0 done, 1 failed, 2 usage, 3 not found, 4 conflict, 5 quota or capacity, 6 timed out, \
            7 not allowed; 130 interrupted.
            """,
        version: Version.text,
        groupedSubcommands: [
            CommandGroup(
                name: "Control plane",
                subcommands: [
                    UpCommand.self, DownCommand.self, StatusCommand.self, ServerCommand.self, DoctorCommand.self,
                    CapacityCommand.self,
                    ReconcileCommand.self,
                ]),
            CommandGroup(name: "Snapshots", subcommands: [SnapshotCommand.self, AuroraCommand.self]),
            CommandGroup(
                name: "Environments",
                subcommands: [
                    CloneCommand.self, ListCommand.self, ShowCommand.self, WaitCommand.self, EnvCommand.self,
                    ExecCommand.self, WhyCommand.self, ExtendCommand.self, ProtectCommand.self, UnprotectCommand.self,
                    ResetCommand.self, HibernateCommand.self, WakeCommand.self, DeleteCommand.self,
                    RestoreCommand.self, LogsCommand.self, EventsCommand.self,
                ]),
            CommandGroup(name: "Access and events", subcommands: [TokenCommand.self, WebhookCommand.self]),
            CommandGroup(name: "Shell", subcommands: [CompletionCommand.self]),
        ])

    package init() {}
}
