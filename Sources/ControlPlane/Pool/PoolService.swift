package import Environments

/// A snapshot's warm pool as users see it.
package struct PoolStatus: Sendable, Hashable {
    package var snapshot: SnapshotName
    /// The newest generation that can be cloned; nil while there is none.
    package var generation: Int?
    package var size: Int
    /// Whether somebody set the size; else it is the configured one.
    package var isSizeSet: Bool
    package var ready: Int
    /// Members on their way to ready.
    package var making: Int
    /// Why it has fewer members than its size, when more than their making stands between.
    package var held: String?
    /// The same in a word: the limit's name, `users`, `failure` or `making`.
    package var heldBy: String?
    /// What the last failed refill said; nil after one that went well.
    package var reason: String?
    package var failures: Int
    package var retryAt: Timestamp?
}

/// What users do with warm pools.
package struct PoolService: Sendable {
    private let box: RuntimeBox

    /// More than this is a mistake: each member has a database and a process.
    package static let maximumSize = 256

    init(box: RuntimeBox) { self.box = box }

    /// The pools of all snapshots, by the snapshots' names.
    package func list() async throws(ControlError) -> [PoolStatus] {
        let runtime = try box.runtime()
        let view = try await runtime.store.pools(runtime.pools)
        let plan = view.plan
        return view.pools.compactMap { state in
            view.names[state.snapshot].map { Self.status(state, named: $0, view, plan) }
        }
    }

    package func get(_ snapshot: String) async throws(ControlError) -> PoolStatus {
        let name = try SnapshotName(snapshot)
        guard let status = try await list().first(where: { $0.snapshot == name }) else { throw Self.unknown(name) }
        return status
    }

    /// Sets how many members are kept; 0 turns the pool off, nil gives it the configured size back.
    package func set(
        _ snapshot: String, size: Int?, by actor: Actor = .local
    ) async throws(ControlError) -> PoolStatus {
        let name = try SnapshotName(snapshot)
        if let size, !(0...Self.maximumSize).contains(size) {
            throw ControlError(
                .invalidRequest, subject: "size", "a pool of \(size) is not allowed",
                hint: "choose a size from 0, which turns the pool off, to \(Self.maximumSize)")
        }
        let runtime = try box.runtime()
        guard try await runtime.store.setPoolSize(name, size, by: actor) else { throw Self.unknown(name) }
        runtime.poolWake.signal()
        return try await get(snapshot)
    }

    /// Returns when the pool holds as many ready members as it should.
    /// - Throws: what its last refill failed of, as soon as one fails, or the snapshot's import; `timeout` when it is not
    ///   full in time.
    package func wait(_ snapshot: String, timeout: Duration) async throws(ControlError) -> PoolStatus {
        let name = try SnapshotName(snapshot)
        let runtime = try box.runtime()
        guard let record = try await runtime.store.snapshot(name) else { throw Self.unknown(name) }
        return try await awaiting(
            "the warm pool of '\(name)' did not fill", subject: name.text,
            changes: runtime.hub.changes(of: record.id.text), timeout: timeout
        ) { () async throws(ControlError) in
            let status = try await get(snapshot)
            if let reason = status.reason {
                throw ControlError(
                    .failed, subject: name.text, "the warm pool of '\(name)' cannot be filled: \(reason)",
                    hint: "it is tried again"
                        + (status.retryAt.map { " at \($0)" } ?? "") + "; `envctl snapshot pool \(name)` shows it")
            }
            if status.ready >= status.size { return status }
            try await checkCanFill(name, runtime.store)
            return nil
        }
    }

    /// - Throws: why there is nothing that members could be copies of, unless it is still on its way.
    private func checkCanFill(_ name: SnapshotName, _ store: RecordStore) async throws(ControlError) {
        guard let record = try await store.snapshot(name) else { throw Self.unknown(name) }
        guard record.current == nil, record.state != .importing else { return }
        let cause =
            record.state == .failed
            ? "its import failed: \(record.reason ?? "no reason was recorded")"
            : "the snapshot is \(record.state.rawValue)"
        throw ControlError(
            .failed, subject: name.text, "the warm pool of '\(name)' cannot be filled: \(cause)",
            hint: "import '\(name)' again when that is repaired; `envctl snapshot show \(name)` shows it")
    }

    private static func status(
        _ state: PoolState, named name: SnapshotName, _ view: PoolView, _ plan: PoolPlan
    ) -> PoolStatus {
        let members = view.members.filter {
            $0.snapshot == state.snapshot && $0.generation == state.generation && $0.phase.isWanted
        }
        return PoolStatus(
            snapshot: name, generation: state.generation, size: state.target,
            isSizeSet: view.sizes[state.snapshot] != nil, ready: members.count { $0.phase == .ready },
            making: members.count { $0.phase != .ready }, held: plan.held[state.snapshot]?.description,
            heldBy: plan.held[state.snapshot]?.cause, reason: state.reason, failures: state.failures,
            retryAt: state.retryAt)
    }

    private static func unknown(_ name: SnapshotName) -> ControlError {
        ControlError(
            .notFound, subject: name.text, "there is no snapshot '\(name)'",
            hint: "`envctl snapshot list` shows those there are")
    }
}

extension PoolSettings {
    /// At most half of the places for copies are the pools', so that a user's request finds one.
    init(_ configuration: ControlPlaneConfiguration, admission: AdmissionSettings) {
        self.init(
            defaultSize: configuration.poolSize, making: max(1, configuration.tunables.concurrentClones / 2),
            admission: admission)
    }
}
