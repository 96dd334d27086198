/// Decides who gets which connection of a pool. It knows no socket and no clock: times are durations since some
/// origin, connections and requests are numbers, and what is to be done comes back as actions.
///
/// A connection is leased to one request alone (`exclusive`), or shared by several (`shared`), whose statements are
/// pipelined on it. A shared connection whose last user is gone is idle like any other.
///
/// Requests that cannot be served wait in order of arrival. A shared request may pass those in front of it as long as
/// an exclusive lease is out, whose return serves them; when all connections are shared, it queues behind them.
struct PoolState {
    typealias Time = Duration

    struct ConnectionID: Hashable, Sendable, Comparable {
        let number: Int
        static func < (a: Self, b: Self) -> Bool { a.number < b.number }
    }

    struct RequestID: Hashable, Sendable {
        let number: Int
    }

    enum Mode: Sendable {
        case exclusive
        case shared
    }

    enum Refusal: Hashable, Sendable {
        /// The deadline passed.
        case deadline
        /// Too many requests wait already.
        case crowded
        case closed
    }

    enum Grant: Equatable, Sendable {
        /// Use this connection.
        case use(ConnectionID)
        /// Open this connection, then report `opened` or `openFailed`; once it is open it is the requester's.
        case open(ConnectionID)
    }

    enum Answer: Equatable, Sendable {
        case granted(Grant)
        case wait
        case refused(Refusal)
    }

    enum Action: Equatable, Sendable {
        case grant(RequestID, Grant)
        case refuse(RequestID, Refusal)
        case close(ConnectionID)
        /// After `shutdown`: the last connection is gone.
        case finished
    }

    private enum Use: Equatable {
        case opening(Mode)
        case idle(since: Time)
        case exclusive
        case shared(users: Int)
    }

    private struct Connection {
        var use: Use
        /// The session is over; it leaves with its last user.
        var isLost = false
    }

    private struct Waiter {
        let id: RequestID
        let mode: Mode
        let deadline: Time
    }

    let limits: PostgresPool.Limits
    private var connections: [ConnectionID: Connection] = [:]
    private var waiters: [Waiter] = []
    private var lastID = 0
    private var isShutDown = false
    private var hasFinished = false

    init(limits: PostgresPool.Limits) {
        self.limits = limits
    }

    // MARK: Questions

    /// Open or being opened.
    var connectionCount: Int { connections.count }
    var waiterCount: Int { waiters.count }
    var leasedCount: Int {
        connections.values.count { connection in
            if case .idle = connection.use { return false }
            return true
        }
    }

    /// Whether nobody else uses this connection.
    func isLastUser(of id: ConnectionID) -> Bool {
        guard case .shared(let users) = connections[id]?.use else { return true }
        return users == 1
    }

    /// When `tick` has something to do next.
    var nextDeadline: Time? {
        let idle = connections.values.compactMap { connection -> Time? in
            guard case .idle(let since) = connection.use else { return nil }
            return since + limits.idleTimeout
        }
        // They wait in the order of their deadlines.
        return (idle + [waiters.first?.deadline].compactMap(\.self)).min()
    }

    // MARK: Events

    mutating func request(_ id: RequestID, _ mode: Mode, now: Time) -> Answer {
        guard !isShutDown else { return .refused(.closed) }
        if waiters.isEmpty || (mode == .shared && mayPass), let grant = place(mode) { return .granted(grant) }
        guard waiters.count < limits.maximumWaiters else { return .refused(.crowded) }
        waiters.append(Waiter(id: id, mode: mode, deadline: now + limits.acquireTimeout))
        return .wait
    }

    mutating func opened(_ id: ConnectionID, now: Time) -> [Action] {
        guard let connection = connections[id], case .opening(let mode) = connection.use else { return [] }
        connections[id]?.use = mode == .exclusive ? .exclusive : .shared(users: 1)
        return dispatch()
    }

    mutating func openFailed(_ id: ConnectionID) -> [Action] {
        connections[id] = nil
        return dispatch() + finishedIfEmpty()
    }

    /// The end of one use. `isReusable` false: the connection is closed or is to be closed.
    mutating func release(_ id: ConnectionID, isReusable: Bool, now: Time) -> [Action] {
        guard let connection = connections[id] else { return [] }
        if !isReusable { connections[id]?.isLost = true }
        if case .shared(let users) = connection.use, users > 1 {
            connections[id]?.use = .shared(users: users - 1)
            return dispatch()
        }
        guard !isShutDown, isReusable, !connection.isLost else {
            connections[id] = nil
            return [.close(id)] + dispatch() + finishedIfEmpty()
        }
        connections[id]?.use = .idle(since: now)
        return dispatch()
    }

    /// The session ended by itself.
    mutating func lost(_ id: ConnectionID) -> [Action] {
        guard let connection = connections[id] else { return [] }
        switch connection.use {
        case .opening: return []  // its opener reports
        case .idle:
            connections[id] = nil
            return dispatch() + finishedIfEmpty()
        case .exclusive, .shared:
            connections[id]?.isLost = true
            return []
        }
    }

