import Cryptography
import Environments
import Logging
import Postgres

/// Makes, reaches and removes the storage of environments whose snapshot is a registered Aurora cluster.
///
/// A step of it does at most one thing at AWS and then lets go: what takes minutes there takes no place among the
/// workers here. Each step looks first, so it does not matter which process took the one before.
struct AuroraProvider: Sendable {
    let store: RecordStore
    let regions: AuroraRegions
    let installation: InstallationID
    let endpoints: AuroraEndpoints
    let patience: AuroraPatience
    let logger: Logger

    /// One step towards a clone that only the environment's role can use.
    func make(_ record: EnvironmentRecord) async throws(ControlError) -> EffectResult {
        let row = try await begin(record)
        guard let password = record.rolePassword else {
            throw ControlError(.misconfigured, subject: record.name.text, "the record has no role password")
        }
        return try await attempt(row, isWanted: true) { row in
            let region = try await regions.region(row.source.region)
            let seen = try await region.view.sighting(notOlderThan: patience.poll / 2)
            let clone = clone(row)
            switch AuroraPlan.creation(clone, seen) {
            case .connect:
                guard let cluster = seen.cluster(clone.identifier) else { return .looking("the cluster is not listed") }
                return try await connect(row, cluster, role: record.role, password: password)
            case .restore:
                try await restore(row, record, seen, region)
                return .looking("the volume is being cloned")
            case .createInstance(let instance):
                try await createInstance(instance, row, record, seen, region)
                return .looking("the instance is being made")
            case .setPassword:
                guard let master = row.masterPassword else {
                    throw ControlError(.misconfigured, subject: row.cluster, "the clone has no master password")
                }
                Failpoint.auroraPasswordBefore.hit()
                try await region.guarded().setPassword(master, ofCluster: row.cluster)
                Failpoint.auroraPasswordAfter.hit()
                try await store.noteAuroraPassword(row)
                return .looking("the clone gets its own master password")
            case .start:
                try await start(row, region)
                return .looking("the cluster is being started")
            case .wait(let what): return .looking(what)
            case .refuse(let error): throw error
            case .gone, .liftProtection, .deleteInstance, .deleteCluster:
                throw ControlError(.failed, subject: row.cluster, "a clone in the making cannot be deleted")
            }
        }
    }

    /// One step towards nothing of the incarnations that are given; `done` when nothing is left.
    func drop(_ record: EnvironmentRecord, _ incarnations: [Int]) async throws(ControlError) -> EffectResult {
        var rows: [AuroraCloneRow] = []
        for incarnation in incarnations {
            // Without a record nothing was ever asked of AWS.
            guard let row = try await store.auroraClone(record.id, incarnation), !row.isGone else { continue }
            rows.append(row)
        }
        // The role goes with the last copy that there is: a reset can have got no further than its record.
        let isWhole = incarnations.contains(record.incarnation)
        for row in rows {
            let role = isWhole && row.incarnation == rows.last?.incarnation ? record.role : nil
            let result = try await attempt(row, isWanted: false) { row in try await remove(row, role: role) }
            guard case .made = result else { return result }
        }
        return .done
    }

    /// The databases of the environment's newest copy as its own role.
    func served(_ record: EnvironmentRecord) async throws(ControlError) -> AuroraDatabases.Served {
        let row = try await row(of: record)
        guard let password = record.rolePassword else {
            throw ControlError(.misconfigured, subject: record.name.text, "the record has no role password")
        }
        return try AuroraDatabases(row, endpoints).served(role: record.role, password: password)
    }

    func databases(of record: EnvironmentRecord) async throws(ControlError) -> AuroraDatabases {
        try AuroraDatabases(try await row(of: record), endpoints)
    }

    private func row(of record: EnvironmentRecord) async throws(ControlError) -> AuroraCloneRow {
        guard let row = try await store.auroraClone(record.id, record.incarnation), !row.isGone else {
            throw ControlError(.failed, subject: record.name.text, "there is no clone at AWS for this environment")
        }
        return row
    }

    private func clone(_ row: AuroraCloneRow) -> AuroraClone {
        AuroraClone(
            mark: AuroraMark(
                installation: installation, environment: row.environment, incarnation: row.incarnation),
            hasOwnPassword: row.hasOwnPassword)
    }

