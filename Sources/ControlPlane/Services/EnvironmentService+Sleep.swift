package import Environments

/// Putting environments to sleep, waking them, and resetting their data.
extension EnvironmentService {
    /// Ends the environment's server and keeps its port; with `wait` returns when the server is gone. The next
    /// connection to the endpoint wakes it.
    ///
    /// - Throws: `conflict` unless it is ready or asleep already.
    package func hibernate(_ name: String, by actor: Actor, wait: Duration? = nil) async throws(ControlError)
        -> EnvironmentRecord
    {
        let record = try await change(name, by: actor) { [machine] record, now throws(ControlError) in
            try machine.hibernating(record, reason: "put to sleep on request", now: now)
        }
        guard let wait else { return record }
        return try await settle(record, within: wait) { $0.phase != .hibernated || $0.server == nil }
    }

    /// Starts the server of a sleeping environment; with `wait` returns when it is ready, or has failed.
    package func wake(_ name: String, by actor: Actor, wait: Duration? = nil) async throws(ControlError)
        -> EnvironmentRecord
    {
        let record = try await change(name, by: actor) { [machine] record, now throws(ControlError) in
            try machine.waking(record, reason: "woken on request", now: now)
        }
        guard let wait else { return record }
        return try await settle(record, within: wait) { $0.phase.isSettled }
    }

    /// Replaces the environment's data by its generation of the snapshot, or by the newest one, under the same endpoint
    /// and credential. What was written since is lost. Clients that connect meanwhile wait for the new data.
    ///
    /// - Throws: `conflict` when it is protected, was never ready, or is on its way to another phase, or when the
    ///   generation is gone.
    package func reset(
        _ name: String, latest: Bool, by actor: Actor, wait: Duration? = nil
    ) async throws(ControlError) -> EnvironmentRecord {
        let current = try await get(name)
        let generation = try await generation(for: current, latest: latest)
        // Told before anything is lost: the old clone goes when the new one is ready.
        if let refusal = try await refusalOfSecondCopy(current, generation) { throw refusal }
        let record = try await change(name, by: actor) { [machine] record, now throws(ControlError) in
            guard record.id == current.id else {
                throw ControlError(
                    .conflict, subject: name, "environment '\(name)' was deleted and made again meanwhile",
                    hint: "look at it with `envctl show \(name)`, then reset it again")
            }
            return try machine.resetting(record, to: generation, now: now)
        }
        guard let wait else { return record }
        return try await settle(record, within: wait) { $0.phase.isSettled }
    }

    /// Why there is no room for the second copy that a reset makes; nil: there is.
    private func refusalOfSecondCopy(
        _ record: EnvironmentRecord, _ generation: Int
    ) async throws(ControlError) -> ControlError? {
        let runtime = try box.runtime()
        switch record.storage {
        case .aurora:
            guard let source = try await runtime.store.auroraSource(of: record.snapshotID) else { return nil }
            return try await runtime.store.auroraRoom(runtime.admission).refusal(source, isForReset: true)
        case .template:
            let bytes = try await runtime.store.databaseBytes(record.snapshotID, generation)
            let view = try await runtime.store.admission(runtime.admission)
            return view.capacity.refusalOfReset(view.cost(databaseBytes: bytes))
        }
    }

    private func generation(
        for record: EnvironmentRecord, latest: Bool
    ) async throws(ControlError) -> Int {
        let store = try box.runtime().store
        let newest = try await store.newestReadyGeneration(record.snapshotID)
        if latest, let newest { return newest }
        let own = try await store.generation(record.snapshotID, record.generation)
        if !latest, own?.record.state == .ready { return record.generation }
        let isReplaced = try await store.snapshot(record.snapshot) != nil
        throw ControlError(
            .conflict, subject: record.name.text,
            "environment '\(record.name)' cannot be reset: "
                + (newest == nil
                    ? "the snapshot '\(record.snapshot)' that it was cloned from is gone"
                        + (isReplaced ? ", and the one of that name is another" : "")
                    : "generation \(record.generation) of '\(record.snapshot)' is gone"),
            hint: newest == nil
                ? "clone another snapshot" : "`envctl reset \(record.name) --latest` takes generation \(newest ?? 0)")
    }

    /// Changes the live environment of that name and tells the workers.
    func change(
        _ name: String, by actor: Actor,
        _ decide: @escaping @Sendable (EnvironmentRecord, Timestamp) throws(ControlError) -> Transition
    ) async throws(ControlError) -> EnvironmentRecord {
        let name = try EnvironmentName(name)
        let runtime = try box.runtime()
        guard let record = try await runtime.store.change(.name(name), by: actor, decide) else {
            throw Self.unknown(name)
        }
        runtime.dispatcherWake.signal()
        runtime.reaperWake.signal()
        runtime.hub.changed(record.id.text)
        return record
    }

    func settle(
        _ record: EnvironmentRecord, within limit: Duration,
        _ isDone: @escaping @Sendable (EnvironmentRecord) -> Bool
    ) async throws(ControlError) -> EnvironmentRecord {
        try await settled(record.id, record.name, limit, try box.runtime(), isDone)
    }
}
