import Environments

extension Reconciler {
    static let actor = Actor(name: "reconciler")

    func carryOut(_ step: ReconcilePlan.Step) async throws(ControlError) {
        switch (step.subject, step.action) {
        case (.resource(let orphan), _): try await remove(orphan, reason: step.reason)
        case (.environment(let id, _), .wake):
            try await store.wake(id)
            dispatcher.signal()
        case (.environment(let id, _), .remake): try await remakeRole(id)
        case (.environment(let id, _), let action): try await giveUp(id, action, reason: step.reason)
        }
    }

    /// Removes an orphan, unless a record knows it by now. Records that cannot be read count as knowing it.
    private func remove(_ orphan: FoundResource, reason: String) async throws(ControlError) {
        switch orphan.owner {
        case .environment(let id):
            if let record = try await store.find(id: id), record.phase != .deleted, knows(record, orphan) { return }
        case .snapshot(let id, let generation):
            guard try await !store.generations().contains(RecordedGeneration(snapshot: id, number: generation)) else {
                return
            }
        }
        switch orphan.kind {
        case .directory:
            let directory = configuration.environmentDirectory(EnvironmentID(orphan.name))
            if let server = effectors.launcher.find(id: orphan.name, directory: directory) {
                try await effectors.launcher.stop(server)
            }
            effectors.launcher.releasePort(id: orphan.name)
            try PosixFile.remove(directory)
        case .database: try await effectors.provider.drop(database: orphan.name, role: nil)
        case .role: try await effectors.provider.drop(database: nil, role: orphan.name)
        case .cluster:
            // Minutes pass until it is gone: later ticks go on.
            guard let aurora = effectors.aurora, try await aurora.removeOrphan(orphan.name) else { return }
        }
        try await store.note(
            .installation, installation.text, kind: "orphan-removed",
            message: "removed \(orphan.kind.rawValue) \(orphan.name): \(reason)", by: Self.actor)
    }

    private func knows(_ record: EnvironmentRecord, _ resource: FoundResource) -> Bool {
        switch resource.kind {
        case .database: record.hasStorage && record.databases.contains(resource.name)
        case .role: record.hasStorage && record.role == resource.name
        case .cluster:
            record.hasStorage
                && (record.oldestIncarnation...max(record.oldestIncarnation, record.incarnation)).contains {
                    AuroraNames.cluster(installation, record.id, incarnation: $0) == resource.name
                }
        case .directory: record.host.map { $0 == store.replica } ?? true
        }
    }

    /// Cloning finds the database, and makes only what is missing.
    private func remakeRole(_ id: EnvironmentID) async throws(ControlError) {
        guard let record = try await store.find(id: id), record.phase.isWanted, let password = record.rolePassword
        else { return }
        try await effectors.provider.clone(
            CloneRequest(
                source: ResourceNames.snapshotDatabase(record.snapshotID, generation: record.generation),
                target: record.database, role: record.role, rolePassword: password,
                mark: InstallationMark(
                    installation: installation.text, kind: .environment, id: id.text, generation: record.incarnation)))
        try await store.note(
            .environment, id.text, kind: "role-remade", message: "its role \(record.role) was gone and is made again",
            by: Self.actor)
    }

    /// Decided on the record of now, under its lock: what was protected, reset or deleted meanwhile is left alone.
    private func giveUp(
        _ id: EnvironmentID, _ action: ReconcilePlan.Step.Action, reason: String
    ) async throws(ControlError) {
        guard let record = try await store.find(id: id) else { return }
        if record.storage == .aurora {
            let name = AuroraNames.cluster(installation, id, incarnation: record.incarnation)
            guard let aurora = effectors.aurora, try await !aurora.list().contains(where: { $0.identifier == name })
            else { return }
        } else {
            let databases = try await effectors.provider.list().compactMap(\.database)
            guard !databases.contains(record.database) else { return }
        }
        let machine = EnvironmentMachine(retry: configuration.tunables.retry)
        let changed = try await store.change(.id(id), by: Self.actor) { current, now throws(ControlError) in
            guard current.incarnation == record.incarnation, current.phase == record.phase else {
                return Transition(current)
            }
            return action == .delete
                ? try machine.deletingOnRequest(current, reason: reason, now: now)
                : machine.losingData(current, reason: reason, now: now)
        }
        if changed != nil { dispatcher.signal() }
    }
}

extension InstallationMark {
    var owner: FoundResource.Owner {
        switch kind {
        case .environment: .environment(EnvironmentID(id))
        case .snapshot: .snapshot(SnapshotID(id), generation: generation)
        }
    }
}
