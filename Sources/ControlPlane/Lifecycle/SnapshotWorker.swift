import Environments
import Logging
import ServiceLifecycle
import Synchronization

/// Imports generations of snapshots and drops them, each as a recorded, claimed piece of work. An import that a dead
/// process began is not continued: what it made is dropped and the generation fails, so that only whole imports are
/// ever cloned.
final class SnapshotWorker: Service {
    private let store: RecordStore
    private let provider: any CloneProvider
    private let importer: any Importer
    private let installation: InstallationID
    private let tunables: Tunables
    private let wake: WakeSignal
    private let hub: ChangeHub
    private let logger: Logger
    private let running = Mutex(0)

    init(
        store: RecordStore, provider: any CloneProvider, importer: any Importer, installation: InstallationID,
        tunables: Tunables, wake: WakeSignal, hub: ChangeHub, logger: Logger
    ) {
        self.store = store
        self.provider = provider
        self.importer = importer
        self.installation = installation
        self.tunables = tunables
        self.wake = wake
        self.hub = hub
        self.logger = logger
    }

    /// Drops what imports of dead processes left, before anybody asks for the same names again.
    func dropBrokenOff() async throws(ControlError) {
        let broken = try await store.claimGenerations(limit: 1000, lease: tunables.lease, brokenOff: true)
        for claimed in broken.claimed { await work(claimed) }
    }

