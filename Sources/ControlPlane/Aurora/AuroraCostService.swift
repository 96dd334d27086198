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

    /// What the clones of each owner and of each label cost an hour at the most, and the currency; nil without prices.
    package func summary() async throws(ControlError) -> (currency: String, hourly: [String: Double])? {
        let runtime = try box.runtime()
        guard let prices = runtime.admission.prices else { return nil }
        var hourly: [String: Double] = [:]
        for record in try await runtime.store.list() where record.storage == .aurora {
            guard let source = try await runtime.store.auroraSource(of: record.snapshotID),
                let most = prices.hourly(source)?.upperBound
            else { continue }
            hourly["all", default: 0] += most
            hourly["owner \(record.isPooled ? "(warm pool)" : record.owner)", default: 0] += most
            for (name, value) in record.labels { hourly["label \(name)=\(value)", default: 0] += most }
        }
        return (prices.currency, hourly)
    }
}
