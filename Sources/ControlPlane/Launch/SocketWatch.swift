import CPlatform
import Synchronization

/// One thread that waits until any of the added sockets has something for its reader, however many there are.
///
/// Unchecked: the poller may be changed and woken from any thread; only the thread started here waits on it.
final class SocketWatch: @unchecked Sendable {
    private let poller: OpaquePointer
    private let ended = Atomic<Bool>(false)
    private let report: @Sendable (UInt64) -> Void

    /// - Parameter report: called on the thread with a token, again and again until its socket is removed.
    /// - Returns: nil when the system has no descriptor or no thread left.
    init?(report: @escaping @Sendable (UInt64) -> Void) {
        guard let poller = cs_poller_create() else { return nil }
        self.poller = poller
        self.report = report
        // The thread keeps the object until `end`.
        let context = Unmanaged.passRetained(self)
        let status = cs_thread_start(
            "port-watch",
            { context in
                guard let context else { return }
                Unmanaged<SocketWatch>.fromOpaque(context).takeRetainedValue().run()
            }, context.toOpaque())
        guard status == 0 else {
            context.release()
            return nil
        }
    }

    deinit { cs_poller_destroy(poller) }

    func add(_ descriptor: Int32, token: UInt64) -> Bool { cs_poller_add(poller, descriptor, CS_READABLE, token) == 0 }

    func remove(_ descriptor: Int32) { cs_poller_remove(poller, descriptor) }

    /// Ends the thread. Tokens may be reported until it has noticed.
    func end() {
        ended.store(true, ordering: .releasing)
        cs_poller_wake(poller)
    }

    private func run() {
        var events = [cs_event](repeating: cs_event(), count: 64)
        while !ended.load(ordering: .acquiring) {
            let count = cs_poller_wait(poller, &events, Int32(events.count), -1)
            precondition(count >= 0, "waiting for sockets failed: errno \(-count)")
            for event in events.prefix(Int(count)) { report(event.token) }
        }
    }
}
