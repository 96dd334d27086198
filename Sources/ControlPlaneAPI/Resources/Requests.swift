/// Body of `POST /v1/environments`.
package struct CreateEnvironmentBody: RequestBody, Codable, Sendable, Equatable {
    enum CodingKeys: CodingKey, CaseIterable { case snapshot, name, ttlSeconds, idleSeconds, labels, whenFull }

    package var snapshot: String
    /// Absent: the control plane makes one up.
    package var name: String?
    /// Absent: the control plane's default.
    package var ttlSeconds: Int?
    /// How long it may go without a request before it is put to sleep; 0: for ever; absent: the control plane's
    /// default.
    package var idleSeconds: Int?
    package var labels: [String: String]?
    /// What to do when a limit leaves no room: `refuse`, the default, or `queue`.
    package var whenFull: String?

    package init(
        snapshot: String, name: String? = nil, ttlSeconds: Int? = nil, idleSeconds: Int? = nil,
        labels: [String: String]? = nil, whenFull: String? = nil
    ) {
        self.snapshot = snapshot
        self.name = name
        self.ttlSeconds = ttlSeconds
        self.idleSeconds = idleSeconds
        self.labels = labels
        self.whenFull = whenFull
    }
}

/// Body of `POST /v1/environments/{name}/reset`.
package struct ResetEnvironmentBody: RequestBody, Codable, Sendable, Equatable {
    enum CodingKeys: CodingKey, CaseIterable { case latest }

    /// Whether to take the snapshot's newest generation instead of the environment's own; absent: no.
    package var latest: Bool?

    package init(latest: Bool? = nil) {
        self.latest = latest
    }
}

/// Body of `POST /v1/snapshots`.
package struct CreateSnapshotBody: RequestBody, Codable, Sendable, Equatable {
    enum CodingKeys: CodingKey, CaseIterable { case name, source }

    static let nested: [String: any RequestBody.Type] = ["source": SnapshotSource.self]

    package var name: String
    package var source: SnapshotSource

    package init(name: String, source: SnapshotSource) {
        self.name = name
        self.source = source
    }
}

/// `POST /v1/snapshots/{name}/refresh`.
package struct RefreshSnapshotBody: RequestBody, Codable, Sendable, Equatable {
    enum CodingKeys: CodingKey, CaseIterable { case exportDirectory }

    /// As in ``SnapshotSource``; absent: the directory of the last import.
    package var exportDirectory: String?

    package init(exportDirectory: String?) {
        self.exportDirectory = exportDirectory
    }
}

/// Where a snapshot's data comes from: one of the two.
package struct SnapshotSource: RequestBody, Codable, Sendable, Equatable {
    enum CodingKeys: CodingKey, CaseIterable { case exportDirectory, aurora }

    static let nested: [String: any RequestBody.Type] = ["aurora": AuroraResource.self]

    /// An absolute path on the control plane's machine that holds one or more DynamoDB exports to S3.
    package var exportDirectory: String?
    /// A production cluster to register.
    package var aurora: AuroraResource?

    package init(exportDirectory: String) {
        self.exportDirectory = exportDirectory
    }

    package init(aurora: AuroraResource) {
        self.aurora = aurora
    }
}
