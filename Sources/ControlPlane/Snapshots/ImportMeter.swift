import Synchronization

/// Adds up what the loaders have done and reports it, ten times a second at most.
final class ImportMeter: Sendable {
    private struct State {
        var progress: ImportProgress
        var reported: ContinuousClock.Instant?
    }

    private let state: Mutex<State>
    private let report: @Sendable (ImportProgress) -> Void

    init(itemsTotal: Int, bytesTotal: Int, report: @escaping @Sendable (ImportProgress) -> Void) {
        state = Mutex(
            State(progress: ImportProgress(itemsDone: 0, itemsTotal: itemsTotal, bytesDone: 0, bytesTotal: bytesTotal)))
        self.report = report
    }

    func add(items: Int, bytes: Int) {
        let now = ContinuousClock.now
        let due: ImportProgress? = state.withLock { state in
            state.progress.itemsDone += items
            state.progress.bytesDone += bytes
            if let reported = state.reported, now - reported < .milliseconds(100) { return nil }
            state.reported = now
            return state.progress
        }
        if let due { report(due) }
    }

    /// Reports the present state, whenever the last report was.
    func finish() {
        report(state.withLock { $0.progress })
    }
}
