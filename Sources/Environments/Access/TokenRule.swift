/// A token as it is recorded: everything but the token itself, of which only a hash is kept.
package struct TokenRecord: Sendable, Hashable, Identifiable {
    package var id: String
    package var caller: Caller
    package var createdBy: String
    package var createdAt: Timestamp
    package var expiresAt: Timestamp?
    package var revokedAt: Timestamp?
    /// Within about a minute.
    package var lastUsedAt: Timestamp?

    package init(id: String, caller: Caller, createdBy: String, createdAt: Timestamp) {
        self.id = id
        self.caller = caller
        self.createdBy = createdBy
        self.createdAt = createdAt
    }
}

/// What a token may be made for.
package enum TokenRule {
    package static let maximumOwnerLength = 64
    package static let maximumSnapshots = 64
    /// Names that the history gives to others.
    package static let reserved: Set<String> = [
        Caller.local.owner, "reaper", "reconciler", "pool", "webhooks", "envctl",
    ]

    /// - Throws: `invalidRequest` that names what breaks the rule.
    package static func check(_ caller: Caller) throws(ControlError) {
        let owner = caller.owner
        let isPlain = owner.unicodeScalars.allSatisfy {
            $0.isASCII
                && ($0.properties.isAlphabetic || $0.properties.numericType != nil
                    || "-_.@+/:".unicodeScalars.contains($0))
        }
        guard !owner.isEmpty, owner.utf8.count <= maximumOwnerLength, isPlain else {
            throw ControlError(
                .invalidRequest, subject: "owner", "the owner of a token is not a plain name",
                hint: "1 to \(maximumOwnerLength) letters, digits and any of -_.@+/:, e.g. ci or maria@example.org")
        }
        guard !reserved.contains(owner) else {
            throw ControlError(
                .invalidRequest, subject: owner,
                "the owner '\(owner)' means a part of the control plane in the history",
                hint: "choose another name")
        }
        try LabelRule.check(caller.labels)
        if let snapshots = caller.snapshots {
            guard !snapshots.isEmpty, snapshots.count <= maximumSnapshots else {
                throw ControlError(
                    .invalidRequest, subject: "snapshots", "a token is bound to 1 to \(maximumSnapshots) snapshots",
                    hint: "leave them out for all")
            }
            for name in snapshots.sorted() { _ = try SnapshotName(name) }
        }
        guard caller.scope < .admin || !caller.isBound else {
            throw ControlError(
                .invalidRequest, subject: "scope", "a token with the scope admin cannot be bound",
                hint: "it could make itself one that is not; use the scope use")
        }
    }
}
