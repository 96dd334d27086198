import CPlatform
import CPostgres

// Sending and receiving. Everything here runs on the loop's thread.
extension PostgresConnection {
    func submit(_ request: Request, _ continuation: CheckedContinuation<Outcome, Never>) {
        request.continuation = continuation
        if request.isCancelled { return request.resume(.failure(.cancelled)) }
        if case .closed(let error) = mode { return request.resume(.failure(error)) }
        queue.append(request)
        pump()
    }

    /// Sends what may be sent.
    func pump() {
        guard let native else { return }
        while case .pipeline = mode, !isCancelling, let next = queue.first {
            if case .batch(let queries) = next.work {
                queue.removeFirst()
                guard send(queries, of: next, on: native) else { return lose() }
            } else {
                guard owed.isEmpty else { break }
                queue.removeFirst()
                guard startAlone(next, on: native) else { return lose() }
            }
        }
        flush()
    }

    private func send(_ queries: [EncodedQuery], of request: Request, on native: NativeConnection) -> Bool {
        let connection = native.pointer
        if !unused.isEmpty, !deallocateUnused(on: native) { return false }
        for query in queries {
            var decision = StatementCache.Decision.direct
            if query.prepared { decision = statements.use(query.sql, by: ObjectIdentifier(request)) }
            if case .prepare(let name) = decision {
                guard PQsendPrepare(connection, name, query.sql, 0, nil) == 1 else { return false }
                owed.append(.prepare(request, sql: query.sql, name: name))
            }
            let count = CInt(query.parameters.count)
            let sent = query.parameters.withPointers { values, lengths, formats in
                switch decision {
                case .direct:
                    PQsendQueryParams(connection, query.sql, count, nil, values, lengths, formats, 0)
                case .prepare(let name), .execute(let name):
                    PQsendQueryPrepared(connection, name, count, values, lengths, formats, 0)
                }
            }
            guard sent == 1 else { return false }
            owed.append(.execute(request))
        }
        guard PQpipelineSync(connection) == 1 else { return false }
        owed.append(.sync(request))
        status.value = .busy
        // Deallocated before the next batch: this one may use them still.
        unused += statements.evict()
        return true
    }

    /// Under a Sync of its own: in a failed transaction it is refused, and comes back to `unused`.
    private func deallocateUnused(on native: NativeConnection) -> Bool {
        let connection = native.pointer
        for name in unused {
            guard PQsendQueryParams(connection, "DEALLOCATE \(name)", 0, nil, nil, nil, nil, 0) == 1 else {
                return false
            }
            owed.append(.deallocate(name: name))
        }
        unused = []
        guard PQpipelineSync(connection) == 1 else { return false }
        owed.append(.sync(nil))
        return true
    }

    /// Hands libpq's buffer to the socket and waits for writability when it does not take all of it.
    func flush() {
        guard let native, native.descriptor >= 0 else { return }
        let left = PQflush(native.pointer)
        guard left >= 0 else { return lose() }
        if left == 0 { copy.resumeWriter(.success(())) }
        let interest = (copy.hasFailed ? 0 : CS_READABLE) | (left > 0 ? CS_WRITABLE : 0)
        guard interest != native.interest else { return }
        native.interest = interest
        loop.modify(native.descriptor, interest: interest, token: native.token)
    }

    func receive() {
        guard let native else { return }
        guard PQconsumeInput(native.pointer) == 1 else {
            // What had arrived before the end still counts.
            readAnswers(native.pointer)
            return lose()
        }
        deliverNotifications(native.pointer)
        readAnswers(native.pointer)
        guard self.native != nil else { return }
        guard PQstatus(native.pointer) != CONNECTION_BAD else { return lose() }
        updateStatus()
        pump()
    }

    func readAnswers(_ connection: OpaquePointer) {
        switch mode {
        case .pipeline: readPipelineAnswers(connection)
        case .simple(let request): readSimpleAnswers(connection, request)
        case .connecting, .copying, .closed: break
        }
    }

    private func readPipelineAnswers(_ connection: OpaquePointer) {
        var ends = 0
        while let step = owed.first, PQisBusy(connection) == 0 {
            guard let pointer = PQgetResult(connection) else {
                // The end of one statement's results; a second one in a row means that libpq has nothing more.
                ends += 1
                guard ends < 2 else { return }
                if answerSeen {
                    answerSeen = false
                    owed.removeFirst()
                }
                continue
            }
            ends = 0
            let result = ResultStorage(pointer)
            let kind = PQresultStatus(pointer)
            if kind == PGRES_COPY_IN || kind == PGRES_COPY_OUT || kind == PGRES_COPY_BOTH {
                return end(PostgresError(.misuse, "COPY in a query: use copyIn"))
            }
            take(result, kind, for: step)
            guard case .pipeline = mode else { return }
        }
    }

