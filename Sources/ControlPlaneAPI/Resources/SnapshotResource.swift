/// A snapshot as the HTTP API and `--output json` show it. Its keys are API.
package struct SnapshotResource: Codable, Sendable, Equatable {
    package var id: String
    package var name: String
    /// `importing`, `ready` or `failed`.
    package var state: String
    package var reason: String?
    /// The newest one; the state and all that follows is about it.
    package var generation: Int
    /// The generation that is cloned now: an earlier one while the newest is imported, or after its import failed.
    /// Absent: none can be cloned.
    package var currentGeneration: Int?
    package var createdAt: String
    package var tables: [SnapshotTableResource]
    /// Present while the import runs.
    package var progress: ProgressResource?
    package var accountId: String?
    package var region: String?
    package var database: String?
    /// The cluster that it was registered with; absent when it was imported.
    package var aurora: AuroraResource?
    /// In the answer to a question for this snapshot alone.
    package var pool: PoolResource?

    package init(
        id: String, name: String, state: String, reason: String? = nil, generation: Int, createdAt: String,
        tables: [SnapshotTableResource] = [], progress: ProgressResource? = nil, accountId: String? = nil,
        region: String? = nil, database: String? = nil
    ) {
        self.id = id
        self.name = name
        self.state = state
        self.reason = reason
        self.generation = generation
        self.createdAt = createdAt
        self.tables = tables
        self.progress = progress
        self.accountId = accountId
        self.region = region
        self.database = database
    }
}

/// A table of a snapshot: how many items it holds, and their size by DynamoDB's rule in bytes.
package struct SnapshotTableResource: Codable, Sendable, Equatable {
    package var name: String
    package var items: Int
    package var bytes: Int

    package init(name: String, items: Int, bytes: Int) {
        self.name = name
        self.items = items
        self.bytes = bytes
    }
}

/// How far an import is. `bytes` are compressed bytes of the export's data files; totals come from its manifest.
package struct ProgressResource: Codable, Sendable, Equatable {
    package var itemsDone: Int
    package var itemsTotal: Int
    package var bytesDone: Int
    package var bytesTotal: Int
    package var itemsPerSecond: Double

    package init(itemsDone: Int, itemsTotal: Int, bytesDone: Int, bytesTotal: Int, itemsPerSecond: Double) {
        self.itemsDone = itemsDone
        self.itemsTotal = itemsTotal
        self.bytesDone = bytesDone
        self.bytesTotal = bytesTotal
        self.itemsPerSecond = itemsPerSecond
    }
}
