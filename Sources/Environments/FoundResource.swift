/// Something that exists and carries the mark of this installation.
package struct FoundResource: Hashable, Comparable, Sendable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The directory of an environment, with the server that may run from it.
        case directory
        case database
        case role
        /// An Aurora clone with its instance.
        case cluster
    }

    /// What its mark says that it was made for.
    package enum Owner: Hashable, Sendable {
        case environment(EnvironmentID)
        case snapshot(SnapshotID, generation: Int)
    }

    package var kind: Kind
    /// The name of the database or role, the identifier of the cluster; the environment's id for a directory.
    package var name: String
    package var owner: Owner

    package init(kind: Kind, name: String, owner: Owner) {
        self.kind = kind
        self.name = name
        self.owner = owner
    }

    /// Directories, and so servers, before databases, and those before roles.
    package static func < (a: FoundResource, b: FoundResource) -> Bool {
        (a.kind.rank, a.name) < (b.kind.rank, b.name)
    }
}

extension FoundResource.Kind {
    fileprivate var rank: Int {
        switch self {
        case .directory: 0
        case .database: 1
        case .role: 2
        case .cluster: 3
        }
    }
}

/// A generation of a snapshot of which something may exist.
package struct RecordedGeneration: Hashable, Sendable {
    package var snapshot: SnapshotID
    package var number: Int

    package init(snapshot: SnapshotID, number: Int) {
        self.snapshot = snapshot
        self.number = number
    }
}
