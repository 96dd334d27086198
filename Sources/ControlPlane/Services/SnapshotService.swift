package import Environments

/// What users do with snapshots.
package struct SnapshotService: Sendable {
    /// Records the snapshot and starts the import; returns at once.
    package func importExport(name: String, directory: String) async throws(ControlError) -> SnapshotRecord {
        throw notBuilt
    }
    package func get(_ name: String) async throws(ControlError) -> SnapshotRecord { throw notBuilt }
    package func list() async throws(ControlError) -> [SnapshotRecord] { throw notBuilt }
    /// Stops a running import; nothing of it stays.
    package func cancel(_ name: String) async throws(ControlError) -> SnapshotRecord { throw notBuilt }
    package func delete(_ name: String) async throws(ControlError) -> SnapshotRecord { throw notBuilt }
    /// Returns when no import is running any more, ready or failed.
    package func wait(_ name: String, timeout: Duration) async throws(ControlError) -> SnapshotRecord { throw notBuilt }
    package func events(_ name: String) async throws(ControlError) -> [EventRecord] { throw notBuilt }
}

private let notBuilt = ControlError(.unavailable, "not built yet")
