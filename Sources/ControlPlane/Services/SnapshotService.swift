package import Environments

/// What users do with snapshots.
package struct SnapshotService: Sendable {
    private let box: RuntimeBox
    private let aws: AWSAccess?

    /// - Parameter aws: nil: no region is known.
    init(box: RuntimeBox, aws: AWSAccess? = nil) {
        self.box = box
        self.aws = aws
    }

    /// The region of clusters for which none is named; nil when none is configured.
    package func defaultRegion() async throws(ControlError) -> String? { try await aws?.region() }

    /// Records a production cluster as a snapshot whose environments are copy-on-write clones of it, after a look at it.
    ///
    /// - Throws: `conflict` when the name is in use, `notFound` and `misconfigured` with what is wrong with the cluster.
    package func register(
        name: String, source: AuroraSource, by actor: Actor = .local
    ) async throws(ControlError) -> SnapshotRecord {
        let name = try SnapshotName(name)
        let runtime = try box.runtime()
        guard let aurora = runtime.effectors.aurora else {
            throw ControlError(.misconfigured, "this control plane clones no Aurora clusters")
        }
        try await aurora.inspect(source)
        var generator = SystemRandomNumberGenerator()
        let record = try await runtime.store.register(
            id: SnapshotID(using: &generator), name: name, source: source, by: actor)
        runtime.hub.changed(record.id.text)
        return record
    }

    /// Records the snapshot and starts the import; returns at once. A name whose last import failed can be used again.
    ///
    /// - Parameter directory: absolute path of a directory that holds DynamoDB exports.
    /// - Throws: `conflict` when the name is in use.
    package func importExport(
        name: String, directory: String, by actor: Actor = .local
    ) async throws(ControlError) -> SnapshotRecord {
        let name = try SnapshotName(name)
        try Self.check(directory: directory)
        let runtime = try box.runtime()
        var generator = SystemRandomNumberGenerator()
        let record = try await runtime.store.requestImport(
            id: SnapshotID(using: &generator), name: name, source: directory, by: actor)
        runtime.snapshotWake.signal()
        return record
    }

    /// Starts the import of the next generation and returns at once. The one before is cloned until it is ready, warm
    /// pools follow, and environments keep theirs; one that no environment needs any more is dropped.
    ///
    /// - Parameter directory: as for `importExport`; nil: the one of the last import.
    /// - Throws: `notFound`; `conflict` while it is imported or deleted, and for a live cluster.
    package func refresh(
        _ name: String, directory: String?, by actor: Actor = .local
    ) async throws(ControlError) -> SnapshotRecord {
        let name = try SnapshotName(name)
        if let directory { try Self.check(directory: directory) }
        let runtime = try box.runtime()
        let record = try await runtime.store.requestRefresh(name, source: directory, by: actor)
        runtime.snapshotWake.signal()
        return record
    }

    private static func check(directory: String) throws(ControlError) {
        guard directory.hasPrefix("/") else {
            throw ControlError(
                .invalidRequest, subject: directory, "the export's directory '\(directory)' is not an absolute path",
                hint: "write it from the root, beginning with '/'")
        }
        guard PosixFile.isDirectory(directory, followingLinks: true) else {
            throw ControlError(
                .invalidRequest, subject: directory, "there is no directory \(directory)",
                hint: "name the directory that holds manifest-summary.json, as the control plane's machine sees it")
        }
    }

    package func get(_ name: String) async throws(ControlError) -> SnapshotRecord {
        let name = try SnapshotName(name)
        guard let record = try await box.runtime().store.snapshot(name) else { throw Self.unknown(name) }
        return record
    }

    /// The newest generation of every snapshot, by name.
    package func list() async throws(ControlError) -> [SnapshotRecord] {
        try await box.runtime().store.snapshots()
    }

    /// Stops a running import; returns when nothing of it is left.
    /// - Throws: `conflict` when none runs.
    package func cancel(_ name: String, by actor: Actor = .local) async throws(ControlError) -> SnapshotRecord {
        let record = try await get(name)
        let runtime = try box.runtime()
        guard try await runtime.store.requestCancel(record, by: actor) else {
            throw ControlError(
                .conflict, subject: name, "snapshot '\(name)' is not being imported: it is \(record.state.rawValue)",
                hint: "`envctl snapshot delete \(name)` removes it")
        }
        runtime.hub.changed(record.id.text)
        return try await settled(record, timeout: Self.patience) { $0.state != .importing }
    }

    /// Drops a snapshot; returns when its storage is gone. Environments that were cloned from it stay.
    package func delete(_ name: String, by actor: Actor = .local) async throws(ControlError) -> SnapshotRecord {
        let record = try await get(name)
        let runtime = try box.runtime()
        try await runtime.store.requestDelete(record, by: actor)
        runtime.snapshotWake.signal()
        return try await settled(record, timeout: Self.patience) { $0.state == .deleted }
    }

    /// Returns when no import of it is running any more, well or badly.
    package func wait(_ name: String, timeout: Duration) async throws(ControlError) -> SnapshotRecord {
        try await settled(get(name), timeout: timeout) { $0.state != .importing }
    }

    /// The history of a snapshot, oldest line first.
    package func events(_ name: String) async throws(ControlError) -> [EventRecord] {
        let record = try await get(name)
        return try await box.runtime().store.events(subject: record.id.text)
    }

    /// Ending a COPY and dropping a database is a matter of moments, whatever its size.
    private static let patience = Duration.seconds(60)

    private func settled(
        _ record: SnapshotRecord, timeout: Duration, _ isDone: @escaping @Sendable (SnapshotRecord) -> Bool
    ) async throws(ControlError) -> SnapshotRecord {
        let runtime = try box.runtime()
        return try await awaiting(
            "snapshot '\(record.name)' did not settle", subject: record.name.text,
            changes: runtime.hub.changes(of: record.id.text), timeout: timeout
        ) { () async throws(ControlError) in
            guard let now = try await runtime.store.generation(record.id, record.generation)?.record else {
                throw Self.unknown(record.name)
            }
            return isDone(now) ? now : nil
        }
    }

    package static func unknown(_ name: SnapshotName) -> ControlError {
        ControlError(
            .notFound, subject: name.text, "there is no snapshot '\(name)'",
            hint: "`envctl snapshot list` shows those there are")
    }
}
