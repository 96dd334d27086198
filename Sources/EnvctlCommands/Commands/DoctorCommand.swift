package import ArgumentParser
import ControlPlane
import ControlPlaneAPI
import Environments

/// `envctl doctor`.
package struct DoctorCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check this machine and the control plane, and say what to do.",
        discussion: "Works with the control plane down. Exits 1 when something is wrong.")

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func run() async throws {
        let context = try CommandContext(options)
        var checks: [CheckResource]
        do throws(ControlError) {
            // A running control plane checks its own machine, which need not be this one.
            checks = try await context.client().doctor()
        } catch {
            checks = await Doctor(context.configuration).run().map(CheckResource.init)
            checks.append(
                CheckResource(name: "control-plane", severity: "problem", detail: error.message, hint: error.hint))
        }
        try context.emit(ListResource(items: checks), text: text(checks, terminal: context.terminal))
        if checks.contains(where: { !$0.ok }) { throw ArgumentParser.ExitCode(1) }
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
