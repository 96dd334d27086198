import Cryptography
import Environments
import Logging
import ServiceLifecycle

/// Keeps the warm pools at their size: looks at them when a member was claimed, became ready or failed, when a
/// snapshot changed and when users' requests have their copies; a sweep stands behind that. Members are made and taken
/// down by the ordinary workers.
struct PoolKeeper: Service {
    let store: RecordStore
    let settings: PoolSettings
    let wake: WakeSignal
    let claims: ClaimWatch
    let dispatcher: WakeSignal
    let hub: ChangeHub
    let sweepInterval: Duration
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                while let pause = claims.hold() {
                    guard (try? await Task.sleep(for: pause)) != nil else { return }
                }
                let pause = await look()
                await wake.wait(atMost: pause)
            }
        }
    }

    /// One look, acted upon. Returns how long nothing is to be done at least, unless somebody signals.
    func look() async -> Duration {
        do {
            let (view, plan) = try await store.keepPools(settings) {
                var generator = SystemRandomNumberGenerator()
                return PoolRefill(
                    id: EnvironmentID(using: &generator),
                    rolePassword: SecureRandom.text(32, from: EnvironmentRequest.passwordAlphabet))
            }
            if !plan.make.isEmpty { Failpoint.poolRefillRecorded.hit() }
            if !plan.make.isEmpty || !plan.discard.isEmpty { dispatcher.signal() }
            for discard in plan.discard { hub.changed(discard.member.id.text) }
            for pool in view.pools { hub.changed(pool.snapshot.text) }
            let put = plan.discard.filter { $0.cause == .failed }
            for discard in put {
                logger.warning(
                    "a refill of a warm pool failed",
                    metadata: [
                        "snapshot": "\(view.names[discard.member.snapshot]?.text ?? "?")",
                        "reason": "\(discard.member.reason ?? "")",
                    ])
            }
            // Users' requests of other replicas end without a signal here.
            if view.room.waiting > 0, !plan.held.isEmpty { return min(.seconds(1), sweepInterval) }
            return min(plan.nextLook.map { max($0 - view.now, .milliseconds(1)) } ?? sweepInterval, sweepInterval)
        } catch {
            logger.error("the warm pools could not be looked at", metadata: ["error": "\(error)"])
            return .seconds(1)
        }
    }
}