    /// The requester does not wait any more. False: it was answered already.
    mutating func cancel(_ id: RequestID) -> (wasWaiting: Bool, actions: [Action]) {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return (false, []) }
        waiters.remove(at: index)
        return (true, dispatch())
    }

    /// Refuses whoever has waited too long and closes what has been idle too long.
    mutating func tick(now: Time) -> [Action] {
        var actions: [Action] = []
        for waiter in waiters where waiter.deadline <= now { actions.append(.refuse(waiter.id, .deadline)) }
        waiters.removeAll { $0.deadline <= now }
        for (id, connection) in connections.sorted(by: { $0.key < $1.key }) {
            guard case .idle(let since) = connection.use, since + limits.idleTimeout <= now else { continue }
            connections[id] = nil
            actions.append(.close(id))
        }
        return actions + dispatch()
    }

    /// Refuses everything from now on. What is out may come back.
    mutating func shutdown() -> [Action] {
        guard !isShutDown else { return [] }
        isShutDown = true
        var actions = waiters.map { Action.refuse($0.id, .closed) }
        waiters = []
        for (id, connection) in connections.sorted(by: { $0.key < $1.key }) {
            guard case .idle = connection.use else { continue }
            connections[id] = nil
            actions.append(.close(id))
        }
        return actions + finishedIfEmpty()
    }

    // MARK: Decisions

    private mutating func finishedIfEmpty() -> [Action] {
        guard isShutDown, connections.isEmpty, !hasFinished else { return [] }
        hasFinished = true
        return [.finished]
    }

    /// Whether those in front will be served without the connection that a shared request would join.
    private var mayPass: Bool {
        connections.values.contains { connection in
            switch connection.use {
            case .exclusive, .opening(.exclusive): true
            case .idle, .shared, .opening(.shared): false
            }
        }
    }

    /// Serves those that wait, from the front, until one cannot be served.
    private mutating func dispatch() -> [Action] {
        guard !isShutDown else { return [] }
        var actions: [Action] = []
        while let first = waiters.first, let grant = place(first.mode) {
            waiters.removeFirst()
            actions.append(.grant(first.id, grant))
        }
        guard !waiters.isEmpty, mayPass else { return actions }
        // Shared ones may join a connection that just became a shared one.
        var remaining: [Waiter] = []
        for waiter in waiters {
            if waiter.mode == .shared, let id = sharedWithRoom {
                actions.append(.grant(waiter.id, .use(join(id))))
            } else {
                remaining.append(waiter)
            }
        }
        waiters = remaining
        return actions
    }

    private mutating func place(_ mode: Mode) -> Grant? {
        switch mode {
        case .exclusive:
            if let id = mostRecentIdle {
                connections[id]?.use = .exclusive
                return .use(id)
            }
            return open(.exclusive)
        case .shared:
            return placeShared()
        }
    }

    private mutating func placeShared() -> Grant? {
        let shared = connections.values.count { connection in
            switch connection.use {
            case .shared: !connection.isLost
            case .opening(.shared): true
            case .idle, .exclusive, .opening(.exclusive): false
            }
        }
        if let id = sharedWithRoom, shared >= limits.sharedConnections || hasRoom(id) { return .use(join(id)) }
        if shared < limits.sharedConnections {
            if let id = mostRecentIdle { return .use(join(id)) }
            if let grant = open(.shared) { return grant }
        }
        return sharedWithRoom.map { .use(join($0)) }
    }

    /// The shared connection with the fewest users.
    private var sharedWithRoom: ConnectionID? {
        var best: (id: ConnectionID, users: Int)?
        for (id, connection) in connections where !connection.isLost {
            guard case .shared(let users) = connection.use else { continue }
            if let current = best, (current.users, current.id) < (users, id) { continue }
            best = (id, users)
        }
        return best?.id
    }

    /// Below this many statements in flight another connection gains nothing (measured: one pipelined connection beats
    /// sixteen single ones).
    static let crowd = 32

    private func hasRoom(_ id: ConnectionID) -> Bool {
        guard case .shared(let users) = connections[id]?.use else { return false }
        return users < Self.crowd
    }

    private mutating func join(_ id: ConnectionID) -> ConnectionID {
        if case .shared(let users) = connections[id]?.use {
            connections[id]?.use = .shared(users: users + 1)
        } else {
            connections[id]?.use = .shared(users: 1)
        }
        return id
    }

    /// The last used one, so that the others become old and are closed.
    private var mostRecentIdle: ConnectionID? {
        var best: (id: ConnectionID, since: Time)?
        for (id, connection) in connections {
            guard case .idle(let since) = connection.use else { continue }
            if let current = best, (current.since, current.id) > (since, id) { continue }
            best = (id, since)
        }
        return best?.id
    }

    private mutating func open(_ mode: Mode) -> Grant? {
        guard connections.count < limits.maximum else { return nil }
        lastID += 1
        let id = ConnectionID(number: lastID)
        connections[id] = Connection(use: .opening(mode))
        return .open(id)
    }
}