    /// The record of the clone, written before anything is asked of AWS.
    private func begin(_ record: EnvironmentRecord) async throws(ControlError) -> AuroraCloneRow {
        if let row = try await store.auroraClone(record.id, record.incarnation), !row.isGone { return row }
        guard let source = try await store.auroraSource(of: record.snapshotID) else {
            throw ControlError(.misconfigured, subject: record.snapshot.text, "the snapshot is no Aurora cluster")
        }
        return try await store.beginAuroraClone(
            record.id, record.incarnation,
            cluster: AuroraNames.cluster(installation, record.id, incarnation: record.incarnation), source: source,
            password: SecureRandom.text(40, from: EnvironmentRequest.passwordAlphabet))
    }
}

// MARK: - Steps

extension AuroraProvider {
    /// What one step came to.
    enum Progress: Sendable {
        case complete
        case looking(String)
    }

    private func restore(
        _ row: AuroraCloneRow, _ record: EnvironmentRecord, _ seen: AuroraSighting, _ region: AuroraRegion
    ) async throws {
        guard let origin = seen.cluster(row.source.cluster) else {
            throw ControlError(
                .notFound, subject: row.source.cluster,
                "the source cluster \(row.source.cluster) is not in \(row.source.region)",
                hint: "`envctl doctor --aurora \(row.source.cluster)` looks")
        }
        if !row.isAdmitted {
            let recorded = Set(
                try await store.liveAuroraClones().filter { $0.source.cluster == row.source.cluster }.map(\.cluster))
            try await store.admitAuroraClone(
                row, others: AuroraCloneLimit.others(of: origin, in: seen, recorded: recorded))
        }
        let source = row.source
        let request = AuroraRestore(
            target: row.cluster, source: source.cluster, subnetGroup: source.subnetGroup ?? origin.subnetGroup,
            securityGroups: source.securityGroups.isEmpty ? origin.securityGroups : source.securityGroups,
            parameterGroup: source.clusterParameterGroup ?? origin.parameterGroup,
            scaling: source.isServerless
                ? .init(
                    minimum: source.minimumACU, maximum: source.maximumACU, autoPauseSeconds: source.autoPauseSeconds)
                : nil,
            tags: tags(row, record))
        Failpoint.auroraRestoreBefore.hit()
        try await region.guarded().restore(request)
        Failpoint.auroraRestoreAfter.hit()
    }

    private func createInstance(
        _ instance: String, _ row: AuroraCloneRow, _ record: EnvironmentRecord, _ seen: AuroraSighting,
        _ region: AuroraRegion
    ) async throws {
        let members = seen.cluster(row.source.cluster)?.members ?? []
        let twin = seen.instances.first { $0.cluster == row.source.cluster && members.contains($0.identifier) }
        Failpoint.auroraInstanceBefore.hit()
        try await region.guarded().createInstance(
            AuroraCompute(
                instance: instance, cluster: row.cluster, instanceClass: row.source.instanceClass,
                parameterGroup: row.source.instanceParameterGroup ?? twin?.parameterGroup, tags: tags(row, record)))
        Failpoint.auroraInstanceAfter.hit()
    }

    private func tags(_ row: AuroraCloneRow, _ record: EnvironmentRecord) -> [String: String] {
        clone(row).mark.tags(
            source: row.source.cluster, owner: record.owner, name: record.name.text, expiresAt: "\(record.expiresAt)")
    }

    /// The clone is there: its databases are reached and closed to everybody but the environment's role.
    private func connect(
        _ row: AuroraCloneRow, _ cluster: AuroraCluster, role: String, password: String
    ) async throws -> Progress {
        var row = row
        row.endpoint = cluster.endpoint ?? row.endpoint
        row.port = cluster.port
        do {
            try await AuroraDatabases(row, endpoints).prepare(role: role, password: password)
            Failpoint.auroraTakenOver.hit()
        } catch {
            guard error.code == .unavailable || error.code == .unauthorized else { throw error }
            return .looking("its databases do not answer yet: \(error.message)")
        }
        try await store.noteAuroraEndpoint(row, row.endpoint ?? "", row.port)
        return .complete
    }