    func run() async throws {
        // An import can take hours: at a shutdown it is stopped and cleaned up, not waited for.
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.renewLeases() }
                while !Task.isCancelled {
                    let pause = await self.dispatch(into: &group)
                    await self.wake.wait(atMost: pause)
                }
            }
        }
    }

    /// Claims what there is room for and starts it. Returns how long to wait at most before looking again.
    private func dispatch(into group: inout DiscardingTaskGroup) async -> Duration {
        let free = tunables.concurrentImports - running.withLock { $0 }
        // What ends signals.
        guard free > 0 else { return tunables.pollInterval }
        do {
            try await store.retireGenerations(after: tunables.supersededGrace)
            let batch = try await store.claimGenerations(limit: free, lease: tunables.lease)
            for claimed in batch.claimed {
                running.withLock { $0 += 1 }
                group.addTask {
                    await self.work(claimed)
                    self.running.withLock { $0 -= 1 }
                    self.wake.signal()
                }
            }
            return batch.isBehind && batch.claimed.count < free ? tunables.contentionPause : tunables.pollInterval
        } catch {
            logger.error("no import could be claimed", metadata: ["error": "\(error)"])
            return .milliseconds(500)
        }
    }

    private func work(_ claimed: ClaimedGeneration) async {
        do {
            switch claimed.record.state {
            case .importing: try await runImport(claimed)
            case .deleting: try await drop(claimed, then: .deleted, reason: nil)
            case .ready, .failed, .deleted: break
            }
        } catch {
            logger.error(
                "a snapshot could not be worked on",
                metadata: ["snapshot": "\(claimed.record.name)", "error": "\(error)"])
        }
        hub.changed(claimed.record.id.text)
    }

    private func runImport(_ claimed: ClaimedGeneration) async throws(ControlError) {
        guard claimed.epoch == 1 else {
            try await drop(claimed, then: .failed, reason: "the control plane ended during the import; import it again")
            return
        }
        guard !claimed.cancelRequested else {
            try await drop(claimed, then: .failed, reason: "cancelled")
            return
        }
        do {
            Failpoint.importBefore.hit()
            let imported = try await importUnlessCancelled(claimed)
            Failpoint.importAfter.hit()
            guard try await !store.recordImported(claimed, imported) else {
                logger.info("imported", metadata: ["snapshot": "\(claimed.record.name)", "items": "\(imported.items)"])
                return
            }
            try await drop(claimed, then: .failed, reason: "cancelled")
        } catch {
            // Stopped with the process: the next one finds the claim broken off.
            guard !Task.isCancelled else { return }
            // With the hint: whoever asks later sees nothing but the reason.
            let reason = error.code == .cancelled ? "cancelled" : error.description
            logger.warning("an import failed", metadata: ["snapshot": "\(claimed.record.name)", "error": "\(error)"])
            try await drop(claimed, then: .failed, reason: reason)
        }
    }

    /// Runs the import next to a watch for a request to cancel it; the first that ends decides.
    private func importUnlessCancelled(_ claimed: ClaimedGeneration) async throws(ControlError) -> ImportedGeneration {
        let meter = ProgressMeter()
        let request = ImportRequest(
            database: claimed.record.database, directory: claimed.record.source,
            mark: InstallationMark(
                installation: installation.text, kind: .snapshot, id: claimed.record.id.text,
                generation: claimed.record.generation))
        return try await storing("import \(claimed.record.name)") {
            try await withThrowingTaskGroup(of: ImportedGeneration?.self) { group in
                group.addTask { try await self.importer.run(request) { meter.report($0) } }
                group.addTask {
                    await self.watchForCancellation(claimed)
                    return nil
                }
                group.addTask {
                    await self.recordProgress(claimed, meter)
                    return nil
                }
                defer { group.cancelAll() }
                guard let imported = try await group.next() ?? nil else {
                    throw ControlError(.cancelled, subject: claimed.record.name.text, "cancelled")
                }
                return imported
            }
        }
    }

    /// Returns when the import is to stop.
    private func watchForCancellation(_ claimed: ClaimedGeneration) async {
        let changes = hub.changes(of: claimed.record.id.text)
        // Nobody was told of a request that came between the claim and this subscription.
        if await isGivenUp(claimed) { return }
        for await _ in changes {
            if await isGivenUp(claimed) { return }
        }
    }

    /// Whether the import was cancelled, or is no longer this worker's.
    private func isGivenUp(_ claimed: ClaimedGeneration) async -> Bool {
        do {
            let now = try await store.generation(claimed.record.id, claimed.record.generation)
            guard let now else { return true }
            return now.cancelRequested || now.epoch != claimed.epoch
        } catch {
            logger.debug("could not look for a cancellation", metadata: ["error": "\(error)"])
            return false
        }
    }

    /// Writes the progress down now and then, until cancelled.
    private func recordProgress(_ claimed: ClaimedGeneration, _ meter: ProgressMeter) async {
        var last: SnapshotProgress?
        while (try? await Task.sleep(for: tunables.progressInterval)) != nil {
            let progress = meter.progress
            guard progress != last else { continue }
            last = progress
            do {
                try await store.recordProgress(claimed, progress)
            } catch {
                logger.debug("the progress could not be recorded", metadata: ["error": "\(error)"])
            }
        }
    }

    private func drop(
        _ claimed: ClaimedGeneration, then state: SnapshotRecord.State, reason: String?
    ) async throws(ControlError) {
        do {
            Failpoint.dropSnapshotBefore.hit()
            // A registered cluster is production's: forgetting it is all.
            if claimed.record.aurora == nil {
                try await provider.drop(database: claimed.record.database, role: nil)
            }
            Failpoint.dropSnapshotAfter.hit()
            try await store.recordEnd(claimed, state: state, reason: reason)
        } catch {
            var generator = SystemRandomNumberGenerator()
            let delay = tunables.retry.delay(attempts: claimed.attempts + 1, using: &generator)
            try await store.recordRetry(claimed, reason: error.message, after: max(delay, .milliseconds(100)))
            throw error
        }
    }

    private func renewLeases() async {
        while (try? await Task.sleep(for: tunables.renewalInterval)) != nil {
            guard running.withLock({ $0 > 0 }) else { continue }
            do {
                try await store.renewGenerationLeases(tunables.lease)
            } catch {
                logger.warning("the claims could not be renewed", metadata: ["error": "\(error)"])
            }
        }
    }
}

/// What `SnapshotImporter` does, so that tests can put faults in its place.
protocol Importer: Sendable {
    func run(
        _ request: ImportRequest, progress: @escaping @Sendable (ImportProgress) -> Void
    ) async throws(ControlError) -> ImportedGeneration
}

extension SnapshotImporter: Importer {}

/// The newest report of an import, with the rate since its beginning.
private final class ProgressMeter: Sendable {
    private let started = ContinuousClock.now
    private let latest = Mutex(SnapshotProgress())

    func report(_ report: ImportProgress) {
        let seconds = Double(started.duration(to: .now).microseconds) / 1_000_000
        latest.withLock { progress in
            progress.itemsDone = Int64(report.itemsDone)
            progress.itemsTotal = Int64(report.itemsTotal)
            progress.bytesDone = Int64(report.bytesDone)
            progress.bytesTotal = Int64(report.bytesTotal)
            progress.itemsPerSecond = seconds > 0 ? Double(report.itemsDone) / seconds : 0
        }
    }

    var progress: SnapshotProgress { latest.withLock { $0 } }
}
