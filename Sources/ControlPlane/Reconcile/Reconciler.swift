import Environments
import Logging
import ServiceLifecycle

/// Removes what carries the installation's mark and no record knows: databases, roles, directories and the servers
/// that run from them. At the start at once, then in every tick what the tick before saw too.
struct Reconciler: Service {
    let store: RecordStore
    let effectors: Effectors
    let installation: InstallationID
    let configuration: ControlPlaneConfiguration
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var suspects: Set<FoundResource> = []
            while (try? await Task.sleep(for: configuration.tunables.reconcileInterval)) != nil {
                do {
                    suspects = try await tick(suspects: suspects)
                } catch {
                    logger.error(
                        "the comparison of what exists with the records failed", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// One comparison. Returns what to look at again.
    /// - Parameter sightings: how often an orphan must have been seen before it is removed.
    @discardableResult
    func tick(suspects: Set<FoundResource>, sightings: Int = 2) async throws(ControlError) -> Set<FoundResource> {
        // In this order; see ReconcilePlan.
        let found = try await found()
        let recorded = try await recorded()
        let plan = ReconcilePlan(found: found, recorded: recorded, suspects: suspects, sightings: sightings)
        var failed: Set<FoundResource> = []
        for orphan in plan.remove {
            do {
                try await remove(orphan)
                logger.notice(
                    "removed an orphan", metadata: ["kind": "\(orphan.kind.rawValue)", "name": "\(orphan.name)"])
                try await store.note(
                    .installation, installation.text, kind: "orphan-removed",
                    message: "\(orphan.kind.rawValue) \(orphan.name) belonged to no record",
                    by: .reconciler)
            } catch {
                failed.insert(orphan)
                logger.warning(
                    "an orphan could not be removed", metadata: ["name": "\(orphan.name)", "error": "\(error)"])
            }
        }
        return plan.suspects.union(failed)
    }

    private func found() async throws(ControlError) -> Set<FoundResource> {
        var found: Set<FoundResource> = []
        for resource in try await effectors.provider.list() where resource.mark.installation == installation.text {
            if let database = resource.database { found.insert(FoundResource(kind: .database, name: database)) }
            if let role = resource.role { found.insert(FoundResource(kind: .role, name: role)) }
        }
        for id in try PosixFile.list(configuration.environmentsDirectory) {
            found.insert(FoundResource(kind: .directory, name: id))
        }
        return found
    }

    private func recorded() async throws(ControlError) -> Set<FoundResource> {
        var recorded = Set(try await store.generationDatabases().map { FoundResource(kind: .database, name: $0) })
        for record in try await store.list() {
            recorded.insert(FoundResource(kind: .database, name: record.database))
            recorded.insert(FoundResource(kind: .role, name: record.role))
            recorded.insert(FoundResource(kind: .directory, name: record.id.text))
        }
        return recorded
    }

    private func remove(_ orphan: FoundResource) async throws(ControlError) {
        switch orphan.kind {
        case .directory:
            let directory = configuration.environmentDirectory(EnvironmentID(orphan.name))
            if let server = effectors.launcher.find(id: orphan.name, directory: directory) {
                try await effectors.launcher.stop(server)
            }
            try PosixFile.remove(directory)
        case .database: try await effectors.provider.drop(database: orphan.name, role: nil)
        case .role: try await effectors.provider.drop(database: nil, role: orphan.name)
        }
    }
}
