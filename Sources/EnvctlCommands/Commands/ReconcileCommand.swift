package import ArgumentParser
package import ControlPlaneAPI
import Environments

/// `envctl reconcile`.
package struct ReconcileCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "reconcile", abstract: "Compare what exists with what is recorded, and make it equal.",
        discussion: """
            The control plane does this by itself every minute. Only what is marked as this installation's is touched: by \
            the comment of a database or role, by the name of a database that its own role made and nobody has commented \
            yet, and the environments' directories in its state directory. Nothing is destroyed that is seen for the first \
            time. Exits 1 when a step fails.
            """)

    @Flag(name: .long, help: "Only print the plan that would be carried out.")
    package var dryRun = false

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func run() async throws {
        let context = try CommandContext(options)
        let outcome = try await context.client().reconcile(dryRun: dryRun)
        try context.emit(outcome, text: ReconcileView.text(outcome))
        if outcome.steps.contains(where: { $0.problem != nil }) { throw ArgumentParser.ExitCode(1) }
    }
}

/// How a plan reads to people.
package enum ReconcileView {
    package static func text(_ outcome: ReconcileResource) -> String {
        guard !outcome.steps.isEmpty || !outcome.waiting.isEmpty else {
            return "nothing to do: what exists is what is recorded"
        }
        var table = TextTable(["STEP", "WHAT", "WHEN", "WHY"])
        for step in outcome.steps {
            let when = outcome.dryRun ? "now" : step.problem.map { "failed: \($0)" } ?? "done"
            table.add([step.action, "\(step.kind) \(step.name)", when, step.reason])
        }
        for step in outcome.waiting {
            table.add([step.action, "\(step.kind) \(step.name)", step.waitsFor ?? "later", step.reason])
        }
        return table.render()
    }
}
