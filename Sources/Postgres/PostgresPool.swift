import Synchronization

/// Connections to one database, opened when needed and closed when idle: an idle pool holds none.
///
/// `withConnection` and `transaction` lend a connection to one caller alone. `query` and `pipeline` share few
/// connections among all their callers, whose statements are pipelined: an answer waits for the answers in front of
/// it, so **what may wait for a lock or runs long belongs into `withConnection`**, and nothing that changes the session
/// may be said there.
///
/// A connection that comes back in a transaction is rolled back, one that comes back broken is replaced. The pool needs
/// no background task: connections are opened in the caller's task, and deadlines are timers of the loop. `run` only
/// ties its life to a service group.
package final class PostgresPool: Sendable {
    package struct Limits: Sendable, Hashable {
        /// Connections at most.
        package var maximum: Int
        /// An unused connection is closed after this time.
        package var idleTimeout: Duration
        /// A caller that got no connection after this time gets `.poolExhausted`.
        package var acquireTimeout: Duration
        /// Callers that may wait for a connection; a further one gets `.poolExhausted` at once.
        package var maximumWaiters: Int
        /// Connections, out of `maximum`, that `query` and `pipeline` spread over.
        package var sharedConnections: Int

        package init(
            maximum: Int = 10, idleTimeout: Duration = .seconds(30), acquireTimeout: Duration = .seconds(10),
            maximumWaiters: Int = 10_000, sharedConnections: Int = 2
        ) {
            precondition(maximum > 0 && maximumWaiters >= 0 && sharedConnections > 0, "limits of a pool")
            self.maximum = maximum
            self.idleTimeout = idleTimeout
            self.acquireTimeout = acquireTimeout
            self.maximumWaiters = maximumWaiters
            self.sharedConnections = sharedConnections
        }
    }

    package let configuration: PostgresConfiguration
    package let limits: Limits
    private let loop: PostgresLoop
    private let box: Mutex<PoolBox>
    private let onIdle: (@Sendable () -> Void)?
    private let origin = ContinuousClock.now

    /// - Parameter onIdle: called on the loop when the last connection has been closed for want of use.
    package init(
        configuration: PostgresConfiguration, limits: Limits = Limits(), loop: PostgresLoop = .shared,
        onIdle: (@Sendable () -> Void)? = nil
    ) {
        self.configuration = configuration
        self.onIdle = onIdle
        self.limits = limits
        self.loop = loop
        box = Mutex(PoolBox(limits: limits))
    }

    // MARK: Use

    /// A connection for the caller alone.
    @discardableResult
    package nonisolated(nonsending) func withConnection<T: Sendable>(
        _ body: (PostgresConnection) async throws -> T
    ) async throws -> T {
        let lease = try await acquire(.exclusive)
        do {
            let value = try await body(lease.connection)
            await giveBack(lease)
            return value
        } catch {
            await giveBack(lease)
            throw error
        }
    }

    /// A connection for the caller alone, in a transaction: committed when `body` returns, rolled back when it throws.
    @discardableResult
    package nonisolated(nonsending) func transaction<T: Sendable>(
        isolation: PostgresIsolation? = nil, _ body: (PostgresConnection) async throws -> T
    ) async throws -> T {
        try await withConnection { connection in
            try await connection.transaction(isolation: isolation, body)
        }
    }

    /// One statement on a shared connection.
    @discardableResult
    package nonisolated(nonsending) func query(_ query: PostgresQuery) async throws(PostgresError) -> PostgresResult {
        let lease = try await acquire(.shared)
        defer { release(lease) }
        return try await lease.connection.query(query)
    }

    /// One statement on a shared connection.
    @discardableResult
    package nonisolated(nonsending) func query(
        _ sql: String, _ parameters: PostgresValue...
    ) async throws(PostgresError) -> PostgresResult {
        try await query(PostgresQuery(sql, parameters))
    }

    /// Several statements on a shared connection, in one round trip and one transaction of their own.
    @discardableResult
    package nonisolated(nonsending) func pipeline(
        _ queries: [PostgresQuery]
    ) async throws(PostgresError) -> [PostgresResult] {
        let lease = try await acquire(.shared)
        defer { release(lease) }
        return try await lease.connection.pipeline(queries)
    }

    /// Connections that are open or being opened.
    package var openConnections: Int { box.withLock { $0.state.connectionCount } }

    /// Connections that somebody uses or opens.
    package var leasedConnections: Int { box.withLock { $0.state.leasedCount } }

    /// Callers that wait for a connection.
    package var waiters: Int { box.withLock { $0.state.waiterCount } }

    // MARK: Life

    /// Returns when the pool is shut down, which the cancellation of the task brings about. By then every connection is
    /// closed.
    package func run() async {
        await withTaskCancellationHandler {
            await finished()
        } onCancel: {
            beginShutdown()
        }
    }

    /// Refuses new work with `.closed`, waits for the connections that are out, closes all.
    package func shutdown() async {
        beginShutdown()
        await finished()
    }

    private func beginShutdown() {
        update { state, _ in state.shutdown() }
    }

    private func finished() async {
        await withCheckedContinuation { continuation in
            let isFinished = box.withLock { box in
                if !box.isFinished { box.finishers.append(continuation) }
                return box.isFinished
            }
            if isFinished { continuation.resume() }
        }
        // Closing takes place on the loop: by now it is posted, after this it is done.
        await withCheckedContinuation { continuation in
            loop.execute { continuation.resume() }
        }
    }

    // MARK: Leases

    private struct Lease {
        let id: PoolState.ConnectionID
        let connection: PostgresConnection
    }

    private nonisolated(nonsending) func acquire(_ mode: PoolState.Mode) async throws(PostgresError) -> Lease {
        while true {
            let lease: Lease
            switch try await ask(mode) {
            case .open(let id): lease = try await open(id)
            case .use(let id):
                guard let connection = box.withLock({ $0.connections[id] }) else {
                    // It was lost after it was granted.
                    update { state, now in state.release(id, isReusable: false, now: now) }
                    continue
                }
                lease = Lease(id: id, connection: connection)
            }
            guard lease.connection.status.value == .closed else { return lease }
            update { state, now in state.release(lease.id, isReusable: false, now: now) }
        }
    }

    private nonisolated(nonsending) func ask(_ mode: PoolState.Mode) async throws(PostgresError) -> PoolState.Grant {
        let now = time()
        let (request, answer) = box.withLock { $0.request(mode, now: now) }
        switch answer {
        case .granted(let grant): return grant
        case .refused(let refusal): throw error(refusal)
        case .wait: break
        }
        armTimer()
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let early = box.withLock { $0.park(request, continuation) }
                if let early { continuation.resume(returning: early) }
            }
        } onCancel: {
            run(box.withLock { $0.cancel(request) })
        }
        switch outcome {
        case .granted(let grant): return grant
        case .refused(let refusal): throw error(refusal)
        case .cancelled: throw .cancelled
        }
    }

    private nonisolated(nonsending) func open(_ id: PoolState.ConnectionID) async throws(PostgresError) -> Lease {
        let connection: PostgresConnection
        do {
            connection = try await PostgresConnection.connect(configuration, on: loop) { [weak self] in
                self?.lost(id)
            }
        } catch {
            update { state, _ in state.openFailed(id) }
            throw error
        }
        box.withLock { $0.connections[id] = connection }
        update { state, now in state.opened(id, now: now) }
        return Lease(id: id, connection: connection)
    }

    private func lost(_ id: PoolState.ConnectionID) {
        box.withLock { $0.connections[id] = nil }
        update { state, _ in state.lost(id) }
    }

    /// The end of an exclusive lease.
    private nonisolated(nonsending) func giveBack(_ lease: Lease) async {
        let isReusable = await lease.connection.settle()
        update { state, now in state.release(lease.id, isReusable: isReusable, now: now) }
    }

    /// The end of a shared use. A connection on which the last user left something behind is not worth the trouble.
    private func release(_ lease: Lease) {
        update { state, now in
            // Read under the lock: a user that left before had its answer before.
            let status = lease.connection.status.value
            let isReusable = status == .clean || (status == .busy && !state.isLastUser(of: lease.id))
            return state.release(lease.id, isReusable: isReusable, now: now)
        }
    }

    // MARK: Carrying out

    private func time() -> PoolState.Time { ContinuousClock.now - origin }

    private func update(_ body: (inout PoolState, PoolState.Time) -> [PoolState.Action]) {
        let now = time()
        run(
            box.withLock { box in
                let actions = body(&box.state, now)
                return actions.isEmpty ? [] : box.carryOut(actions)
            })
        armTimer()
    }

    private func run(_ effects: [PoolBox.Effect]) {
        for effect in effects {
            switch effect {
            case .answer(let continuation, let outcome): continuation.resume(returning: outcome)
            case .finish(let continuation): continuation.resume()
            case .close(let connection):
                loop.execute {
                    connection.assumeIsolated { $0.end(PostgresError(.closed, "the pool closed the connection")) }
                    if let onIdle = self.onIdle, self.openConnections == 0 { onIdle() }
                }
            }
        }
    }

    private func armTimer() {
        guard let deadline = box.withLock({ $0.deadlineToArm() }) else { return }
        _ = loop.schedule(after: max(.zero, deadline - time())) { [weak self] in
            guard let self else { return }
            self.box.withLock { $0.timerFired(deadline) }
            self.update { state, now in state.tick(now: now) }
        }
    }

    private func error(_ refusal: PoolState.Refusal) -> PostgresError {
        switch refusal {
        case .closed: PostgresError(.closed, "the pool is shut down")
        case .crowded:
            PostgresError(.poolExhausted, "\(limits.maximumWaiters) callers wait for a connection already")
        case .deadline:
            PostgresError(
                .poolExhausted, "all \(limits.maximum) connections stayed in use for \(limits.acquireTimeout)")
        }
    }
}

/// A pool for the duration of `body`; every connection is closed when it returns.
@discardableResult
package nonisolated(nonsending) func withPostgresPool<T: Sendable>(
    _ configuration: PostgresConfiguration, limits: PostgresPool.Limits = .init(),
    _ body: (PostgresPool) async throws -> T
) async throws -> T {
    let pool = PostgresPool(configuration: configuration, limits: limits)
    do {
        let value = try await body(pool)
        await pool.shutdown()
        return value
    } catch {
        await pool.shutdown()
        throw error
    }
}
