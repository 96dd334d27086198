import Environments
import Logging
import ServiceLifecycle
import Synchronization

/// Why the control plane cannot do its work at the moment, if so: known at once to whoever asks, without asking what does
/// not answer.
package final class Degradation: Sendable {
    private let outage = Mutex<(reason: String, since: ContinuousClock.Instant)?>(nil)

    /// The reason.
    package var current: String? { outage.withLock { $0?.reason } }

    /// Whether that is news.
    func begin(_ reason: String) -> Bool {
        outage.withLock { outage in
            let isNew = outage == nil
            outage = (reason, outage?.since ?? .now)
            return isNew
        }
    }

    /// How long it was and why, if it was.
    func end() -> (reason: String, lasted: Duration)? {
        outage.withLock { outage in
            defer { outage = nil }
            return outage.map { ($0.reason, $0.since.duration(to: .now)) }
        }
    }
}

/// Asks the records for the time at intervals. While they do not answer the control plane is degraded; when they do again
/// everything looks anew, and the history says what it was.
struct RecordsWatch: Service {
    let store: RecordStore
    let degradation: Degradation
    let installation: InstallationID
    let interval: Duration
    let hub: ChangeHub
    let wakes: [WakeSignal]
    let logger: Logger

    /// A server that takes longer for one row is no help to anybody.
    private static let patience = Duration.seconds(5)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: interval)) != nil { await look() }
        }
    }

    private func look() async {
        do {
            try await ask()
            guard let (reason, lasted) = degradation.end() else { return }
            logger.notice("the records answer again", metadata: ["after": "\(DurationText.format(lasted))"])
            hub.everythingChanged()
            for wake in wakes { wake.signal() }
            try await store.note(
                .installation, installation.text, kind: "recovered",
                message: "the records were out of reach for \(DurationText.format(lasted)): \(reason)",
                by: Actor(name: "control-plane"))
        } catch {
            guard error.code != .cancelled else { return }
            if degradation.begin(error.message) {
                logger.error("degraded: the records are out of reach", metadata: ["error": "\(error)"])
            }
        }
    }

    private func ask() async throws(ControlError) {
        do {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    _ = try await store.now()
                    return true
                }
                group.addTask {
                    try await Task.sleep(for: Self.patience)
                    return false
                }
                defer { group.cancelAll() }
                guard try await group.next() == true else {
                    throw ControlError(.unavailable, "PostgreSQL does not answer within \(Self.patience)")
                }
            }
        } catch let error as ControlError {
            throw error
        } catch {
            throw ControlError(.cancelled, "the look at the records was cancelled")
        }
    }
}
