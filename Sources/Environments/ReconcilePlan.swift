/// Something of this installation that exists.
package struct FoundResource: Hashable, Comparable, Sendable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case database, role
        /// The directory of an environment, with the server that may run from it.
        case directory
    }

    package var kind: Kind
    /// The name of the database or role; the environment's id for a directory.
    package var name: String

    package init(kind: Kind, name: String) {
        self.kind = kind
        self.name = name
    }

    package static func < (a: FoundResource, b: FoundResource) -> Bool {
        (a.kind.rawValue, a.name) < (b.kind.rawValue, b.name)
    }
}

/// What to remove because no record knows it, as a value that can be printed.
///
/// `found` must hold only what carries the installation's mark, and must have been listed **before** the records were
/// read: a record is written before its resource is made, so whatever is listed has its record by then, unless it is
/// an orphan.
package struct ReconcilePlan: Hashable, Sendable {
    /// Orphans to remove now: directories, and so servers, before databases, and those before roles.
    package var remove: [FoundResource]
    /// Orphans seen for the first time, to be looked at again.
    package var suspects: Set<FoundResource>

    /// - Parameters:
    ///   - suspects: what the tick before suspected.
    ///   - sightings: 1 removes at once, at a start; 2 waits for the next tick.
    package init(
        found: some Sequence<FoundResource>, recorded: Set<FoundResource>, suspects: Set<FoundResource>,
        sightings: Int = 2
    ) {
        let orphans = Set(found).subtracting(recorded)
        let condemned = sightings <= 1 ? orphans : orphans.intersection(suspects)
        let order: [FoundResource.Kind] = [.directory, .database, .role]
        remove = order.flatMap { kind in condemned.filter { $0.kind == kind }.sorted() }
        self.suspects = orphans.subtracting(condemned)
    }
}
