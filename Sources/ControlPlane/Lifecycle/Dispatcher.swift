import Environments
import Logging
import ServiceLifecycle
import Synchronization

/// Claims environments that are due and drives each in a task of its own, within the limits. It is woken by requests
/// and by its workers; polling stands behind that.
final class Dispatcher: Service {
    private let store: RecordStore
    private let worker: EnvironmentWorker
    private let tunables: Tunables
    private let wake: WakeSignal
    private let logger: Logger
    private let leases: LeaseKeeper
    private let slots: Mutex<WorkSlots>

    init(store: RecordStore, worker: EnvironmentWorker, tunables: Tunables, wake: WakeSignal, logger: Logger) {
        self.store = store
        self.worker = worker
        self.tunables = tunables
        self.wake = wake
        self.logger = logger
        leases = worker.leases
        slots = Mutex(
            WorkSlots(maximumClones: tunables.concurrentClones, maximumWorkers: tunables.concurrentWorkers))
    }

    func run() async throws {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.renewLeases() }
            await withGracefulShutdownHandler {
                while !Task.isCancelled, !Task.isShuttingDownGracefully {
                    let pause = await self.dispatch(into: &group)
                    await wake.wait(atMost: pause)
                }
            } onGracefulShutdown: {
                self.wake.signal()
            }
        }
    }

    /// Claims what there is room for and starts it. Returns how long to wait at most before looking again.
    private func dispatch(into group: inout DiscardingTaskGroup) async -> Duration {
        let free = slots.withLock { $0.free }
        // A worker that ends signals.
        guard free.beforeClone > 0 || free.others > 0 else { return tunables.pollInterval }
        do {
            let claimedAt = ContinuousClock.now
            let running = slots.withLock { Array($0.running) }
            let batch = try await store.claim(
                beforeClone: free.beforeClone, others: free.others, lease: tunables.lease, except: running)
            for claimed in batch.claimed {
                slots.withLock { $0.begin(claimed.record.id, claimed.record.phase) }
                group.addTask { await self.drive(claimed, claimedAt) }
            }
            let early = batch.claimed.count { $0.record.phase.isBeforeStorage }
            let hasRoom = early < free.beforeClone && batch.claimed.count - early < free.others
            return tunables.pause(untilDue: batch.nextDue, hasRoom: hasRoom)
        } catch {
            logger.error("no work could be claimed", metadata: ["error": "\(error)"])
            return .milliseconds(500)
        }
    }

    private func drive(_ claimed: ClaimedEnvironment, _ claimedAt: ContinuousClock.Instant) async {
        let id = claimed.record.id
        await Operation.about(claimed.record) {
            await worker.drive(claimed, claimedAt: claimedAt) { phase in
                if self.slots.withLock({ $0.update(id, phase) }) { self.wake.signal() }
            }
        }
        slots.withLock { $0.end(id) }
        wake.signal()
    }

    /// Keeps the claims alive while something runs; a process that hangs loses them.
    private func renewLeases() async {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: self.tunables.renewalInterval)) != nil {
                do {
                    try await self.store.beacon()
                    // Only what is at work: a claim that a worker gave up without saying so must run out.
                    let running = self.slots.withLock { Array($0.running) }
                    guard !running.isEmpty else { continue }
                    let renewedAt = ContinuousClock.now
                    let claims = try await self.store.renewLeases(self.tunables.lease, of: running)
                    self.leases.renewed(claims, at: renewedAt)
                } catch {
                    self.logger.warning("the claims could not be renewed", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}
