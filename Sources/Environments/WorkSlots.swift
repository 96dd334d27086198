/// Who may begin: a pure account of what runs against the two limits.
package struct WorkSlots: Sendable {
    package let maximumClones: Int
    package let maximumWorkers: Int
    package private(set) var cloning: Set<EnvironmentID> = []
    package private(set) var running: Set<EnvironmentID> = []

    package init(maximumClones: Int, maximumWorkers: Int) {
        self.maximumClones = maximumClones
        self.maximumWorkers = maximumWorkers
    }

    /// How many more environments may be claimed that still need a copy made, and how many others. Deletions and
    /// restarts keep room when many copies queue, because copies have a limit of their own below the workers'.
    package var free: (beforeClone: Int, others: Int) {
        let workers = max(0, maximumWorkers - running.count)
        let clones = min(max(0, maximumClones - cloning.count), workers)
        return (clones, max(0, workers - clones))
    }

    package mutating func begin(_ id: EnvironmentID, _ phase: Phase) {
        running.insert(id)
        update(id, phase)
    }

    /// Whether that freed a place.
    @discardableResult
    package mutating func update(_ id: EnvironmentID, _ phase: Phase) -> Bool {
        guard phase.isBeforeStorage else { return cloning.remove(id) != nil }
        cloning.insert(id)
        return false
    }

    package mutating func end(_ id: EnvironmentID) {
        cloning.remove(id)
        running.remove(id)
    }
}