    private func take(_ result: ResultStorage, _ kind: ExecStatusType, for step: Step) {
        if kind == PGRES_PIPELINE_SYNC {
            answerSeen = false
            owed.removeFirst()
            if case .sync(let request?) = step { complete(request) }
            return
        }
        let failure = kind == PGRES_FATAL_ERROR ? PostgresError(result: result.pointer) : nil
        if let failure, case .connectionLost = failure.code { fatal = failure }
        switch step {
        case .prepare(let request, let sql, let name):
            answerSeen = true
            statements.prepared(sql, name: name, succeeded: kind == PGRES_COMMAND_OK)
            if let failure { request.note(failure) }
        case .execute(let request):
            answerSeen = true
            if let failure {
                request.note(failure)
            } else if kind != PGRES_PIPELINE_ABORTED {
                request.results.append(PostgresResult(storage: result))
            }
        case .deallocate(let name):
            answerSeen = true
            if kind != PGRES_COMMAND_OK { unused.append(name) }
        case .sync(let request):
            // A failure of the commit that a Sync implies, for example of a deferred constraint.
            if let failure { request?.note(failure) }
        }
    }

    /// The server has answered everything of a batch.
    private func complete(_ request: Request) {
        if shouldRetry(request), case .batch(let queries) = request.work {
            for query in queries {
                if let name = statements.forget(query.sql) { unused.append(name) }
            }
            request.wasRetried = true
            request.original = request.failure
            request.failure = nil
            request.results = []
            queue.prepend(request)
            return
        }
        if request.failure?.sqlState == SQLState.failedTransaction, let original = request.original {
            request.failure = original
        }
        updateStatus()
        request.finish()
    }

    /// A statement whose plan became invalid (`cached plan must not change result type`, after DDL) is prepared anew,
    /// once. The failed batch was rolled back as a whole; inside a transaction the retry is refused with 25P02, and the
    /// first error is reported. A batch that ended a transaction itself before it failed is not repeated.
    private func shouldRetry(_ request: Request) -> Bool {
        guard let failure = request.failure, !request.wasRetried, !request.isCancelled,
            failure.sqlState == SQLState.featureNotSupported && failure.routine == "RevalidateCachedQuery"
                || failure.sqlState == SQLState.invalidStatementName
        else { return false }
        let endings = ["COMMIT", "ROLLBACK", "PREPARE TRANSACTION"]
        return !request.results.contains { endings.contains($0.commandTag) }
    }

    func updateStatus() {
        guard let native, case .pipeline = mode else { return }
        let isIdle = owed.isEmpty && queue.isEmpty && !isCancelling
        status.value = isIdle && PQtransactionStatus(native.pointer) == PQTRANS_IDLE ? .clean : .busy
    }

    // MARK: The end

    /// The server or the network ended the session.
    func lose() {
        let message = native?.message ?? ""
        var error = fatal ?? PostgresError(.connectionLost, message.isEmpty ? "the connection was lost" : message)
        error.code = .connectionLost
        end(error)
    }

    func end(_ error: PostgresError) {
        if case .closed = mode { return }
        mode = .closed(error)
        status.value = .closed
        if let native { unwatch(native) }
        native = nil
        copy.resumeWriter(.failure(error))
        var waiting: [Request] = []
        for step in owed.drain() {
            if case .sync(let request?) = step { waiting.append(request) }
        }
        waiting += current.map { [$0] } ?? []
        current = nil
        for request in waiting + queue.drain() {
            request.resume(.failure(request.failure.map { lost($0, error) } ?? error))
        }
        for listener in listeners.values { listener.finish() }
        listeners = [:]
        onClose?()
    }
}

/// What the server said to this very statement tells more than the loss that followed.
private func lost(_ failure: PostgresError, _ error: PostgresError) -> PostgresError {
    var copy = failure
    copy.code = error.code
    return copy
}

extension Request {
    func note(_ error: PostgresError) {
        guard failure == nil else { return }
        failure = error
        failure?.statementIndex = results.count
    }
}

extension PostgresConnection: LoopSocket {
    nonisolated func socketReady(readable: Bool, writable: Bool) {
        assumeIsolated { $0.ready(readable: readable, writable: writable) }
    }

    private func ready(readable: Bool, writable: Bool) {
        switch mode {
        case .connecting: return pollConnecting()
        case .copying where readable: receiveWhileCopying()
        case .closed: return
        default:
            if readable { receive() }
        }
        if writable { flush() }
    }
}
