package import Environments

/// What environments of Aurora clusters cost, for users. Without prices there are no costs.
package struct AuroraCostService: Sendable {
    private let box: RuntimeBox

    init(box: RuntimeBox) { self.box = box }

    /// Nil for an environment of another kind.
    package func cost(of record: EnvironmentRecord) async throws(ControlError) -> AuroraCost? {
        guard record.storage == .aurora, record.phase != .deleted, record.phase != .queued else { return nil }
        let runtime = try box.runtime()
        guard let prices = runtime.admission.prices,
            let source = try await runtime.store.auroraSource(of: record.snapshotID)
        else { return nil }
        return AuroraCost(
            source, prices, since: record.createdAt, until: record.expiresAt, now: try await runtime.store.now())
    }

    /// Sums of what clones cost an hour at the most.
    package struct Summary: Sendable, Hashable {
        package var currency: String
        /// `all`, each owner's and each label's.
        package var hourly: [String: Double] = [:]
        package var budget: Double?
    }

    /// Nil without prices.
    package func summary() async throws(ControlError) -> Summary? {
        let runtime = try box.runtime()
        guard let prices = runtime.admission.prices else { return nil }
        var summary = Summary(currency: prices.currency, budget: prices.hourlyBudget)
        var sources: [SnapshotID: AuroraSource] = [:]
        // What waits in the queue has no clone yet, and the budget does not count it either.
        for record in try await runtime.store.list() where record.storage == .aurora && record.phase != .queued {
            if sources[record.snapshotID] == nil {
                sources[record.snapshotID] = try await runtime.store.auroraSource(of: record.snapshotID)
            }
            guard let source = sources[record.snapshotID], let most = prices.hourly(source)?.upperBound else {
                continue
            }
            summary.hourly["all", default: 0] += most
            summary.hourly["owner \(record.isPooled ? "(warm pool)" : record.owner)", default: 0] += most
            for (name, value) in record.labels { summary.hourly["label \(name)=\(value)", default: 0] += most }
        }
        return summary
    }
}
