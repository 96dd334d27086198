import Environments
import Logging
import ServiceLifecycle

/// Lets requests in that wait for room: woken by what ends, by what is asked for, and by a sweep, which is close while
/// anybody waits because memory, disk and connections come free without a word.
struct AdmissionKeeper: Service {
    let store: RecordStore
    let settings: AdmissionSettings
    let wake: WakeSignal
    let dispatcher: WakeSignal
    let reaper: WakeSignal
    let hub: ChangeHub
    let sweepInterval: Duration
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let pause = await look()
                await wake.wait(atMost: pause)
            }
        }
    }

    /// One look, acted upon. Returns how long nothing is to be done, unless somebody signals.
    func look() async -> Duration {
        do {
            let (admitted, failed, waiting) = try await store.admitQueued(settings)
            if !admitted.isEmpty {
                Failpoint.admissionRecorded.hit()
                logger.info(
                    "requests left the queue", metadata: ["admitted": "\(admitted.count)", "waiting": "\(waiting)"])
                dispatcher.signal()
                reaper.signal()
            }
            for id in admitted + failed { hub.changed(id.text) }
            return waiting > 0 ? min(.seconds(1), sweepInterval) : sweepInterval
        } catch {
            logger.error("the queue could not be looked at", metadata: ["error": "\(error)"])
            return .seconds(1)
        }
    }
}
