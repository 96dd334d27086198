/// How far the import of a snapshot is.
package struct SnapshotProgress: Hashable, Sendable {
    package var itemsDone: Int64 = 0
    /// As the export's manifest states it; 0 when unknown.
    package var itemsTotal: Int64 = 0
    package var bytesDone: Int64 = 0
    /// Size of the export's data files; 0 when unknown.
    package var bytesTotal: Int64 = 0
    package var itemsPerSecond: Double = 0

    package init() {}
}

/// One table in a snapshot.
package struct SnapshotTable: Hashable, Sendable {
    package var name: String
    package var items: Int64
    package var bytes: Int64

    package init(name: String, items: Int64, bytes: Int64) {
        self.name = name
        self.items = items
        self.bytes = bytes
    }
}

/// A snapshot with its newest generation, as users see it.
package struct SnapshotRecord: Hashable, Sendable, Identifiable {
    package enum State: String, Sendable, Hashable, CaseIterable {
        /// Being filled.
        case importing
        /// Sealed; can be cloned.
        case ready
        /// The import failed, with the reason; nothing of it is left.
        case failed
        /// Being dropped.
        case deleting
        /// The tombstone.
        case deleted
    }

    package var id: SnapshotID
    package var name: SnapshotName
    package var state: State
    package var generation: Int
    /// The newest generation that can be cloned; an earlier one while the next is imported. nil: none.
    package var current: Int?
    /// Why it failed.
    package var reason: String?
    /// Where it came from, e.g. the directory of the export.
    package var source: String
    /// The registered cluster whose live data it stands for; nil: it was imported.
    package var aurora: AuroraSource?
    package var progress = SnapshotProgress()
    package var tables: [SnapshotTable] = []
    /// The account and the region that the data belong to; empty until the import is done.
    package var accountID: String = ""
    package var region: String = ""
    package var createdAt: Timestamp
    package var readyAt: Timestamp?

    package init(
        id: SnapshotID, name: SnapshotName, state: State, generation: Int, source: String, createdAt: Timestamp
    ) {
        self.id = id
        self.name = name
        self.state = state
        self.generation = generation
        self.source = source
        self.createdAt = createdAt
    }

    /// The name of its database, whether it exists or not.
    package var database: String { ResourceNames.snapshotDatabase(id, generation: generation) }
}