    private func start(_ row: AuroraCloneRow, _ region: AuroraRegion) async throws {
        Failpoint.auroraStartBefore.hit()
        try await region.guarded().start(cluster: row.cluster)
        Failpoint.auroraStartAfter.hit()
    }

    private func remove(_ row: AuroraCloneRow, role: String?) async throws -> Progress {
        let region = try await regions.region(row.source.region)
        var seen = try await region.view.sighting(notOlderThan: patience.poll / 2)
        if seen.cluster(row.cluster) == nil || row.status == "" {
            // A list can be older than the call that made it.
            seen = try await region.api.describe(row.cluster)
        }
        let isOverdue = row.now - row.statusSince > patience.status
        switch AuroraPlan.deletion(clone(row), seen, isOverdue: isOverdue) {
        case .gone:
            Failpoint.auroraGoneBefore.hit()
            try await AuroraDatabases(row, endpoints).dropCopies(role: role)
            try await store.noteAuroraGone(row)
            Failpoint.auroraGoneAfter.hit()
            return .complete
        case .liftProtection:
            Failpoint.auroraProtectionBefore.hit()
            try await region.guarded().liftProtection(ofCluster: row.cluster)
            Failpoint.auroraProtectionAfter.hit()
            return .looking("its deletion protection is lifted")
        case .start:
            try await start(row, region)
            return .looking("the stopped cluster is started, since AWS deletes none that is stopped")
        case .deleteInstance(let instance):
            Failpoint.auroraDeleteBefore.hit()
            try await region.guarded().deleteInstance(instance)
            Failpoint.auroraDeleteAfter.hit()
            return .looking("the instance is being deleted")
        case .deleteCluster:
            Failpoint.auroraDeleteClusterBefore.hit()
            try await region.guarded().deleteCluster(row.cluster)
            Failpoint.auroraDeleteClusterAfter.hit()
            return .looking("the cluster is being deleted")
        case .wait(let what): return .looking(what)
        case .refuse(let error): throw error
        case .restore, .createInstance, .setPassword, .connect:
            throw ControlError(.failed, subject: row.cluster, "a clone on its way out cannot be made")
        }
    }

    /// Runs a step, and turns what AWS refuses into a wait or an error.
    ///
    /// - Parameter isWanted: whether it is given up when one status lasts too long; a deletion is tried for ever.
    private func attempt(
        _ row: AuroraCloneRow, isWanted: Bool, _ step: (AuroraCloneRow) async throws -> Progress
    ) async throws(ControlError) -> EffectResult {
        do {
            switch try await step(row) {
            case .complete: return .made(since: row.startedAt)
            case .looking(let what): return try await wait(row, what, faults: 0, isWanted: isWanted)
            }
        } catch let fault as AuroraFault {
            switch AuroraReaction(fault) {
            case .lookAgain(let what): return try await wait(row, what, faults: 0, isWanted: isWanted)
            case .backOff(let what): return try await wait(row, what, faults: row.faults + 1, isWanted: isWanted)
            case .refuse(let error):
                // Gone between the look and the call.
                guard !isWanted, fault.kind == .absent else { throw error }
                return try await wait(row, "it is gone at AWS", faults: 0, isWanted: false)
            }
        } catch {
            throw PostgresAdmin.controlError(error, "work on the clone \(row.cluster)")
        }
    }

    private func wait(
        _ row: AuroraCloneRow, _ what: String, faults: Int, isWanted: Bool
    ) async throws(ControlError) -> EffectResult {
        let now = try await store.noteAuroraClone(row, status: what, faults: faults)
        let lasts = now.now - now.statusSince
        if isWanted, lasts > patience.status {
            throw ControlError(
                .timeout, subject: row.cluster,
                "for \(DurationText.format(lasts)) nothing has changed: \(what)",
                hint: "see the events of \(row.cluster) at AWS")
        }
        var generator = SystemRandomNumberGenerator()
        let delay = faults == 0 ? patience.poll : patience.backoff(faults, using: &generator)
        return .waiting(what, after: delay, isNews: what != row.status)
    }
}

// MARK: - What exists

