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
            let context = try CommandContext(options)
            let client = try context.client()
            let started = try await client.importSnapshot(name, exportDirectory: absolutePath(fromExport))
            let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
            let snapshot = try await withThrowingTaskGroup(of: Ending.self) { group in
                group.addTask {
                    .settled(try await ImportWatch(client: client, context: context).untilSettled(started))
                }
                group.addTask {
                    for await _ in signals { return .interrupted }
                    throw CancellationError()
                }
                defer { group.cancelAll() }
                switch try await group.next() {
                case .settled(let snapshot)?: return snapshot
                case .interrupted?:
                    _ = try await client.cancelSnapshot(name)
                    context.note("\nimport of \(name) cancelled; nothing of it is left")
                    throw ArgumentParser.ExitCode(130)
                case nil: throw CancellationError()
                }
            }
            guard snapshot.state == SnapshotRecord.State.ready.rawValue else {
                throw ControlError(
                    .failed, subject: name,
                    "the import of \(name) failed: \(snapshot.reason ?? "no reason was recorded")",
                    hint: "nothing of it is left; correct the export and import again")
            }
            try context.emit(snapshot, text: "\(name) is ready\n\n" + SnapshotView.details(snapshot))
        }

        private enum Ending: Sendable {
            case settled(SnapshotResource)
            case interrupted
        }
    }
}

/// Follows an import until it is done or has failed.
private struct ImportWatch: Sendable {
    let client: APIClient
    let context: CommandContext
    /// Between two looks; a log gets a line for every tenth look.
    static let interval: Duration = .milliseconds(200)

    func untilSettled(_ start: SnapshotResource) async throws -> SnapshotResource {
        let clock = ContinuousClock()
        let began = clock.now
        var snapshot = start
        var looks = 0
        var drawn = false
        defer { if drawn { Output.errorText("\r\u{1B}[K") } }
        while snapshot.state == SnapshotRecord.State.importing.rawValue {
            if let progress = snapshot.progress, context.format == .table {
                let line = ProgressLine(
                    progress: progress, elapsedSeconds: Int((clock.now - began).wholeSeconds))
                if context.terminal.standardErrorIsTerminal {
                    Output.errorText("\r\u{1B}[K" + line.bar(width: context.terminal.width))
                    drawn = true
                } else if looks % 10 == 9 {
                    Output.errorLine(line.text)
                }
            }
            looks += 1
            try await clock.sleep(for: Self.interval)
            snapshot = try await client.snapshot(snapshot.name)
        }
        return snapshot
    }
}
