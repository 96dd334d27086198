package import ArgumentParser
import ControlPlane
import ControlPlaneAPI
import Environments

/// `envctl doctor`.
package struct DoctorCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check this machine and the control plane, and say what to do.",
        discussion: "Works with the control plane down. Exits 1 when something is wrong.")

    @Option(
        name: .long,
        help: ArgumentHelp("Look whether this snapshot or Aurora cluster can be cloned instead.", valueName: "id"))
    package var aurora: String?

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func run() async throws {
        let context = try CommandContext(options)
        let checks: [CheckResource]
        if let aurora {
            try refuseEmpty(aurora, "the id of a snapshot or cluster", hint: "`envctl snapshot list` shows snapshots")
            checks = try await context.client().doctor(aurora: aurora)
        } else {
            checks = await machine(context)
        }
        try context.emit(ListResource(items: checks), text: text(checks, terminal: context.terminal))
        if checks.contains(where: { !$0.ok }) { throw ArgumentParser.ExitCode(1) }
    }

    private func machine(_ context: CommandContext) async -> [CheckResource] {
        do throws(ControlError) {
            // A running control plane checks its own machine, which need not be this one.
            return try await context.client().doctor()
        } catch {
            return await Doctor(context.configuration).run().map(CheckResource.init) + [
                CheckResource(name: "control-plane", severity: "problem", detail: error.message, hint: error.hint)
            ]
        }
    }

    private func text(_ checks: [CheckResource], terminal: Terminal) -> String {
        checks.map { check in
            let mark =
                switch check.severity {
                case "ok": terminal.styled("ok     ", .green)
                case "warning": terminal.styled("warning", .bold)
                default: terminal.styled("problem", .red)
                }
            let hint = check.severity == "ok" ? nil : check.hint
            return "\(mark)  \(check.name): \(check.detail)" + (hint.map { "\n         hint: \($0)" } ?? "")
        }.joined(separator: "\n")
    }
}