extension AuroraProvider {
    /// Looks whether a cluster can be cloned; changes nothing.
    func inspect(_ source: AuroraSource) async throws(ControlError) {
        let seen: AuroraSighting
        do {
            seen = try await regions.region(source.region).api.describe(source.cluster)
        } catch let fault as AuroraFault {
            switch AuroraReaction(fault) {
            case .refuse(let error) where fault.kind != .absent: throw error
            case .lookAgain(let what), .backOff(let what):
                throw ControlError(.unavailable, subject: source.cluster, what)
            case .refuse: seen = AuroraSighting()
            }
        } catch {
            throw PostgresAdmin.controlError(error, "look at \(source.cluster)")
        }
        guard let cluster = seen.cluster(source.cluster) else {
            throw ControlError(
                .notFound, subject: source.cluster, "there is no cluster \(source.cluster) in \(source.region)",
                hint: "name the DB cluster identifier, and --region when it is another one")
        }
        guard cluster.engine == "aurora-postgresql" else {
            throw ControlError(
                .misconfigured, subject: source.cluster, "\(source.cluster) is \(cluster.engine), not aurora-postgresql"
            )
        }
        guard !cluster.members.isEmpty else {
            throw ControlError(
                .misconfigured, subject: source.cluster, "\(source.cluster) has no instance, and AWS clones none such",
                hint: "give it one; a paused db.serverless instance is enough")
        }
    }

    /// Every cluster that carries the installation's tags, in the regions of all sources and clones.
    func list() async throws(ControlError) -> [(identifier: String, mark: AuroraMark, region: String)] {
        var found: [String: (identifier: String, mark: AuroraMark, region: String)] = [:]
        for name in try await regionNames() {
            let region = try await regions.region(name)
            do {
                for cluster in try await region.view.sighting(notOlderThan: patience.poll).clusters {
                    guard let mark = cluster.mark, mark.installation == installation else { continue }
                    found[cluster.identifier] = (cluster.identifier, mark, name)
                }
            } catch {
                throw ControlError(.unavailable, subject: name, "the clones in \(name) cannot be listed: \(error.code)")
            }
        }
        return found.values.sorted { $0.identifier < $1.identifier }
    }

    /// Clones of a cluster that are not this installation's, as the last look showed them; AWS is not asked.
    func clonesOfOthers(_ source: AuroraSource) -> Int {
        guard let seen = regions.met(source.region)?.view.last, let origin = seen.cluster(source.cluster) else {
            return 0
        }
        let own = seen.clusters.filter { $0.mark?.installation == installation }.map(\.identifier)
        return AuroraCloneLimit.others(of: origin, in: seen, recorded: Set(own))
    }

    private func regionNames() async throws(ControlError) -> Set<String> {
        var names = Set(try await store.auroraSources().map(\.region))
        for row in try await store.liveAuroraClones() { names.insert(row.source.region) }
        return names
    }

    /// One step towards the end of a clone that no environment has; true when nothing is left.
    func removeOrphan(_ identifier: String) async throws(ControlError) -> Bool {
        guard let found = try await list().first(where: { $0.identifier == identifier }) else { return true }
        let clone = AuroraClone(mark: found.mark, hasOwnPassword: true)
        guard clone.identifier == identifier else {
            throw ControlError(
                .conflict, subject: identifier, "the name of \(identifier) does not follow from its tags")
        }
        do {
            let region = try await regions.region(found.region)
            let guarded = try await region.guarded()
            switch AuroraPlan.deletion(clone, try await region.api.describe(identifier)) {
            case .gone: return true
            case .liftProtection: try await guarded.liftProtection(ofCluster: identifier)
            case .start: try await guarded.start(cluster: identifier)
            case .deleteInstance(let instance): try await guarded.deleteInstance(instance)
            case .deleteCluster: try await guarded.deleteCluster(identifier)
            case .refuse(let error): throw error
            case .wait, .restore, .createInstance, .setPassword, .connect: break
            }
            return false
        } catch let fault as AuroraFault {
            if case .refuse(let error) = AuroraReaction(fault), fault.kind != .absent { throw error }
            return false
        } catch {
            throw PostgresAdmin.controlError(error, "remove the clone \(identifier)")
        }
    }
}
