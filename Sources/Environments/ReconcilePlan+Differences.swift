extension ReconcilePlan {
    /// What a plan is made from.
    package struct Inputs: Hashable, Sendable {
        /// What exists and carries the installation's mark. Directories are those of this machine.
        package var found: Set<FoundResource>
        /// The live records before the listing.
        package var before: [EnvironmentRecord]
        /// The live records after it.
        package var after: [EnvironmentRecord]
        /// The generations, after the listing, that are being made, ready or being dropped.
        package var generations: Set<RecordedGeneration>
        /// The replica whose machine was listed.
        package var replica: String
        /// The installation, from which the identifiers of clusters follow.
        package var installation: InstallationID
        /// Whether the Aurora clones were listed: what cannot be listed is not judged.
        package var listsClusters: Bool

        package init(
            found: Set<FoundResource>, before: [EnvironmentRecord], after: [EnvironmentRecord],
            generations: Set<RecordedGeneration>, replica: String, installation: InstallationID = InstallationID(""),
            listsClusters: Bool = false
        ) {
            self.found = found
            self.before = before
            self.after = after
            self.generations = generations
            self.replica = replica
            self.installation = installation
            self.listsClusters = listsClusters
        }
    }
}

extension ReconcilePlan.Inputs {
    /// Every difference, what helps before what destroys.
    var differences: [ReconcilePlan.Step] { incomplete + orphans }

    /// Records without what they need.
    private var incomplete: [ReconcilePlan.Step] {
        let earlier = Dictionary(before.map { ($0.id, $0) }) { first, _ in first }
        var steps: [ReconcilePlan.Step] = []
        for record in after.sorted(by: { $0.id < $1.id }) {
            guard let old = earlier[record.id], old.incarnation == record.incarnation,
                let (action, reason) = ailment(record, before: old)
            else { continue }
            steps.append(ReconcilePlan.Step(action, .environment(record.id, record.name), reason: reason))
        }
        let order: [ReconcilePlan.Step.Action] = [.wake, .remake, .fail, .delete]
        return order.flatMap { action in steps.filter { $0.action == action } }
    }

    private func ailment(
        _ record: EnvironmentRecord, before old: EnvironmentRecord
    ) -> (ReconcilePlan.Step.Action, String)? {
        if record.holdsWholeCopy, old.holdsWholeCopy, record.storage == .aurora {
            let cluster = FoundResource(
                kind: .cluster, name: clusterName(record, record.incarnation), owner: .environment(record.id))
            if listsClusters, !found.contains(cluster) {
                return lost(record, "its cluster \(cluster.name)")
            }
        } else if record.holdsWholeCopy, old.holdsWholeCopy {
            let owner = FoundResource.Owner.environment(record.id)
            if !found.contains(FoundResource(kind: .database, name: record.database, owner: owner)) {
                return lost(record, "its database \(record.database)")
            }
            if !found.contains(FoundResource(kind: .role, name: record.role, owner: owner)) {
                return (.remake, "its role \(record.role) is gone, and its data are there")
            }
        }
        guard record.phase == old.phase, record.nextAttemptAt == nil, old.nextAttemptAt == nil else { return nil }
        switch record.phase {
        case .requested, .cloning, .sealing, .starting, .probing, .resetting, .deleting:
            return (.wake, "it is \(record.phase.rawValue), and nobody is to look at it")
        case .ready, .hibernated:
            guard record.oldestIncarnation < record.incarnation else { return nil }
            return (.wake, "the copy that a reset replaced is not dropped")
        case .queued, .expiring, .failed, .deleted: return nil
        }
    }

    private func clusterName(_ record: EnvironmentRecord, _ incarnation: Int) -> String {
        AuroraNames.cluster(installation, record.id, incarnation: incarnation)
    }

    private func lost(_ record: EnvironmentRecord, _ name: String) -> (ReconcilePlan.Step.Action, String)? {
        let what = "\(name) is gone; envctl did not drop it"
        if record.isPooled { return (.delete, what + ", and nobody has claimed it") }
        switch record.phase {
        case .expiring: return (.delete, what + ", so there is nothing to restore")
        // Copying the snapshot again would pass for the data that the user wrote.
        default: return (.fail, what)
        }
    }

    /// Resources without a record.
    private var orphans: [ReconcilePlan.Step] {
        let records = Dictionary(after.map { ($0.id, $0) }) { first, _ in first }
        return found.sorted().compactMap { resource in
            unknown(resource, records).map { ReconcilePlan.Step(.remove, .resource(resource), reason: $0) }
        }
    }

    /// Why no record knows it; nil when one does.
    private func unknown(_ resource: FoundResource, _ records: [EnvironmentID: EnvironmentRecord]) -> String? {
        switch resource.owner {
        case .snapshot(let id, let generation):
            let isRecorded = generations.contains(RecordedGeneration(snapshot: id, number: generation))
            return isRecorded ? nil : "no record knows generation \(generation) of snapshot \(id)"
        case .environment(let id):
            guard let record = records[id] else { return "no record knows environment \(id)" }
            if resource.kind != .directory, !record.hasStorage {
                return "environment '\(record.name)' has no storage any more"
            }
            switch resource.kind {
            case .database:
                guard !record.databases.contains(resource.name) else { return nil }
                return "environment '\(record.name)' has gone on to \(record.database)"
            case .cluster:
                let incarnations = min(record.oldestIncarnation, record.incarnation)...record.incarnation
                let isKnown = incarnations.contains { clusterName(record, $0) == resource.name }
                return isKnown ? nil : "environment '\(record.name)' has gone on to another clone"
            case .role:
                return record.role == resource.name ? nil : "the role of environment '\(record.name)' is \(record.role)"
            case .directory:
                guard let host = record.host, host != replica else { return nil }
                return "the server of environment '\(record.name)' belongs on another machine (\(host))"
            }
        }
    }
}

extension EnvironmentRecord {
    /// Whether its current copy was handed out and must be there.
    fileprivate var holdsWholeCopy: Bool {
        switch phase {
        case .starting, .probing, .ready, .hibernated, .expiring: readySince != nil
        case .queued, .requested, .cloning, .sealing, .resetting, .failed, .deleting, .deleted: false
        }
    }
}
