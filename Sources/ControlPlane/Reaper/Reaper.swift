import Environments
import Logging
import ServiceLifecycle

/// Condemns environments whose lifetime has ended. It sleeps until the earliest deadline by the database's clock; a
/// sweep stands behind that, and a request or an extension wakes it to look anew. Taking down what it condemned is the
/// workers' business, within their limits.
struct Reaper: Service {
    let store: RecordStore
    let wake: WakeSignal
    let dispatcher: WakeSignal
    let hub: ChangeHub
    let sweepInterval: Duration
    let logger: Logger

    /// Condemned in one statement; a thousand due at once take a handful.
    private static let batch = 256

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let pause = await sweep()
                await wake.wait(atMost: pause)
            }
        }
    }

    /// Acts on every deadline that has come. Returns how long nothing will come at least, unless somebody signals.
    func sweep() async -> Duration {
        do {
            while true {
                let (due, next) = try await store.due(limit: Self.batch)
                let condemned = due.compactMap { environment -> (id: EnvironmentID, reason: String)? in
                    switch LifetimeRule.verdict(environment.inputs, now: environment.now) {
                    case .keep: nil
                    case .delete(let reason): (environment.id, reason)
                    }
                }
                guard !condemned.isEmpty else {
                    return min(next.map { $0 + .milliseconds(1) } ?? sweepInterval, sweepInterval)
                }
                let count = try await store.reap(condemned)
                logger.info("lifetimes ended", metadata: ["environments": "\(count)"])
                dispatcher.signal()
                for environment in condemned { hub.changed(environment.id.text) }
            }
        } catch {
            logger.error("the deadlines could not be checked", metadata: ["error": "\(error)"])
            return .seconds(1)
        }
    }
}
