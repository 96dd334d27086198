package import Environments

/// A token as the API shows it: never the token itself.
package struct TokenResource: Codable, Sendable, Equatable {
    package var id: String
    package var owner: String
    /// `read`, `use` or `admin`.
    package var scope: String
    /// Absent: every snapshot.
    package var snapshots: [String]?
    package var labels: [String: String]
    package var createdBy: String
    package var createdAt: String
    package var expiresAt: String?
    package var revokedAt: String?
    /// Within about a minute; absent when it was never used.
    package var lastUsedAt: String?

    package init(
        id: String, owner: String, scope: String, snapshots: [String]? = nil, labels: [String: String] = [:],
        createdBy: String, createdAt: String, expiresAt: String? = nil, revokedAt: String? = nil,
        lastUsedAt: String? = nil
    ) {
        self.id = id
        self.owner = owner
        self.scope = scope
        self.snapshots = snapshots
        self.labels = labels
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.lastUsedAt = lastUsedAt
    }
}

extension TokenResource {
    package init(_ record: TokenRecord) {
        self.init(
            id: record.id, owner: record.caller.owner, scope: record.caller.scope.rawValue,
            snapshots: record.caller.snapshots?.sorted(), labels: record.caller.labels, createdBy: record.createdBy,
            createdAt: record.createdAt.description, expiresAt: record.expiresAt?.description,
            revokedAt: record.revokedAt?.description, lastUsedAt: record.lastUsedAt?.description)
    }
}

/// Answer to `POST /v1/tokens`: the only time that the token is shown.
package struct CreatedTokenResource: Codable, Sendable, Equatable {
    package var record: TokenResource
    package var token: String

    package init(record: TokenResource, token: String) {
        self.record = record
        self.token = token
    }
}

/// Body of `POST /v1/tokens`.
package struct CreateTokenBody: RequestBody, Codable, Sendable, Equatable {
    enum CodingKeys: CodingKey, CaseIterable { case owner, scope, ttlSeconds, snapshots, labels }

    package var owner: String
    package var scope: String
    /// Absent: it does not expire.
    package var ttlSeconds: Int?
    package var snapshots: [String]?
    package var labels: [String: String]?

    package init(
        owner: String, scope: String, ttlSeconds: Int? = nil, snapshots: [String]? = nil,
        labels: [String: String]? = nil
    ) {
        self.owner = owner
        self.scope = scope
        self.ttlSeconds = ttlSeconds
        self.snapshots = snapshots
        self.labels = labels
    }
}
