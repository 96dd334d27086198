import Cryptography
package import Environments

/// What keeps environments in use, and what will become of them.
extension EnvironmentService {
    /// Says that something uses the environment from now on: it neither expires nor falls asleep until the hold is
    /// released or lapses, up to its maximum age.
    ///
    /// - Parameter ttl: how long the hold lasts unless it is renewed.
    /// - Throws: `conflict` when the environment has expired, failed or is being deleted.
    package func hold(
        _ name: String, purpose: String, ttl: Duration? = nil, by actor: Actor = .local
    ) async throws(ControlError) -> Holder {
        let name = try EnvironmentName(name)
        let ttl = try HolderRule.ttl(requested: ttl)
        let runtime = try box.runtime()
        let id = Hex.encode(SecureRandom.bytes(12))
        let held = try await runtime.store.hold(
            name, id: id, purpose: HolderRule.purpose(purpose), ttl: ttl, by: actor)
        guard let held else {
            guard let record = try await runtime.store.find(name: name) else { throw Self.unknown(name) }
            throw ControlError(
                .conflict, subject: name.text, "environment '\(name)' cannot be used: it is \(record.phase.rawValue)",
                hint: record.phase == .expiring
                    ? "`envctl restore \(name)` brings it back" : record.reason ?? "`envctl why \(name)` tells more")
        }
        return held
    }

    /// Makes a hold last `ttl` from now.
    /// - Throws: `notFound` when the environment or the hold is gone.
    package func renewHold(_ name: String, id: String, ttl: Duration? = nil) async throws(ControlError) -> Holder {
        let name = try EnvironmentName(name)
        let ttl = try HolderRule.ttl(requested: ttl)
        let runtime = try box.runtime()
        guard let held = try await runtime.store.renewHold(name, id: id, ttl: ttl) else {
            throw ControlError(
                .notFound, subject: id, "there is no hold \(id) on environment '\(name)'",
                hint: "open a new one; `envctl show \(name)` tells whether the environment is there")
        }
        // A shorter one brings its end nearer.
        runtime.reaperWake.signal()
        return held
    }

    /// Ends a hold; one that is gone is fine.
    package func releaseHold(_ name: String, id: String) async throws(ControlError) {
        let name = try EnvironmentName(name)
        let runtime = try box.runtime()
        try await runtime.store.releaseHold(name, id: id)
        runtime.reaperWake.signal()
    }

    /// What holds an environment now.
    package func holders(of record: EnvironmentRecord) async throws(ControlError) -> [Holder] {
        try await box.runtime().store.holders(of: record.id)
    }

    /// The environment with its last request as its server tells it now: the record is brought up to it only now and
    /// then.
    package func refreshed(_ record: EnvironmentRecord) async throws(ControlError) -> EnvironmentRecord {
        let runtime = try box.runtime()
        guard record.phase == .ready, record.host ?? runtime.store.replica == runtime.store.replica,
            let since = runtime.effectors.launcher.sinceLastRequest(
                directory: configuration.environmentDirectory(record.id))
        else { return record }
        var record = record
        let told = try await runtime.store.now() + .microseconds(-since.microseconds)
        record.lastRequestAt = max(record.lastRequestAt ?? told, told)
        return record
    }

    /// What will become of the newest environment of that name, why, and how to change it.
    package func why(
        _ name: String
    ) async throws(ControlError) -> (record: EnvironmentRecord, holders: [Holder], why: LifetimeExplanation) {
        let name = try EnvironmentName(name)
        let runtime = try box.runtime()
        guard let found = try await runtime.store.findNewest(name: name),
            let outside = try await runtime.store.outside(found)
        else { throw Self.unknown(name) }
        let record = try await refreshed(found)
        let holders = try await holders(of: record)
        var inputs = outside.due.inputs
        inputs.activeAt = [inputs.activeAt, record.lastRequestAt].compactMap(\.self).max()
        var circumstances = LifetimeExplanation.Circumstances(
            record, inputs: inputs, limits: configuration.lifetimes, retry: configuration.tunables.retry,
            now: outside.due.now)
        circumstances.holders = holders
        circumstances.queue = try await CapacityService(box: box).places(of: [record])[record.id]?.sentence
        circumstances.silentHost = outside.silentHost
        return (record, holders, LifetimeExplanation(circumstances))
    }
}
