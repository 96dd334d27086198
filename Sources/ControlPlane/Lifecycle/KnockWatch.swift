import Environments
import Logging
import ServiceLifecycle

/// Wakes a sleeping environment when a client connects to its port. The client's connection waits in the socket's
/// queue, and the server that is started finds it there.
struct KnockWatch: Service {
    let launcher: any Launcher
    let store: RecordStore
    let machine: EnvironmentMachine
    let wake: WakeSignal
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await id in launcher.knocks { await answer(EnvironmentID(id)) }
        }
    }

    private func answer(_ id: EnvironmentID) async {
        do {
            let record = try await store.change(.id(id), by: Actor(name: "wake")) {
                record, now throws(ControlError) in
                // Meanwhile it may be waking already, expire, or be deleted: then somebody else decides.
                guard record.phase == .hibernated else { return Transition(record) }
                return try machine.waking(record, reason: "a client connected", now: now)
            }
            if record?.phase == .hibernated { launcher.watchPort(id: id.text) }
            wake.signal()
        } catch {
            logger.warning(
                "a client waits for a sleeping environment, and it could not be woken",
                metadata: ["environment": "\(id)", "error": "\(error)"])
            // The client still waits: it is reported again, after a pause that keeps a broken database from being
            // asked in a circle.
            guard (try? await Task.sleep(for: .milliseconds(500))) != nil else { return }
            launcher.watchPort(id: id.text)
        }
    }
}
