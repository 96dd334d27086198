import Cryptography
package import Environments

/// What users do with environments. Every call reads and writes the records; the workers do the rest.
package struct EnvironmentService: Sendable {
    let box: RuntimeBox
    let configuration: ControlPlaneConfiguration

    var machine: EnvironmentMachine { EnvironmentMachine(retry: configuration.tunables.retry) }

    init(box: RuntimeBox, configuration: ControlPlaneConfiguration) {
        self.box = box
        self.configuration = configuration
    }

    /// Asks for an environment and returns as soon as the request is recorded. Repeating it gives the same one; one that
    /// has expired and is in its grace is brought back by that.
    ///
    /// - Parameter mayHave: whether whoever asks may be given this environment, which has the name already.
    /// - Throws: `notFound` for an unknown snapshot, `conflict` when the name belongs to a clone of another one, to one
    ///   that is being deleted or to one that expired at its maximum age, `quota` or `capacity` with the limit's name when one leaves no room and the caller does not wait,
    ///   `invalidRequest` for a name or ttl against the rule.
    package func clone(
        _ spec: CloneSpec, by actor: Actor = .local,
        mayHave: @Sendable (EnvironmentRecord) -> Bool = { _ in true }
    ) async throws(ControlError) -> CloneOutcome {
        let snapshot = try SnapshotName(spec.snapshot)
        let name = try spec.name.map { name throws(ControlError) in try EnvironmentName(name) }
        let ttl = try configuration.lifetimes.ttl(requested: spec.ttl)
        let idle = try configuration.lifetimes.idleTimeout(requested: spec.idle)
        try LabelRule.check(spec.labels)
        let runtime = try box.runtime()
        var generator = SystemRandomNumberGenerator()
        // A made-up name can be taken; the second draw settles it.
        for _ in 0..<20 {
            let chosen: EnvironmentName
            if let name { chosen = name } else { chosen = try NameGenerator.name(using: &generator) }
            let request = EnvironmentRequest(
                id: EnvironmentID(using: &generator), name: chosen,
                snapshot: snapshot, ttl: ttl, idleTimeout: idle, labels: spec.labels, owner: spec.owner,
                rolePassword: SecureRandom.text(32, from: EnvironmentRequest.passwordAlphabet),
                whenFull: spec.whenFull, actor: actor)
            if let claimed = try await claim(request, runtime) { return CloneOutcome(record: claimed, created: true) }
            switch try await runtime.store.request(request, within: runtime.admission) {
            case .created(let record):
                Failpoint.requestRecorded.hit()
                runtime.dispatcherWake.signal()
                runtime.reaperWake.signal()
                if record.phase == .queued { runtime.admissionWake.signal() }
                return CloneOutcome(record: record, created: true)
            case .nameTaken(let existing):
                guard name != nil else { continue }
                guard mayHave(existing) else {
                    throw ControlError(
                        .conflict, subject: existing.name.text, "the name '\(existing.name)' is taken",
                        hint: "choose another one")
                }
                let same = try Self.same(existing, as: snapshot)
                try await checkOrigin(of: same, runtime)
                guard same.phase == .expiring else { return CloneOutcome(record: same, created: false) }
                // Its data are what a clone of that name is asked for: brought back rather than made anew.
                return CloneOutcome(
                    record: try await cloneAgain(same.name, of: snapshot, ttl: spec.ttl, by: actor), created: false)
            case .noSuchSnapshot:
                throw await unknownSnapshot(snapshot, runtime)
            case .refused(let refusal):
                throw refusal
            }
        }
        throw ControlError(.unavailable, "no free name could be made up", hint: "give a name")
    }

    /// A ready environment from the snapshot's warm pool; nil when there is none to hand out under that name.
    private func claim(
        _ request: EnvironmentRequest, _ runtime: Runtime
    ) async throws(ControlError) -> EnvironmentRecord? {
        guard let record = try await runtime.store.claimMember(request, within: runtime.admission) else { return nil }
        Failpoint.poolClaimRecorded.hit()
        runtime.claims.claimed()
        runtime.poolWake.signal()
        runtime.reaperWake.signal()
        guard record.host == nil || record.host == runtime.store.replica, let server = record.server else {
            return record
        }
        let launcher = runtime.effectors.launcher
        let process = ServerProcess(pid: server.pid, startTime: server.startTime, port: record.port ?? 0)
        guard !launcher.isAlive(process) else { return record }
        // Its server died a moment ago, and nobody noticed yet.
        try await runtime.store.wake([record.id], phase: .ready)
        runtime.dispatcherWake.signal()
        return try await settled(record.id, record.name, configuration.tunables.probeDeadline, runtime) {
            $0.phase.isSettled && $0.server != server
        }
    }

    static func same(
        _ existing: EnvironmentRecord, as snapshot: SnapshotName
    ) throws(ControlError) -> EnvironmentRecord {
        guard existing.snapshot == snapshot else {
            throw ControlError(
                .conflict, subject: existing.name.text,
                "environment '\(existing.name)' is a clone of '\(existing.snapshot)', not of '\(snapshot)'",
                hint: "choose another name, or `envctl delete \(existing.name)` first")
        }
        guard existing.phase != .deleting else {
            throw ControlError(
                .conflict, subject: existing.name.text, "environment '\(existing.name)' is being deleted",
                hint: "`envctl wait \(existing.name)` returns when it is gone; then clone again")
        }
        return existing
    }

    /// A snapshot that was imported anew under the name of a deleted one is another one.
    private func checkOrigin(of existing: EnvironmentRecord, _ runtime: Runtime) async throws(ControlError) {
        guard let now = try await runtime.store.snapshot(existing.snapshot), now.id != existing.snapshotID else {
            return
        }
        throw ControlError(
            .conflict, subject: existing.name.text,
            "environment '\(existing.name)' is a clone of an earlier snapshot named '\(now.name)', which was deleted",
            hint:
                "choose another name, or `envctl delete \(existing.name)` first; `envctl snapshot refresh` would have "
                + "kept the snapshot")
    }

    private func unknownSnapshot(_ name: SnapshotName, _ runtime: Runtime) async -> ControlError {
        let known: [SnapshotRecord]
        do {
            known = try await runtime.store.snapshots()
        } catch {
            return error
        }
        if let existing = known.first(where: { $0.name == name }) {
            let why = existing.reason.map { ": \($0)" } ?? ""
            return ControlError(
                .conflict, subject: name.text,
                "snapshot '\(name)' cannot be cloned: it is \(existing.state.rawValue)\(why)",
                hint: "`envctl snapshot show \(name)` tells more")
        }
        let names = known.filter { $0.state == .ready }.map(\.name.text)
        let hint =
            names.isEmpty
            ? "there is none yet: `envctl snapshot import NAME --from-export DIR` makes one"
            : "known snapshots: " + names.prefix(10).joined(separator: ", ") + (names.count > 10 ? ", …" : "")
        return ControlError(.notFound, subject: name.text, "there is no snapshot '\(name)'", hint: hint)
    }

    package func get(_ name: String) async throws(ControlError) -> EnvironmentRecord {
        let name = try EnvironmentName(name)
        guard let record = try await box.runtime().store.find(name: name) else { throw Self.unknown(name) }
        return record
    }

    /// The newest environment that ever had that name.
    package func newest(_ name: EnvironmentName) async throws(ControlError) -> EnvironmentRecord? {
        try await box.runtime().store.findNewest(name: name)
    }

    /// Live environments that carry all of `labels`, oldest first.
    package func list(labels: [String: String] = [:]) async throws(ControlError) -> [EnvironmentRecord] {
        try await box.runtime().store.list(labels: labels, pooled: false)
    }

    /// What a client of the environment needs.
    /// - Throws: `conflict` until it is ready.
    package func credentials(_ name: String) async throws(ControlError) -> EnvironmentCredentials {
        let record = try await get(name)
        // While its server is being restarted the endpoint and the credential stay what they are.
        guard record.readyAt != nil, record.phase.isWanted, let credential = record.credential,
            let endpoint = configuration.endpoint(of: record)
        else {
            throw ControlError(
                .conflict, subject: name, "environment '\(name)' is not ready: it is \(record.phase.rawValue)",
                hint: record.phase == .expiring
                    ? bringingBack(record) : record.reason ?? "`envctl wait \(name)` returns when it is")
        }
        return EnvironmentCredentials(
            endpoint: endpoint, accessKeyID: credential.accessKeyID, secretAccessKey: credential.secretAccessKey,
            region: record.region, accountID: record.accountID)
    }

    /// Returns when the environment is ready, failed or deleted.
    /// - Throws: `timeout` when it is not so in time, `notFound` when no environment ever had the name.
    package func wait(_ name: String, timeout: Duration) async throws(ControlError) -> EnvironmentRecord {
        let name = try EnvironmentName(name)
        let runtime = try box.runtime()
        guard let record = try await runtime.store.findNewest(name: name) else { throw Self.unknown(name) }
        return try await settled(record.id, name, timeout, runtime) { $0.phase.isSettled }
    }

    func settled(
        _ id: EnvironmentID, _ name: EnvironmentName, _ timeout: Duration, _ runtime: Runtime,
        _ isDone: @escaping @Sendable (EnvironmentRecord) -> Bool
    ) async throws(ControlError) -> EnvironmentRecord {
        try await awaiting(
            "environment '\(name)' did not settle", subject: name.text, changes: runtime.hub.changes(of: id.text),
            timeout: timeout
        ) { () async throws(ControlError) in
            guard let record = try await runtime.store.find(id: id) else { throw Self.unknown(name) }
            return isDone(record) ? record : nil
        }
    }

    /// Starts the deletion; with `wait` returns when nothing of it is left. Deleting what is being deleted or was
    /// deleted is fine.
    /// - Throws: `conflict` when it is protected.
    package func delete(
        _ name: String, wait: Duration? = nil, by actor: Actor = .local
    ) async throws(ControlError) -> EnvironmentRecord {
        let name = try EnvironmentName(name)
        let runtime = try box.runtime()
        let deleting = { @Sendable [machine] (record: EnvironmentRecord, now: Timestamp) throws(ControlError) in
            try machine.deletingOnRequest(record, reason: "deleted on request", now: now)
        }
        guard let record = try await runtime.store.change(.name(name), by: actor, deleting) else {
            guard let tombstone = try await runtime.store.findNewest(name: name) else { throw Self.unknown(name) }
            return tombstone
        }
        runtime.dispatcherWake.signal()
        runtime.hub.changed(record.id.text)
        guard let wait else { return record }
        return try await settled(record.id, name, wait, runtime) { $0.phase == .deleted }
    }

    /// The last lines of the server's log.
    package func logs(_ name: String, lines: Int) async throws(ControlError) -> String {
        let record = try await get(name)
        let directory = configuration.environmentDirectory(record.id)
        let log = try box.runtime().effectors.launcher.log(directory: directory, lines: max(1, min(lines, 10_000)))
        return log.map { $0 + "\n" }.joined()
    }

    /// The history of the newest environment of that name, oldest line first.
    package func events(_ name: String) async throws(ControlError) -> [EventRecord] {
        let name = try EnvironmentName(name)
        let store = try box.runtime().store
        guard let record = try await store.findNewest(name: name) else { throw Self.unknown(name) }
        return try await store.events(subject: record.id.text)
    }

    /// The URL of an environment's endpoint; nil while it has no port.
    package func endpoint(of record: EnvironmentRecord) -> String? { configuration.endpoint(of: record) }

    package static func unknown(_ name: EnvironmentName) -> ControlError {
        ControlError(
            .notFound, subject: name.text, "there is no environment '\(name)'",
            hint: "`envctl list` shows those there are")
    }
}
