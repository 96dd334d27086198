import Environments
import Logging
import ServiceLifecycle

/// Starts the private PostgreSQL again when it is gone: a crash, an administrator, the kernel short of memory.
struct PostgresKeeper: Service {
    let postgres: PrivatePostgres
    let interval: Duration
    let hub: ChangeHub
    let wakes: [WakeSignal]
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: interval)) != nil {
                do {
                    // A file and a process are looked at; no connection is made.
                    guard try postgres.runningPostmaster() == nil else { continue }
                    logger.error("the private PostgreSQL is gone; starting it again")
                    _ = try await postgres.start()
                    hub.everythingChanged()
                    for wake in wakes { wake.signal() }
                } catch {
                    logger.error("the private PostgreSQL could not be started", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}
