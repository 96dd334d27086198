import Environments
import Logging
import ServiceLifecycle

/// Notices within a second or two that the server of a ready environment is gone, and makes the environment due; what
/// to do about it is the state machine's business.
struct HealthWatch: Service {
    let registry: HealthRegistry
    let check: HealthCheck
    let store: RecordStore
    let wake: WakeSignal
    let interval: Duration
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: interval)) != nil {
                let dead = check.dead(registry.all)
                guard !dead.isEmpty else { continue }
                do {
                    try await store.wake(dead, phase: .ready)
                    wake.signal()
                } catch {
                    logger.warning("servers are gone, and it could not be recorded", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}
