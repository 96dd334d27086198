import CCurl
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A thread that drives the transfers of one multi handle, which holds their connections.
///
/// A thread of its own, because transfers wait: Dispatch's threads on Linux are as many as there are processors, and
/// Swift's tasks run on the same ones, so a few waiting transfers there would stop the process.
///
/// `@unchecked Sendable`: only the thread uses the multi handle, but for `curl_multi_wakeup`, which libcurl documents
/// as safe from any thread; `active` belongs to the thread alone; the rest is behind the lock.
final class CurlLoop: @unchecked Sendable {
    private struct Inbox {
        var submitted: [(CurlTransfer, CurlTransfer.Continuation)] = []
        var cancelled: [CurlTransfer] = []
        var isRunning = false
        var isStopped = false
    }

    private let multi: UnsafeMutableRawPointer
    private let inbox = Mutex(Inbox())
    private var active: [UnsafeMutableRawPointer: (transfer: CurlTransfer, continuation: CurlTransfer.Continuation)] =
        [:]

    init() {
        guard CurlLibrary.isReady, let multi = curl_multi_init() else {
            preconditionFailure("libcurl cannot be initialised")
        }
        self.multi = multi
    }

    deinit {
        curl_multi_cleanup(multi)
    }

    /// Starts a transfer, and the thread with the first one.
    func submit(_ transfer: CurlTransfer, _ continuation: CurlTransfer.Continuation) {
        let starts = inbox.withLock { inbox in
            inbox.submitted.append((transfer, continuation))
            defer { inbox.isRunning = true }
            return !inbox.isRunning
        }
        if starts {
            startThread()
        } else {
            curl_multi_wakeup(multi)
        }
    }

    /// Ends a transfer, before it is submitted, while it runs, or after its end.
    func cancel(_ transfer: CurlTransfer) {
        transfer.isCancelled.store(true, ordering: .releasing)
        inbox.withLock { $0.cancelled.append(transfer) }
        curl_multi_wakeup(multi)
    }

    /// Ends the thread. No transfer runs any more.
    func stop() {
        inbox.withLock { $0.isStopped = true }
        curl_multi_wakeup(multi)
    }

    private func startThread() {
        let context = Unmanaged.passRetained(self).toOpaque()
        #if canImport(Darwin)
            var thread: pthread_t?
            let failed = pthread_create(&thread, nil, { CurlLoop.main($0) }, context)
        #else
            var thread = pthread_t()
            let failed = pthread_create(&thread, nil, { $0.flatMap { CurlLoop.main($0) } }, context)
        #endif
        precondition(failed == 0, "no thread for HTTP transfers: error \(failed)")
        #if canImport(Darwin)
            if let thread { pthread_detach(thread) }
        #else
            pthread_detach(thread)
        #endif
    }

    private static func main(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        Unmanaged<CurlLoop>.fromOpaque(context).takeRetainedValue().run()
        return nil
    }

    private func run() {
        while takeOrders() {
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            finishCompleted()
            // Sleeps until a transfer or a timer of libcurl's has something to do, or until it is woken.
            curl_multi_poll(multi, nil, 0, 3_600_000, nil)
        }
    }

    /// Carries out what other threads asked for; `false` ends the loop.
    private func takeOrders() -> Bool {
        let orders = inbox.withLock { inbox in
            defer {
                inbox.submitted.removeAll()
                inbox.cancelled.removeAll()
            }
            return inbox
        }
        for (transfer, continuation) in orders.submitted {
            if transfer.isCancelled.load(ordering: .acquiring) {
                continuation.resume(returning: transfer.outcome(nil))
            } else {
                active[transfer.easy] = (transfer, continuation)
                curl_multi_add_handle(multi, transfer.easy)
            }
        }
        for transfer in orders.cancelled {
            end(transfer.easy, nil)
        }
        return !orders.isStopped
    }

    private func finishCompleted() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            if let easy = message.pointee.easy_handle {
                end(easy, envctl_curl_message_result(message))
            }
        }
    }

    /// - Parameter code: curl's verdict, `nil` for a cancelled transfer.
    private func end(_ easy: UnsafeMutableRawPointer, _ code: CURLcode?) {
        guard let (transfer, continuation) = active.removeValue(forKey: easy) else { return }
        let outcome = transfer.outcome(code)
        curl_multi_remove_handle(multi, easy)
        continuation.resume(returning: outcome)
    }
}

enum CurlLibrary {
    /// Initialises libcurl once a process.
    static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}
