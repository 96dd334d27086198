import CPlatform
import Synchronization

/// A thread that waits for sockets and timers and runs the jobs of the actors that live on it.
///
/// libpq's connections are not thread-safe: each belongs to an actor whose executor is a loop, so that its sockets,
/// its timers and its state are only ever touched on that one thread. A loop is never stopped; a process needs one.
package final class PostgresLoop: SerialExecutor, Sendable {
    /// One for the process, started at first use.
    package static let shared = PostgresLoop(name: "postgres-loop")

    private enum Work {
        case job(UnownedJob)
        case call(@Sendable () -> Void)
    }

    private struct Inbox {
        var work: [Work] = []
        /// Whether the thread is about to wait, or waits: then new work must wake it.
        var asleep = false
    }

    private let inbox = Mutex(Inbox())
    private let thread = Atomic<UInt>(0)
    private let timerIDs = Atomic<UInt64>(0)
    private let reactor: Reactor

    package init(name: String) {
        reactor = Reactor()
        // The thread keeps the loop alive for ever.
        let context = Unmanaged.passRetained(self).toOpaque()
        let status = cs_thread_start(
            name,
            { context in
                guard let context else { return }
                Unmanaged<PostgresLoop>.fromOpaque(context).takeUnretainedValue().run()
            }, context)
        precondition(status == 0, "no thread for the PostgreSQL event loop: errno \(-status)")
    }

    // MARK: Executor

    package func enqueue(_ job: consuming ExecutorJob) {
        post(.job(UnownedJob(job)))
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    package func checkIsolated() {
        precondition(isCurrent, "not on the PostgreSQL event loop")
    }

    var isCurrent: Bool { thread.load(ordering: .relaxed) == cs_thread_id() }

    /// Runs `body` on the loop's thread, after everything that was posted before.
    func execute(_ body: @escaping @Sendable () -> Void) {
        post(.call(body))
    }

    private func post(_ work: Work) {
        // The thread itself looks into the inbox before it waits again.
        let isCurrent = isCurrent
        let wake = inbox.withLock { inbox in
            inbox.work.append(work)
            guard inbox.asleep, !isCurrent else { return false }
            inbox.asleep = false
            return true
        }
        if wake { reactor.wake() }
    }

    // MARK: Timers

    struct TimerID: Hashable, Sendable {
        fileprivate let value: UInt64
    }

    /// From any thread. `body` runs on the loop's thread, never before `delay` has passed.
    func schedule(after delay: Duration, _ body: @escaping @Sendable () -> Void) -> TimerID {
        let id = TimerID(value: timerIDs.wrappingAdd(1, ordering: .relaxed).newValue)
        let deadline = ContinuousClock.now + delay
        execute { self.reactor.timers[id] = Reactor.Timer(deadline: deadline, body: body) }
        return id
    }

    /// From any thread; too late is harmless.
    func cancel(_ id: TimerID) {
        execute { self.reactor.timers[id] = nil }
    }

    // MARK: Sockets (on the loop's thread only)

    func add(_ descriptor: CInt, interest: UInt32, handler: any LoopSocket) -> UInt64 {
        checkIsolated()
        return reactor.add(descriptor, interest: interest, handler: handler)
    }

    func modify(_ descriptor: CInt, interest: UInt32, token: UInt64) {
        checkIsolated()
        reactor.modify(descriptor, interest: interest, token: token)
    }

    func remove(_ descriptor: CInt, token: UInt64) {
        checkIsolated()
        reactor.remove(descriptor, token: token)
    }

    // MARK: The thread

    private func run() {
        thread.store(cs_thread_id(), ordering: .relaxed)
        var work: [Work] = []
        while true {
            inbox.withLock { inbox in
                swap(&inbox.work, &work)
                inbox.asleep = work.isEmpty
            }
            for item in work {
                switch item {
                case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
                case .call(let body): body()
                }
            }
            let worked = !work.isEmpty
            work.removeAll(keepingCapacity: true)
            let fired = reactor.fireTimers(at: .now)
            reactor.poll(wait: !worked && !fired)
        }
    }
}

/// Something with a socket on a loop.
protocol LoopSocket: AnyObject, Sendable {
    /// Called on the loop's thread.
    func socketReady(readable: Bool, writable: Bool)
}

/// The part of a loop that only its own thread touches.
///
/// Unchecked: `wake` is the one call for other threads, and the poller's wake is made for that. Everything else is
/// guarded by `PostgresLoop.checkIsolated` or called by the thread itself.
private final class Reactor: @unchecked Sendable {
    struct Timer {
        let deadline: ContinuousClock.Instant
        let body: @Sendable () -> Void
    }

    private struct Entry {
        weak var handler: (any LoopSocket)?
    }

    var timers: [PostgresLoop.TimerID: Timer] = [:]
    private let poller: OpaquePointer
    private var entries: [UInt64: Entry] = [:]
    private var nextToken: UInt64 = 1
    private var events = [cs_event](repeating: cs_event(), count: 64)

    init() {
        guard let poller = cs_poller_create() else {
            preconditionFailure("no file descriptors left for the PostgreSQL event loop")
        }
        self.poller = poller
    }

    deinit {
        cs_poller_destroy(poller)
    }

    func wake() {
        let status = cs_poller_wake(poller)
        precondition(status == 0, "the PostgreSQL event loop cannot be woken: errno \(-status)")
    }

    func add(_ descriptor: CInt, interest: UInt32, handler: any LoopSocket) -> UInt64 {
        let token = nextToken
        nextToken += 1
        entries[token] = Entry(handler: handler)
        let status = cs_poller_add(poller, descriptor, interest, token)
        precondition(status == 0, "the poller refuses a socket of libpq's: errno \(-status)")
        return token
    }

    func modify(_ descriptor: CInt, interest: UInt32, token: UInt64) {
        let status = cs_poller_modify(poller, descriptor, interest, token)
        precondition(status == 0, "the poller lost a socket of libpq's: errno \(-status)")
    }

    func remove(_ descriptor: CInt, token: UInt64) {
        entries[token] = nil
        // libpq may have closed the descriptor already, which took it out of the poller.
        _ = cs_poller_remove(poller, descriptor)
    }

    /// Whether any timer was due.
    func fireTimers(at now: ContinuousClock.Instant) -> Bool {
        guard !timers.isEmpty else { return false }
        let due = timers.filter { $0.value.deadline <= now }.sorted { $0.value.deadline < $1.value.deadline }
        for (id, timer) in due where timers.removeValue(forKey: id) != nil {
            timer.body()
        }
        return !due.isEmpty
    }

    func poll(wait: Bool) {
        let count = events.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return CInt(0) }
            return cs_poller_wait(poller, base, CInt(buffer.count), wait ? timeout() : 0)
        }
        precondition(count >= 0, "the PostgreSQL event loop cannot wait: errno \(-count)")
        for event in events.prefix(Int(count)) {
            guard let entry = entries[event.token] else { continue }
            guard let handler = entry.handler else {
                // The connection is gone, and its socket with it.
                entries[event.token] = nil
                continue
            }
            handler.socketReady(
                readable: event.ready & CS_READABLE != 0, writable: event.ready & CS_WRITABLE != 0)
        }
    }

    /// Nanoseconds until the next timer; -1 without one.
    private func timeout() -> Int64 {
        guard let next = timers.values.map(\.deadline).min() else { return -1 }
        let left = (next - ContinuousClock.now).components
        guard left.seconds >= 0, left.attoseconds >= 0 else { return 0 }
        return min(left.seconds, 86_400) * 1_000_000_000 + left.attoseconds / 1_000_000_000
    }
}

/// Runs `body`, which may block, on a thread of its own: name resolution and cancel requests, for which libpq has only
/// blocking calls.
func runBlocking(_ name: String, _ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let context = Unmanaged.passRetained(Box(body)).toOpaque()
    let status = cs_thread_start(
        name,
        { context in
            guard let context else { return }
            Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
        }, context)
    if status != 0 {
        // No thread to be had: late is better than never.
        Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
    }
}
