import Environments
import Logging
import Postgres
import ServiceLifecycle

/// Hears what other replicas and other processes change, and wakes whoever waits for it here.
struct RecordListener: Service {
    let configuration: PostgresConfiguration
    let hub: ChangeHub
    let wakes: [WakeSignal]
    let snapshotWakes: [WakeSignal]
    let tokens: TokenCache
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await listen()
                } catch {
                    logger.debug("the connection for notifications ended", metadata: ["error": "\(error)"])
                }
                tokens.listening(false)
                // Polling covers the gap.
                guard (try? await Task.sleep(for: .seconds(1))) != nil else { return }
            }
        }
    }

    private func listen() async throws {
        let connection = try await PostgresConnection.connect(configuration)
        do {
            let notifications = connection.notifications()
            try await connection.query("LISTEN \(RecordStore.channel)")
            tokens.listening(true)
            // What changed while nobody listened.
            hub.everythingChanged()
            signalAll()
            for await notification in notifications { handle(notification.payload) }
        } catch {
            await connection.close()
            throw error
        }
        await connection.close()
    }

    private func handle(_ payload: String) {
        let parts = payload.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return }
        if parts[0] != "event" { hub.changed(String(parts[1])) }
        switch parts[0] {
        case "snapshot": for wake in snapshotWakes { wake.signal() }
        case "token": tokens.forget()
        case "event": hub.changed(RecordStore.eventsSubject)
        default: for wake in wakes { wake.signal() }
        }
    }

    private func signalAll() {
        for wake in wakes + snapshotWakes { wake.signal() }
    }
}
