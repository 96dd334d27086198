import ArgumentParser
import ControlPlaneAPI
import Environments
import UnixSignals

/// Follows an import until it is done or has failed; Ctrl-C cancels it.
struct ImportWatch: Sendable {
    let client: APIClient
    let context: CommandContext
    /// Between two looks; a log gets a line for every tenth look.
    static let interval: Duration = .milliseconds(200)

    /// - Throws: `ControlError` with the reason when it failed, `ExitCode(130)` when it was interrupted.
    func untilReady(_ started: SnapshotResource) async throws -> SnapshotResource {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let snapshot = try await withThrowingTaskGroup(of: Ending.self) { group in
            group.addTask { .settled(try await untilSettled(started)) }
            group.addTask {
                for await _ in signals { return .interrupted }
                throw CancellationError()
            }
            defer { group.cancelAll() }
            switch try await group.next() {
            case .settled(let snapshot)?: return snapshot
            case .interrupted?:
                _ = try await client.cancelSnapshot(SnapshotName(started.name))
                context.note("\nimport of \(started.name) cancelled; nothing of it is left\(stays(started))")
                throw ArgumentParser.ExitCode(130)
            case nil: throw CancellationError()
            }
        }
        guard snapshot.state == SnapshotRecord.State.ready.rawValue else {
            throw ControlError(
                .failed, subject: snapshot.name,
                "the import of \(snapshot.name) failed: \(snapshot.reason ?? "no reason was recorded")",
                hint: "nothing of it is left\(stays(snapshot)); correct the export and import again")
        }
        return snapshot
    }

    /// What an import that came to nothing leaves of the snapshot.
    private func stays(_ snapshot: SnapshotResource) -> String {
        snapshot.currentGeneration.map { ", and generation \($0) goes on being cloned" } ?? ""
    }

    private enum Ending: Sendable {
        case settled(SnapshotResource)
        case interrupted
    }

    private func untilSettled(_ start: SnapshotResource) async throws -> SnapshotResource {
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
            snapshot = try await client.snapshot(SnapshotName(snapshot.name))
        }
        return snapshot
    }
}
