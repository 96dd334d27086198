package import Environments
import Synchronization

/// What the control plane counts and times while it runs. What the records know (environments by phase, pools) is read
/// from them when somebody asks, and not kept here.
package final class ControlPlaneMetrics: Sendable {
    private struct Key: Hashable {
        var name: String
        var labels: [MetricFamily.Label]
    }

    private struct State {
        var counters: [Key: Double] = [:]
        var gauges: [Key: Double] = [:]
        var histograms: [Key: Histogram] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// The families that this keeps, with their kinds and their help.
    private static let families: [(name: String, kind: MetricFamily.Kind, help: String)] = [
        (
            "envctl_environment_phase_duration_seconds", .histogram,
            "Time that a step of an environment's life took, by the phase that it belongs to."
        ),
        (
            "envctl_environment_ready_duration_seconds", .histogram,
            "Time from the request of an environment until it was ready for the first time."
        ),
        ("envctl_environment_steps_total", .counter, "Steps of environments' lives, by step and result."),
        ("envctl_provider_calls_total", .counter, "Calls of the provider of clones, by operation."),
        ("envctl_provider_errors_total", .counter, "Calls of the provider that failed, by operation and error code."),
        ("envctl_reaper_lateness_seconds", .histogram, "How late the reaper acted on what was due."),
        ("envctl_reaper_actions_total", .counter, "What the lifetime rule did, by action."),
        ("envctl_reconcile_runs_total", .counter, "Comparisons of what exists with the records, by result."),
        ("envctl_reconcile_steps_total", .counter, "Steps of reconcile plans, by action and result."),
        ("envctl_reconcile_waiting", .gauge, "Differences that the last comparison saw and left for the next one."),
        ("envctl_api_requests_total", .counter, "Requests of the API, by method, route and status."),
        ("envctl_api_request_duration_seconds", .histogram, "Time that requests of the API took, by method and route."),
    ]

    /// Lateness of a deadline matters from tens of milliseconds to an hour.
    private static let latenessBounds = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600]

    private func add(_ name: String, _ labels: [MetricFamily.Label], _ value: Double = 1) {
        state.withLock { $0.counters[Key(name: name, labels: labels), default: 0] += value }
    }

    private func observe(
        _ name: String, _ labels: [MetricFamily.Label], _ duration: Duration, bounds: [Double] = Histogram.seconds
    ) {
        let seconds = Double(duration.microseconds) / 1e6
        state.withLock {
            $0.histograms[Key(name: name, labels: labels), default: Histogram(bounds: bounds)].observe(seconds)
        }
    }

    // MARK: - What happens

    /// An effect was carried out for an environment.
    package func performed(_ effect: Effect, took: Duration, error: ControlError?) {
        add(
            "envctl_environment_steps_total",
            [.init("step", effect.rawValue), .init("result", error?.code.rawValue ?? "ok")])
        if error == nil, let phase = effect.phase {
            observe("envctl_environment_phase_duration_seconds", [.init("phase", phase.rawValue)], took)
        }
        switch effect {
        case .clone: calledProvider("clone", error: error)
        case .dropPrevious, .dropStorage: calledProvider("drop", error: error)
        case .seal, .takePort, .launch, .probe, .stopServer, .holdPort: break
        }
    }

    package func calledProvider(_ operation: String, error: ControlError?) {
        add("envctl_provider_calls_total", [.init("operation", operation)])
        guard let error else { return }
        add(
            "envctl_provider_errors_total",
            [.init("operation", operation), .init("code", error.code.rawValue)])
    }

    package func becameReady(after total: Duration) {
        observe("envctl_environment_ready_duration_seconds", [], total)
    }

    /// - Parameter late: since the action was due.
    package func reaped(_ action: String, late: Duration) {
        add("envctl_reaper_actions_total", [.init("action", action)])
        observe("envctl_reaper_lateness_seconds", [], late, bounds: Self.latenessBounds)
    }

    package func reconciled(_ outcome: ReconcileOutcome) {
        add("envctl_reconcile_runs_total", [.init("result", "ok")])
        for (step, problem) in zip(outcome.plan.steps, outcome.problems) {
            add(
                "envctl_reconcile_steps_total",
                [.init("action", step.action.rawValue), .init("result", problem == nil ? "ok" : "error")])
        }
        let waiting = Double(outcome.plan.waiting.count)
        state.withLock { $0.gauges[Key(name: "envctl_reconcile_waiting", labels: [])] = waiting }
    }

    package func reconcileFailed() { add("envctl_reconcile_runs_total", [.init("result", "error")]) }

    package func answered(method: String, route: String, status: Int, took: Duration) {
        let labels: [MetricFamily.Label] = [.init("method", method), .init("route", route)]
        add("envctl_api_requests_total", labels + [.init("status", String(status))])
        observe("envctl_api_request_duration_seconds", labels, took)
    }

    // MARK: - Reading

    /// Everything counted so far.
    var collected: [MetricFamily] {
        let state = state.withLock { $0 }
        return Self.families.map { name, kind, help in
            let samples: [MetricFamily.Sample] =
                switch kind {
                case .counter: Self.samples(of: state.counters, name)
                case .gauge: Self.samples(of: state.gauges, name)
                case .histogram:
                    Self.sorted(state.histograms.filter { $0.key.name == name })
                        .flatMap { key, histogram in histogram.samples(key.labels) }
                }
            return MetricFamily(name, kind, help, samples)
        }
    }

    private static func samples(of values: [Key: Double], _ name: String) -> [MetricFamily.Sample] {
        sorted(values.filter { $0.key.name == name }).map { .init($0.key.labels, $0.value) }
    }

    private static func sorted<Value>(_ entries: [Key: Value]) -> [(key: Key, value: Value)] {
        entries.sorted { a, b in
            a.key.labels.map(\.value).lexicographicallyPrecedes(b.key.labels.map(\.value))
        }
    }
}

extension Effect {
    /// The phase whose work this is.
    fileprivate var phase: Phase? {
        switch self {
        case .clone: .cloning
        case .seal: .sealing
        case .launch: .starting
        case .probe: .probing
        case .dropStorage: .deleting
        case .takePort, .stopServer, .holdPort, .dropPrevious: nil
        }
    }
}
