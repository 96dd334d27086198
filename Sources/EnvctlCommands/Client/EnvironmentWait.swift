package import ControlPlaneAPI
package import Environments

/// Waits for an environment with progress, in calls short enough that the server can be restarted meanwhile.
package struct EnvironmentWait: Sendable {
    private let client: APIClient
    private let context: CommandContext

    package init(client: APIClient, context: CommandContext) {
        self.client = client
        self.context = context
    }

    /// - Parameter seconds: how long to wait at most; nil: as long as such an environment usually needs, and some more.
    /// - Throws: `ControlError` when it failed, was deleted meanwhile, or is not ready in time.
    package func untilReady(
        _ start: EnvironmentResource, seconds: Int?
    ) async throws(ControlError) -> EnvironmentResource {
        let seconds = seconds ?? start.usualWait
        let clock = ContinuousClock()
        let began = clock.now
        var environment = start
        var reporter = PhaseReporter(context: context)
        while true {
            reporter.report(environment, elapsed: clock.now - began)
            switch Phase(rawValue: environment.phase) {
            case .ready?, .hibernated?:
                // One that sleeps answers too: the first request wakes it.
                reporter.finish()
                return environment
            case .failed?, .expiring?, .deleting?, .deleted?:
                reporter.finish()
                throw ControlError(
                    .failed, subject: environment.name,
                    "\(environment.name) is \(environment.phase): \(environment.reason ?? "no reason was recorded")",
                    hint: "history: envctl events \(environment.name); log: envctl logs \(environment.name)")
            default: break
            }
            let left = seconds - Int((clock.now - began).wholeSeconds)
            guard left > 0 else {
                reporter.finish()
                throw ControlError(
                    .timeout, subject: environment.name,
                    "\(environment.name) is still \(environment.phase) after \(Quantities.duration(seconds: seconds))",
                    hint: "go on waiting: envctl wait \(environment.name)")
            }
            environment = try await client.waitForEnvironment(
                environment.name, seconds: min(left, environment.queue == nil ? 20 : 2))
        }
    }
}

extension EnvironmentResource {
    /// In seconds. AWS takes five to twelve minutes for a clone of a cluster.
    package var usualWait: Int { storage == StorageKind.aurora.rawValue ? 1800 : 300 }
}

/// Shows phases as they pass: one moving line on a terminal, a line for each new phase elsewhere.
private struct PhaseReporter {
    let context: CommandContext
    private var lastPhase: String?
    private var drawn = false

    init(context: CommandContext) {
        self.context = context
    }

    mutating func report(_ environment: EnvironmentResource, elapsed: Duration) {
        guard context.format == .table, shown(environment) != lastPhase, environment.phase != Phase.ready.rawValue
        else {
            return
        }
        lastPhase = shown(environment)
        let text =
            "\(environment.name): \(shown(environment)) (\(Quantities.milliseconds(Int(elapsed.milliseconds))))"
        if context.terminal.standardErrorIsTerminal {
            Output.errorText("\r\u{1B}[K\(text)")
            drawn = true
        } else {
            Output.errorLine(text)
        }
    }

    /// The phase, with the place in the queue while it waits there.
    private func shown(_ environment: EnvironmentResource) -> String {
        guard let place = environment.queue else { return environment.phase }
        let limit = place.limit.map { ", for room below the limit '\($0)'" } ?? ""
        return "\(environment.phase), \(place.position) of \(place.length)\(limit)"
    }

    /// Leaves a clean line behind.
    mutating func finish() {
        if drawn { Output.errorText("\r\u{1B}[K") }
        drawn = false
    }
}
