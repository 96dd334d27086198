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

    /// - Parameters:
    ///   - seconds: how long to wait at most; nil: as long as such an environment usually needs, and some more.
    ///   - outlastsDeletion: whether to wait until one that is being deleted is gone, instead of failing at once.
    /// - Throws: `ControlError` when it failed, was deleted meanwhile, or is not ready in time; `notFound` when it is
    ///   gone and that was waited for.
    package func untilReady(
        _ start: EnvironmentResource, seconds: Int?, outlastsDeletion: Bool = false
    ) async throws(ControlError) -> EnvironmentResource {
        let seconds = seconds ?? start.usualWait
        let clock = ContinuousClock()
        let began = clock.now
        let name = try EnvironmentName(start.name)
        var environment = start
        var reporter = PhaseReporter(context: context)
        while true {
            reporter.report(environment, elapsed: clock.now - began)
            switch Phase(rawValue: environment.phase) {
            case .ready?, .hibernated?:
                // One that sleeps answers too: the first request wakes it.
                reporter.finish()
                return environment
            case .deleting? where outlastsDeletion: break
            case .deleted? where outlastsDeletion:
                reporter.finish()
                throw ControlError(
                    .notFound, subject: name.text, "\(name) is gone: \(environment.reason ?? "it was deleted")",
                    hint: "the name is free; history: envctl events \(name)")
            case .failed?, .expiring?, .deleting?, .deleted?:
                reporter.finish()
                throw ControlError(
                    .failed, subject: name.text,
                    "\(name) is \(environment.phase): \(environment.reason ?? "no reason was recorded")",
                    hint: environment.phase == Phase.expiring.rawValue
                        ? "bring it back, with its data: envctl restore \(name)"
                        : "history: envctl events \(name); log: envctl logs \(name)")
            default: break
            }
            let left = seconds - Int((clock.now - began).wholeSeconds)
            guard left > 0 else {
                reporter.finish()
                throw ControlError(
                    .timeout, subject: name.text,
                    "\(name) is still \(environment.phase) after \(Quantities.duration(seconds: seconds))",
                    hint: "go on waiting: envctl wait \(name)")
            }
            environment = try await client.waitForEnvironment(
                name, seconds: min(left, environment.queue == nil ? 20 : 2))
        }
    }
}

extension EnvironmentResource {
    /// In seconds. AWS takes five to twelve minutes for a clone of a cluster.
    package var usualWait: Int { storage == StorageKind.aurora.rawValue ? 1800 : 300 }
}

extension QueuePlaceResource {
    /// The place, the limit, and when there is room at the latest, in the words of the reason that `show` prints.
    package var progress: String {
        "\(position) of \(length)" + (limit.map { ", for room below the limit '\($0)'" } ?? "")
            + (estimatedAt.map { ", by \($0) at the latest if nobody extends anything" } ?? "")
    }
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
        // What does not fit into the line cannot be wiped out of it again.
        if context.terminal.standardErrorIsTerminal, text.count < context.terminal.width {
            Output.errorText("\r\u{1B}[K\(text)")
            drawn = true
        } else {
            finish()
            Output.errorLine(text)
        }
    }

    private func shown(_ environment: EnvironmentResource) -> String {
        guard let place = environment.queue else { return environment.phase }
        return "\(environment.phase), \(place.progress)"
    }

    /// Leaves a clean line behind.
    mutating func finish() {
        if drawn { Output.errorText("\r\u{1B}[K") }
        drawn = false
    }
}
